"""The compact lines of both calendars: what is left out follows from the line before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sync.model.library import LibraryEpisode, LibraryPlay
from sync.model.plan import PlayState, TimeSource
from sync.model.trakt import WatchedAt
from sync.report.library_page.calendars import CalendarLines


def lines(*episodes: LibraryEpisode, offset: timedelta | None = None) -> list[str]:
    return CalendarLines(offset).render(episodes).split("\n")


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def seen(*moments: datetime) -> tuple[LibraryPlay, ...]:
    return tuple(LibraryPlay(PlayState.CONFIRMED, moment) for moment in moments)


def test_a_season_that_airs_weekly_says_its_first_place_and_date_alone() -> None:
    start = date(2023, 7, 9)
    episodes = [LibraryEpisode(n, 2, n, trakt_day=start + timedelta(weeks=n - 1)) for n in (1, 2, 3)]

    assert lines(*episodes) == ["S2E1 2023-07-09", "", ""]


def test_a_jump_in_number_place_or_date_is_said() -> None:
    episodes = (
        LibraryEpisode(1, 0, 2, trakt_day=date(2023, 7, 2)),
        LibraryEpisode(2, 2, 1, trakt_day=date(2023, 7, 9)),
        LibraryEpisode(4, 2, 2, trakt_day=date(2024, 1, 7)),
        LibraryEpisode(4, 2, 3, trakt_day=date(2024, 1, 8)),
    )

    assert lines(*episodes) == ["S0E2 2023-07-02", "S2E1", "4 2024-01-07", "4 01-08"]


def test_what_is_not_known_or_not_listed_is_said_once() -> None:
    episodes = (
        LibraryEpisode(1, 1, 1, anilist_day=date(2020, 1, 1), trakt_day=date(2020, 1, 1)),
        LibraryEpisode(2, 1, 2),
        LibraryEpisode(3, 1, 3),
        LibraryEpisode(4, listed=False),
        LibraryEpisode(5, 1, 5),
    )

    assert lines(*episodes) == ["@2020-01-01 S1E1 2020-01-01", "@? aired?", "", "unlisted", "S1E5"]


def test_a_film_is_one() -> None:
    assert lines(LibraryEpisode(1, trakt_day=date(2022, 11, 11))) == ["film 2022-11-11"]


def test_plays_of_one_evening_say_their_day_once_and_those_of_one_year_their_year() -> None:
    episodes = (
        LibraryEpisode(1, 1, 1, plays=seen(at(2023, 7, 18, 21, 0))),
        LibraryEpisode(2, 1, 2, plays=seen(at(2023, 7, 18, 21, 24))),
        LibraryEpisode(3, 1, 3, plays=seen(at(2023, 7, 19, 21, 0))),
        LibraryEpisode(4, 1, 4, plays=seen(at(2024, 1, 1, 0, 5))),
    )

    assert lines(*episodes) == ["S1E1 2023-07-18T21:00", "21:24", "07-19T21:00", "2024-01-01T00:05"]


def test_times_are_told_by_the_users_clock() -> None:
    episode = LibraryEpisode(1, 1, 1, plays=seen(at(2023, 12, 31, 23, 30)))

    assert lines(episode, offset=timedelta(hours=9)) == ["S1E1 2024-01-01T08:30"]


def test_each_rewatch_follows_the_one_at_its_place() -> None:
    first, second = at(2020, 5, 1, 20, 0), at(2024, 2, 2, 20, 0)
    episodes = (
        LibraryEpisode(1, 1, 1, plays=seen(first, second)),
        LibraryEpisode(2, 1, 2, plays=seen(first + timedelta(minutes=24), second + timedelta(days=1))),
    )

    assert lines(*episodes) == ["S1E1 2020-05-01T20:00 &amp; 2024-02-02T20:00", "20:24 &amp; 02-03T20:00"]


def test_what_became_of_a_play_and_where_its_time_came_from_are_said_when_they_change() -> None:
    def played(state: PlayState | None, source: TimeSource | None = None) -> tuple[LibraryPlay, ...]:
        return (LibraryPlay(state, at(2023, 1, 1, 12, 0), source),)

    episodes = (
        LibraryEpisode(1, 1, 1, plays=played(PlayState.CONFIRMED, TimeSource.ACTIVITY)),
        LibraryEpisode(2, 1, 2, plays=played(PlayState.CONFIRMED, TimeSource.ACTIVITY)),
        LibraryEpisode(3, 1, 3, plays=played(PlayState.ADOPTED)),
        LibraryEpisode(4, 1, 4),
        LibraryEpisode(5, 1, 5, plays=played(PlayState.ADOPTED)),
        LibraryEpisode(6, 1, 6, plays=played(None, TimeSource.DATES)),
    )

    assert lines(*episodes) == [
        "S1E1 activity 2023-01-01T12:00",
        "12:00",
        "found unsourced 12:00",
        "",
        "12:00",
        "planned dates 12:00",
    ]


def test_words_that_trakt_takes_for_a_time_and_times_that_are_not_known_differ() -> None:
    words: tuple[WatchedAt | None, ...] = ("unknown", "released", None)
    episodes = (LibraryEpisode(n, 1, n, plays=(LibraryPlay(watched_at=word),)) for n, word in enumerate(words, start=1))

    assert lines(*episodes) == ["S1E1 undated", "on-release", "unknown"]


def test_a_title_stands_behind_a_tab_and_holds_none() -> None:
    assert lines(LibraryEpisode(1, 1, 1, title="5\t<b>\n& S1E2")) == ["S1E1\t5 &lt;b&gt; &amp; S1E2"]
