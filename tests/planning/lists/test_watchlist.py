"""What is planned on AniList stands on the watchlist as show, season or film."""

from __future__ import annotations

import pytest

from sync.model.anilist import MediaListStatus
from sync.model.lists import ListItem, MatchedEntry, Noted
from sync.model.mapping import Span
from sync.planning.lists.watchlist import left_the_plan, watchlist_wishes
from tests.planning.list_cases import (
    DEATH_NOTE,
    ONE_SEASON,
    SUZUME,
    TITAN,
    TITAN_1,
    TITAN_2,
    TITAN_3_1,
    TITAN_3_2,
    TITAN_OVA,
    film,
    listed,
    matched,
    noted,
    season,
    show,
    titan,
)

PLANNING = MediaListStatus.PLANNING


def items(*entries: MatchedEntry) -> set[ListItem]:
    return {wish.item for wish in watchlist_wishes(entries)}


def test_a_planned_film_is_the_film() -> None:
    assert {film(SUZUME)} == items(matched(SUZUME, listed(142770, PLANNING)))


def test_the_entry_that_begins_a_show_is_the_show() -> None:
    assert {show(TITAN)} == items(titan(TITAN_1, PLANNING))


def test_a_later_season_is_the_season() -> None:
    assert {season(5002)} == items(titan(TITAN_2, PLANNING))


def test_two_halves_of_a_season_are_the_season_once_with_both_entries() -> None:
    (wish,) = watchlist_wishes([titan(TITAN_3_1, PLANNING), titan(TITAN_3_2, PLANNING)])

    assert (season(5003), 3, (TITAN_3_1, TITAN_3_2)) == (wish.item, wish.season, wish.anilist_ids)


def test_a_later_part_of_a_show_with_one_season_is_the_show() -> None:
    part = matched(DEATH_NOTE, listed(2, PLANNING), Span(1, 17, 1, 21), seasons=ONE_SEASON)

    assert {show(DEATH_NOTE)} == items(part)


def test_an_entry_over_several_seasons_is_the_show() -> None:
    assert {show(TITAN)} == items(matched(TITAN, listed(3, PLANNING), Span(1, 12, 2, 1), Span(13, 20, 3, 1)))


def test_specials_alone_are_not_put_there() -> None:
    assert items(titan(TITAN_OVA, PLANNING)) == set()


@pytest.mark.parametrize("status", [status for status in MediaListStatus if status is not PLANNING])
def test_only_what_is_planned_counts(status: MediaListStatus) -> None:
    assert items(titan(TITAN_1, status)) == set()


def test_a_season_waits_until_the_seasons_are_known() -> None:
    assert items(titan(TITAN_2, PLANNING, known=False)) == set()
    assert {show(TITAN)} == items(titan(TITAN_1, PLANNING, known=False))


def left(notes: dict[ListItem, Noted], *entries: MatchedEntry, unmatched: tuple[int, ...] = ()) -> frozenset[ListItem]:
    library = [each.entry for each in entries] + [listed(anilist_id, PLANNING) for anilist_id in unmatched]
    return left_the_plan(notes, watchlist_wishes(entries), library, entries)


def test_what_is_still_planned_stays() -> None:
    assert left({season(5002): noted(1, noted().standing, TITAN_2)}, titan(TITAN_2, PLANNING)) == frozenset()


@pytest.mark.parametrize("status", [status for status in MediaListStatus if status is not PLANNING])
def test_what_is_no_longer_planned_has_left(status: MediaListStatus) -> None:
    note = noted(1, noted().standing, TITAN_2)

    assert frozenset({season(5002)}) == left({season(5002): note}, titan(TITAN_2, status))


def test_what_was_taken_off_the_list_has_left() -> None:
    assert frozenset({season(5002)}) == left({season(5002): noted(1, noted().standing, TITAN_2)})


def test_half_a_season_that_is_still_planned_keeps_the_season() -> None:
    note = noted(1, noted().standing, TITAN_3_1, TITAN_3_2)

    assert left({season(5003): note}, titan(TITAN_3_1), titan(TITAN_3_2, PLANNING)) == frozenset()


def test_a_planned_entry_that_lost_its_certain_place_keeps_its_item() -> None:
    note = noted(1, noted().standing, TITAN_2)

    assert left({season(5002): note}, unmatched=(TITAN_2,)) == frozenset()


def test_a_planned_entry_that_was_mapped_elsewhere_leaves_the_old_place() -> None:
    note = noted(1, noted().standing, TITAN_2)

    assert frozenset({show(DEATH_NOTE)}) == left({show(DEATH_NOTE): note}, titan(TITAN_2, PLANNING))
