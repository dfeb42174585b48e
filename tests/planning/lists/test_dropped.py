"""A show is dropped on Trakt when all of it that is on the list is dropped, and not before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.model.anilist import MediaListStatus
from sync.model.lists import ListItem, MatchedEntry
from sync.model.mapping import CachedMapping, Candidate, Verdict
from sync.planning.lists.dropped import doubtful_shows, dropped_wishes, picked_up_again
from tests.planning.list_cases import (
    SUZUME,
    TITAN,
    TITAN_1,
    TITAN_2,
    TITAN_OVA,
    listed,
    matched,
    noted,
    show,
    titan,
)

DROPPED = MediaListStatus.DROPPED
OTHERS = [status for status in MediaListStatus if status is not DROPPED]


def items(*entries: MatchedEntry) -> set[ListItem]:
    return {wish.item for wish in dropped_wishes(entries)}


def test_a_show_whose_only_entry_is_dropped_is_dropped() -> None:
    (wish,) = dropped_wishes([titan(TITAN_1, DROPPED)])

    assert (show(TITAN), 1, (TITAN_1,)) == (wish.item, wish.value, wish.anilist_ids)


@pytest.mark.parametrize("status", OTHERS)
def test_a_show_with_one_entry_dropped_and_another_not_is_not_dropped(status: MediaListStatus) -> None:
    assert items(titan(TITAN_1, status), titan(TITAN_2, DROPPED)) == set()


def test_all_entries_dropped_drop_the_show_once() -> None:
    (wish,) = dropped_wishes([titan(TITAN_1, DROPPED), titan(TITAN_2, DROPPED)])

    assert (TITAN_1, TITAN_2) == wish.anilist_ids


def test_a_dropped_ova_alone_does_not_drop_its_show() -> None:
    assert items(titan(TITAN_OVA, DROPPED)) == set()
    assert {show(TITAN)} == items(titan(TITAN_OVA, DROPPED), titan(TITAN_1, DROPPED))


def test_a_film_cannot_be_dropped() -> None:
    assert items(matched(SUZUME, listed(142770, DROPPED))) == set()


def test_a_show_that_an_uncertain_entry_may_belong_to_is_not_dropped() -> None:
    assert dropped_wishes([titan(TITAN_1, DROPPED)], {TITAN.ids.trakt}) == ()


@pytest.mark.parametrize(("status", "doubtful"), [(MediaListStatus.CURRENT, {1420}), (DROPPED, set())])
def test_a_candidate_of_an_uncertain_entry_names_its_show(status: MediaListStatus, doubtful: set[int]) -> None:
    uncertain = CachedMapping(
        25777, Verdict.AMBIGUOUS, None, "", datetime(2026, 11, 1, tzinfo=UTC), candidates=(Candidate(TITAN),)
    )

    assert doubtful == doubtful_shows([listed(25777, status)], {25777: uncertain}, [titan(TITAN_1, DROPPED)])


@pytest.mark.parametrize("status", OTHERS)
def test_a_show_is_picked_up_again_by_any_entry_that_is_not_dropped(status: MediaListStatus) -> None:
    notes = {show(TITAN): noted()}

    assert frozenset({show(TITAN)}) == picked_up_again(notes, [titan(TITAN_1, DROPPED), titan(TITAN_2, status)])


def test_a_show_that_only_left_the_list_stays_dropped() -> None:
    assert picked_up_again({show(TITAN): noted()}, []) == frozenset()
    assert picked_up_again({show(TITAN): noted()}, [titan(TITAN_1, DROPPED)]) == frozenset()
