"""Whole lives: a season of anime from a week before it begins to a month after it ended, with ``state/`` carried along.

AniList learns the day, the count and the end in time; Trakt lists the episodes one by one, all at once, without dates
or late; each dataset gains its row some day, Fribb's offset later than that. Meanwhile Trakt cuts shows anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from demo.changes import EpisodeInserted, EpisodeMoved, SeasonsMerged, SeasonSplit
from demo.library import SampleLibrary, sample_library
from demo.lives import Life, Pace, air_times, newest_series, season_library
from demo.start import start_demo
from demo.world import DemoWorld, sample_world
from tests.fakes import FakeClock
from tests.faults.harness import Ended, Owner, quick_disk, quick_key

ENTRIES = 60
LONGEST = 26
DAY, WEEK = timedelta(days=1), timedelta(days=7)
BETWEEN = timedelta(days=5)
"""How far apart the runs are: the person watches before each."""
HALVES, SPICE_AND_WOLF = 197, 2966
TO_A_MONTH_AFTER = (LONGEST + 6) * WEEK

SPY_3, MUSHOKU_2, MONOGATARI, FRIEREN_2 = 177937, 166873, 17074, 182255
SPY, MUSHOKU, MONOGATARI_SHOW, FRIEREN = 190742, 156460, 45938, 198225
RECAP = 9_000_001


def fitting(library: SampleLibrary) -> list[int]:
    """The newest entry of each show of the sample library that ends within half a year."""
    newest = newest_series(library).values()
    times = {anilist_id: air_times(library, anilist_id) for anilist_id in newest}
    return sorted(key for key, aired in times.items() if aired[-1] - aired[0] <= LONGEST * WEEK)


def season(first: date) -> SampleLibrary:
    library = sample_library()
    ids = fitting(library)
    premieres = {anilist_id: first + number % 7 * DAY for number, anilist_id in enumerate(ids)}
    # With films, so that the list of those is there.
    films = tuple(title for title in library.titles if title.kind == "movie")[:2]
    aired = season_library(library, premieres, made_up=ENTRIES - len(ids))
    return SampleLibrary((*aired.titles, *films))


def planned(library: SampleLibrary) -> list[int]:
    entries = (anime for title in library.titles for anime in title.anime)
    return [one.anilist_id for one in entries if (one.listing.status, one.listing.progress) == ("PLANNING", 0)]


def life(number: int, anilist_id: int) -> Life:
    """One of the many ways in which an entry may come to be known."""
    return Life(
        anilist_id,
        (Pace.AS_IT_AIRS, Pace.WHOLE, Pace.UNDATED)[number % 3],
        ahead=number % 4,
        trakt=(-7 * DAY, -DAY, 4 * DAY)[number // 3 % 3],
        empty_season=number % 4 == 0,
        count=(0 * DAY, 14 * DAY, 300 * DAY)[number // 2 % 3],
        offset=(20 * DAY, 35 * DAY, 70 * DAY)[number % 3],
        forgets=number % 2 == 1 and anilist_id != HALVES,
    )


def progresses(world: DemoWorld) -> list[tuple[int, int | None]]:
    """How far the person has come with each entry of the season, and how many episodes it has."""
    ids = planned(world.library)
    return [(world.user.entries[key].progress, world.library.by_anilist_id(key)[1].episodes) for key in ids]


@contextmanager
def person_in(world: DemoWorld, folder: Path) -> Iterator[Owner]:
    """Somebody in this world, with the demo's overrides."""
    (folder / "overrides.yaml").write_bytes((Path(__file__).parents[2] / "demo" / "overrides.yaml").read_bytes())
    assert isinstance(world.clock, FakeClock)
    with quick_key(), quick_disk(), start_demo(world) as demo:
        yield Owner(demo, world.clock, folder)


def live(person: Owner, span: timedelta) -> Iterator[Ended]:
    """Watches what has aired and syncs, again and again."""
    world = person.demo.world
    ids = planned(world.library)
    until = person.clock.now() + span
    while person.clock.now() < until:
        for anilist_id in ids:
            world.watch_aired(anilist_id)
        yield person.sync(later=BETWEEN, allow_large=True)


def test_a_season_arrives_whole_and_nothing_wrong_or_twice_at_any_time(tmp_path: Path) -> None:
    clock = FakeClock()
    library = season((clock.now() + WEEK).date())
    world = sample_world(clock, library)
    world.live(*(life(number, anilist_id) for number, anilist_id in enumerate(planned(library))))
    cut = clock.now() + 8 * WEEK
    special = EpisodeMoved(cut, MONOGATARI_SHOW, (0, 10), (0, 12))
    world.happen(SeasonsMerged(cut, SPY, 2, 3), SeasonSplit(cut, MUSHOKU, 2, 13), special)
    assert ENTRIES == len(planned(library))

    with person_in(world, tmp_path) as person:
        for ended in live(person, TO_A_MONTH_AFTER):
            assert 0 == ended.code, ended.output
            assert not person.history - person.truth
        assert person.truth == person.history

    assert [] == [each for each in progresses(world) if each[0] != each[1]]


def test_shows_that_are_cut_anew_meanwhile_cost_no_play_and_double_none(tmp_path: Path) -> None:
    """Trakt joins two seasons, splits one, moves a special, and inserts a recap, all in the midst of an entry. What is
    not sure for a time is named as such on the page, and written once it is."""
    clock = FakeClock()
    ids = (SPY_3, MUSHOKU_2, MONOGATARI, FRIEREN_2)
    library = season_library(sample_library(), {key: (clock.now() + WEEK).date() for key in ids})
    world = sample_world(clock, library)
    world.live(*(Life(key, Pace.WHOLE if key == MONOGATARI else Pace.AS_IT_AIRS, count=14 * DAY) for key in ids))
    cut = clock.now() + 6 * WEEK
    fifth = air_times(library, FRIEREN_2)[4]
    world.happen(
        SeasonsMerged(cut, SPY, 2, 3),
        SeasonSplit(cut, MUSHOKU, 2, 13),
        EpisodeMoved(cut, MONOGATARI_SHOW, (0, 10), (0, 12)),
        EpisodeInserted(fifth + DAY, FRIEREN, (1, 33), RECAP, fifth + 3 * DAY),
    )

    unsure = set[int]()
    with person_in(world, tmp_path) as person:
        for ended in live(person, TO_A_MONTH_AFTER):
            assert 0 == ended.code, ended.output
            assert not person.history - person.truth
            needs_you = ended.summary.partition("### Needs you")[2].partition("<details>")[0]
            unsure |= {key for key in ids if f"anilist.co/anime/{key})" in needs_you}
        assert person.truth == person.history

    assert FRIEREN_2 in unsure
