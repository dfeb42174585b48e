"""The log-in host: device codes, and refresh tokens that work once (Trakt API docs: OAuth, 2026-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests

from demo.start import DemoServices
from demo.trakt.logins import CLIENT_ID, CLIENT_SECRET
from tests.contract.trakt_replies import DEVICE_CODE, TOKENS, conforms
from tests.demo_world import trakt_headers
from tests.fakes import FakeClock

APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
REFRESH = {**APP, "grant_type": "refresh_token", "redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}


def post(demo: DemoServices, path: str, body: Mapping[str, object], **headers: str) -> requests.Response:
    sent = {"User-Agent": "contract-test/1.0", **headers}
    return requests.post(demo.urls["trakt_auth"] + path, json=body, headers=sent, timeout=10)


def new_code(demo: DemoServices) -> dict[str, Any]:
    answer = post(demo, "/oauth/device/code", {"client_id": CLIENT_ID})
    assert answer.status_code == 200
    code: dict[str, Any] = answer.json()
    return code


def poll(demo: DemoServices, code: str) -> requests.Response:
    answer = post(demo, "/oauth/device/token", {**APP, "code": code})
    demo.world.clock.sleep(5)
    return answer


def test_a_code_names_its_address_interval_and_life(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: codeResponseSchema."""
    code = new_code(demo)

    assert len(code["user_code"]) == 8
    assert (code["verification_url"], code["interval"], code["expires_in"]) == (
        "https://auth.trakt.tv/activate",
        5,
        600,
    )


def test_until_it_is_approved_the_answer_is_400_without_a_body(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth; playground createDeviceTokenPoller.ts."""
    answer = poll(demo, new_code(demo)["device_code"])

    assert (answer.status_code, answer.content) == (400, b"")


def test_an_approved_code_gives_a_pair_once(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: 409 already used."""
    code = new_code(demo)
    demo.logins.approve(code["user_code"], "misaki")
    first, second = poll(demo, code["device_code"]), poll(demo, code["device_code"])

    assert first.json()["expires_in"] == 7 * 24 * 3600
    assert (first.status_code, second.status_code) == (200, 409)


def test_a_denied_code_is_a_418(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: 418 denied."""
    code = new_code(demo)
    demo.logins.deny(code["user_code"])

    assert poll(demo, code["device_code"]).status_code == 418


def test_an_expired_code_is_a_410(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Trakt contract, oauth: 410 expired."""
    code = new_code(demo)
    clock.advance(timedelta(minutes=10))

    assert poll(demo, code["device_code"]).status_code == 410


def test_an_unknown_code_is_a_404(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: 404 bad code."""
    assert poll(demo, "no-such-code").status_code == 404


def test_polling_faster_than_told_is_a_429(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: 429 slow down."""
    code = new_code(demo)["device_code"]
    body = {**APP, "code": code}

    assert [post(demo, "/oauth/device/token", body).status_code for _ in range(2)] == [400, 429]


def test_a_refresh_gives_a_new_pair_and_kills_the_old_token(demo: DemoServices) -> None:
    """Source: Trakt guide, authentication-oauth.md (2026-10-01): single use."""
    old = str(demo.logins.issue("misaki")["refresh_token"])
    first = post(demo, "/oauth/token", {**REFRESH, "refresh_token": old})
    again = post(demo, "/oauth/token", {**REFRESH, "refresh_token": old})

    assert first.json()["refresh_token"] != old
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert demo.logins.reused == 1


def test_the_new_refresh_token_works(demo: DemoServices) -> None:
    """Source: Trakt guide, authentication-oauth.md (2026-10-01)."""
    token = str(demo.logins.issue("misaki")["refresh_token"])
    for _ in range(3):
        token = post(demo, "/oauth/token", {**REFRESH, "refresh_token": token}).json()["refresh_token"]

    assert demo.logins.reused == 0


@pytest.mark.parametrize("missing", ["redirect_uri", "grant_type"])
def test_a_refresh_must_be_complete(demo: DemoServices, missing: str) -> None:
    """Source: Trakt contract, oauth: tokenRefreshSchema."""
    token = str(demo.logins.issue("misaki")["refresh_token"])
    body = {key: value for key, value in {**REFRESH, "refresh_token": token}.items() if key != missing}

    assert post(demo, "/oauth/token", body).status_code == 400
    assert post(demo, "/oauth/token", {**REFRESH, "refresh_token": token}).status_code == 200


WRONG_REFRESHES = {
    "redirect_uri": ("https://example.com/callback", "urn:ietf:wg:oauth:2.0:oob ", 7),
    "grant_type": ("authorization_code", 7),
    "refresh_token": (7, ["x"]),
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in WRONG_REFRESHES.items() for v in values])
def test_a_refresh_with_something_else_is_refused_and_spends_nothing(
    demo: DemoServices, field: str, value: object
) -> None:
    """Source: Trakt contract, oauth: tokenBaseSchema, "URI specified in your app settings"; tokenRefreshSchema."""
    token = str(demo.logins.issue("misaki")["refresh_token"])
    right = {**REFRESH, "refresh_token": token}
    wrong = post(demo, "/oauth/token", {**right, field: value})

    assert (wrong.status_code, wrong.json().keys()) == (400, {"error", "error_description"})
    assert post(demo, "/oauth/token", right).status_code == 200


def test_codes_and_tokens_are_answered_whole(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth: codeResponseSchema, tokenResponseSchema."""
    token = str(demo.logins.issue("misaki")["refresh_token"])

    conforms(new_code(demo), DEVICE_CODE)
    conforms(post(demo, "/oauth/token", {**REFRESH, "refresh_token": token}).json(), TOKENS)


def test_a_token_that_never_was_is_invalid_but_no_reuse(demo: DemoServices) -> None:
    """Source: Trakt guide, authentication-oauth.md: invalid_grant."""
    answer = post(demo, "/oauth/token", {**REFRESH, "refresh_token": "made-up"})

    assert (answer.status_code, demo.logins.reused) == (400, 0)


def test_the_app_must_prove_itself_in_the_body(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth; no HTTP Basic (a90e686, 2026-08-05)."""
    token = str(demo.logins.issue("misaki")["refresh_token"])
    body = {"grant_type": "refresh_token", "redirect_uri": "urn:x", "refresh_token": token}
    answer = post(demo, "/oauth/token", body, Authorization="Basic ZGVtbzpkZW1v")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_deleted_app_is_an_invalid_client(demo: DemoServices) -> None:
    """Source: Trakt staff, trakt/trakt-api#902 (2026-08-07)."""
    demo.logins.app_deleted = True
    answer = post(demo, "/oauth/device/code", {"client_id": CLIENT_ID})

    assert answer.json() == {"error": "invalid_client", "error_description": "client_id is required"}


def test_a_revoked_log_in_is_dead_in_both_halves(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth/revoke."""
    pair = demo.logins.issue("misaki")
    post(demo, "/oauth/revoke", {**APP, "token": str(pair["access_token"])})
    headers = {**trakt_headers(demo, username=None), "Authorization": f"Bearer {pair['access_token']}"}
    refused = post(demo, "/oauth/token", {**REFRESH, "refresh_token": str(pair["refresh_token"])})

    assert requests.get(demo.urls["trakt"] + "/users/settings", headers=headers, timeout=10).status_code == 401
    assert refused.json()["error"] == "invalid_grant"


def test_the_api_host_does_not_do_log_ins(demo: DemoServices) -> None:
    """Source: Trakt contract, oauth/index.ts: "Do not use the API hostname" (2026-07-23)."""
    url = demo.urls["trakt"] + "/oauth/device/code"

    assert requests.post(url, json=APP, headers=trakt_headers(demo), timeout=10).status_code == 404


def test_the_log_in_host_turns_nameless_clients_away_too(demo: DemoServices) -> None:
    """Source: Trakt clients, trakt/trakt-api#670 (2026-01-02)."""
    assert requests.post(demo.urls["trakt_auth"] + "/oauth/device/code", json=APP, timeout=10).status_code == 403
