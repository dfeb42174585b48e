"""The demo's ratings, watchlist and dropped shows keep to Trakt's contract where the job relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from demo.start import DemoServices
from tests.demo_world import running_demo, trakt_headers

BEBOP, BEBOP_FILM = 1, 5


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    with running_demo(BEBOP, BEBOP_FILM) as services:
        yield services


def ask(demo: DemoServices, method: str, path: str, body: object = None) -> Any:
    demo.trakt.limits.leeway = 60.0
    url = demo.urls["trakt"] + path
    return requests.request(method, url, json=body, headers=trakt_headers(demo), timeout=10)


def first_season(demo: DemoServices) -> int:
    rows = ask(demo, "GET", "/shows/cowboy-bebop/seasons?extended=full,episodes").json()
    return next(int(row["ids"]["trakt"]) for row in rows if row["number"] == 1)


@pytest.mark.parametrize("which", ["ratings", "watchlist"])
def test_a_season_is_put_by_its_own_id_and_read_back_with_it(demo: DemoServices, which: str) -> None:
    """Source: Trakt contract, sync/ratings and sync/watchlist."""
    season = first_season(demo)
    rated = {"rating": 9} if which == "ratings" else {}

    answer = ask(demo, "POST", f"/sync/{which}", {"seasons": [{"ids": {"trakt": season}, **rated}]})

    assert (201, 1) == (answer.status_code, answer.json()["added"]["seasons"])
    (row,) = ask(demo, "GET", f"/sync/{which}/seasons?page=1&limit=250").json()
    assert ("season", 1, season) == (row["type"], row["season"]["number"], row["season"]["ids"]["trakt"])
    ask(demo, "POST", f"/sync/{which}/remove", {"seasons": [{"ids": {"trakt": season}}]})
    assert [] == ask(demo, "GET", f"/sync/{which}/seasons?page=1&limit=250").json()


def test_a_season_that_trakt_does_not_know_is_not_found(demo: DemoServices) -> None:
    """Source: Trakt contract, listAddResponseSchema."""
    missing = [{"ids": {"trakt": 99}}]

    assert missing == ask(demo, "POST", "/sync/watchlist", {"seasons": missing}).json()["not_found"]["seasons"]


def test_more_than_the_watchlist_holds_is_refused_whole(demo: DemoServices) -> None:
    """Source: Trakt guide, user-account-limits.md (2026-09-24): 420."""
    demo.world.account.watchlist_limit = 1
    both = {"shows": [{"ids": {"trakt": 30857}}], "movies": [{"ids": {"trakt": 6398}}]}

    assert 420 == ask(demo, "POST", "/sync/watchlist", both).status_code
    assert not demo.world.account.watchlist


def test_taking_from_the_watchlist_moves_its_stamp(demo: DemoServices) -> None:
    """Source: Trakt contract, lastActivitiesResponseSchema."""
    item = {"movies": [{"ids": {"trakt": 6398}}]}
    ask(demo, "POST", "/sync/watchlist", item)
    before = ask(demo, "GET", "/sync/last_activities").json()["watchlist"]["updated_at"]
    demo.world.clock.sleep(60)
    ask(demo, "POST", "/sync/watchlist/remove", item)

    assert before < ask(demo, "GET", "/sync/last_activities").json()["watchlist"]["updated_at"]
