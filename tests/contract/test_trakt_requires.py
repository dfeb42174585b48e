"""What Trakt requires of every call, and how it says no (Trakt API docs: headers, status codes, rate limiting)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import requests

from demo.start import DemoServices
from demo.trakt.edge import TraktLimits
from tests.demo_world import trakt_headers
from tests.fakes import FakeClock


def get(demo: DemoServices, path: str, headers: dict[str, str]) -> requests.Response:
    return requests.get(demo.urls["trakt"] + path, headers=headers, timeout=10)


def post(demo: DemoServices, headers: dict[str, str], body: object) -> requests.Response:
    return requests.post(demo.urls["trakt"] + "/sync/history", headers=headers, data=json.dumps(body), timeout=10)


ONE_EPISODE = {"episodes": [{"ids": {"trakt": 1000}, "watched_at": "2026-01-02T03:04:00Z"}]}


def test_a_complete_call_is_answered_by_trakt_itself(demo: DemoServices) -> None:
    """Source: Trakt guide, required-headers.md."""
    answer = get(demo, "/sync/last_activities", trakt_headers(demo))

    assert answer.status_code == 200
    assert "X-Request-Id" in answer.headers


@pytest.mark.parametrize("agent", ["", "python-requests/2.34.2", "node", "Python-urllib/3.11"])
def test_a_client_without_a_name_of_its_own_meets_cloudflare(demo: DemoServices, agent: str) -> None:
    """Source: Trakt clients, trakt/trakt-api#670 (2026-01-02), raycast/extensions#25669."""
    answer = get(demo, "/sync/last_activities", {**trakt_headers(demo), "User-Agent": agent})

    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "X-Request-Id" not in answer.headers


@pytest.mark.parametrize("path", ["/sync/last_activities", "/shows/attack-on-titan"])
def test_a_call_without_content_type_is_a_412(demo: DemoServices, path: str) -> None:
    """Source: Trakt guide, required-headers.md, status-codes.md."""
    headers = trakt_headers(demo)
    del headers["Content-Type"]

    assert get(demo, path, headers).status_code == 412


@pytest.mark.parametrize("key", ["", "somebody-else"])
def test_a_wrong_api_key_is_a_403_from_trakt(demo: DemoServices, key: str) -> None:
    """Source: Trakt guide, status-codes.md."""
    answer = get(demo, "/shows/attack-on-titan", {**trakt_headers(demo), "trakt-api-key": key})

    assert answer.status_code == 403
    assert "X-Request-Id" in answer.headers


def test_a_call_without_api_version_is_refused(demo: DemoServices) -> None:
    """Source: Trakt guide, required-headers.md."""
    headers = trakt_headers(demo)
    del headers["trakt-api-version"]

    assert get(demo, "/shows/attack-on-titan", headers).status_code == 400


def test_a_private_call_needs_a_log_in(demo: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md: 401."""
    assert get(demo, "/sync/history", trakt_headers(demo, username=None)).status_code == 401


def test_the_catalogue_needs_none(demo: DemoServices) -> None:
    """Source: Trakt guide, rate-limiting.md: UNAUTHED_API_GET_LIMIT."""
    assert get(demo, "/shows/attack-on-titan", trakt_headers(demo, username=None)).status_code == 200


def test_a_token_dies_after_seven_days(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Trakt guide, authentication-oauth.md (2026-10-01)."""
    headers = trakt_headers(demo)
    clock.advance(timedelta(days=7, seconds=-1))
    assert get(demo, "/sync/last_activities", headers).status_code == 200
    clock.advance(timedelta(seconds=1))

    assert get(demo, "/sync/last_activities", headers).status_code == 401


def test_a_dead_token_is_refused_for_the_catalogue_too(demo: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md: 401."""
    headers = {**trakt_headers(demo), "Authorization": "Bearer nonsense"}

    assert get(demo, "/shows/attack-on-titan", headers).status_code == 401


def test_one_account_does_not_see_the_other(demo: DemoServices) -> None:
    """Source: Trakt contract, sync: the account of the token."""
    answer = get(demo, "/sync/history", trakt_headers(demo, username="someone-else"))

    assert answer.json() == []


def test_a_second_post_within_a_second_is_a_429_that_is_not_stored(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Trakt guide, rate-limiting.md (2026-10-07)."""
    headers = trakt_headers(demo)
    before = len(demo.world.account.plays)
    assert post(demo, headers, ONE_EPISODE).status_code == 201
    answer = post(demo, headers, ONE_EPISODE)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2"
    assert json.loads(answer.headers["X-Ratelimit"])["name"] == "AUTHED_API_POST_LIMIT"
    assert len(demo.world.account.plays) == before + 1
    clock.advance(timedelta(seconds=1))
    assert post(demo, headers, ONE_EPISODE).status_code == 201


def test_reads_are_limited_to_their_number_in_five_minutes(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Trakt guide, rate-limiting.md (2026-10-07)."""
    demo.trakt.limits.get_limit = 3
    headers = trakt_headers(demo)
    left = [json.loads(get(demo, "/users/settings", headers).headers["X-Ratelimit"])["remaining"] for _ in range(3)]
    answer = get(demo, "/users/settings", headers)

    assert left == [2, 1, 0]
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 301
    clock.advance(timedelta(minutes=5))
    assert get(demo, "/users/settings", headers).status_code == 200


def test_the_documented_limit_of_reads_is_500() -> None:
    """Source: Trakt guide, rate-limiting.md (2026-10-07); trakt/trakt-api#909."""
    assert TraktLimits(FakeClock()).get_limit == 500


def test_a_locked_account_is_a_423_that_says_so(demo: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md: X-Account-Locked."""
    demo.world.account.locked = True
    answer = get(demo, "/sync/last_activities", trakt_headers(demo))

    assert (answer.status_code, answer.headers["X-Account-Locked"]) == (423, "true")


def test_a_vip_only_call_is_a_426_with_the_address(demo: DemoServices) -> None:
    """Source: Trakt guide, vip-methods.md (2026-09-24)."""
    demo.trakt.vip_only = True
    answer = post(demo, trakt_headers(demo), ONE_EPISODE)

    assert (answer.status_code, answer.headers["X-Upgrade-URL"]) == (426, "https://app.trakt.tv/vip")


def test_a_full_history_is_a_420_without_a_word(demo: DemoServices) -> None:
    """Source: Trakt guide, user-account-limits.md (2026-09-24)."""
    demo.world.account.history_limit = 10
    answer = post(demo, trakt_headers(demo), ONE_EPISODE)

    assert (answer.status_code, answer.content) == (420, b"")


def test_a_deleted_app_is_a_403_on_every_call(demo: DemoServices) -> None:
    """Source: Trakt staff, trakt/trakt-api#902 (2026-08-07)."""
    headers = trakt_headers(demo)
    demo.logins.app_deleted = True

    assert get(demo, "/sync/last_activities", headers).status_code == 403


@pytest.mark.parametrize("body", ["{", "[]", ""])
def test_a_body_that_is_no_json_object_is_a_400(demo: DemoServices, body: str) -> None:
    """Source: Trakt guide, status-codes.md."""
    answer = requests.post(demo.urls["trakt"] + "/sync/history", headers=trakt_headers(demo), data=body, timeout=10)

    assert answer.status_code == 400


def test_an_unknown_address_is_a_404_and_a_wrong_method_a_405(demo: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md."""
    headers = trakt_headers(demo)

    assert get(demo, "/sync/histories", headers).status_code == 404
    assert requests.put(demo.urls["trakt"] + "/sync/history", headers=headers, timeout=10).status_code == 405
