"""Timeouts, retries, redirects and limits: what every service's requests share."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock
from msgspec.json import Decoder
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from sync.errors import ServiceUnavailable, SuspiciousRead
from sync.model.bounds import read_json
from sync.services.clock import Deadline, OutOfTime
from sync.services.http.exchange import Answer, Call, TryAgain
from sync.services.http.transport import OutcomeUnknown, Patience, Transport, fetch_side_by_side
from tests.fakes import FakeClock
from tests.services.wiring import PROJECT, last_request, ten_minutes, transport_on

URL = "https://service.test/thing"
READ = Call("GET", URL)
WRITE = Call("POST", URL, json_body={"episodes": []}, timeout=60.0)

Mocker = requests_mock.Mocker


def refused() -> requests.ConnectionError:
    """A connection that was refused: nothing was sent."""
    pool: Any = ConnectionPool("service.test")
    return requests.ConnectionError(MaxRetryError(pool, URL, NewConnectionError(pool, "refused")))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def transport(clock: FakeClock) -> Transport:
    return transport_on(clock)


def status(answer: Answer) -> int:
    return answer.status


def a_number(answer: Answer) -> dict[str, int]:
    return answer.read(lambda body: read_json(Decoder(dict[str, int]).decode, body))


def test_it_names_the_project_and_its_address(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL)
    transport.read(READ, status, ten_minutes(clock))
    assert last_request(requests_mock).headers["User-Agent"] == f"trakt-sync-for-anilist/0.1 (+{PROJECT})"


def test_a_call_carries_its_own_timeout(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.post(URL)
    transport.write(WRITE, status, ten_minutes(clock))
    assert last_request(requests_mock).timeout == 60.0


@pytest.mark.parametrize("code", [500, 502, 503, 504, 520, 521, 522])
def test_a_read_is_tried_again_after_a_server_error(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, code: int
) -> None:
    requests_mock.get(URL, [{"status_code": code}, {"status_code": 200}])
    assert transport.read(READ, status, ten_minutes(clock)) == 200
    assert clock.slept == [3.0]


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout(),
        requests.ReadTimeout(),
        requests.ConnectionError("Connection aborted."),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.SSLError(),
        refused(),
    ],
)
def test_a_read_is_tried_again_after_network_trouble(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, error: Exception
) -> None:
    requests_mock.get(URL, [{"exc": error}, {"status_code": 200}])
    assert transport.read(READ, status, ten_minutes(clock)) == 200


def test_a_read_of_truncated_json_is_tried_again(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, [{"text": '{"a": [1, 2'}, {"text": '{"a": 1}'}])
    assert transport.read(READ, a_number, ten_minutes(clock)) == {"a": 1}


def test_attempts_are_bounded_and_waits_grow(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, status_code=503)
    with pytest.raises(ServiceUnavailable, match="Trakt answered 503"):
        transport.read(READ, status, ten_minutes(clock))
    assert requests_mock.call_count == 4
    assert clock.slept == [3.0, 9.0, 27.0]


def test_the_total_time_is_bounded(clock: FakeClock, requests_mock: Mocker) -> None:
    transport = transport_on(clock, patience=Patience(attempts=99, total_seconds=50))
    requests_mock.get(URL, status_code=503)
    with pytest.raises(ServiceUnavailable):
        transport.read(READ, status, ten_minutes(clock))
    assert sum(clock.slept) <= 50


@pytest.mark.parametrize("header", ["40", "Sun, 22 Nov 2026 06:17:40 GMT"])
def test_retry_after_is_honoured_as_seconds_and_as_a_date(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, header: str
) -> None:
    requests_mock.get(URL, [{"status_code": 429, "headers": {"Retry-After": header}}, {"status_code": 200}])
    assert transport.read(READ, status, ten_minutes(clock)) == 200
    assert sum(clock.slept) == pytest.approx(40.5)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}])
def test_a_429_without_a_usable_retry_after_backs_off(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, headers: dict[str, str]
) -> None:
    page = {"status_code": 429, "text": "<html>error 1015</html>", "headers": headers}
    requests_mock.get(URL, [page, page, {"status_code": 200}])
    assert transport.read(READ, status, ten_minutes(clock)) == 200
    assert clock.slept == [3.0, 9.0]


def test_a_429_holds_back_the_other_requests_too(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.post(URL, status_code=429, headers={"Retry-After": "30"})
    requests_mock.get(URL)
    with pytest.raises(OutcomeUnknown):
        transport.write(WRITE, status, ten_minutes(clock))
    transport.read(READ, status, ten_minutes(clock))
    assert clock.slept == [30.0]


def test_a_wait_past_the_deadline_is_not_begun(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, status_code=429, headers={"Retry-After": "300"})
    with pytest.raises(OutOfTime, match="asked too often"):
        transport.read(READ, status, Deadline.after(clock, 120))
    assert clock.slept == []


def test_nothing_is_asked_once_the_time_budget_is_used_up(
    clock: FakeClock, transport: Transport, requests_mock: Mocker
) -> None:
    deadline = Deadline.after(clock, 60)
    clock.advance(timedelta(seconds=61))
    with pytest.raises(OutOfTime):
        transport.read(READ, status, deadline)
    assert requests_mock.call_count == 0


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500},
        {"status_code": 502},
        {"status_code": 503},
        {"status_code": 429},
        {"status_code": 429, "headers": {"Retry-After": "1"}},
        {"exc": requests.ReadTimeout()},
        {"exc": requests.ConnectionError("Connection aborted.")},
        {"exc": requests.exceptions.ChunkedEncodingError()},
        {"status_code": 201, "text": '{"added": {'},
        {"status_code": 200, "text": "<html>hello</html>"},
    ],
)
def test_a_write_whose_end_is_not_known_says_so_and_is_never_sent_again(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, trouble: dict[str, object]
) -> None:
    requests_mock.post(URL, [trouble])
    with pytest.raises(OutcomeUnknown) as caught:
        transport.write(WRITE, a_number, ten_minutes(clock))
    assert requests_mock.call_count == 1
    assert caught.value.wait >= 30


@pytest.mark.parametrize("error", [requests.ConnectTimeout(), refused()])
def test_a_write_that_never_left_is_no_unknown_outcome(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, error: Exception
) -> None:
    requests_mock.post(URL, exc=error)
    with pytest.raises(ServiceUnavailable, match="could not be reached"):
        transport.write(WRITE, status, ten_minutes(clock))
    assert requests_mock.call_count == 1


def test_an_unknown_outcome_waits_as_long_as_the_service_asked(
    clock: FakeClock, transport: Transport, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, status_code=429, headers={"Retry-After": "300"})
    with pytest.raises(OutcomeUnknown) as caught:
        transport.write(WRITE, status, ten_minutes(clock))
    assert caught.value.wait == 300


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_not_followed(clock: FakeClock, transport: Transport, requests_mock: Mocker, method: str) -> None:
    requests_mock.register_uri(method, URL, status_code=302, headers={"Location": "https://elsewhere.test/"})
    call = Call(method, URL, headers={"Authorization": "Bearer very-secret"})
    assert transport.send(call, ten_minutes(clock)).status == 302
    assert requests_mock.call_count == 1


def test_a_public_file_may_redirect_to_another_https_host(
    clock: FakeClock, transport: Transport, requests_mock: Mocker
) -> None:
    requests_mock.get(URL, status_code=302, headers={"Location": "https://objects.test/file"})
    requests_mock.get("https://objects.test/file", text="[]")
    assert transport.read(Call("GET", URL, redirects=True), lambda a: a.body, ten_minutes(clock)) == b"[]"


def test_a_redirect_to_plain_http_is_refused(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, status_code=302, headers={"Location": "http://objects.test/file"})
    with pytest.raises(ServiceUnavailable, match="unsafe address"):
        transport.read(Call("GET", URL, redirects=True), status, ten_minutes(clock))


def test_an_endless_answer_is_cut_off(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, content=b"x" * (3 * 1024 * 1024))
    with pytest.raises(ServiceUnavailable, match="more than 1 MiB"):
        transport.read(Call("GET", URL, max_bytes=1024 * 1024), status, ten_minutes(clock))


def test_cookies_are_neither_kept_nor_sent(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, headers={"Set-Cookie": "id=1; Path=/"})
    transport.read(READ, status, ten_minutes(clock))
    transport.read(READ, status, ten_minutes(clock))
    assert "Cookie" not in last_request(requests_mock).headers


def test_a_netrc_file_does_not_replace_our_log_in(
    clock: FakeClock, transport: Transport, requests_mock: Mocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine service.test login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    requests_mock.get(URL)
    transport.read(Call("GET", URL, headers={"Authorization": "Bearer mine"}), status, ten_minutes(clock))
    assert last_request(requests_mock).headers["Authorization"] == "Bearer mine"


def test_requests_are_counted_with_each_attempt(clock: FakeClock, transport: Transport, requests_mock: Mocker) -> None:
    requests_mock.get(URL, [{"status_code": 500}, {"status_code": 200}])
    requests_mock.post(URL)
    transport.read(READ, status, ten_minutes(clock))
    transport.write(WRITE, status, ten_minutes(clock))
    assert transport.usage.made == 3
    assert (transport.made("GET"), transport.made("POST")) == (2, 1)


def test_an_error_quotes_no_secret_and_chains_no_library_error(clock: FakeClock, requests_mock: Mocker) -> None:
    key = "0123456789abcdef0123456789abcdef"
    transport = transport_on(clock, secrets=(key,))
    requests_mock.get(URL, exc=requests.ConnectionError(f"HTTPSConnectionPool: /thing?api_key={key}"))
    with pytest.raises(ServiceUnavailable) as caught:
        transport.read(Call("GET", URL, params={"api_key": key}), status, ten_minutes(clock))
    told = "".join(traceback.format_exception(caught.value))
    assert key not in told + repr(caught.value)
    assert "HTTPSConnectionPool" not in told


def test_what_a_call_sends_is_not_in_its_repr() -> None:
    call = Call("POST", URL, params={"k": "s1"}, headers={"Authorization": "Bearer s2"}, json_body={"x": "s3"})
    assert all(secret not in repr(call) for secret in ("s1", "s2", "s3"))


def test_trouble_from_the_parser_is_tried_again_and_then_told(
    clock: FakeClock, transport: Transport, requests_mock: Mocker
) -> None:
    requests_mock.get(URL)

    def never(answer: Answer) -> int:
        raise TryAgain("sent nothing of use")

    with pytest.raises(ServiceUnavailable, match="Trakt sent nothing of use"):
        transport.read(READ, never, ten_minutes(clock))
    assert requests_mock.call_count == 4


# --- several reads at once --------------------------------------------------------------------------------------------


def test_answers_come_in_the_order_of_the_keys_and_each_key_once() -> None:
    asked: list[int] = []

    def fetch(key: int) -> int:
        asked.append(key)
        return key * key

    read, complete = fetch_side_by_side(fetch, [5, 3, 5, 1])
    assert list(read.items()) == [(5, 25), (3, 9), (1, 1)]
    assert sorted(asked) == [1, 3, 5]
    assert complete


def test_no_keys_start_no_threads() -> None:
    assert fetch_side_by_side(lambda key: key, list[int]()) == ({}, True)


def test_the_time_budget_leaves_what_was_read() -> None:
    def fetch(key: int) -> int:
        if key > 2:
            raise OutOfTime("Trakt", "The time budget is used up.")
        return key

    read, complete = fetch_side_by_side(fetch, range(1, 50), workers=1)
    assert read == {1: 1, 2: 2}
    assert not complete


def test_any_other_trouble_is_raised_and_stops_the_rest() -> None:
    asked: list[int] = []

    def fetch(key: int) -> int:
        asked.append(key)
        raise SuspiciousRead("Trakt", "Trakt sent nonsense.")

    with pytest.raises(SuspiciousRead):
        fetch_side_by_side(fetch, range(1000), workers=1)
    assert [0] == asked
