"""Trouble on order: which request is to fail, and how; and the log of what was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Fault(Enum):
    """How a request fails. Whether it was carried out before is what makes the difference to a client."""

    DROP_BEFORE = auto()
    """The connection is closed before anything is done."""
    DROP_AFTER = auto()
    """It is carried out, then the connection is closed without an answer."""
    ERROR_500 = auto()
    """Nothing is done; the answer is 500 with HTML."""
    BAD_GATEWAY_AFTER = auto()
    """It is carried out, and the answer is 502 with HTML."""
    UNAVAILABLE = auto()
    """Nothing is done; the answer is 503."""
    HTML_429 = auto()
    """Nothing is done; an edge rule answers 429 with HTML, without the service's own headers."""
    TRUNCATED = auto()
    """It is carried out, and the answer's JSON breaks off in the middle, although its length is right."""
    STALL = auto()
    """It is carried out, and the answer comes only after 30 s on the services' clock."""
    STALL_THEN_DROP = auto()
    """It is carried out; after 30 s on the services' clock the connection is closed without an answer."""


APPLIED = {Fault.DROP_AFTER, Fault.BAD_GATEWAY_AFTER, Fault.TRUNCATED, Fault.STALL, Fault.STALL_THEN_DROP}
"""The faults after which the request has been carried out."""


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as it came in; ``status`` is 0 if the connection was dropped without an answer."""

    service: str
    method: str
    path: str
    status: int
    fault: Fault | None = None


class RequestLog:
    """Every request to any of the services, oldest first."""

    def __init__(self) -> None:
        self._requests: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def note(self, request: LoggedRequest) -> None:
        """Adds one."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forgets all, so that the next count starts afresh."""
        with self._lock:
            self._requests.clear()

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._lock:
            return iter(tuple(self._requests))

    def count(self, service: str | None = None, method: str | None = None, path: str = "") -> int:
        """How many there were of this service and method whose path begins with ``path``."""
        return sum(
            (service is None or request.service == service)
            and (method is None or request.method == method)
            and request.path.startswith(path)
            for request in self
        )


class FaultInjector:
    """Makes chosen requests fail. Numbers count from 1, from the moment the order is given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Order] = []
        self.struck: list[Fault] = []

    def at(self, fault: Fault, number: int, *, service: str | None = None, method: str | None = None) -> None:
        """The ``number``-th request from now (to ``service``, with ``method``, if given) fails in this way, once."""
        with self._lock:
            self._orders.append(_Order(fault, number, service, method))

    def clear(self) -> None:
        """Takes back what has not struck yet."""
        with self._lock:
            self._orders.clear()

    def take(self, service: str, method: str) -> Fault | None:
        """Counts a request that has just come in, and says how it fails, if it is to."""
        with self._lock:
            due = None
            for order in list(self._orders):
                if order.service not in (None, service) or order.method not in (None, method):
                    continue
                order.left -= 1
                if order.left == 0:
                    self._orders.remove(order)
                    due = due or order.fault
            if due:
                self.struck.append(due)
            return due


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int
    service: str | None
    method: str | None
