"""Which entries are synced, and of which of those something is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.model.anilist import Media, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import SkipReason
from sync.model.trakt import TraktPlays
from sync.planning.selection import EntryMemory, Parts, Scope, open_entries, questions_still_asked
from tests.planning.cases import BEBOP, NOW, completed, entry, ledger, line, played
from tests.planning.list_cases import TITAN_2, listed

LONG_AGO = "2026-01-01 00:00"
LAST_WEEK = "2026-11-15 00:00"


def cached(verdict: Verdict = Verdict.RESOLVED, *, days_ago: float = 1, waiting: tuple[int, ...] = ()) -> CachedMapping:
    return CachedMapping(BEBOP, verdict, None, "same", verified_at=NOW - timedelta(days=days_ago), waiting=waiting)


def is_open(
    of: MediaListEntry,
    lines: list[LedgerPlay],
    mapping: CachedMapping | None,
    *,
    basis: str = "same",
    plays: TraktPlays | None = None,
    rewatches: bool = False,
) -> bool:
    memory = EntryMemory(ledger(lines), {BEBOP: mapping} if mapping else {}, {BEBOP: basis}, NOW, plays)
    return open_entries([of], (), memory, rewatches=rewatches) == (of,)


WATCHED = [line(1, 101), line(2, 102, PlayState.ADOPTED)]


def test_an_entry_whose_episodes_are_all_settled_needs_no_look() -> None:
    assert not is_open(entry(2), WATCHED, cached(days_ago=400))


@pytest.mark.parametrize("state", [PlayState.REMOVED, PlayState.UNDONE])
def test_what_was_taken_away_is_settled(state: PlayState) -> None:
    assert not is_open(entry(1), [line(1, 101, state)], cached())


@pytest.mark.parametrize("state", [PlayState.PENDING, PlayState.DISPLACED])
def test_what_is_unclear_or_misplaced_is_looked_at_every_run(state: PlayState) -> None:
    assert is_open(entry(1, updated=LONG_AGO), [line(1, 101, state)], cached())


def test_one_more_episode_of_a_mapped_entry_is_looked_at() -> None:
    assert is_open(entry(3, updated=LONG_AGO), WATCHED, cached())


def test_an_entry_that_was_never_mapped_is_looked_at() -> None:
    assert is_open(entry(1), [], None)


def test_an_entry_of_which_nothing_was_watched_is_not_looked_at() -> None:
    assert not is_open(entry(0), [], None)


def test_a_completed_entry_of_unknown_length_is_looked_at() -> None:
    assert is_open(entry(0, episodes=None, status=MediaListStatus.COMPLETED), [], None)


def test_a_first_import_that_the_brake_stopped_is_looked_at_again() -> None:
    assert is_open(completed(26, updated=LONG_AGO), [], cached(days_ago=0.1))


def test_a_changed_override_is_looked_at_even_when_all_is_settled() -> None:
    assert is_open(entry(2), WATCHED, cached(), basis="another")


def test_without_its_cached_mapping_a_settled_entry_needs_no_look() -> None:
    assert not is_open(entry(2), WATCHED, None)


def test_an_episode_that_trakt_did_not_list_is_looked_for_every_run_at_first() -> None:
    assert is_open(entry(3, updated=LAST_WEEK), WATCHED, cached(waiting=(3,)))


def test_an_episode_that_trakt_does_not_come_to_list_is_looked_for_weekly() -> None:
    assert not is_open(entry(3, updated=LONG_AGO), WATCHED, cached(days_ago=6.9, waiting=(3,)))
    assert is_open(entry(3, updated=LONG_AGO), WATCHED, cached(days_ago=7.1, waiting=(3,)))


def test_a_waiting_episode_of_an_entry_without_update_time_is_looked_for_weekly() -> None:
    assert not is_open(entry(3), WATCHED, cached(days_ago=6.9, waiting=(3,)))


def test_a_new_episode_is_not_kept_back_by_a_waiting_one() -> None:
    assert is_open(entry(4, updated=LONG_AGO), WATCHED, cached(waiting=(3,)))


@pytest.mark.parametrize("verdict", [Verdict.AMBIGUOUS, Verdict.UNRESOLVED])
def test_an_entry_without_a_certain_mapping_is_looked_at_weekly(verdict: Verdict) -> None:
    assert not is_open(entry(3, updated=LONG_AGO), [], cached(verdict, days_ago=6.9))
    assert is_open(entry(3, updated=LONG_AGO), [], cached(verdict, days_ago=7.1))


def test_an_entry_without_a_certain_mapping_is_looked_at_when_more_was_watched() -> None:
    assert is_open(entry(3, updated="2026-11-22 05:00"), [], cached(Verdict.AMBIGUOUS, days_ago=1))


def test_a_skipped_entry_stays_skipped() -> None:
    assert not is_open(entry(3, updated="2026-11-22 05:00"), [], cached(Verdict.SKIPPED, days_ago=400))


def test_a_play_that_vanished_from_trakt_is_looked_into() -> None:
    assert is_open(entry(2), WATCHED, cached(), plays=played(101))
    assert not is_open(entry(2), WATCHED, cached(), plays=played(101, 102))


def test_a_vanished_play_of_a_skipped_entry_is_not_looked_into() -> None:
    assert not is_open(entry(2), WATCHED, cached(Verdict.SKIPPED), plays=played(101))


def test_a_rewatch_is_looked_at_only_when_rewatches_are_wanted() -> None:
    again = completed(1, repeat=1)
    assert is_open(again, [line(1, 101)], cached(), rewatches=True)
    assert not is_open(again, [line(1, 101)], cached())
    assert not is_open(again, [line(1, 101), line(1, 101, rewatch=1)], cached(), rewatches=True)


def test_the_entries_come_in_the_order_of_their_ids() -> None:
    entries = [entry(1, anilist_id=number) for number in (30, 1, 21)]
    found = open_entries(entries, (), EntryMemory(Ledger(), {}, {}, NOW))
    assert [each.anilist_id for each in found] == [1, 21, 30]


# --- what ratings, watchlist and dropped shows ask for ----------------------------------------------------------------

PLANNED_TITAN = listed(TITAN_2, MediaListStatus.PLANNING)
MATCHED = replace(cached(), anilist_id=TITAN_2)


def wants_a_match(entry: MediaListEntry, known: CachedMapping | None, basis: str = "same") -> bool:
    memory = EntryMemory(Ledger(), {} if known is None else {TITAN_2: known}, {TITAN_2: basis}, NOW)
    return open_entries((), [entry], memory) == (entry,)


def test_an_entry_that_was_never_mapped_is_wants_a_match() -> None:
    assert wants_a_match(PLANNED_TITAN, None)


def test_a_certain_match_and_one_left_out_on_purpose_are_not_looked_for_again() -> None:
    assert not wants_a_match(PLANNED_TITAN, MATCHED)
    assert not wants_a_match(PLANNED_TITAN, replace(MATCHED, verdict=Verdict.SKIPPED))


def test_a_match_that_was_made_from_something_else_is_wants_a_match() -> None:
    assert wants_a_match(PLANNED_TITAN, MATCHED, basis="AniList knows more now")


@pytest.mark.parametrize("verdict", [Verdict.UNRESOLVED, Verdict.AMBIGUOUS])
@pytest.mark.parametrize(("days", "again"), [(1, False), (7, False), (8, True)])
def test_an_uncertain_match_is_looked_for_after_a_week(verdict: Verdict, days: int, again: bool) -> None:
    assert again is wants_a_match(
        PLANNED_TITAN, replace(MATCHED, verdict=verdict, verified_at=NOW - timedelta(days=days))
    )


def test_an_uncertain_match_is_looked_for_when_the_entry_changed() -> None:
    uncertain = replace(MATCHED, verdict=Verdict.UNRESOLVED)

    assert wants_a_match(replace(PLANNED_TITAN, updated_at=NOW), uncertain)
    assert not wants_a_match(replace(PLANNED_TITAN, updated_at=NOW - timedelta(days=2)), uncertain)


@pytest.mark.parametrize(
    ("parts", "entry", "used"),
    [
        (Parts(), PLANNED_TITAN, False),
        (Parts(watchlist=True), PLANNED_TITAN, True),
        (Parts(watchlist=True), listed(TITAN_2), False),
        (Parts(ratings=True), listed(TITAN_2, score=80), True),
        (Parts(ratings=True), PLANNED_TITAN, False),
        (Parts(dropped=True), PLANNED_TITAN, True),
        (Parts(dropped=True), listed(TITAN_2, MediaListStatus.DROPPED), True),
    ],
)
def test_an_entry_is_used_where_it_says_something(parts: Parts, entry: MediaListEntry, used: bool) -> None:
    assert used is parts.use(entry)


def test_an_open_question_about_an_entry_that_is_asked_for_no_more_is_forgotten() -> None:
    open_one, gone, certain = (
        replace(cached(Verdict.AMBIGUOUS), anilist_id=1),
        replace(cached(Verdict.UNRESOLVED), anilist_id=2),
        replace(cached(), anilist_id=3),
    )

    assert {1: open_one, 3: certain} == questions_still_asked({1: open_one, 2: gone, 3: certain}, {1})


# --- what is synced at all --------------------------------------------------------------------------------------------

ALL_PARTS = Parts(ratings=True, watchlist=True, dropped=True)


def listed_tv(
    anilist_id: int = 1, status: MediaListStatus = MediaListStatus.COMPLETED, **media: object
) -> MediaListEntry:
    facts = Media(anilist_id, episodes=12, format=MediaFormat.TV)
    return MediaListEntry(anilist_id, replace(facts, **media), status, progress=0)  # type: ignore[arg-type] # passed on as they are


PLANNED = listed_tv(2, MediaListStatus.PLANNING)


def test_without_scope_everything_watched_is_synced_and_what_is_only_planned_is_not() -> None:
    kept, left_out = Scope().for_history([listed_tv(), PLANNED, listed_tv(3, is_adult=True)])

    assert ([1, 3], {SkipReason.PLANNING: 1}) == ([each.anilist_id for each in kept], left_out)


def test_a_planned_entry_with_episodes_watched_has_plays() -> None:
    begun = replace(PLANNED, progress=3)

    assert ((begun,), {}) == Scope().for_history([begun])


def test_the_watchlist_takes_what_is_planned() -> None:
    scope = Scope(parts=Parts(watchlist=True))

    assert ((), {}) == scope.for_history([PLANNED])
    assert (PLANNED,) == scope.for_lists([PLANNED])


@pytest.mark.parametrize(
    ("left_out", "scope", "reason"),
    [
        (replace(listed_tv(), private=True), Scope(), SkipReason.PRIVATE),
        (listed_tv(is_adult=True), Scope(adult=False), SkipReason.ADULT),
        (listed_tv(), Scope(statuses=frozenset({MediaListStatus.CURRENT})), SkipReason.STATUS),
        (listed_tv(), Scope(formats=frozenset({MediaFormat.MOVIE})), SkipReason.FORMAT),
        (listed_tv(format=None), Scope(formats=frozenset({MediaFormat.TV})), SkipReason.FORMAT),
    ],
)
def test_an_entry_is_left_out_of_all_parts_and_counted_by_its_reason(
    left_out: MediaListEntry, scope: Scope, reason: SkipReason
) -> None:
    assert ((), {reason: 1}) == scope.for_history([left_out])
    assert replace(scope, parts=ALL_PARTS).for_lists([left_out]) == ()


def test_an_override_leaves_a_single_entry_out_of_all_parts() -> None:
    scope = Scope(skipped=frozenset({1}), parts=ALL_PARTS)

    assert ((), {SkipReason.OVERRIDE: 1}) == scope.for_history([listed_tv()])
    assert scope.for_lists([listed_tv()]) == ()


@pytest.mark.parametrize(
    ("kept", "scope"),
    [
        (replace(listed_tv(), private=True), Scope(private=True)),
        (listed_tv(is_adult=True), Scope()),
        (listed_tv(), Scope(statuses=frozenset({MediaListStatus.CURRENT, MediaListStatus.COMPLETED}))),
        (listed_tv(format=None), Scope()),
    ],
)
def test_an_entry_that_the_scope_allow_is_kept(kept: MediaListEntry, scope: Scope) -> None:
    assert ((kept,), {}) == scope.for_history([kept])
