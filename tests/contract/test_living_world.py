"""A world that changes between runs: seasons that air, shows that Trakt cuts anew, datasets that learn late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.changes import (
    ALWAYS,
    AniListSays,
    AppearsOnTrakt,
    DatasetKnows,
    EpisodeInserted,
    EpisodeMoved,
    SeasonsMerged,
    SeasonSplit,
    library_at,
)
from demo.datasets import PATHS
from demo.library import DemoTitle, SampleLibrary, sample_library
from demo.lives import Life, Pace, air_times, aired_anew, newest_series, season_library
from demo.start import DemoServices, start_demo
from demo.world import DemoWorld, part_of, sample_world
from tests.demo_world import ask_anilist, trakt_headers
from tests.fakes import FakeClock
from tests.faults.harness import Owner, quick_disk, quick_key

FRIEREN, SPY_COUR_2, KAGUYA_3, BEBOP_FILM = 154587, 142838, 125367, 5
SPY, KAGUYA = 190742, 138254
DAY, WEEK = timedelta(days=1), timedelta(days=7)
START = FakeClock().now()


def show(library: SampleLibrary, trakt_id: int) -> DemoTitle:
    return next(title for title in library.titles if (title.kind, title.trakt_id) == ("show", trakt_id))


def numbers(title: DemoTitle) -> dict[int, list[int]]:
    """The numbers that each season has, in their order."""
    found: dict[int, list[int]] = {}
    for episode in sorted(title.episodes, key=lambda e: (e.season, e.number)):
        found.setdefault(episode.season, []).append(episode.number)
    return found


def places(title: DemoTitle) -> dict[int, tuple[int, int]]:
    return {e.trakt_id: (e.season, e.number) for e in title.episodes}


def run(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


# --- Trakt cuts a show anew -------------------------------------------------------------------------------------------


def cut(trakt_id: int, *changes: Any) -> tuple[DemoTitle, DemoTitle]:
    """A show of the sample library before and after."""
    library = sample_library()
    return show(library, trakt_id), show(library_at(library, changes, "trakt", START), trakt_id)


def test_two_seasons_become_one_whose_numbers_run_on() -> None:
    before, after = cut(SPY, SeasonsMerged(START, SPY, 1, 2))

    assert numbers(before) == {0: run(1, 4), 1: run(1, 25), 2: run(1, 12), 3: run(1, 13)}
    assert numbers(after) == {0: run(1, 4), 1: run(1, 37), 3: run(1, 13)}
    assert places(after)[before.places[2, 1]] == (1, 26)


def test_a_season_is_split_and_the_later_ones_move_up() -> None:
    before, after = cut(SPY, SeasonSplit(START, SPY, 1, 13))

    assert numbers(after) == {0: run(1, 4), 1: run(1, 12), 2: run(1, 13), 3: run(1, 12), 4: run(1, 13)}
    assert places(after)[before.places[1, 13]] == (2, 1)
    assert places(after)[before.places[3, 13]] == (4, 13)


def test_a_recap_moves_what_follows_and_airs_in_between() -> None:
    recap = EpisodeInserted(START, SPY, (1, 6), 9_000_001, datetime(2022, 5, 21, 14, 30, tzinfo=UTC), WEEK)
    before, after = cut(SPY, recap)
    dates = {e.trakt_id: e.first_aired for e in after.episodes}
    was = {e.trakt_id: e.first_aired for e in before.episodes}
    seventh, thirteenth = before.places[1, 7], before.places[1, 13]

    assert places(after)[9_000_001] == (1, 7)
    assert (places(after)[seventh], places(after)[thirteenth]) == ((1, 8), (1, 14))
    assert numbers(after)[1] == run(1, 26)
    assert (old := was[seventh])
    assert dates[seventh] == old + WEEK


def test_a_new_special_moves_the_later_ones() -> None:
    before, after = cut(KAGUYA, EpisodeInserted(START, KAGUYA, (0, 0), 9_000_002))

    assert places(after)[before.places[0, 1]] == (0, 2)
    assert (len(after.episodes), numbers(after)[0]) == (len(before.episodes) + 1, run(1, 13))


@pytest.mark.parametrize(
    ("source", "target", "where"),
    [((0, 1), (0, 3), {1: 3, 2: 1, 3: 2, 4: 4}), ((0, 4), (0, 1), {1: 2, 2: 3, 3: 4, 4: 1})],
)
def test_a_special_is_moved(source: tuple[int, int], target: tuple[int, int], where: dict[int, int]) -> None:
    before, after = cut(KAGUYA, EpisodeMoved(START, KAGUYA, source, target))
    moved = {number: places(after)[before.places[0, number]][1] for number in where}

    assert moved == where
    assert numbers(after) == numbers(before)


def test_a_special_can_become_an_episode() -> None:
    before, after = cut(KAGUYA, EpisodeMoved(START, KAGUYA, (0, 1), (2, 13)))

    assert places(after)[before.places[0, 1]] == (2, 13)
    assert numbers(after)[0] == run(1, 11)


def test_cuts_follow_each_other() -> None:
    _, after = cut(SPY, SeasonSplit(START - DAY, SPY, 1, 13), SeasonsMerged(START, SPY, 1, 2))

    assert numbers(after) == {0: run(1, 4), 1: run(1, 25), 3: run(1, 12), 4: run(1, 13)}


def test_nothing_has_happened_before_its_moment() -> None:
    before, after = cut(SPY, SeasonsMerged(START + DAY, SPY, 1, 2))

    assert after is before


# --- what Trakt lists -------------------------------------------------------------------------------------------------


def test_an_episode_that_is_listed_late_is_missing_until_then() -> None:
    library = sample_library()
    title = show(library, SPY)
    late = AppearsOnTrakt(START, SPY, frozenset({title.places[3, 13]}))

    assert numbers(show(library_at(library, [late], "trakt", START - DAY), SPY))[3] == run(1, 12)
    assert numbers(show(library_at(library, [late], "trakt", START), SPY))[3] == run(1, 13)


def test_an_episode_can_be_listed_before_it_has_a_date() -> None:
    library = sample_library()
    last = show(library, SPY).places[3, 13]
    changes = [
        AppearsOnTrakt(START, SPY, frozenset({last}), dated=False),
        AppearsOnTrakt(START + DAY, SPY, frozenset({last})),
    ]

    def dated(now: datetime) -> bool:
        episodes = show(library_at(library, changes, "trakt", now), SPY).episodes
        return next(e.first_aired for e in episodes if e.trakt_id == last) is not None

    assert (dated(START), dated(START + DAY)) == (False, True)


def test_a_title_can_be_missing_whole() -> None:
    library = sample_library()
    film = next(title for title in library.titles if title.kind == "movie")
    changes = [AppearsOnTrakt(START, SPY), AppearsOnTrakt(START, film.trakt_id, kind="movie")]
    before, after = (library_at(library, changes, "trakt", now).titles for now in (START - DAY, START))

    assert len(before) == len(library.titles) - 2
    assert after == library.titles


@contextmanager
def serving(world: DemoWorld) -> Iterator[DemoServices]:
    with start_demo(world) as demo:
        yield demo


def get(demo: DemoServices, path: str) -> Any:
    headers = trakt_headers(demo, username=None)
    answer = requests.get(demo.urls["trakt"] + path, headers=headers, timeout=10)
    return answer.json() if answer.ok else answer.status_code


def test_the_service_answers_as_it_is_at_the_moment() -> None:
    clock = FakeClock()
    world = sample_world(clock, part_of(sample_library(), SPY_COUR_2))
    empty = AppearsOnTrakt(START + DAY, SPY, frozenset(), empty_season=4)
    world.happen(AppearsOnTrakt(START + DAY, SPY), empty, SeasonSplit(START + 2 * DAY, SPY, 1, 13))
    with serving(world) as demo:
        absent = get(demo, f"/shows/{SPY}"), get(demo, f"/shows/{SPY}/seasons")
        clock.advance(DAY)
        new = get(demo, f"/shows/{SPY}/seasons?extended=full,episodes")
        clock.advance(DAY)
        split = get(demo, f"/shows/{SPY}/seasons?extended=full,episodes")

    assert absent == (404, 404)
    assert [len(season["episodes"]) for season in new] == [4, 25, 12, 13, 0]
    assert [len(season["episodes"]) for season in split] == [4, 12, 13, 12, 13]
    kept = {season["ids"]["trakt"] for season in new} & {season["ids"]["trakt"] for season in split}
    assert len(kept) == 4


# --- what AniList tells -----------------------------------------------------------------------------------------------

MEDIA = "status episodes startDate { year month day } endDate { day } nextAiringEpisode { episode }"


def told(demo: DemoServices, anilist_id: int) -> tuple[object, ...]:
    media = ask_anilist(demo, f"{{ Media(id: {anilist_id}) {{ {MEDIA} }} }}").json()["data"]["Media"]
    upcoming = media["nextAiringEpisode"]
    return (
        media["status"],
        media["episodes"],
        media["startDate"]["day"],
        media["endDate"]["day"],
        upcoming["episode"] if upcoming else None,
    )


def new_season(clock: FakeClock, life: Life, *, premiere: timedelta = WEEK) -> DemoWorld:
    """A world in which one entry of the sample library begins anew."""
    library = aired_anew(part_of(sample_library(), life.anilist_id), life.anilist_id, (clock.now() + premiere).date())
    world = sample_world(clock, library)
    world.live(life)
    return world


def test_anilist_tells_a_life_step_by_step() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(KAGUYA_3, start=-3 * DAY, count=2 * WEEK))
    with serving(world) as demo:
        seen = [told(demo, KAGUYA_3)]
        for step in (5 * DAY, 3 * DAY, 2 * WEEK, 10 * WEEK, WEEK):
            clock.advance(step)
            seen.append(told(demo, KAGUYA_3))

    assert seen == [
        ("NOT_YET_RELEASED", None, None, None, 1),
        ("NOT_YET_RELEASED", None, 29, None, 1),
        ("RELEASING", None, 29, None, 2),
        ("RELEASING", 13, 29, None, 4),
        ("FINISHED", 13, 29, 14, None),
        ("FINISHED", 13, 29, 14, None),
    ]


def test_the_schedule_forgets_what_is_past() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(KAGUYA_3, forgets=True))
    rows = "{ Page { airingSchedules(mediaId_in: [125367]) { episode } } }"
    with serving(world) as demo:
        clock.advance(4 * WEEK)
        left = ask_anilist(demo, rows).json()["data"]["Page"]["airingSchedules"]

    assert [row["episode"] for row in left] == run(4, 13)


def test_a_change_of_facts_holds_from_now_on() -> None:
    clock = FakeClock()
    world = sample_world(clock, part_of(sample_library(), 21))
    with serving(world) as demo:
        before = told(demo, 21)
        world.tell_anilist(21, status="FINISHED", episodes=1200, next_episode=None)
        after = told(demo, 21)

    assert (before[0], before[1]) == ("RELEASING", None)
    assert (after[0], after[1], after[4]) == ("FINISHED", 1200, None)


def test_the_latest_of_several_changes_counts() -> None:
    library = part_of(sample_library(), 21)
    changes = [AniListSays(START, 21, {"episodes": 12}), AniListSays(ALWAYS, 21, {"episodes": 13, "minutes": 9})]
    anime = library_at(library, changes, "anilist", START).by_anilist_id(21)[1]

    assert (anime.episodes, anime.minutes) == (12, 9)


# --- how Trakt lists a season that airs -------------------------------------------------------------------------------


def listed(world: DemoWorld, trakt_id: int, season: int) -> tuple[int, int]:
    """How many episodes of a season Trakt lists now, and how many of those have a date."""
    episodes = [e for e in show(world.seen_by("trakt"), trakt_id).episodes if e.season == season]
    return len(episodes), sum(e.first_aired is not None for e in episodes)


@pytest.mark.parametrize(
    ("life", "before", "after_three", "at_the_end"),
    [
        (Life(KAGUYA_3, Pace.AS_IT_AIRS), (2, 2), (4, 4), (13, 13)),
        (Life(KAGUYA_3, Pace.AS_IT_AIRS, ahead=0), (1, 1), (3, 3), (13, 13)),
        (Life(KAGUYA_3, Pace.WHOLE), (13, 13), (13, 13), (13, 13)),
        (Life(KAGUYA_3, Pace.UNDATED), (13, 0), (13, 3), (13, 13)),
        (Life(KAGUYA_3, Pace.AS_IT_AIRS, ahead=0, trakt=5 * DAY), (0, 0), (2, 2), (13, 13)),
    ],
    ids=["as it airs, one ahead", "as it airs", "whole", "without dates", "late"],
)
def test_trakt_lists_a_season_in_its_own_way(
    life: Life, before: tuple[int, int], after_three: tuple[int, int], at_the_end: tuple[int, int]
) -> None:
    clock = FakeClock()
    world = new_season(clock, life)
    clock.advance(6 * DAY)
    seen = [listed(world, KAGUYA, 3)]
    clock.advance(2 * DAY + 2 * WEEK)
    seen.append(listed(world, KAGUYA, 3))
    assert world.aired(KAGUYA_3) == 3
    clock.advance(12 * WEEK)
    seen.append(listed(world, KAGUYA, 3))

    assert seen == [before, after_three, at_the_end]


def test_what_is_watched_is_expected_as_soon_as_trakt_lists_it() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(KAGUYA_3, ahead=0, trakt=5 * DAY))
    clock.advance(8 * DAY)
    watched = world.watch_aired(KAGUYA_3)
    entry = world.user.entries[KAGUYA_3]
    (target,) = world.targets(entry)
    early = target in world.expected_plays()
    clock.advance(5 * DAY)

    assert (watched, entry.progress, early) == (1, 1, False)
    assert target in world.expected_plays()
    assert world.watch_aired(KAGUYA_3) == 0


def test_an_entry_watched_to_its_end_is_completed() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(KAGUYA_3))
    clock.advance(15 * WEEK)
    world.watch_aired(KAGUYA_3)

    assert (world.user.entries[KAGUYA_3].status, world.user.entries[KAGUYA_3].progress) == ("COMPLETED", 13)


# --- what the datasets know -------------------------------------------------------------------------------------------


def dataset(demo: DemoServices, name: str) -> Any:
    return requests.get(demo.urls["datasets"] + PATHS[name], timeout=10).json()


def test_datasets_gain_a_row_each_in_its_time() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(SPY_COUR_2))
    with serving(world) as demo:
        known = []
        for step in (timedelta(0), 2 * WEEK, 2 * WEEK + DAY, 3 * WEEK):
            clock.advance(step)
            fribb = next(row for row in dataset(demo, "fribb") if row["anilist_id"] == SPY_COUR_2)
            items = dataset(demo, "bangumi")["items"]
            (item,) = [i for i in items if {"site": "aniList", "id": str(SPY_COUR_2)} in i["sites"]] or [None]
            trakt = [row["myanimelist"]["id"] for row in dataset(demo, "anitrakt_tv")]
            known.append((fribb.get("season"), fribb.get("episode_offset"), bool(item and item["begin"]), trakt))

    season, offset = {"tmdb": 1, "tvdb": 1}, {"tmdb": 12, "tvdb": 12}
    assert known == [
        (None, None, True, []),
        (season, None, True, []),
        (season, None, True, [50602]),
        (season, offset, True, [50602]),
    ]


def test_an_entry_that_runs_has_no_end_in_the_datasets() -> None:
    clock = FakeClock()
    world = new_season(clock, Life(112641, count=20 * WEEK, datasets={}))
    world.happen(AniListSays(ALWAYS, 112641, {"unknown_to": frozenset()}))
    with serving(world) as demo:
        clock.advance(3 * WEEK)
        running = dataset(demo, "bangumi")["items"][0]["end"], dataset(demo, "anibridge")["anilist:112641"]
        clock.advance(20 * WEEK)
        over = dataset(demo, "bangumi")["items"][0]["end"], dataset(demo, "anibridge")["anilist:112641"]

    assert running == ("", {"tmdb_show:83121:s2": {"1-": "1-"}, "tvdb_show:354198:s2": {"1-": "1-"}})
    assert over[0].startswith("2027-02-14")
    assert over[1]["tmdb_show:83121:s2"] == {"1-12": "1-12"}


def test_a_file_changes_its_etag_when_it_gains_a_row() -> None:
    clock = FakeClock()
    world = sample_world(clock, part_of(sample_library(), SPY_COUR_2, FRIEREN))
    world.happen(DatasetKnows(START + DAY, "fribb", FRIEREN))
    with serving(world) as demo:
        url = demo.urls["datasets"] + PATHS["fribb"]
        first = requests.get(url, timeout=10)
        same = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
        clock.advance(DAY)
        more = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=10)

    assert (same.status_code, more.status_code) == (304, 200)
    assert len(more.content) > len(first.content)


# --- a whole season ---------------------------------------------------------------------------------------------------


def test_a_season_of_sixty_can_be_made() -> None:
    library, premiere = sample_library(), date(2026, 11, 29)
    followed = newest_series(library).values()
    season = season_library(library, dict.fromkeys(followed, premiere), made_up=60 - len(followed))
    begun = {a.anilist_id: air_times(season, a.anilist_id)[0].date() for t in season.titles for a in t.anime[-1:]}

    assert len(season.titles) == 60
    assert len({title.trakt_id for title in season.titles}) == 60
    assert {premiere} >= {day for anilist_id, day in begun.items() if anilist_id in followed}
    assert len([e for title in season.titles for e in title.episodes]) == len(
        {e.trakt_id for title in season.titles for e in title.episodes}
    )


def test_what_began_later_is_gone_when_an_entry_airs_anew() -> None:
    library = aired_anew(sample_library(), SPY_COUR_2, date(2026, 11, 29))
    title = show(library, SPY)

    assert [anime.anilist_id for anime in title.anime] == [140960, SPY_COUR_2]
    assert numbers(title) == {0: run(1, 4), 1: run(1, 25)}
    assert air_times(library, SPY_COUR_2)[0].date() == date(2026, 11, 29)
    assert title.anime[0].listing.completed == title.anime[0].end < "2026-11-29"


def test_the_real_job_follows_lives_without_a_wrong_or_second_play(tmp_path: Path) -> None:
    clock = FakeClock()
    followed = (SPY_COUR_2, FRIEREN)
    library = season_library(sample_library(), dict.fromkeys(followed, date(2026, 11, 29)))
    world = sample_world(clock, library)
    world.live(*(Life(anilist_id, Pace.WHOLE) for anilist_id in followed))
    world.happen(EpisodeInserted(START + 60 * DAY, SPY, (0, 2), 9_000_003))
    with quick_key(), quick_disk(), start_demo(world) as demo:
        owner = Owner(demo, clock, tmp_path)
        for _ in range(6):
            for anilist_id in followed:
                world.watch_aired(anilist_id)
            ended = owner.sync(later=3 * WEEK)
            assert 0 == ended.code, ended.output
            assert Counter(world.expected_plays()) >= owner.history

    assert world.user.entries[SPY_COUR_2].status == "COMPLETED"
