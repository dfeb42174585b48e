import pytest

from sync.errors import StateError, StoppedByBrake, SuspiciousRead
from sync.model.anilist import AniListUser
from sync.model.plan import Ledger, Plan, PlayState
from sync.model.run import LastSync
from sync.model.trakt import TraktPlays
from sync.planning.plan import plan_plays
from sync.planning.safety import check_accounts, check_brake, check_list, check_plays, check_reads
from tests.planning.cases import NOW, completed, ledger, line, played, weekly

MISAKI = AniListUser(7, "misaki")


def plan_of(count: int) -> Plan:
    return plan_plays([completed(count)], targets={1: weekly(count)}, plays=TraktPlays(), ledger=Ledger(), now=NOW)


def test_a_plan_over_the_limit_stops_with_the_way_to_approve_it() -> None:
    with pytest.raises(StoppedByBrake, match=r"add 26 plays.*MAX_NEW_PLAYS \(25\).*allow_large") as stopped:
        check_brake(plan_of(26), max_new_plays=25, approved=False)
    assert stopped.value.exit_code == 7


def test_a_plan_at_the_limit_goes_on() -> None:
    check_brake(plan_of(25), max_new_plays=25, approved=False)


def test_changes_of_ratings_and_lists_count_like_plays() -> None:
    check_brake(plan_of(20), max_new_plays=25, approved=False, changes=5)
    with pytest.raises(StoppedByBrake, match=r"add 20 plays and change 6 ratings and list entries, more than"):
        check_brake(plan_of(20), max_new_plays=25, approved=False, changes=6)


def test_an_approved_plan_goes_on_whatever_its_size() -> None:
    check_brake(plan_of(26), max_new_plays=1, approved=True)


def test_a_first_run_has_nothing_to_compare_with() -> None:
    check_reads(last=LastSync(), ledger=Ledger(), user=MISAKI, trakt_user="misaki", entries=0, plays=TraktPlays())


def test_a_list_of_another_user_stops_the_run() -> None:
    last = LastSync(anilist_user_id=8, anilist_user="kaede")
    with pytest.raises(StateError, match=r"AniList user kaede, but this is the list of misaki.*ANILIST_USERNAME"):
        check_accounts(last, user=MISAKI, trakt_user="misaki")


def test_another_trakt_account_stops_the_run() -> None:
    last = LastSync(anilist_user_id=7, anilist_user="misaki", trakt_user="misaki")
    with pytest.raises(StateError, match=r"Trakt user misaki, but the log-in is kaede's"):
        check_accounts(last, user=MISAKI, trakt_user="kaede")


def test_a_renamed_anilist_user_and_other_capitals_are_the_same_account() -> None:
    last = LastSync(anilist_user_id=7, anilist_user="old-name", trakt_user="Misaki")
    check_accounts(last, user=MISAKI, trakt_user="misaki")


@pytest.mark.parametrize(("before", "after"), [(1000, 499), (20, 9), (20, 0), (3, 0)])
def test_a_list_that_lost_most_of_its_entries_stops_the_run(before: int, after: int) -> None:
    with pytest.raises(SuspiciousRead, match=rf"AniList returned {after} list entries where the last run saw"):
        check_list(LastSync(entries=before), entries=after)


@pytest.mark.parametrize(("before", "after"), [(1000, 500), (20, 10), (19, 1), (0, 0), (5, 900)])
def test_a_list_that_shrank_a_little_goes_on(before: int, after: int) -> None:
    check_list(LastSync(entries=before), entries=after)


def test_a_history_that_lost_most_of_the_known_plays_stops_the_run() -> None:
    known = ledger([line(n, 100 + n) for n in range(1, 21)])
    with pytest.raises(SuspiciousRead, match="lacks 11 of the 20 plays"):
        check_plays(known, played(*range(101, 110)))


def test_a_history_that_lost_half_of_the_known_plays_is_the_users_doing() -> None:
    known = ledger([line(n, 100 + n) for n in range(1, 21)])
    check_plays(known, played(*range(101, 111)))


def test_plays_that_the_ledger_knows_to_be_gone_are_not_missed() -> None:
    gone = [PlayState.REMOVED, PlayState.UNDONE, PlayState.PENDING]
    check_plays(ledger([line(n, 100 + n, gone[n % 3]) for n in range(1, 60)]), TraktPlays())


def test_a_few_known_plays_may_all_be_gone() -> None:
    check_plays(ledger([line(n, 100 + n) for n in range(1, 20)]), played(200))


def test_a_history_that_is_empty_where_any_play_is_known_is_not_believed() -> None:
    with pytest.raises(SuspiciousRead, match="lacks 1 of the 1 plays"):
        check_plays(ledger([line(1, 101)]), TraktPlays())
