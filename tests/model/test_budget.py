"""What a run may cost, as numbers."""

from __future__ import annotations

import pytest

from sync.model.budget import Timetable, Work, bound_seconds, request_budget


@pytest.mark.parametrize(
    ("entries", "chunks"), [(0, 1), (1, 1), (500, 1), (501, 2), (3_000, 6), (10_000, 20)], ids=lambda value: f"{value}"
)
def test_a_run_with_nothing_new_reads_the_list_in_chunks_and_the_history_twice(entries: int, chunks: int) -> None:
    assert {"AniList": chunks, "Trakt": 2} == request_budget(Work(entries=entries))


def test_one_new_episode_takes_a_page_of_the_feed_a_layout_and_a_post() -> None:
    assert {"AniList": 2, "Trakt": 4} == request_budget(Work(entries=100, activities=7, feeds=1, shows=1, plays=1))


def test_a_first_import_takes_a_layout_for_each_show_and_a_post_for_each_hundred_plays() -> None:
    work = Work(entries=600, activities=740, feeds=1, shows=400, titles=60, plays=5_000, datasets=5)

    assert {"AniList": 2 + 15, "Trakt": 2 + 400 + 60 + 50, "datasets": 5} == request_budget(work)


def test_each_query_of_the_feed_ends_with_a_page_of_its_own() -> None:
    assert 1 + 3 == request_budget(Work(entries=1, activities=0, feeds=3))["AniList"]
    assert 1 + 2 + 3 == request_budget(Work(entries=1, activities=120, feeds=3))["AniList"]


def test_within_the_windows_only_the_writes_take_time() -> None:
    assert 0 == bound_seconds(Work(entries=600))
    assert 49 == bound_seconds(Work(entries=600, activities=740, feeds=1, shows=400, titles=60, plays=5_000))


def test_beyond_them_the_slower_service_is_waited_for_and_the_writes_come_after() -> None:
    shows = Work(entries=3_000, shows=1_500, plays=60_000)
    feed = Work(entries=3_000, activities=60_000, feeds=1, plays=60_000)

    assert 3 * 300 + 599 == bound_seconds(shows)
    assert 40 * 60 + 599 == bound_seconds(feed)


@pytest.mark.parametrize(("plays", "seconds"), [(0, 100), (100, 101.1), (5_000, 155), (60_000, 360)])
def test_as_much_time_is_kept_back_as_writing_what_was_read_takes(plays: int, seconds: float) -> None:
    assert seconds == pytest.approx(Timetable(600).for_writing(plays))


def test_of_a_short_budget_something_is_left_for_both() -> None:
    assert 36 == pytest.approx(Timetable(60).for_writing(60_000))
    assert 24 == pytest.approx(Timetable(60).reserve)


@pytest.mark.parametrize("most_plays", [0, 500], ids=["a dry run", "a run that waits for approval"])
def test_what_is_not_written_takes_no_time_from_the_preview(most_plays: int) -> None:
    assert 0 == Timetable(600, most_plays).for_writing(5_000)
