"""How every request leaves: one session per service, paced, bounded, and retried in this one place only; and how
several reads are made side by side."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from threading import Event, Lock
from types import TracebackType
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from sync.errors import NEXT_RUN, ServiceUnavailable
from sync.model.bounds import LeftOut
from sync.model.run import Requests
from sync.services.clock import Clock, Deadline, OutOfTime
from sync.services.console.actions_log import tell_progress
from sync.services.http.exchange import Answer, Call, HttpSession, TryAgain
from sync.services.http.pacing import Pacing, Unpaced
from sync.services.http.redaction import Redactor

PROJECT_URL = "https://github.com/trakt-sync-for-anilist/trakt-sync-for-anilist"
USER_AGENT = "trakt-sync-for-anilist/0.1"

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
log = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """A write was sent, and whether it was carried out is not known; ``wait`` is how many seconds to let pass first.

    It is no run trouble yet: whoever wrote reads the service again and settles it. It is never sent again blindly.
    """

    def __init__(self, service: str, reason: str, wait: float = 30.0) -> None:
        super().__init__(f"{service} {reason}, so it is not known whether it carried the request out.")
        self.service = service
        self.reason = reason
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try. Waits grow from ``first_wait`` by ``factor`` up to ``longest`` (seconds)."""

    attempts: int = 4
    total_seconds: float = 360.0
    first_wait: float = 3.0
    factor: float = 3.0
    longest: float = 60.0


def retry(
    action: Callable[[], T],
    *,
    on: tuple[type[Exception], ...],
    patience: Patience,
    clock: Clock,
    sleep: Callable[[float], None],
    random: Callable[[], float],
) -> T:
    """Runs ``action`` until it ends without one of the errors in ``on``; the last of them is raised when patience ends.

    ``random`` gives numbers from 0 to 1 for the jitter. An error whose ``wait`` names seconds is waited for that long.
    """
    started = clock.monotonic()

    def wait(state: RetryCallState) -> float:
        asked = getattr(state.outcome.exception() if state.outcome else None, "wait", None)
        if isinstance(asked, int | float):
            return asked + random()
        grown = patience.first_wait * patience.factor ** (state.attempt_number - 1)
        return float(min(patience.longest, grown) * (0.75 + random() / 2))

    def stop(state: RetryCallState) -> bool:
        spent = clock.monotonic() - started + state.upcoming_sleep
        return state.attempt_number >= patience.attempts or spent > patience.total_seconds

    return Retrying(retry=retry_if_exception_type(on), wait=wait, stop=stop, sleep=sleep, reraise=True)(action)


class Transport:
    """The way to one service. Safe to use from several threads; close it, or use it as a context manager.

    ``service`` is the name that messages use. ``redactor`` blanks secrets in whatever is said about an answer.
    """

    def __init__(
        self,
        service: str,
        *,
        clock: Clock,
        redactor: Redactor,
        random: Callable[[], float],
        pacing: Pacing | None = None,
        patience: Patience = Patience(),
        project_url: str = PROJECT_URL,
    ) -> None:
        self.service = service
        self.clock = clock
        self.redactor = redactor
        self.project_url = project_url
        self._random = random
        self._pacing: Pacing = pacing or Unpaced()
        self._patience = patience
        self._session = HttpSession(f"{USER_AGENT} (+{project_url})", clock)
        self._lock = Lock()
        self._turn = Lock()
        self._blocked_until = clock.monotonic()
        self._made: Counter[str] = Counter()
        self._left_out: list[LeftOut] = []

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()

    @property
    def usage(self) -> Requests:
        """How many requests were made, and the service's limit if it named one."""
        with self._lock:
            return Requests(made=self._made.total(), limit=self._pacing.limit)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The rows of this service's answers that were left out; one with an id once, however often it came."""
        with self._lock:
            named = dict.fromkeys(row for row in self._left_out if row.row_id is not None)
            return (*named, *(row for row in self._left_out if row.row_id is None))

    def leave_out(self, rows: Iterable[LeftOut]) -> None:
        """Notes rows that were left out of an answer."""
        with self._lock:
            self._left_out.extend(rows)

    def made(self, method: str) -> int:
        """How many requests were made with this method."""
        with self._lock:
            return self._made[method]

    def read(self, call: Call, parse: Callable[[Answer], T], deadline: Deadline) -> T:
        """What ``parse`` makes of the answer, asking again on 429, 5xx, network trouble or ``TryAgain`` from ``parse``.

        For requests that change nothing. Raises ``ServiceUnavailable`` when patience ends and ``OutOfTime`` when a
        wait would go past the deadline.
        """
        reason = ["could not be asked"]

        def attempt() -> T:
            try:
                answer = self.send(call, deadline)
                self._raise_for_passing_trouble(answer)
                return parse(answer)
            except TryAgain as trouble:
                reason[0] = trouble.reason
                if trouble.wait is not None and trouble.wait > deadline.remaining:
                    deadline.sleep(trouble.wait, self.service, trouble.reason)
                raise

        def sleep(seconds: float) -> None:
            log.info("%s %s; trying again in %.0f s.", self.service, reason[0], seconds)
            deadline.sleep(seconds, self.service, reason[0])

        try:
            return retry(
                attempt, on=(TryAgain,), patience=self._patience, clock=self.clock, sleep=sleep, random=self._random
            )
        except TryAgain:
            log.debug("%s: patience has ended", self.service)
        raise ServiceUnavailable(self.service, self.redactor.redact(f"{self.service} {reason[0]}."), NEXT_RUN)

    def write(self, call: Call, parse: Callable[[Answer], T], deadline: Deadline) -> T:
        """What ``parse`` makes of the answer to a request that changes something. It is sent once, whatever comes.

        Raises ``OutcomeUnknown`` unless the service clearly took or refused it: on 5xx, a timeout, a dropped
        connection, an answer that cannot be read, and on 429, which Trakt has been seen to send for a POST that it had
        carried out.
        Raises ``ServiceUnavailable`` when it certainly was not sent.
        """
        unknown: OutcomeUnknown | None = None
        trouble: TryAgain | None = None
        try:
            answer = self.send(call, deadline)
            self._raise_for_passing_trouble(answer)
            return parse(answer)
        except TryAgain as met:
            trouble = met
            if met.sent:
                unknown = OutcomeUnknown(self.service, self.redactor.redact(met.reason), max(30.0, met.wait or 0.0))
        if unknown is not None:
            raise unknown
        raise ServiceUnavailable(self.service, f"{self.service} {trouble.reason}.", NEXT_RUN)

    def send(self, call: Call, deadline: Deadline) -> Answer:
        """One attempt, with pacing; any status is an answer. Raises ``TryAgain`` on network trouble."""
        turn: AbstractContextManager[object] = self._turn if self._pacing.one_at_a_time else nullcontext()
        with turn:
            self._wait_for_slot(call.method, deadline)
            with self._lock:
                self._made[call.method] += 1
            answer = self._session.exchange(call)
            self._pacing.learn(call.method, answer.headers)
            if answer.status == 429 and (wait := self._asked_wait(answer)) is not None:
                with self._lock:
                    self._blocked_until = max(self._blocked_until, self.clock.monotonic() + wait)
            return answer

    def _wait_for_slot(self, method: str, deadline: Deadline) -> None:
        if deadline.remaining <= 0:
            raise OutOfTime(self.service, "The time budget is used up.", "The next run carries on from here.")
        wait = self._pacing.reserve(method)
        with self._lock:
            blocked = self._blocked_until - self.clock.monotonic()
        deadline.sleep(max(wait, blocked), self.service, "allows no more requests for now")

    def _raise_for_passing_trouble(self, answer: Answer) -> None:
        if answer.status == 429:
            raise TryAgain("says that it was asked too often (429)", wait=self._asked_wait(answer))
        if answer.status >= 500 or answer.status == 408:
            raise TryAgain(f"answered {answer.status}", wait=_retry_after(answer, self.clock))

    def _asked_wait(self, answer: Answer) -> float | None:
        asked = _retry_after(answer, self.clock)
        return asked if asked is not None else self._pacing.default_wait(answer.headers)


def _retry_after(answer: Answer, clock: Clock) -> float | None:
    """``Retry-After`` in seconds from now, given as seconds or as a date; ``None`` if missing or nonsense."""
    seconds = answer.whole_number("Retry-After")
    if seconds is not None:
        return float(seconds)
    try:
        moment = parsedate_to_datetime(answer.headers.get("Retry-After", ""))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - _utc(clock)).total_seconds())


def _utc(clock: Clock) -> datetime:
    return clock.now().astimezone(UTC)


def fetch_side_by_side(
    fetch: Callable[[K], V], keys: Iterable[K], *, workers: int = 8, what: str = ""
) -> tuple[dict[K, V], bool]:
    """What ``fetch`` gives for each key, asked for in threads, in the order of ``keys``; and whether all were read.
    How far it has come is told as ``what``.

    When the time budget ends the reading, those that came until then are given. Any other error is raised, and what has
    not started by then is not started any more.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}, True
    finished, one_by_one, failed = count(1), Lock(), Event()

    def note(future: Future[V]) -> None:
        with one_by_one:
            tell_progress(log, what, next(finished), len(wanted))

    def ask(key: K) -> V:
        if failed.is_set():
            raise _NotAskedError
        try:
            return fetch(key)
        except Exception:
            failed.set()
            raise

    with ThreadPoolExecutor(max_workers=min(workers, len(wanted))) as pool:
        futures: dict[K, Future[V]] = {key: pool.submit(ask, key) for key in wanted}
        for future in futures.values() if what else ():
            future.add_done_callback(note)
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
        finally:  # also when the run is interrupted
            for future in futures.values():
                future.cancel()
    read: dict[K, V] = {}
    for key, future in futures.items():
        if future.cancelled():
            continue
        error = future.exception()
        if error is None:
            read[key] = future.result()
        elif not isinstance(error, OutOfTime | _NotAskedError):
            raise error
    return read, len(read) == len(wanted)


class _NotAskedError(Exception):
    """Another read had failed before this one began."""
