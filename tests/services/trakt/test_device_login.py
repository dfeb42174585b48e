"""Logging in to Trakt: the device flow, the single-use refresh, and that no token gets out."""

from __future__ import annotations

import logging
import re
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import requests_mock

from sync.errors import LoginError, LoginLost, ServiceUnavailable, SyncError
from sync.services.http.transport import Transport
from sync.services.tokens.pair import TokenPair
from sync.services.trakt.device_login import RefreshLost, TraktLogin
from tests.fakes import FakeClock
from tests.services.wiring import last_request, recorded, ten_minutes, transport_on

AUTH = "https://auth.trakt.test"
CODE, POLL, TOKEN, REVOKE = (f"{AUTH}/oauth/{name}" for name in ("device/code", "device/token", "token", "revoke"))
SECRET = "client-secret-of-the-app"
OLD = TokenPair("old-access-token", "old-refresh-token", username="misaki")
Mocker = requests_mock.Mocker
Payload = dict[str, Any]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def transport(clock: FakeClock) -> Transport:
    return transport_on(clock, secrets=(SECRET, OLD.access_token, OLD.refresh_token))


@pytest.fixture
def login(transport: Transport) -> TraktLogin:
    return TraktLogin(transport, AUTH, "client-id", SECRET)


def test_the_person_sees_the_address_that_trakt_returned(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker
) -> None:
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    code = login.request_device_code(ten_minutes(clock))
    assert (code.user_code, code.verification_url) == ("5055CC52", "https://auth.trakt.tv/activate")
    assert (code.expires_in, code.interval) == (600, 5)
    assert last_request(requests_mock).json() == {"client_id": "client-id"}


def test_polling_keeps_the_interval_until_the_code_is_typed_in(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker
) -> None:
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    pending: list[Payload] = [{"status_code": 400, "text": ""}, {"status_code": 400, "text": "<html>"}]
    requests_mock.post(POLL, [*pending, {"json": recorded("trakt_tokens.json")}])
    code = login.request_device_code(ten_minutes(clock))
    pair = login.wait_for_token(code)
    assert clock.slept == [5, 5, 5]
    assert pair.access_token == recorded("trakt_tokens.json")["access_token"]
    assert pair.created_at == datetime.fromtimestamp(1795328220, UTC)
    assert pair.expires_at == datetime.fromtimestamp(1795328220, UTC) + timedelta(days=7)
    asked = last_request(requests_mock).json()
    assert asked == {"code": code.device_code, "client_id": "client-id", "client_secret": SECRET}


def test_polling_slows_down_when_asked_and_goes_on_through_trouble(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker
) -> None:
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    trouble: list[Payload] = [{"status_code": 429}, {"status_code": 503}, {"exc": requests.ReadTimeout()}]
    requests_mock.post(POLL, [*trouble, {"json": recorded("trakt_tokens.json")}])
    login.wait_for_token(login.request_device_code(ten_minutes(clock)))
    assert clock.slept == [5, 10, 10, 10]


@pytest.mark.parametrize(
    ("status", "words"), [(404, "does not know"), (409, "used already"), (410, "ran out"), (418, "You refused")]
)
def test_each_end_of_the_polling_has_its_words(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker, status: int, words: str
) -> None:
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    requests_mock.post(POLL, status_code=status)
    code = login.request_device_code(ten_minutes(clock))
    with pytest.raises(LoginError, match=words):
        login.wait_for_token(code)
    assert len(clock.slept) == 1


def test_a_code_that_nobody_types_in_runs_out(clock: FakeClock, login: TraktLogin, requests_mock: Mocker) -> None:
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    requests_mock.post(POLL, status_code=400)
    code = login.request_device_code(ten_minutes(clock))
    with pytest.raises(LoginError, match="ran out"):
        login.wait_for_token(code)
    assert clock.monotonic() <= 600


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_deleted_app_is_told_at_every_step(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker, status: int
) -> None:
    requests_mock.post(re.compile(AUTH), json=recorded("trakt_invalid_client.json"), status_code=status)
    for step in (lambda: login.request_device_code(ten_minutes(clock)), lambda: login.refresh(OLD, ten_minutes(clock))):
        with pytest.raises(LoginError, match="does not know this API app"):
            step()


def test_a_refresh_gives_the_next_pair_and_keeps_whose_it_is(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker
) -> None:
    requests_mock.post(TOKEN, json=recorded("trakt_tokens.json"))
    pair = login.refresh(OLD, ten_minutes(clock))
    assert pair.refresh_token == recorded("trakt_tokens.json")["refresh_token"]
    assert pair.username == "misaki"
    assert last_request(requests_mock).json() == {
        "refresh_token": "old-refresh-token",
        "client_id": "client-id",
        "client_secret": SECRET,
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "grant_type": "refresh_token",
    }
    assert "Authorization" not in last_request(requests_mock).headers


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 500},
        {"status_code": 503},
        {"exc": requests.ReadTimeout()},
        {"exc": requests.ConnectionError()},
        {"text": '{"access_token": "fresh'},
        {"json": {"access_token": "fresh-token-without-a-partner"}},
    ],
)
def test_a_lost_refresh_is_never_sent_again_and_says_to_connect(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker, answer: Payload
) -> None:
    requests_mock.post(TOKEN, [answer])
    with pytest.raises(RefreshLost, match="Connect Trakt"):
        login.refresh(OLD, ten_minutes(clock))
    assert requests_mock.call_count == 1


REFUSED: list[tuple[Payload, type[SyncError], str]] = [
    ({"status_code": 400, "json": recorded("trakt_invalid_grant.json")}, LoginLost, "invalid_grant"),
    ({"status_code": 400, "json": {"error": "odd_thing"}}, LoginError, "odd_thing"),
    ({"status_code": 429}, ServiceUnavailable, "429"),
    ({"status_code": 403, "text": "<html>Just a moment"}, ServiceUnavailable, "web page"),
    ({"exc": requests.ConnectTimeout()}, ServiceUnavailable, "could not be reached"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_a_refused_refresh_is_told_and_not_taken_for_a_lost_one(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker, case: tuple[Payload, type[SyncError], str]
) -> None:
    answer, error, words = case
    requests_mock.post(TOKEN, [answer])
    with pytest.raises(error, match=words) as caught:
        login.refresh(OLD, ten_minutes(clock))
    assert type(caught.value) is error
    assert requests_mock.call_count == 1


def test_a_log_in_can_be_revoked(clock: FakeClock, login: TraktLogin, requests_mock: Mocker) -> None:
    requests_mock.post(REVOKE, text="")
    login.revoke(OLD.access_token, ten_minutes(clock))
    assert last_request(requests_mock).json()["token"] == "old-access-token"


def test_tokens_are_blanked_as_soon_as_they_are_known(
    clock: FakeClock, login: TraktLogin, transport: Transport, requests_mock: Mocker
) -> None:
    requests_mock.post(TOKEN, json=recorded("trakt_tokens.json"))
    requests_mock.post(CODE, json=recorded("trakt_device_code.json"))
    pair = login.refresh(OLD, ten_minutes(clock))
    code = login.request_device_code(ten_minutes(clock))
    text = f"{pair.access_token} {pair.refresh_token} {code.device_code}"
    assert transport.redactor.redact(text) == "*** *** ***"
    assert all(secret not in repr((pair, code)) for secret in text.split())


def test_no_secret_is_in_an_error_or_a_log_line(
    clock: FakeClock, login: TraktLogin, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    answers: list[Payload] = [
        {"status_code": 400, "json": {"error": f"bad {OLD.refresh_token}", "error_description": SECRET}},
        {"status_code": 500, "text": SECRET},
        {"exc": requests.ConnectionError(f"{OLD.refresh_token} {SECRET}")},
    ]
    for answer in answers:
        requests_mock.post(TOKEN, [answer])
        with pytest.raises(LoginError) as caught:
            login.refresh(OLD, ten_minutes(clock))
        told += "".join(traceback.format_exception(caught.value))
    told += caplog.text
    assert all(secret not in told for secret in (SECRET, OLD.refresh_token, OLD.access_token))


def test_a_pair_is_due_at_half_of_its_life() -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    pair = TokenPair("a", "r", made, timedelta(days=7))
    assert not pair.refresh_due(made + timedelta(days=3))
    assert pair.refresh_due(made + timedelta(days=3.5))


def test_a_pair_of_unknown_age_is_never_due() -> None:
    assert not OLD.refresh_due(datetime(2030, 1, 1, tzinfo=UTC))
    assert OLD.expires_at is None
