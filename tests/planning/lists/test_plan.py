"""What becomes of an item, by what AniList asks, what is known of it and what Trakt holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.model.lists import UNREADABLE_VALUE, ListChange, ListItem, Noted, Standing, TraktList, Wish
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.planning.lists.plan import Move, decide, is_open, matched_entries, open_items, plan_list
from tests.planning.cases import NOW
from tests.planning.list_cases import DEATH_NOTE, TITAN, TITAN_2, TITAN_SEASONS, listed, noted, season, show

SET, FOUND, PENDING = Standing.SET, Standing.FOUND, Standing.PENDING
THEIRS, UNDONE = Standing.THEIRS, Standing.UNDONE
MATCH = CachedMapping(TITAN_2, Verdict.RESOLVED, None, "basis", NOW, title=TITAN, spans=(Span(1, 12, 2, 1),))
EIGHT = Wish(show(TITAN), 8, (16498,))


@pytest.mark.parametrize(
    ("wanted", "known", "there", "move"),
    [
        # never heard of
        (8, None, None, Move.PUT),
        (8, None, 6, Move.PUT),
        (8, None, 8, Move.NOTE_FOUND),
        # ours
        (8, noted(8, SET), 8, Move.NOTE_SET),
        (9, noted(8, SET), 8, Move.PUT),
        (9, noted(8, SET), 9, Move.NOTE_SET),
        (9, noted(8, SET), 7, Move.RESPECT),
        (9, noted(8, SET), None, Move.RESPECT),
        (8, noted(8, SET), None, Move.RESPECT),
        # there before us
        (8, noted(8, FOUND), 8, Move.NOTE_FOUND),
        (9, noted(8, FOUND), 8, Move.PUT),
        (9, noted(8, FOUND), 7, Move.RESPECT),
        # sent, outcome unknown
        (8, noted(8, PENDING), 8, Move.NOTE_SET),
        (8, noted(8, PENDING), None, Move.PUT),
        (9, noted(8, PENDING), 8, Move.PUT),
        # the user's own
        (9, noted(8, THEIRS), 7, Move.KEEP),
        (9, noted(8, THEIRS), None, Move.KEEP),
        (9, noted(8, THEIRS), 9, Move.NOTE_FOUND),
        # undone
        (8, noted(8, UNDONE), 6, Move.KEEP),
        (9, noted(8, UNDONE), 6, Move.PUT),
        # no longer asked for
        (None, noted(1, SET), 1, Move.TAKE),
        (None, noted(1, PENDING), 1, Move.TAKE),
        (None, noted(1, SET), None, Move.FORGET),
        (None, noted(1, FOUND), 1, Move.FORGET),
        (None, noted(1, THEIRS), 1, Move.FORGET),
        (None, noted(1, UNDONE), 1, Move.FORGET),
        (None, None, 1, Move.FORGET),
    ],
)
def test_the_decision_table(wanted: int | None, known: Noted | None, there: int | None, move: Move) -> None:
    assert move is decide(wanted, known, there)


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("there", [None, 1, 8, 9])
def test_what_is_not_open_is_never_changed_whatever_trakt_holds(standing: Standing, there: int | None) -> None:
    for wanted in (None, 8, 9):
        known = noted(8, standing)
        if not is_open(wanted, known):
            move = decide(wanted, known, there)
            assert move not in (Move.PUT, Move.TAKE), (wanted, known, there)


def test_a_plan_puts_takes_notes_and_forgets() -> None:
    wishes = [EIGHT, Wish(show(DEATH_NOTE), 7, (1535,))]
    notes = {season(5002): noted(1, SET, 20958), season(5003): noted(1, FOUND, 99147)}
    there = {show(DEATH_NOTE): 7, season(5002): 1, season(5003): 1}

    plan = plan_list(TraktList.RATINGS, wishes, {season(5002), season(5003)}, notes, there)

    assert plan.changes == (
        ListChange(TraktList.RATINGS, show(TITAN), None, 8, (16498,)),
        ListChange(TraktList.RATINGS, season(5002), 1, None, (20958,)),
    )
    assert plan.noted == {TraktList.RATINGS: {show(DEATH_NOTE): noted(7, FOUND, 1535), season(5003): None}}


def test_what_the_user_changed_is_reported_once_and_then_left_alone() -> None:
    notes = {show(TITAN): noted(6, SET, 16498)}

    plan = plan_list(TraktList.RATINGS, [EIGHT], (), notes, {show(TITAN): 3})

    assert (plan.changes, plan.theirs) == ((), (ListChange(TraktList.RATINGS, show(TITAN), 3, 8, (16498,)),))
    after = {**notes, **{item: note for item, note in plan.noted[TraktList.RATINGS].items() if note}}
    assert open_items([EIGHT], (), after) == frozenset()
    assert plan_list(TraktList.RATINGS, [EIGHT], (), after, {show(TITAN): 3}).theirs == ()


@pytest.mark.parametrize("known", [None, *(noted(8, standing) for standing in Standing)])
def test_an_item_that_cannot_be_read_is_left_alone_whatever_is_known_of_it(known: Noted | None) -> None:
    there = {show(TITAN): UNREADABLE_VALUE, season(5002): UNREADABLE_VALUE}
    notes = {item: known for item in there if known is not None}

    plan = plan_list(TraktList.RATINGS, [EIGHT], {season(5002)}, notes, there)

    assert (plan.changes, plan.noted, plan.theirs) == ((), {}, ())


def test_a_plan_after_its_own_writing_is_empty() -> None:
    there: dict[ListItem, int] = {show(TITAN): 6}
    plan = plan_list(TraktList.RATINGS, [EIGHT], (), {}, there)
    notes = {change.item: Noted(change.after or 0, SET, change.anilist_ids) for change in plan.changes}
    there |= {change.item: change.after for change in plan.changes if change.after}

    assert open_items([EIGHT], (), notes) == frozenset()
    assert plan_list(TraktList.RATINGS, [EIGHT], (), notes, there).changes == ()


def test_a_lost_memory_finds_its_own_ratings_and_writes_nothing() -> None:
    assert plan_list(TraktList.RATINGS, [EIGHT], (), {}, {show(TITAN): 8}).changes == ()


def test_only_entries_with_a_certain_match_are_matched() -> None:
    cache = {TITAN_2: MATCH, 2: replace(MATCH, verdict=Verdict.AMBIGUOUS), 3: replace(MATCH, title=None)}

    (matched,) = matched_entries(
        [listed(3), listed(2), listed(TITAN_2), listed(4)], cache, {TITAN.ids.trakt: TITAN_SEASONS}
    )

    assert (TITAN_2, TITAN_SEASONS[2], False) == (matched.anilist_id, matched.season, matched.is_film)
