"""An answer that cannot be right is never taken for "nothing watched": the run stops, and writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.server import Reply, Request
from tests.faults.harness import Owner, meddling, world_of

SHOWS = (145064, 172463, 112151)
OUTAGE, FOREIGN_STATE, LOGIN = 5, 8, 3


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose first sync is done, with an episode more to add."""
    with world_of(*SHOWS) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        assert 0 == person.sync().code
        demo.world.watch(172463)
        yield person


def assert_stops(owner: Owner, code: int, *says: str, **settings: str) -> None:
    """The run ends so, saying this, with the history and the memory of plays untouched; the next good run adds."""
    history, plays = owner.history, owner.committed["plays.json"]
    before = dict(owner.settings)
    owner.settings.update(settings)

    ended = owner.sync()

    assert code == ended.code, ended.output
    for words in says:
        assert words in ended.output
        assert words in ended.summary.replace("\u200b", "")
    assert 0 == ended.writes
    assert (history, plays) == (owner.history, owner.committed["plays.json"])
    owner.settings.clear()
    owner.settings.update(before)


def assert_goes_on(owner: Owner) -> None:
    assert 0 == owner.sync().code
    assert owner.truth == owner.history


def on(path: str, change: Callable[[Request, Reply], Reply]) -> Callable[[Request, Reply], Reply]:
    return lambda request, answer: change(request, answer) if request.path == path else answer


def without_most(answer: Reply) -> Reply:
    assert isinstance(answer.value, dict)
    return replace(answer, value=dict(list(answer.value.items())[:8]))


@pytest.mark.parametrize(
    "change",
    [lambda _, answer: replace(answer, value={}), lambda _, answer: without_most(answer)],
    ids=["empty", "most of it missing"],
)
def test_plays_that_the_ledger_knows_are_missing(owner: Owner, change: Callable[[Request, Reply], Reply]) -> None:
    with meddling(owner.demo.trakt, on("/sync/watched/episodes", change)):
        assert_stops(owner, OUTAGE, "Trakt's history lacks", "Nothing was changed")
    assert_goes_on(owner)


def test_an_empty_history_is_not_believed_of_a_short_one_either(tmp_path: Path) -> None:
    with world_of(112151) as (demo, clock):
        owner = Owner(demo, clock, tmp_path)
        assert 0 == owner.sync().code
        demo.world.account.plays.clear()
        assert_stops(owner, OUTAGE, "Trakt's history lacks")


def test_a_page_that_is_another_one(owner: Owner) -> None:
    pages = {"X-Pagination-Page-Count": "3", "X-Pagination-Page": "1"}
    with meddling(
        owner.demo.trakt, on("/sync/watched/episodes", lambda _, a: replace(a, headers={**a.headers, **pages}))
    ):
        assert_stops(owner, OUTAGE, "page 1", "when asked for page 2")
    assert_goes_on(owner)


def test_pages_that_hold_nothing(owner: Owner) -> None:
    def cut(request: Request, answer: Reply) -> Reply:
        page = request.query.get("page", "1")
        headers = {**answer.headers, "X-Pagination-Page-Count": "2", "X-Pagination-Page": page}
        return replace(without_most(answer) if page == "1" else replace(answer, value={}), headers=headers)

    with meddling(owner.demo.trakt, on("/sync/watched/episodes", cut)):
        assert_stops(owner, OUTAGE, "Trakt's history lacks")
    assert_goes_on(owner)


def test_shows_without_their_seasons(owner: Owner) -> None:
    def other_shape(request: Request, answer: Reply) -> Reply:
        if request.path == "/sync/watched/episodes" or request.query.get("extended") == "min":
            return replace(answer, value=[]) if request.path != "/sync/watched/movies" else answer
        if request.path == "/sync/watched/shows" and isinstance(answer.value, list):
            rows = [{key: value for key, value in row.items() if key != "seasons"} for row in answer.value]
            return replace(answer, value=rows)
        return answer

    with meddling(owner.demo.trakt, other_shape):
        assert_stops(owner, OUTAGE, "seasons")
    assert_goes_on(owner)


def test_the_list_lost_all_of_its_entries(owner: Owner) -> None:
    entries = owner.demo.world.user.entries
    kept = dict(entries)
    entries.clear()
    assert_stops(owner, OUTAGE, "AniList returned 0 list entries where the last run saw 3")
    entries.update(kept)
    assert_goes_on(owner)


def test_another_anilist_account(owner: Owner) -> None:
    assert_stops(owner, FOREIGN_STATE, "belongs to the AniList user misaki", ANILIST_USERNAME="newcomer")
    assert_goes_on(owner)


def other_log_in(owner: Owner) -> dict[str, str]:
    pair = owner.demo.logins.issue("someone-else")
    return {
        "TRAKT_ACCESS_TOKEN": str(pair["access_token"]),
        "TRAKT_REFRESH_TOKEN": str(pair["refresh_token"]),
    }


def test_another_trakt_account(owner: Owner) -> None:
    assert_stops(owner, FOREIGN_STATE, "belongs to the Trakt user misaki", **other_log_in(owner), TRAKT_USERNAME="")


def test_a_log_in_that_is_not_the_one_that_is_wanted(tmp_path: Path) -> None:
    with world_of(*SHOWS) as (demo, clock):
        owner = Owner(demo, clock, tmp_path)
        owner.settings |= other_log_in(owner)

        ended = owner.sync()

        assert LOGIN == ended.code
        assert "someone-else" in ended.output
        assert "TRAKT_USERNAME" in ended.output
        assert 0 == ended.writes
        assert [] == demo.world.trakt["someone-else"].plays
