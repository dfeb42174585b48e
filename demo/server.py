"""HTTP on loopback: a ``Service`` answers requests, a ``LoopbackServer`` carries them, with faults where ordered."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.faults import APPLIED, Fault, FaultInjector, LoggedRequest, RequestLog
from sync.services.clock import Clock

JsonObject = dict[str, object]
STALL_SECONDS = 30.0
HTML = {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"}
LARGEST_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are looked up without regard to case; query keys given twice keep the last."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Message = field(default_factory=Message)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The header's value, stripped; empty if it was not sent."""
        return str(self.headers.get(name, "")).strip()

    @property
    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer …`` (or GitHub's ``token …``)."""
        scheme, _, token = self.header("Authorization").partition(" ")
        return token.strip() or None if scheme.lower() in {"bearer", "token"} else None

    def json(self) -> JsonObject | None:
        """The body as a JSON object; ``None`` if it is anything else."""
        try:
            value = json.loads(self.body or b"null")
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a JSON value, or text as it is (HTML pages)."""

    status: int
    value: object = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The body's bytes; none for 204 and 304."""
        if self.status in {204, 304}:
            return b""
        if self.text is not None:
            return self.text.encode()
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode()


Handler = Callable[..., Reply]
"""An endpoint: the request and what its path named → the answer."""


def html(status: int, title: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A page as a proxy in front of the service shows it."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, text=page, headers={**HTML, **(headers or {})})


class Service(Protocol):
    """One miniature service. ``answer`` is never called twice at once."""

    name: str

    def answer(self, request: Request) -> Reply:
        """Carries the request out."""


class LoopbackServer:
    """Serves one ``Service`` on 127.0.0.1 at a free port until ``close``d."""

    def __init__(
        self, service: Service, *, clock: Clock, faults: FaultInjector, log: RequestLog, latency_ms: float = 0
    ) -> None:
        self._service = service
        self._clock = clock
        self._faults = faults
        self._log = log
        self._latency = latency_ms / 1000
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The service's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        """Stops serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def now(self) -> float:
        """The time of day on the services' clock, unix seconds."""
        return self._clock.now().timestamp()

    def handle(self, request: Request) -> Reply | None:
        """The answer to send, ``None`` to drop the connection."""
        fault = self._faults.take(self._service.name, request.method)
        answer: Reply | None = None
        if fault is None or fault in APPLIED:
            with self._lock:
                answer = self._service.answer(request)
        if fault is not None:
            answer = self._spoil(fault, answer)
        status = answer.status if answer else 0
        self._log.note(LoggedRequest(self._service.name, request.method, request.path, status, fault))
        if self._latency:
            self._clock.sleep(self._latency)
        return answer

    def _spoil(self, fault: Fault, answer: Reply | None) -> Reply | None:
        if fault in {Fault.STALL, Fault.STALL_THEN_DROP}:
            self._clock.sleep(STALL_SECONDS)
        if fault is Fault.STALL:
            return answer
        if fault is Fault.TRUNCATED and answer is not None:
            half = answer.encoded()[: max(1, len(answer.encoded()) // 2)]
            return Reply(answer.status, text=half.decode(errors="ignore"), headers=answer.headers)
        pages = {
            Fault.ERROR_500: html(500, "We're sorry, but something went wrong (500)"),
            Fault.BAD_GATEWAY_AFTER: html(502, "502 Bad Gateway"),
            Fault.UNAVAILABLE: html(503, "503 Service Temporarily Unavailable"),
            Fault.HTML_429: html(429, "429 Too Many Requests"),
        }
        return pages.get(fault)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ClassVar[LoopbackServer]
    # An answer is written in two pieces, and Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        answer = self.owner.handle(Request(self.command, unquote(parts.path), query, self.headers, body))
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = answer.encoded()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - http.server's names

    def version_string(self) -> str:
        """The services set their own ``Server`` header where it tells something."""
        return "demo"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The services' own time, which clients may compare with theirs."""
        return super().date_time_string(self.owner.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Requests are kept in the ``RequestLog`` instead."""
