"""What the plays add up to, and the timeline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sync.model.anilist import MediaFormat
from sync.model.library import EntryState, Library, LibraryEntry, LibraryEpisode, LibraryPlay, LibraryRun, RunPart
from sync.model.plan import PlayState
from sync.model.trakt import UNKNOWN_TIME, WatchedAt
from sync.report.library_page.charts import Sum, figures_of
from sync.report.library_page.numbers import render_numbers, zone_name
from sync.report.library_page.timeline import PARTS_IN_VIEW, PARTS_SHOWN, render_timeline
from tests.report.library_page.made_up_library import NOW, library, runs


def entry(*watched: WatchedAt | None, state: PlayState | None = PlayState.CONFIRMED, minutes: int = 24) -> LibraryEntry:
    episodes = tuple(LibraryEpisode(n, 1, n, plays=(LibraryPlay(state, at),)) for n, at in enumerate(watched, start=1))
    return LibraryEntry(1, EntryState.ADDED, "Cowboy Bebop", format=MediaFormat.TV, minutes=minutes, episodes=episodes)


def of(*entries: LibraryEntry, offset: timedelta | None = None) -> Library:
    return Library(NOW, "Up to date", entries=entries, utc_offset=offset)


def test_plays_are_counted_by_the_users_own_days_and_hours() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # a Saturday; in Japan Sunday morning, and November
    figures = figures_of(of(entry(late, late + timedelta(minutes=24)), offset=timedelta(hours=9)))

    assert figures.months == {(2026, 11): Sum(2, 48)}
    assert figures.years == {2026: Sum(2, 48)}
    assert figures.hours == {(6, 8): 2}
    assert figures.longest == date(2026, 11, 1)


def test_the_longest_day_is_the_one_with_the_most_minutes() -> None:
    series = entry(*(datetime(2026, 1, 1, 20 + n // 3, tzinfo=UTC) for n in range(4)))
    film = replace(entry(datetime(2026, 2, 1, tzinfo=UTC), minutes=120), anilist_id=2, format=MediaFormat.MOVIE)
    figures = figures_of(of(series, film))

    assert (figures.longest, figures.longest_entries) == (date(2026, 2, 1), ((film, 1),))


@pytest.mark.parametrize("state", [PlayState.REMOVED, PlayState.UNDONE, PlayState.PENDING, None])
def test_what_is_not_on_trakt_is_not_counted(state: PlayState | None) -> None:
    assert figures_of(of(entry(NOW, state=state))).total == Sum(0, 0)


def test_a_play_without_a_time_counts_for_its_format_alone() -> None:
    figures = figures_of(of(entry("unknown", "released", None, UNKNOWN_TIME, NOW)))

    assert (figures.total, figures.undated, figures.formats) == (Sum(5, 120), 4, {MediaFormat.TV: Sum(5, 120)})
    assert figures.years == {2026: Sum(1, 24)}


def test_every_chart_is_described_and_every_month_stands_in_a_table() -> None:
    values = library()
    page = render_numbers(values, figures_of(values))

    assert re.findall(r'aria-label="([^"]*)"', page) == [
        "Episodes a month, Jun 2023 to Nov 2026; most in Sep 2023 with 8",
        "Episodes a day, 17 Nov 2025 to 22 Nov 2026; watched on 4 days",
        "Episodes by weekday and hour; most on Tue at 21:00",
    ]
    assert "<tr><th scope=row>Nov 2026<td>4<td>3 h<td>" in page
    assert "<tr><th scope=row>2023<td>" in page
    assert "On AniList, not on Trakt yet: 2 episodes" in page
    assert "<a href=#e21>One Piece</a> 1,092" not in page
    assert "<a href=#e21>One Piece</a> 1092–1093" in page


def test_offsets_are_named_as_people_write_them() -> None:
    offsets = (None, timedelta(0), timedelta(hours=9), timedelta(hours=-3, minutes=-30))

    assert [zone_name(offset) for offset in offsets] == ["UTC", "UTC", "UTC+9", "UTC−3:30"]


def test_runs_are_told_newest_first() -> None:
    ids = re.findall(r"<code>([^<]*)</code>", render_timeline(replace(library(), runs=runs()[::-1])))

    assert ids == ["20261122-0617-a3f", "20261102-1817-9c2", "20240322-0617-77d", "20230101-0017-bad"]


def test_a_run_that_was_partly_undone_says_how_much_and_strikes_that_part() -> None:
    page = render_timeline(library())

    assert "+41 plays, 1 of them undone" in page
    assert "<s><a href=#e146065>Mushoku Tensei: Jobless Reincarnation Season 2</a> 4</s>" in page


def test_a_first_import_names_some_entries_and_counts_the_others() -> None:
    parts = tuple(RunPart(number, (1,)) for number in range(10_000, 10_002 + PARTS_SHOWN))
    page = render_timeline(replace(library(), runs=(LibraryRun("a", NOW, len(parts), parts=parts),)))

    assert page.count("AniList ") == PARTS_SHOWN
    assert f"<summary>{PARTS_SHOWN + 2 - PARTS_IN_VIEW} more entries</summary>" in page
    assert ", 2 more entries: <a href=#library>the library</a> has them." in page
