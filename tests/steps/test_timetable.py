"""How a run shares its ten minutes between reading and writing."""

from __future__ import annotations

import pytest

from sync.services.deadline import Deadline
from sync.steps.timetable import Timetable
from tests.fakes import FakeClock


def timetable(seconds: float = 600, most_plays: int | None = None) -> Timetable:
    return Timetable(Deadline.after(FakeClock(), seconds), seconds, most_plays)


@pytest.mark.parametrize(("plays", "seconds"), [(0, 500), (100, 498.9), (5_000, 445), (60_000, 240)])
def test_reading_ends_early_enough_to_write_what_was_read(plays: int, seconds: float) -> None:
    assert seconds == pytest.approx(timetable().for_reading(plays).remaining)


def test_of_a_short_budget_something_is_left_for_both() -> None:
    short = timetable(60)

    assert 24 == pytest.approx(short.for_reading(60_000).remaining)
    assert 24 == pytest.approx(short.reserve)


@pytest.mark.parametrize("most_plays", [0, 500], ids=["a dry run", "a run that waits for approval"])
def test_what_is_not_written_takes_no_time_from_the_preview(most_plays: int) -> None:
    assert 600 == timetable(most_plays=most_plays).for_reading(5_000).remaining
