"""Trakt without a log-in: the catalogue, and what a public profile has watched, with a client id alone."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from demo.start import DemoServices
from tests.contract.trakt_replies import PROFILE, READS, conforms
from tests.demo_world import trakt_headers


@pytest.fixture(scope="module")
def still(still: DemoServices) -> DemoServices:
    """With a short history, so that whole lists are quickly compared."""
    plays = enumerate(still.world.account.plays)
    still.world.account.plays = [play for number, play in plays if play.kind == "movie" or number % 30 == 0]
    return still


OPEN = (
    "/history/movies",
    "/history/episodes",
    "/watched/movies",
    "/watched/shows?extended=progress",
    "/watched/episodes",
    "/watched/movies?extended=min",
    "/watched/episodes?extended=min",
    "/watched/shows?extended=min",
)


def ask(demo: DemoServices, path: str, username: str | None = None) -> requests.Response:
    return requests.get(demo.urls["trakt"] + path, headers=trakt_headers(demo, username=username), timeout=10)


def read(demo: DemoServices, path: str, username: str | None = None) -> Any:
    answer = ask(demo, path, username)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", [path for path in READS if path.startswith(("/shows", "/movies", "/search"))])
def test_the_catalogue_is_open_to_a_client_id_alone(still: DemoServices, path: str) -> None:
    """Source: Trakt guide, authentication-oauth.md; UNAUTHED_API_GET_LIMIT in rate-limiting.md (2026-10-07)."""
    conforms(read(still, path), READS[path])


@pytest.mark.parametrize("path", OPEN)
def test_a_public_profile_shows_what_the_owner_sees(still: DemoServices, path: str) -> None:
    """Source: Trakt contract, users/:id/history and users/:id/watched ("OAuth Optional")."""
    seen = read(still, f"/users/misaki{path}")

    assert seen == read(still, f"/sync{path}", "misaki")
    assert seen == read(still, f"/users/misaki{path}", "someone-else")
    conforms(seen, READS[f"/sync{path}"])


def test_a_public_history_is_paged_as_ones_own(demo: DemoServices) -> None:
    """Source: Trakt guide, pagination.md (2026-09-04)."""
    answer = ask(demo, "/users/misaki/history?page=2&limit=1000")

    assert len(answer.json()) == 250
    assert (answer.headers["X-Pagination-Page"], answer.headers["X-Pagination-Page-Count"]) == ("2", "5")


@pytest.mark.parametrize("path", OPEN)
def test_a_private_profile_is_closed_to_all_but_its_owner(demo: DemoServices, path: str) -> None:
    """Source: Trakt contract, profileResponseSchema.private; which status others get is not documented: here 401."""
    demo.world.account.private = True

    assert ask(demo, f"/users/misaki{path}").status_code == 401
    assert ask(demo, f"/users/misaki{path}", "someone-else").status_code == 401
    assert ask(demo, f"/users/misaki{path}", "misaki").status_code == 200


@pytest.mark.parametrize("path", ["", *OPEN])
def test_a_profile_that_is_not_there_is_a_404(still: DemoServices, path: str) -> None:
    """Source: Trakt guide, status-codes.md."""
    assert ask(still, f"/users/nobody-of-that-name{path}").status_code == 404


def test_a_profile_says_whether_it_is_private(demo: DemoServices) -> None:
    """Source: Trakt contract, profileResponseSchema."""
    demo.world.account.private = True
    profile = read(demo, "/users/misaki")

    conforms(profile, PROFILE)
    assert (profile["username"], profile["private"], profile["ids"]["slug"]) == ("misaki", True, "misaki")


def test_me_is_whoever_is_logged_in(still: DemoServices) -> None:
    """Source: Trakt contract, profileParamsSchema."""
    assert read(still, "/users/me", "someone-else")["username"] == "someone-else"
    assert ask(still, "/users/me/history").status_code == 401


@pytest.mark.parametrize("path", ["/users/settings", "/users/hidden/dropped", "/sync/history", "/sync/last_activities"])
def test_what_is_the_owners_needs_a_log_in(still: DemoServices, path: str) -> None:
    """Source: Trakt contract, sync and users ("OAuth Required")."""
    assert ask(still, path).status_code == 401


def test_without_a_log_in_the_limit_is_counted_for_the_app(demo: DemoServices) -> None:
    """Source: Trakt guide, rate-limiting.md: UNAUTHED_API_GET_LIMIT, 500 in five minutes a client id and address."""
    demo.trakt.limits.get_limit = 1
    answers = [ask(demo, "/users/misaki/history/movies") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert "UNAUTHED_API_GET_LIMIT" in answers[0].headers["X-Ratelimit"]
    assert ask(demo, "/sync/last_activities", "misaki").status_code == 200
