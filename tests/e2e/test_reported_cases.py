"""What people reported about mappings of this kind, each as a small library and what must come of it.

The sources are public reports about other programs; ids and dates are facts of AniList, MyAnimeList, TMDB and Trakt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo.changes import AniListSays, AppearsOnTrakt
from demo.library import SampleLibrary, parse_library
from demo.start import start_demo
from demo.world import DemoWorld, sample_world
from tests.fakes import FakeClock
from tests.faults.harness import Owner, quick_disk, quick_key

DUSK, FILM, KAIBA, RE_ZERO = 195153, 1689, 3701, 119661
WEEK = timedelta(days=7)

DUSK_SHOW = """
[[show]]
title = "Dusk Beyond the End of the World"
year = 2025
ids = { trakt = 289711, slug = "dusk-beyond-the-end-of-the-world", tmdb = 294867, tvdb = 465214, imdb = "tt0289711" }
episodes = [EPISODES]
[[show.entry]]
title = { romaji = "Towa no Yuugure" }
anime = { id = 195153, mal = 61917, format = "TV", minutes = 24, from = "2025-09-26", ANIME }
is = "IS"
SAYS
list = { status = "CURRENT", progress = 3, started = "2025-09-26" }
"""
FIVE_CENTIMETRES = """
[[film]]
title = "5 Centimeters per Second"
year = 2007
ids = { trakt = 24579, slug = "5-centimeters-per-second-2007", tmdb = 38142, imdb = "tt0024579" }
released = "2007-03-03"
[[film.entry]]
title = { romaji = "Byousoku 5 Centimeter" }
anime = { id = 1689, mal = 1689, format = "MOVIE", minutes = 22, from = "2007-03-03", episodes = 3, to = "2007-03-03" }
list = { status = "CURRENT", progress = 1, started = "2021-10-10" }
"""
KAIBA_SHOW = """
[[show]]
title = "Kaiba"
year = 2008
ids = { trakt = 34598, slug = "kaiba", tmdb = 34747, tvdb = 81955, imdb = "tt0034598" }
episodes = ["s1e1-12 2008-04-11"]
[[show.entry]]
title = { romaji = "Kaiba" }
anime = { id = 3701, mal = 3701, format = "TV", minutes = 24, from = "2008-04-11", episodes = 12, to = "2008-07-25" }
is = "1-12 = s1e1"
list = { status = "CURRENT", progress = 2223, started = "2019-07-22" }
"""
RE_ZERO_SHOW = """
[[show]]
title = "Re:ZERO -Starting Life in Another World-"
year = 2016
ids = { trakt = 104310, slug = "re-zero", tmdb = 65942, tvdb = 305089, imdb = "tt0104310" }
episodes = ["s1e1-25 2016-04-03", "s1e26-38 2020-07-08", "s1e39-50 2021-01-06"]
[[show.entry]]
title = { romaji = "Re:Zero kara Hajimeru Isekai Seikatsu 2nd Season Part 2" }
anime = { id = 119661, mal = 42203, format = "TV", minutes = 24, from = "2021-01-06", episodes = 12, to = "2021-03-24" }
is = "1-12 = s1e39"
says = { fribb = "s1+38", bangumi = "tv/65942" }
list = { status = "COMPLETED", progress = 16, started = "2021-01-06", completed = "2021-03-24" }
"""


@contextmanager
def person_with(library: str, folder: Path) -> Iterator[Owner]:
    """Somebody whose list is this one, before their first sync."""
    clock = FakeClock()
    with quick_key(), quick_disk(), start_demo(sample_world(clock, parse_library(library))) as demo:
        yield Owner(demo, clock, folder)


def watched(person: Owner) -> list[str]:
    """The plays on Trakt as ``S1E3`` or ``film``, one for each."""
    titles = person.demo.world.library.titles
    names = {("episode", e.trakt_id): f"S{e.season}E{e.number}" for title in titles for e in title.episodes}
    return sorted(names.get(play, "film") for play in person.history.elements())


def numbered(season: int, first: int, last: int) -> list[str]:
    return sorted(f"S{season}E{number}" for number in range(first, last + 1))


def listed_later(world: DemoWorld, places: set[tuple[int, int]], later: timedelta) -> None:
    """Trakt lists these episodes only from then on."""
    show = world.library.titles[0]
    late = frozenset(e.trakt_id for e in show.episodes if (e.season, e.number) in places)
    world.happen(AppearsOnTrakt(world.clock.now() + later, show.trakt_id, late))


def dusk(episodes: str, anime: str, truth: str, says: str) -> str:
    words = {"EPISODES": episodes, "ANIME": anime, "IS": truth, "SAYS": says}
    text = DUSK_SHOW
    for word, value in words.items():
        text = text.replace(word, value)
    return text


@pytest.mark.parametrize("count", ["episodes = 13, next = 4", "next = 4"], ids=["the count is known", "it is not"])
def test_what_trakt_adds_while_a_series_airs_is_written(count: str, tmp_path: Path) -> None:
    """TraktRater, issue 2."""
    library = dusk('"s1e1-6 2025-09-26"', count, "1-13 = s1e1", 'unknown_to = ["anibridge"]')
    with person_with(library, tmp_path) as person:
        world = person.demo.world
        listed_later(world, {(1, 4), (1, 5), (1, 6)}, 2 * WEEK)
        first, early = person.sync(), watched(person)
        world.watch(DUSK, 3)
        second, late = person.sync(later=3 * WEEK), watched(person)

    assert (0, 0) == (first.code, second.code)
    assert (numbered(1, 1, 3), numbered(1, 1, 6)) == (early, late)


def test_a_ratio_that_collapses_a_whole_series_is_not_believed_while_it_airs_nor_after(tmp_path: Path) -> None:
    """anime-relations, pull request 208: AniBridge's row said for a while that 13 episodes are one special."""
    says = 'says = { anibridge = "1-13 = s0e1-1", fribb = "s1", bangumi = "tv/294867" }'
    episodes = '"s0e1 2025-09-26", "s1e1-2 2025-10-03", "s1e3-12 2025-10-17"'
    library = dusk(episodes, "episodes = 13, next = 4", "1 = s0e1, 2-13 = s1e1", says)
    with person_with(library, tmp_path) as person:
        world = person.demo.world
        listed_later(world, {(1, number) for number in range(3, 13)}, 2 * WEEK)
        person.sync()
        early = watched(person)
        world.watch(DUSK, 10)
        over = {"status": "FINISHED", "next_episode": None, "end": "2025-12-19"}
        world.happen(AniListSays(world.clock.now(), DUSK, over))
        person.sync(later=12 * WEEK)
        late = watched(person)

    assert set(early) <= {"S0E1", "S1E1", "S1E2"}
    assert set(late) <= {"S0E1", *numbered(1, 1, 12)}
    assert len(late) == len(set(late))


@pytest.mark.parametrize(("progress", "plays"), [(1, []), (2, []), (3, ["film"])])
def test_a_part_of_a_film_is_no_play_of_it(progress: int, plays: list[str], tmp_path: Path) -> None:
    """PlexAniSync, issue 79: AniList counts the film as three episodes."""
    with person_with(FIVE_CENTIMETRES.replace("progress = 1", f"progress = {progress}"), tmp_path) as person:
        ended = person.sync()

        assert (0, plays) == (ended.code, watched(person))
        assert "Waiting" not in ended.summary


def test_a_progress_of_2223_of_12_writes_twelve_plays_and_says_what_is_odd(tmp_path: Path) -> None:
    """player-tracker, issue 2."""
    with person_with(KAIBA_SHOW, tmp_path) as person:
        ended = person.sync()

        assert numbered(1, 1, 12) == watched(person)
    assert "2223" not in ended.summary
    assert "2,211" not in ended.summary
    assert "AniList counts 12 episodes and has more as watched" in ended.summary


def test_a_progress_beyond_the_count_ends_on_the_day_of_the_last_episode(tmp_path: Path) -> None:
    """PlexAniSync, issue 43."""
    with person_with(RE_ZERO_SHOW, tmp_path) as person:
        ended = person.sync()
        world = person.demo.world
        last = next(e.trakt_id for e in world.library.titles[0].episodes if (e.season, e.number) == (1, 50))
        days = [f"{play.watched_at:%Y-%m-%d}" for play in world.account.plays if play.trakt_id == last]

        assert numbered(1, 39, 50) == watched(person)
    assert ["2021-03-24"] == days
    assert "13–16" not in ended.summary


GUNDAM_SHOW = """
[[show]]
title = "Mobile Suit Gundam: the Witch from Mercury"
year = 2022
ids = { trakt = 190994, slug = "the-witch-from-mercury", tmdb = 135934, tvdb = 324710, imdb = "tt0190994" }
episodes = [EPISODES]
[[show.entry]]
title = { romaji = "Kidou Senshi Gundam: Suisei no Majo" }
anime = { id = 139274, mal = 49828, format = "TV", minutes = 24, from = "2022-10-02", episodes = 12, to = "2023-01-08" }
is = "1-12 = s1e1"
list = { status = "COMPLETED", progress = 12, started = "2022-10-03", completed = "2023-01-09" }
[[show.entry]]
title = { romaji = "Kidou Senshi Gundam: Suisei no Majo Season 2" }
anime = { id = 155731, mal = 53199, format = "TV", minutes = 24, from = "2023-04-09", episodes = 12, to = "2023-07-02" }
is = "1-12 = IS"
says = { fribb = "SAYS" }
list = { status = "COMPLETED", progress = 12, started = "2023-04-10", completed = "2023-07-03" }
"""
TWO_SEASONS = ('"s1e1-12 2022-10-02", "s2e1-12 2023-04-09"', "s2e1", "s2")
ONE_SEASON = ('"s1e1-12 2022-10-02", "s1e13-24 2023-04-09"', "s1e13", "s1+12")
GONE = '"s99e1-12", '
"""Takes up the ids of what was there before, so that what comes behind has new ones."""


def gundam(cut: tuple[str, str, str], *, new_ids: bool = False) -> SampleLibrary:
    episodes, truth, says = cut
    if new_ids:
        episodes = episodes.replace(", ", f", {GONE}")
    library = parse_library(GUNDAM_SHOW.replace("EPISODES", episodes).replace("IS", truth).replace("SAYS", says))
    title = library.titles[0]
    kept = tuple(each for each in title.episodes if each.season != 99)
    places = {(each.season, each.number): each.trakt_id for each in kept}
    return SampleLibrary((replace(title, episodes=kept, places=places),))


@pytest.mark.parametrize(
    ("before", "after"), [(TWO_SEASONS, ONE_SEASON), (ONE_SEASON, TWO_SEASONS)], ids=["merged", "split"]
)
def test_a_season_that_is_cut_anew_with_new_ids_and_without_its_plays_gets_them_again(
    before: tuple[str, str, str], after: tuple[str, str, str], tmp_path: Path
) -> None:
    """PlexAniSync-Mappings, issue 80, and anime-lists, issue 169."""
    clock = FakeClock()
    with quick_key(), quick_disk(), start_demo(sample_world(clock, gundam(before))) as demo:
        person, world = Owner(demo, clock, tmp_path), demo.world
        person.sync()
        first = watched(person)
        world.library = gundam(after, new_ids=True)
        there = {each.trakt_id for each in world.library.titles[0].episodes}
        world.account.plays[:] = [play for play in world.account.plays if play.trakt_id in there]
        ended = person.sync(later=10 * timedelta(days=1))

        assert (24, 24) == (len(first), len(set(first)))
        assert Counter(watched(person)) == Counter(sorted(_names(world)))
    assert "hanged on Trakt" in ended.summary


def _names(world: DemoWorld) -> list[str]:
    return [f"S{each.season}E{each.number}" for each in world.library.titles[0].episodes]
