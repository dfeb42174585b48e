from datetime import timedelta

import pytest

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.trakt import TraktPlays
from sync.planning.unsettled import unsettled_entries
from tests.planning.cases import BEBOP, NOW, completed, entry, ledger, line, played

LONG_AGO = "2026-01-01 00:00"
LAST_WEEK = "2026-11-15 00:00"


def cached(verdict: Verdict = Verdict.RESOLVED, *, days_ago: float = 1, waiting: tuple[int, ...] = ()) -> CachedMapping:
    return CachedMapping(BEBOP, verdict, None, "same", verified_at=NOW - timedelta(days=days_ago), waiting=waiting)


def looks_at(
    of: MediaListEntry,
    lines: list[LedgerPlay],
    mapping: CachedMapping | None,
    *,
    basis: str = "same",
    plays: TraktPlays | None = None,
    rewatches: bool = False,
) -> bool:
    found = unsettled_entries(
        [of],
        ledger=ledger(lines),
        cache={BEBOP: mapping} if mapping else {},
        basis={BEBOP: basis},
        now=NOW,
        plays=plays,
        rewatches=rewatches,
    )
    return found == (of,)


WATCHED = [line(1, 101), line(2, 102, PlayState.ADOPTED)]


def test_an_entry_whose_episodes_are_all_settled_needs_no_look() -> None:
    assert not looks_at(entry(2), WATCHED, cached(days_ago=400))


@pytest.mark.parametrize("state", [PlayState.REMOVED, PlayState.UNDONE])
def test_what_was_taken_away_is_settled(state: PlayState) -> None:
    assert not looks_at(entry(1), [line(1, 101, state)], cached())


@pytest.mark.parametrize("state", [PlayState.PENDING, PlayState.DISPLACED])
def test_what_is_unclear_or_misplaced_is_looked_at_every_run(state: PlayState) -> None:
    assert looks_at(entry(1, updated=LONG_AGO), [line(1, 101, state)], cached())


def test_one_more_episode_of_a_mapped_entry_is_looked_at() -> None:
    assert looks_at(entry(3, updated=LONG_AGO), WATCHED, cached())


def test_an_entry_that_was_never_mapped_is_looked_at() -> None:
    assert looks_at(entry(1), [], None)


def test_an_entry_of_which_nothing_was_watched_is_not_looked_at() -> None:
    assert not looks_at(entry(0), [], None)


def test_a_completed_entry_of_unknown_length_is_looked_at() -> None:
    assert looks_at(entry(0, episodes=None, status=MediaListStatus.COMPLETED), [], None)


def test_a_first_import_that_the_brake_stopped_is_looked_at_again() -> None:
    assert looks_at(completed(26, updated=LONG_AGO), [], cached(days_ago=0.1))


def test_a_changed_override_is_looked_at_even_when_all_is_settled() -> None:
    assert looks_at(entry(2), WATCHED, cached(), basis="another")


def test_without_its_cached_mapping_a_settled_entry_needs_no_look() -> None:
    assert not looks_at(entry(2), WATCHED, None)


def test_an_episode_that_trakt_did_not_list_is_looked_for_every_run_at_first() -> None:
    assert looks_at(entry(3, updated=LAST_WEEK), WATCHED, cached(waiting=(3,)))


def test_an_episode_that_trakt_does_not_come_to_list_is_looked_for_weekly() -> None:
    assert not looks_at(entry(3, updated=LONG_AGO), WATCHED, cached(days_ago=6.9, waiting=(3,)))
    assert looks_at(entry(3, updated=LONG_AGO), WATCHED, cached(days_ago=7.1, waiting=(3,)))


def test_a_waiting_episode_of_an_entry_without_update_time_is_looked_for_weekly() -> None:
    assert not looks_at(entry(3), WATCHED, cached(days_ago=6.9, waiting=(3,)))


def test_a_new_episode_is_not_kept_back_by_a_waiting_one() -> None:
    assert looks_at(entry(4, updated=LONG_AGO), WATCHED, cached(waiting=(3,)))


@pytest.mark.parametrize("verdict", [Verdict.AMBIGUOUS, Verdict.UNRESOLVED])
def test_an_entry_without_a_certain_mapping_is_looked_at_weekly(verdict: Verdict) -> None:
    assert not looks_at(entry(3, updated=LONG_AGO), [], cached(verdict, days_ago=6.9))
    assert looks_at(entry(3, updated=LONG_AGO), [], cached(verdict, days_ago=7.1))


def test_an_entry_without_a_certain_mapping_is_looked_at_when_more_was_watched() -> None:
    assert looks_at(entry(3, updated="2026-11-22 05:00"), [], cached(Verdict.AMBIGUOUS, days_ago=1))


def test_a_skipped_entry_stays_skipped() -> None:
    assert not looks_at(entry(3, updated="2026-11-22 05:00"), [], cached(Verdict.SKIPPED, days_ago=400))


def test_a_play_that_vanished_from_trakt_is_looked_into() -> None:
    assert looks_at(entry(2), WATCHED, cached(), plays=played(101))
    assert not looks_at(entry(2), WATCHED, cached(), plays=played(101, 102))


def test_a_vanished_play_of_a_skipped_entry_is_not_looked_into() -> None:
    assert not looks_at(entry(2), WATCHED, cached(Verdict.SKIPPED), plays=played(101))


def test_a_rewatch_is_looked_at_only_when_rewatches_are_wanted() -> None:
    again = completed(1, repeat=1)
    assert looks_at(again, [line(1, 101)], cached(), rewatches=True)
    assert not looks_at(again, [line(1, 101)], cached())
    assert not looks_at(again, [line(1, 101), line(1, 101, rewatch=1)], cached(), rewatches=True)


def test_the_entries_come_in_the_order_of_their_ids() -> None:
    entries = [entry(1, anilist_id=number) for number in (30, 1, 21)]
    found = unsettled_entries(entries, ledger=Ledger(), cache={}, basis={}, now=NOW)
    assert [each.anilist_id for each in found] == [1, 21, 30]
