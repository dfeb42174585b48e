"""Requests on a real wire: this machine's own loopback, with a server that misbehaves on purpose."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sync.errors import ServiceUnavailable
from sync.services.http.exchange import Answer, Call, TryAgain
from sync.services.http.transport import OutcomeUnknown, Patience, Transport
from tests.fakes import FakeClock
from tests.services.wiring import ten_minutes, transport_on


class Misbehaving(ThreadingHTTPServer):
    """Answers by path: ``/good``, ``/short`` (fewer bytes than promised), ``/drop`` (hangs up), ``/gzip``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Misbehaving
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/drop":
            self.close_connection = True
            return
        body = gzip.compress(b'{"a": 1}') if self.path == "/gzip" else b'{"a": 1}'
        self.send_response(200)
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body) + (100 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/short"

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def transport() -> Iterator[Transport]:
    with transport_on(FakeClock(), patience=Patience(attempts=2)) as running:
        yield running


def decoded(answer: Answer) -> object:
    return json.loads(answer.body)


def test_an_answer_is_read_compressed_or_not(server: Misbehaving, transport: Transport) -> None:
    deadline = ten_minutes(FakeClock())
    assert transport.read(Call("GET", f"{server.url}/good"), decoded, deadline) == {"a": 1}
    assert transport.read(Call("GET", f"{server.url}/gzip"), decoded, deadline) == {"a": 1}


def test_an_answer_shorter_than_promised_is_no_answer(server: Misbehaving, transport: Transport) -> None:
    with pytest.raises(ServiceUnavailable, match="broke off its answer"):
        transport.read(Call("GET", f"{server.url}/short"), decoded, ten_minutes(FakeClock()))
    assert server.seen == ["GET /short"] * 2


@pytest.mark.parametrize("path", ["/drop", "/short"])
def test_a_write_that_got_no_whole_answer_reaches_the_server_once(
    server: Misbehaving, transport: Transport, path: str
) -> None:
    deadline = ten_minutes(FakeClock())
    transport.read(Call("GET", f"{server.url}/good"), decoded, deadline)
    with pytest.raises(OutcomeUnknown):
        transport.write(Call("POST", f"{server.url}{path}", json_body={"episodes": []}), decoded, deadline)
    assert server.seen == ["GET /good", f"POST {path}"]


def test_a_server_that_is_not_there_certainly_got_nothing(server: Misbehaving, transport: Transport) -> None:
    closed = Misbehaving()
    closed.server_close()
    with pytest.raises(TryAgain) as caught:
        transport.send(Call("POST", f"{closed.url}/good"), ten_minutes(FakeClock()))
    assert not caught.value.sent


def test_this_machine_is_never_asked_through_a_proxy(
    server: Misbehaving, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert transport.read(Call("GET", f"{server.url}/good"), decoded, ten_minutes(FakeClock())) == {"a": 1}
