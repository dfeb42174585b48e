"""Several reads at once: their order, their ends."""

from __future__ import annotations

import pytest

from sync.errors import SuspiciousRead
from sync.services.deadline import OutOfTime
from sync.services.http.side_by_side import fetch_side_by_side


def test_answers_come_in_the_order_of_the_keys_and_each_key_once() -> None:
    asked: list[int] = []

    def fetch(key: int) -> int:
        asked.append(key)
        return key * key

    read, complete = fetch_side_by_side(fetch, [5, 3, 5, 1])
    assert list(read.items()) == [(5, 25), (3, 9), (1, 1)]
    assert sorted(asked) == [1, 3, 5]
    assert complete


def test_no_keys_start_no_threads() -> None:
    assert fetch_side_by_side(lambda key: key, list[int]()) == ({}, True)


def test_the_time_budget_leaves_what_was_read() -> None:
    def fetch(key: int) -> int:
        if key > 2:
            raise OutOfTime("Trakt", "The time budget is used up.")
        return key

    read, complete = fetch_side_by_side(fetch, range(1, 50), workers=1)
    assert read == {1: 1, 2: 2}
    assert not complete


def test_any_other_trouble_is_raised_and_stops_the_rest() -> None:
    asked: list[int] = []

    def fetch(key: int) -> int:
        asked.append(key)
        raise SuspiciousRead("Trakt", "Trakt sent nonsense.")

    with pytest.raises(SuspiciousRead):
        fetch_side_by_side(fetch, range(1000), workers=1)
    assert [0] == asked
