from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from sync.model.anilist import ListActivity, MediaFormat, MediaListEntry, MediaListStatus, watched_count
from sync.model.plan import PlayTarget, TimeSource, UndatedPlays
from sync.planning.times.watched_at import watched_times
from tests.planning.cases import NOW, at, completed, entry, film, finished, target, undated, watched, weekly

Targets = Mapping[int, tuple[PlayTarget, ...]]


def times(
    of: MediaListEntry,
    activities: Sequence[ListActivity] = (),
    *,
    targets: Targets | None = None,
    offset: timedelta | None = None,
    choice: UndatedPlays = UndatedPlays.UNKNOWN,
    now: datetime = NOW,
) -> list[str]:
    """The times of all plays, in order, as ``"2026-11-20 21:40"``."""
    return [time for time, _ in sourced(of, activities, targets=targets, offset=offset, choice=choice, now=now)]


def sourced(
    of: MediaListEntry,
    activities: Sequence[ListActivity] = (),
    *,
    targets: Targets | None = None,
    offset: timedelta | None = None,
    choice: UndatedPlays = UndatedPlays.UNKNOWN,
    now: datetime = NOW,
) -> list[tuple[str, TimeSource]]:
    count = watched_count(of)
    found = watched_times(
        of,
        watched=count,
        targets=undated(count) if targets is None else targets,
        activities=activities,
        utc_offset=offset,
        undated=choice,
        now=now,
    )
    return [
        (f"{timed.watched_at:%Y-%m-%d %H:%M}" if isinstance(timed.watched_at, datetime) else "unknown", timed.source)
        for episode in sorted(found)
        for timed in found[episode]
    ]


# Activities


def test_an_activity_dates_its_episode_with_the_seconds_cut_off() -> None:
    assert sourced(entry(1), [watched("2026-11-20 21:40:59", 1)]) == [("2026-11-20 21:40", TimeSource.ACTIVITY)]


def test_a_range_dates_its_last_episode_and_counts_back_one_running_time_each() -> None:
    assert times(entry(3), [watched("2026-11-20 21:40", 1, 3)]) == [
        "2026-11-20 20:52",
        "2026-11-20 21:16",
        "2026-11-20 21:40",
    ]


def test_running_times_are_trakts_where_it_knows_them_and_else_anilists() -> None:
    targets = {1: (target(101),), 2: (target(102, runtime=50),), 3: (target(103, runtime=0),)}
    assert times(entry(3, duration=12), [watched("2026-11-20 21:40", 1, 3)], targets=targets) == [
        "2026-11-20 20:38",
        "2026-11-20 21:28",
        "2026-11-20 21:40",
    ]


def test_completed_dates_the_last_episode() -> None:
    activities = [watched("2026-11-01 20:00", 1), finished("2026-11-02 20:00")]
    assert times(completed(2), activities) == ["2026-11-01 20:00", "2026-11-02 20:00"]


def test_completed_dates_the_last_watched_episode_where_anilist_has_no_count() -> None:
    unknown_length = entry(2, episodes=None, status=MediaListStatus.COMPLETED)
    assert times(unknown_length, [finished("2026-11-02 20:00")]) == ["unknown", "2026-11-02 20:00"]


def test_a_film_is_dated_by_completed() -> None:
    your_name = completed(1, format=MediaFormat.MOVIE)
    assert times(your_name, [finished("2026-11-02 22:10")], targets={1: (film(5),)}) == ["2026-11-02 22:10"]


def test_completed_says_nothing_of_an_entry_that_was_set_back() -> None:
    assert times(entry(2, episodes=12), [finished("2026-11-02 20:00")]) == ["unknown", "unknown"]


def test_the_first_log_counts_when_a_tool_logs_everything_again() -> None:
    first = [watched("2020-01-01 20:00", 1), watched("2020-01-08 20:00", 2), finished("2020-01-15 20:00")]
    again = [watched("2024-02-01 03:00", 1, 2), finished("2024-02-01 03:00")]
    assert times(completed(3), [*again, *first]) == ["2020-01-01 20:00", "2020-01-08 20:00", "2020-01-15 20:00"]


def test_a_late_log_of_an_early_episode_is_not_believed() -> None:
    logs = [watched("2024-02-01 03:00", 1), watched("2020-01-08 20:00", 2), watched("2020-01-15 20:00", 3)]
    assert times(entry(3), logs) == ["unknown", "2020-01-08 20:00", "2020-01-15 20:00"]


def test_completing_by_a_slip_does_not_date_the_episodes_watched_later() -> None:
    logs = [
        watched("2026-01-01 20:00", 1),
        finished("2026-01-01 20:01"),
        watched("2026-01-08 20:00", 2),
        finished("2026-01-15 20:00"),
    ]
    assert times(completed(3), logs) == ["2026-01-01 20:00", "2026-01-08 20:00", "2026-01-15 20:00"]


def test_episodes_logged_in_one_go_were_watched_one_after_the_other() -> None:
    logs = [watched("2026-11-20 21:40:01", 1), watched("2026-11-20 21:40:09", 2), watched("2026-11-20 21:41:02", 3)]
    assert times(entry(3), logs) == ["2026-11-20 20:53", "2026-11-20 21:17", "2026-11-20 21:41"]


def test_a_range_that_does_not_fit_after_the_log_before_it_is_pressed_together() -> None:
    logs = [watched("2026-11-20 21:00", 1), watched("2026-11-20 21:20", 2, 3)]
    assert times(entry(3), logs) == ["2026-11-20 21:00", "2026-11-20 21:10", "2026-11-20 21:20"]


def test_an_episode_between_two_logged_ones_lies_between_their_times() -> None:
    logs = [watched("2026-11-01 20:00", 1), watched("2026-11-03 20:00", 3)]
    assert sourced(entry(3), logs)[1] == ("2026-11-02 20:00", TimeSource.SPREAD)


def test_episodes_before_the_first_log_are_not_guessed() -> None:
    assert times(entry(3), [watched("2026-11-03 20:00", 3)]) == ["unknown", "unknown", "2026-11-03 20:00"]


def test_episodes_before_the_first_log_start_on_the_start_date() -> None:
    logs = [watched("2026-11-03 12:00", 3)]
    assert sourced(entry(3, started="2026-11-01"), logs) == [
        ("2026-11-01 12:00", TimeSource.SPREAD),
        ("2026-11-02 12:00", TimeSource.SPREAD),
        ("2026-11-03 12:00", TimeSource.ACTIVITY),
    ]


def test_episodes_after_the_last_log_end_on_the_finish_date() -> None:
    logs = [watched("2026-11-01 12:00", 1)]
    assert times(completed(3, completed="2026-11-03"), logs) == [
        "2026-11-01 12:00",
        "2026-11-02 12:00",
        "2026-11-03 12:00",
    ]


def test_a_start_date_after_the_first_log_is_not_used() -> None:
    logs = [watched("2026-11-03 12:00", 2)]
    assert times(entry(2, started="2026-11-09"), logs) == ["unknown", "2026-11-03 12:00"]


def test_rewatching_dates_no_first_watch() -> None:
    logs = [watched("2026-11-01 20:00", 1, kind="rewatched episode"), finished("2026-11-02 20:00", kind="rewatched")]
    assert times(completed(2), logs) == ["unknown", "unknown"]


def test_progress_that_was_taken_back_still_leaves_the_time_of_what_stayed() -> None:
    assert times(entry(2), [watched("2026-11-01 20:00", 1, 4)]) == ["2026-11-01 18:48", "2026-11-01 19:12"]


# Dates


def test_start_and_finish_dates_spread_the_episodes_evenly_from_noon_to_noon() -> None:
    assert sourced(completed(3, started="2026-11-01", completed="2026-11-03")) == [
        ("2026-11-01 12:00", TimeSource.DATES),
        ("2026-11-02 12:00", TimeSource.DATES),
        ("2026-11-03 12:00", TimeSource.DATES),
    ]


@pytest.mark.parametrize(
    ("offset", "noon"),
    [
        (timedelta(hours=14), "2026-10-31 22:00"),
        (timedelta(hours=9), "2026-11-01 03:00"),
        (timedelta(hours=-12), "2026-11-02 00:00"),
        (timedelta(hours=-3, minutes=-30), "2026-11-01 15:30"),
        (None, "2026-11-01 12:00"),
    ],
)
def test_a_date_is_a_day_of_the_users_own(offset: timedelta | None, noon: str) -> None:
    assert times(completed(1, started="2026-11-01", completed="2026-11-01"), offset=offset) == [noon]


def test_a_binge_of_one_day_ends_at_noon_and_stays_on_that_day() -> None:
    found = times(completed(40, started="2026-11-01", completed="2026-11-01"))
    assert found[0] == "2026-11-01 00:00"
    assert found[-1] == "2026-11-01 12:00"
    assert len(set(found)) == 40


def test_a_finish_date_alone_counts_back() -> None:
    assert sourced(completed(2, completed="2026-11-03")) == [
        ("2026-11-03 11:36", TimeSource.COMPLETED),
        ("2026-11-03 12:00", TimeSource.COMPLETED),
    ]


def test_a_start_date_alone_counts_on() -> None:
    assert sourced(entry(2, started="2026-11-03")) == [
        ("2026-11-03 12:00", TimeSource.STARTED),
        ("2026-11-03 12:24", TimeSource.STARTED),
    ]


def test_a_finish_before_the_start_is_believed_alone() -> None:
    backwards = completed(2, started="2026-11-09", completed="2026-11-03")
    assert sourced(backwards)[0] == ("2026-11-03 11:36", TimeSource.COMPLETED)


def test_a_finish_date_of_an_entry_that_is_not_finished_is_not_used() -> None:
    assert times(entry(2, status=MediaListStatus.DROPPED, completed="2026-11-03")) == ["unknown", "unknown"]


@pytest.mark.parametrize("partial", ["2026-11", "2026", "2026-02-30", "0001-01-01", "1970-12-31"])
def test_what_is_not_a_whole_and_sensible_date_is_not_used(partial: str) -> None:
    assert times(completed(2, started=partial, completed=partial)) == ["unknown", "unknown"]


def test_an_entry_finished_today_is_not_finished_in_the_future() -> None:
    found = times(completed(3, started="2026-11-22", completed="2026-11-22"))
    assert found == ["2026-11-22 05:29", "2026-11-22 05:53", "2026-11-22 06:17"]


# Airing


def test_an_episode_watched_before_trakts_airing_was_watched_when_it_aired() -> None:
    targets = {1: (target(101, aired=at("2026-11-20 15:00:30")),)}
    assert times(entry(1), [watched("2026-11-20 14:30", 1)], targets=targets) == ["2026-11-20 15:01"]


def test_dates_long_before_the_airing_move_to_the_airings() -> None:
    early = completed(2, started="1990-01-01", completed="1990-01-02")
    assert times(early, targets=weekly(2)) == ["1998-10-23 16:00", "1998-10-30 16:00"]


def test_one_absurd_air_date_does_not_move_the_other_episodes() -> None:
    targets = {**weekly(3), 2: (target(102, aired=at("2019-01-01 00:00")),)}
    logs = [watched(f"1998-11-{10 + number} 20:00", number) for number in (1, 2, 3)]
    assert times(entry(3), logs, targets=targets) == ["1998-11-11 20:00", "unknown", "1998-11-13 20:00"]


# What nobody dates


def test_undated_plays_may_take_the_minute_at_which_the_airing_ended() -> None:
    assert sourced(entry(2), targets=weekly(2), choice=UndatedPlays.RELEASED) == [
        ("1998-10-23 16:24", TimeSource.RELEASED),
        ("1998-10-30 16:24", TimeSource.RELEASED),
    ]


def test_a_release_that_trakt_does_not_know_stays_unknown() -> None:
    assert times(entry(1), choice=UndatedPlays.RELEASED) == ["unknown"]


def test_undated_plays_may_count_back_from_the_last_update() -> None:
    assert sourced(entry(2, updated="2026-11-05 20:00"), choice=UndatedPlays.UPDATED) == [
        ("2026-11-05 19:36", TimeSource.UPDATED),
        ("2026-11-05 20:00", TimeSource.UPDATED),
    ]


def test_an_entry_without_an_update_time_stays_unknown() -> None:
    assert times(entry(1), choice=UndatedPlays.UPDATED) == ["unknown"]


def test_undated_episodes_before_a_log_come_before_it_whatever_the_update_says() -> None:
    found = times(entry(2, updated="2026-11-05 20:00"), [watched("2026-11-01 20:00", 2)], choice=UndatedPlays.UPDATED)
    assert found == ["2026-11-01 19:36", "2026-11-01 20:00"]


# Several on Trakt


def test_an_episode_that_is_two_on_trakt_gets_a_time_for_each() -> None:
    targets = {1: (target(101), target(102)), 2: (target(103),)}
    assert times(entry(2), [watched("2026-11-20 21:40", 1, 2)], targets=targets) == [
        "2026-11-20 20:52",
        "2026-11-20 21:16",
        "2026-11-20 21:40",
    ]


def test_an_episode_that_trakt_lists_later_has_its_place_in_time_already() -> None:
    logs = [watched("2026-11-20 21:40", 1, 3)]
    before = times(entry(3), logs, targets={1: (target(101),), 3: (target(103),)})
    assert before == times(entry(3), logs, targets=undated(3))
