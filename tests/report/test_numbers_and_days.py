"""Ranges and dates in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sync.model.mapping import Span
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import PlayKind, WatchedAt
from sync.report.numbers_and_days import (
    counted,
    format_ago,
    format_days,
    format_moment,
    format_numbers,
    format_sources,
    format_spans,
    format_stamp,
    format_targets,
    format_when,
    joined,
)


def plays(times: Sequence[WatchedAt], source: TimeSource) -> list[NewPlay]:
    return [NewPlay(1, n, PlayKind.EPISODE, n, time, source, 1, n) for n, time in enumerate(times, 1)]


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1, 2, 3, 5], "1–3, 5"), ([4], "4"), ([3, 1, 2, 2], "1–3"), ([], "")],
)
def test_episodes_are_written_as_ranges(numbers: list[int], words: str) -> None:
    assert format_numbers(numbers) == words


def test_many_separate_runs_are_only_counted() -> None:
    assert format_numbers(range(1, 41, 2)) == "1, 3, 5, 7, 9, 11 and 14 more runs"


def test_a_split_cour_is_written_as_the_second_half_of_its_season() -> None:
    assert format_targets((3, number) for number in range(13, 23)) == "S3E13–22"


def test_an_episode_zero_is_written_before_its_season() -> None:
    # Mushoku Tensei II (146065)
    assert format_targets([(0, 2), *((2, number) for number in range(1, 13))]) == "S0E2, S2E1–12"


def test_two_episodes_that_are_one_on_trakt_are_written_once() -> None:
    assert format_targets([(1, 1), (1, 1), (1, 2)]) == "S1E1–2"


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ((Span(1, 10, 3, 13),), "S3E13–22"),
        ((Span(1, None, 1, 1),), "S1E1 on"),
        ((Span(2, 13, 2, 1), Span(1, 1, 0, 2)), "1 → S0E2, 2–13 → S2E1–12"),
    ],
)
def test_a_breakpoint_map_is_written_in_one_line(spans: tuple[Span, ...], words: str) -> None:
    assert format_spans(spans) == words


def test_counts_have_separators_and_agree_with_their_noun() -> None:
    assert [counted(1, "play"), counted(8412, "play"), counted(0, "entry", "entries")] == [
        "1 play",
        "8,412 plays",
        "0 entries",
    ]


def test_parts_are_joined_as_one_speaks() -> None:
    assert [joined(["a"]), joined(["a", "", "b"]), joined(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 3), date(2026, 11, 9), "3–9 Nov"),
        (date(2026, 10, 28), date(2026, 11, 3), "28 Oct – 3 Nov"),
        (date(2026, 11, 3), date(2026, 11, 3), "3 Nov"),
        (date(2024, 12, 28), date(2025, 1, 3), "28 Dec 2024 – 3 Jan 2025"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 Dec 2025 – 3 Jan"),
        (date(2024, 3, 1), date(2024, 3, 4), "1–4 Mar 2024"),
        (date(2024, 3, 1), date(2024, 4, 4), "1 Mar – 4 Apr 2024"),
    ],
)
def test_days_are_written_as_short_as_they_are_clear(first: date, last: date, words: str) -> None:
    assert format_days([last, first], year=2026) == words


def test_every_time_is_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert format_moment(datetime(2026, 11, 21, 6, 40, tzinfo=tokyo), year=2026) == "20 Nov 21:40"
    assert format_stamp(datetime(2026, 11, 22, 15, 17, tzinfo=tokyo)) == "22 Nov 2026, 06:17 UTC"


def test_one_or_two_logged_episodes_show_their_moments() -> None:
    watched = plays([on(20, 21, 40), on(21, 21, 12)], TimeSource.ACTIVITY)

    assert format_when(watched, year=2026) == "20 Nov 21:40, 21 Nov 21:12"
    assert format_sources(watched) == "from your AniList activity"


def test_many_logged_episodes_show_their_days() -> None:
    assert format_when(plays([on(3, 20), on(5, 20), on(9, 20)], TimeSource.ACTIVITY), year=2026) == "3–9 Nov"


def test_spread_plays_say_that_they_are_spread() -> None:
    assert format_when(plays([on(3), on(9)], TimeSource.DATES), year=2026) == "spread 3–9 Nov"


@pytest.mark.parametrize(
    ("word", "source", "said"),
    [("unknown", TimeSource.UNKNOWN, "without a date"), ("released", TimeSource.RELEASED, "when it aired")],
)
def test_plays_without_a_time_say_why(word: WatchedAt, source: TimeSource, said: str) -> None:
    undated = plays([word], source)

    assert format_when(undated) == said
    assert format_sources(undated) == ""


def test_two_kinds_of_times_stand_side_by_side() -> None:
    mixed = [*plays([on(20, 21, 40)], TimeSource.ACTIVITY), *plays(["unknown"], TimeSource.UNKNOWN)]

    assert format_when(mixed, year=2026) == "20 Nov 21:40; without a date"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=6, minutes=5), "6 hours ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(span: timedelta, words: str) -> None:
    assert format_ago(span) == words
