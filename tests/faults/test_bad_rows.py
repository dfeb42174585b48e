"""One row of an answer cannot be right: it is left out and named, the rest of the run goes on, and nothing is written
because of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.server import Reply, Request
from tests.faults.harness import Ended, Owner, Play, meddling, world_of

JUJUTSU_2, JUJUTSU_3, MUGEN_TRAIN = 145064, 172463, 112151
BEBOP, SPY_2, SILENT_VOICE = 1, 142838, 20954
OUTAGE = 5
AFTER_A_WEEK = timedelta(days=7, hours=1)
"""When an episode that was not there is looked for again."""
HUGE = 10**400
Change = Callable[[Any], None]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody before their first sync."""
    with world_of(JUJUTSU_2, JUJUTSU_3, MUGEN_TRAIN) as (demo, clock):
        yield Owner(demo, clock, tmp_path)


def on(path: str, change: Change) -> Callable[[Request, Reply], Reply]:
    """Answers of this address with their JSON changed."""

    def meddled(request: Request, answer: Reply) -> Reply:
        if not request.path.startswith(path) or answer.status != 200 or answer.value is None:
            return answer
        value = deepcopy(answer.value)
        change(value)
        return replace(answer, value=value)

    return meddled


def in_entry(anilist_id: int, change: Change) -> Change:
    """Changes the list's row of one anime."""

    def changed(value: Any) -> None:
        groups = ((value.get("data") or {}).get("MediaListCollection") or {}).get("lists") or ()
        for row in (row for group in groups for row in group["entries"]):
            if row["media"] and row["media"]["id"] == anilist_id:
                change(row)

    return changed


def in_episode(season: int, number: int, change: Change) -> Change:
    """Changes an episode of a show."""

    def changed(value: Any) -> None:
        for row in (row for each in value if each["number"] == season for row in each["episodes"]):
            if row["number"] == number:
                change(row)

    return changed


def plays_of(owner: Owner, anilist_id: int) -> Counter[Play]:
    return Counter(owner.demo.world.targets(owner.demo.world.user.entries[anilist_id]))


def assert_says(ended: Ended, *words: str) -> None:
    """The run ended well and names what it left out, in the log and on its page."""
    assert 0 == ended.code, ended.output
    for each in words:
        assert each in ended.output
        assert each in ended.summary.replace("\u200b", "").replace("\\", "")


ENTRIES: list[Change] = [
    lambda row: row.update(progress=HUGE),
    lambda row: row.update(status="FORGOTTEN"),
    lambda row: row["media"].update(episodes=-12),
    lambda row: row["media"]["startDate"].update(year=99_999),
    lambda row: row["media"]["title"].update(romaji="t" * 1_000_000),
]


@pytest.mark.parametrize("change", ENTRIES)
def test_an_entry_of_the_list(owner: Owner, change: Change) -> None:
    with meddling(owner.demo.anilist, on("/", in_entry(JUJUTSU_2, change))):
        ended = owner.sync()

    assert_says(ended, "Left out 1 of the list entries (AniList), which cannot be right")
    assert owner.truth - plays_of(owner, JUJUTSU_2) == owner.history
    assert all(str(JUJUTSU_2) not in content.decode() for content in owner.committed.values())
    owner.sync_until_well()


EPISODES: list[Change] = [
    lambda row: row["ids"].update(trakt=-5),
    lambda row: row["ids"].update(trakt=HUGE),
    lambda row: row.update(runtime=HUGE),
    lambda row: row.update(number="30"),
    lambda row: row.update(first_aired="99999-01-01T00:00:00.000Z"),
    lambda row: row.clear(),
]


@pytest.mark.parametrize("change", EPISODES)
@pytest.mark.parametrize("number", [25, 30, 47])
def test_an_episode_of_a_layout(owner: Owner, change: Change, number: int) -> None:
    with meddling(owner.demo.trakt, on("/shows/", in_episode(1, number, change))):
        ended = owner.sync()

    assert_says(ended, "Left out 1 of the episodes of show", "which cannot be right")
    assert Counter() == owner.history - owner.truth, "a play went where it does not belong"
    if number == 30:
        assert 1 == (owner.truth - owner.history).total()
    assert 0 == owner.sync(later=AFTER_A_WEEK).code
    assert owner.truth == owner.history


def test_the_first_cut_of_a_show_is_not_forgotten_over_an_episode_that_cannot_be_read(owner: Owner) -> None:
    assert 0 == owner.sync().code
    owner.demo.world.watch(JUJUTSU_3)
    cache = owner.committed["mapping_cache.json"]

    with meddling(owner.demo.trakt, on("/shows/", in_episode(1, 30, lambda row: row["ids"].update(trakt=-5)))):
        ended = owner.sync()

    assert_says(ended, "Left out 1 of the episodes of show")
    assert "re-cut" not in ended.output
    assert (owner.truth, cache) == (owner.history, owner.committed["mapping_cache.json"])


TIMES: list[object] = [None, [], ["yesterday"], [HUGE], {"at": "2026-01-02T03:04:00.000Z"}, ["9" * 100_000]]


@pytest.mark.parametrize("times", TIMES, ids=lambda times: str(times)[:30])
def test_the_times_of_a_play(owner: Owner, times: object) -> None:
    assert 0 == owner.sync().code
    owner.demo.world.watch(JUJUTSU_3)
    watched = str(next(key for kind, key in owner.history if kind == "episode"))

    with meddling(owner.demo.trakt, on("/sync/watched/episodes", lambda plays: plays.update({watched: times}))):
        ended = owner.sync()

    assert_says(ended, f"Left out 1 of the times of watched episodes (Trakt), which cannot be right: {watched}")
    assert owner.truth == owner.history


@pytest.mark.parametrize("key", ["-1", "0", "1.5", "one", str(HUGE), str(2**31)])
def test_a_play_of_nobody_knows_what_stops_the_run(owner: Owner, key: str) -> None:
    assert 0 == owner.sync().code
    owner.demo.world.watch(JUJUTSU_3)
    history, state = owner.history, owner.committed

    with meddling(
        owner.demo.trakt, on("/sync/watched/", lambda plays: plays.update({key: ["2026-01-02T03:04:00.000Z"]}))
    ):
        ended = owner.sync()

    assert (OUTAGE, 0) == (ended.code, ended.writes)
    assert (history, state["plays.json"]) == (owner.history, owner.committed["plays.json"])
    assert 0 == owner.sync().code
    assert owner.truth == owner.history


def test_an_activity(owner: Owner) -> None:
    def change(value: Any) -> None:
        for row in ((value.get("data") or {}).get("Page") or {}).get("activities") or ():
            row.update(progress=5)

    with meddling(owner.demo.anilist, on("/", change)):
        ended = owner.sync()

    assert_says(ended, "of the activities (AniList), which cannot be right")
    assert owner.truth == owner.history


def test_a_row_of_a_dataset(owner: Owner) -> None:
    def meddled(request: Request, answer: Reply) -> Reply:
        if "anime-list-full" not in request.path or answer.text is None:
            return answer
        rows = [*json.loads(answer.text), {"anilist_id": 7, "tvdb_id": HUGE}, {"anilist_id": -7}, None]
        return replace(answer, text=json.dumps(rows))

    with meddling(owner.demo.datasets, meddled):
        ended = owner.sync()

    assert_says(ended, "Left out 3 of the rows of Fribb's list", "7 (tvdb", "one without an id (")
    assert owner.truth == owner.history


# --- ratings, watchlist, dropped shows --------------------------------------------------------------------------------


@pytest.fixture
def rater(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose plays are all synced, and whose ratings are to be."""
    with world_of(BEBOP, SPY_2, SILENT_VOICE) as (demo, clock):
        person = Owner(demo, clock, tmp_path, github=False)
        assert 0 == person.sync().code
        demo.world.account.ratings["show", 30857] = (6, "2020-01-01T00:00:00.000Z")
        person.settings["SYNC_RATINGS"] = "true"
        yield person


def ratings(owner: Owner) -> dict[tuple[str, int], int]:
    return {key: value for key, (value, _) in owner.demo.world.account.ratings.items()}


@pytest.mark.parametrize("rating", [None, 0, 11, "6", HUGE])
def test_a_rating_is_not_overwritten_while_it_cannot_be_read(rater: Owner, rating: object) -> None:
    def change(rows: Any) -> None:
        for row in rows:
            if row.get("show", {}).get("ids", {}).get("trakt") == 30857 and row["type"] == "show":
                row["rating"] = rating

    with meddling(rater.demo.trakt, on("/sync/ratings/shows", change)):
        ended = rater.sync()

    assert_says(ended, "Left out 1 of the shows on a list (Trakt), which cannot be right: 30857 (rating:")
    assert (6, 8) == (ratings(rater)["show", 30857], ratings(rater)["show", 190742])
    assert 0 == rater.sync().code
    assert 9 == ratings(rater)["show", 30857]


def test_no_list_is_changed_while_an_entry_cannot_be_read(rater: Owner) -> None:
    before = ratings(rater)
    with meddling(rater.demo.anilist, on("/", in_entry(SPY_2, lambda row: row.update(score=101)))):
        ended = rater.sync()

    assert_says(ended, "Ratings, watchlist and dropped shows stay as they are while an entry", "score: expected")
    assert before == ratings(rater)
    assert 0 == rater.sync().code
    assert 9 == ratings(rater)["show", 30857]
