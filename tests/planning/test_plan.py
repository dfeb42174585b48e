from collections.abc import Mapping

import pytest

from sync.model.anilist import MediaFormat, MediaListEntry, MediaListStatus
from sync.model.plan import Displaced, Ledger, LedgerPlay, Plan, PlayState, PlayTarget, Waiting, WaitingFor
from sync.model.trakt import PlayKind, TraktPlays
from sync.planning.decision import Action, decide
from sync.planning.plan import plan_plays
from sync.planning.times.watched_at import TimeHints
from tests.planning.cases import (
    BEBOP,
    NOW,
    applied,
    at,
    completed,
    entry,
    film,
    finished,
    ledger,
    line,
    played,
    states,
    target,
    undated,
    watched,
)

STATE = PlayState
Targets = Mapping[int, tuple[PlayTarget, ...]]
NOTHING = TraktPlays()


def plan(
    of: MediaListEntry,
    targets: Targets | None,
    *,
    plays: TraktPlays = NOTHING,
    known: Ledger | None = None,
    again: frozenset[int] = frozenset(),
) -> Plan:
    return plan_plays(
        [of],
        targets={} if targets is None else {of.anilist_id: targets},
        plays=plays,
        ledger=known or Ledger(),
        now=NOW,
        again=again,
    )


def added(of: Plan) -> list[int]:
    return [add.trakt_id for add in of.adds]


@pytest.mark.parametrize(
    ("on_trakt", "known", "action"),
    [
        (False, None, Action.ADD),
        (True, None, Action.ADOPT),
        (True, STATE.CONFIRMED, Action.KEEP),
        (True, STATE.ADOPTED, Action.KEEP),
        (False, STATE.CONFIRMED, Action.RESPECT),
        (False, STATE.ADOPTED, Action.RESPECT),
        (False, STATE.PENDING, Action.ADD),
        (True, STATE.PENDING, Action.CONFIRM),
        (False, STATE.REMOVED, Action.LEAVE),
        (True, STATE.REMOVED, Action.ADOPT),
        (False, STATE.UNDONE, Action.LEAVE),
        (True, STATE.UNDONE, Action.LEAVE),
        (False, STATE.DISPLACED, Action.RESPECT),
        (True, STATE.DISPLACED, Action.CONFIRM),
    ],
)
def test_the_decision_table(on_trakt: bool, known: PlayState | None, action: Action) -> None:
    assert decide(on_trakt, known) is action


@pytest.mark.parametrize("known", [None, *PlayState])
def test_asking_again_adds_whatever_is_not_on_trakt_and_nothing_that_is(known: PlayState | None) -> None:
    assert decide(False, known, again=True) is Action.ADD
    assert decide(True, known, again=True) is decide(True, known)


# The table, through a plan


def test_what_was_watched_and_is_not_on_trakt_is_added() -> None:
    assert added(plan(entry(3), undated(26))) == [101, 102, 103]


def test_what_is_on_trakt_is_adopted_and_not_added() -> None:
    found = plan(entry(3), undated(26), plays=played(102))
    assert added(found) == [101, 103]
    assert found.noted == ((BEBOP, line(2, 102, STATE.ADOPTED)),)


def test_what_the_ledger_knows_and_trakt_has_is_kept() -> None:
    found = plan(entry(2), undated(26), plays=played(101, 102), known=ledger([line(1, 101), line(2, 102)]))
    assert (found.adds, found.noted, found.kept) == ((), (), 2)


def test_a_play_that_the_user_removed_is_not_added_again() -> None:
    found = plan(entry(2), undated(26), plays=played(101), known=ledger([line(1, 101), line(2, 102)]))
    assert found.adds == ()
    assert found.noted_as(STATE.REMOVED) == ((BEBOP, line(2, 102, STATE.REMOVED)),)


def test_a_play_that_was_removed_stays_removed_in_later_runs() -> None:
    known = ledger([line(1, 101, STATE.REMOVED), line(2, 102, STATE.UNDONE)])
    assert plan(entry(2), undated(26), known=known) == Plan()


def test_an_undone_play_is_added_when_the_user_asks() -> None:
    known = ledger([line(1, 101, STATE.UNDONE), line(2, 102, STATE.REMOVED)])
    assert added(plan(entry(2), undated(26), known=known, again=frozenset({BEBOP}))) == [101, 102]


def test_an_unsettled_play_is_confirmed_when_trakt_has_it_and_else_added() -> None:
    known = ledger([line(1, 101, STATE.PENDING), line(2, 102, STATE.PENDING)])
    found = plan(entry(2), undated(26), plays=played(101), known=known)
    assert found.noted == ((BEBOP, line(1, 101, STATE.CONFIRMED)),)
    assert added(found) == [102]


def test_a_progress_that_went_down_keeps_the_plays_and_is_named() -> None:
    found = plan(entry(1), undated(26), plays=played(101, 102), known=ledger([line(1, 101), line(2, 102)]))
    assert (found.adds, found.noted, found.kept, found.decreased) == ((), (), 2, (BEBOP,))


def test_an_entry_of_which_nothing_was_watched_adds_nothing() -> None:
    assert plan(entry(0, status=MediaListStatus.PLANNING), undated(26)) == Plan()


def test_a_film_is_added_as_a_film_although_an_episode_has_its_id() -> None:
    found = plan(
        completed(1, format=MediaFormat.MOVIE), {1: (film(101, released=at("2016-08-26 00:00")),)}, plays=played(101)
    )
    assert [(add.kind, add.trakt_id, add.season, add.number) for add in found.adds] == [
        (PlayKind.MOVIE, 101, None, None)
    ]


# What Trakt does not list, or not yet


def test_an_episode_that_trakt_does_not_list_is_waiting() -> None:
    found = plan(entry(4), undated(2))
    assert added(found) == [101, 102]
    assert found.waiting == (Waiting(BEBOP, (3, 4), WaitingFor.LISTING),)


def test_an_episode_that_is_yet_to_air_is_waiting() -> None:
    targets = {**undated(1), 2: (target(102, aired=at("2026-11-22 06:18")),)}
    found = plan(entry(2), targets)
    assert added(found) == [101]
    assert found.waiting == (Waiting(BEBOP, (2,), WaitingFor.AIRING),)


def test_an_episode_that_is_yet_to_air_but_was_played_is_adopted() -> None:
    found = plan(entry(1), {1: (target(101, aired=at("2027-01-01 00:00")),)}, plays=played(101))
    assert found.noted == ((BEBOP, line(1, 101, STATE.ADOPTED)),)
    assert found.waiting == ()


# One to many, many to one


def test_an_episode_that_is_two_on_trakt_gets_two_plays() -> None:
    found = plan(entry(1), {1: (target(101), target(102))})
    assert [(add.episode, add.trakt_id) for add in found.adds] == [(1, 101), (1, 102)]


def test_two_episodes_that_are_one_on_trakt_get_one_play_and_both_are_noted() -> None:
    found = plan(entry(2), {1: (target(101),), 2: (target(101),)})
    assert added(found) == [101]
    _, known = applied(found, NOTHING, Ledger())
    assert states(known) == {(1, 101): "c", (2, 101): "c"}


def test_an_episode_and_its_recap_film_entry_share_one_play_at_the_earlier_time() -> None:
    both = [completed(1, anilist_id=1), completed(1, anilist_id=2)]
    logs = [finished("2026-11-03 20:00", anilist_id=1), finished("2026-11-02 20:00", anilist_id=2)]
    found = plan_plays(
        both,
        targets={1: {1: (target(101),)}, 2: {1: (target(101),)}},
        plays=NOTHING,
        ledger=Ledger(),
        now=NOW,
        hints=TimeHints(logs),
    )
    (add,) = found.adds
    assert (add.anilist_id, add.watched_at, add.also) == (2, at("2026-11-02 20:00"), ((1, 1),))


def test_what_was_removed_under_one_entry_is_not_added_for_another() -> None:
    known = ledger([line(1, 101)], anilist_id=1)
    found = plan_plays(
        [completed(1, anilist_id=1), completed(1, anilist_id=2)],
        targets={2: {1: (target(101),)}},
        plays=NOTHING,
        ledger=known,
        now=NOW,
    )
    assert found.adds == ()
    assert found.noted == ((1, line(1, 101, STATE.REMOVED)), (2, line(1, 101, STATE.REMOVED)))


# A mapping that changed


def test_a_play_under_an_old_mapping_is_named_and_its_episode_not_added_twice() -> None:
    known = ledger([line(1, 901), line(2, 902)])
    found = plan(entry(2), undated(26), plays=played(901, 902), known=known)
    assert found.adds == ()
    assert found.displaced == (
        Displaced(BEBOP, 1, PlayKind.EPISODE, 901, 101),
        Displaced(BEBOP, 2, PlayKind.EPISODE, 902, 102),
    )


def test_a_play_under_an_old_mapping_is_named_in_every_run_but_noted_once() -> None:
    first = plan(entry(1), undated(26), plays=played(901), known=ledger([line(1, 901)]))
    _, known = applied(first, played(901), ledger([line(1, 901)]))
    second = plan(entry(1), undated(26), plays=played(901), known=known)
    assert second.displaced == first.displaced
    assert second.noted == ()


def test_after_undoing_a_displaced_play_the_next_run_adds_it_in_the_right_place() -> None:
    first = plan(entry(1), undated(26), plays=played(901), known=ledger([line(1, 901)]))
    _, known = applied(first, played(901), ledger([line(1, 901)]))
    undone = known.undoing([(BEBOP, line(1, 901, STATE.DISPLACED))])
    assert added(plan(entry(1), undated(26), known=undone)) == [101]


def test_a_mapping_that_was_off_by_one_can_be_undone_and_added_rightly() -> None:
    known = ledger([line(number, 100 + number) for number in (1, 2, 3)])
    right = undated(3, first=102)
    first = plan(entry(3), right, plays=played(101, 102, 103), known=known)
    assert first.adds == ()
    _, known = applied(first, played(101, 102, 103), known)
    undone = known.undoing([(BEBOP, each) for each in known.of(BEBOP)])
    assert added(plan(entry(3), right, known=undone)) == [102, 103, 104]


def test_an_old_play_that_was_undone_first_does_not_hold_back_the_new_place() -> None:
    assert added(plan(entry(1), undated(26), known=ledger([line(1, 901, STATE.UNDONE)]))) == [101]


def test_an_old_play_that_is_gone_when_the_mapping_changes_does_not_hold_back_the_new_place() -> None:
    found = plan(entry(1), undated(26), known=ledger([line(1, 901)]))
    assert added(found) == [101]


def test_an_episode_that_the_user_removed_is_not_added_when_the_show_is_recut() -> None:
    assert added(plan(entry(1), undated(26), known=ledger([line(1, 901, STATE.REMOVED)]))) == []


def test_another_apps_play_under_an_old_mapping_is_no_concern_of_ours() -> None:
    found = plan(entry(1), undated(26), plays=played(901), known=ledger([line(1, 901, STATE.ADOPTED)]))
    assert added(found) == [101]
    assert found.displaced == ()


def test_a_mapping_that_comes_back_finds_its_play_in_place() -> None:
    found = plan(entry(1), undated(26), plays=played(101), known=ledger([line(1, 101, STATE.DISPLACED)]))
    assert found.noted == ((BEBOP, line(1, 101, STATE.CONFIRMED)),)
    assert found.displaced == ()


def test_a_play_whose_episode_has_no_place_any_more_is_named() -> None:
    found = plan(entry(1), {}, plays=played(901), known=ledger([line(1, 901)]))
    assert found.displaced == (Displaced(BEBOP, 1, PlayKind.EPISODE, 901, None),)


def test_two_places_of_an_episode_are_not_mistaken_for_a_changed_mapping() -> None:
    known = ledger([line(1, 101), line(1, 102)])
    found = plan(entry(1), {1: (target(101), target(102))}, plays=played(101, 102), known=known)
    assert (found.displaced, found.noted, found.kept) == ((), (), 2)


# Entries that were not looked at


def test_an_entry_that_was_not_looked_at_is_judged_by_the_ledger() -> None:
    known = ledger([line(1, 101), line(2, 102), line(3, 103, STATE.PENDING), line(4, 104, STATE.PENDING)])
    found = plan(entry(5), None, plays=played(101, 103), known=known)
    assert found.adds == ()
    assert found.kept == 1
    assert found.noted == ((BEBOP, line(2, 102, STATE.REMOVED)), (BEBOP, line(3, 103, STATE.CONFIRMED)))


def test_a_completed_entry_of_unknown_length_that_was_not_looked_at_has_not_decreased() -> None:
    whole = entry(0, episodes=None, status=MediaListStatus.COMPLETED)
    assert plan(whole, None, plays=played(101), known=ledger([line(1, 101)])).decreased == ()


def test_rewatching_from_the_start_takes_no_first_play_away() -> None:
    known = ledger([line(number, 100 + number) for number in range(1, 27)])
    again = entry(2, status=MediaListStatus.REPEATING)
    found = plan(again, None, plays=played(*range(101, 127)), known=known)
    assert (found.kept, found.decreased) == (26, ())


# Order and times


def test_the_plays_come_entry_by_entry_in_episode_order() -> None:
    entries = [entry(2, anilist_id=30), entry(2, anilist_id=2)]
    found = plan_plays(
        entries, targets={30: undated(2, first=1), 2: undated(2, first=901)}, plays=NOTHING, ledger=Ledger(), now=NOW
    )
    assert added(found) == [901, 902, 1, 2]


def test_activities_of_other_entries_date_nothing_here() -> None:
    found = plan_plays(
        [entry(1)],
        targets={BEBOP: undated(1)},
        plays=NOTHING,
        ledger=Ledger(),
        now=NOW,
        hints=TimeHints([watched("2026-11-01 20:00", 1, anilist_id=999)]),
    )
    assert found.adds[0].watched_at == "unknown"


# The ledger itself


def test_undoing_a_shared_play_is_remembered_for_every_entry() -> None:
    known = Ledger().noting([(1, line(1, 101)), (2, line(5, 101, STATE.ADOPTED)), (2, line(6, 106))])
    undone = known.undoing([(1, line(1, 101))])
    assert states(undone, 1) == {(1, 101): "u"}
    assert states(undone, 2) == {(5, 101): "u", (6, 106): "c"}


def test_undoing_a_displaced_play_lets_the_entry_that_adopted_it_ask_anew() -> None:
    known = Ledger().noting([(1, line(1, 101, STATE.DISPLACED)), (2, line(5, 101, STATE.ADOPTED))])
    undone = known.undoing([(1, line(1, 101, STATE.DISPLACED))])
    assert undone.plays == {}


def test_a_noted_line_replaces_the_one_before_it() -> None:
    known = ledger([line(2, 102, STATE.PENDING), line(1, 101)])
    assert known.noting([(BEBOP, line(2, 102))]).of(BEBOP) == (line(1, 101), line(2, 102))


def test_lines_of_films_and_episodes_with_the_same_id_stand_side_by_side() -> None:
    both = [line(1, 101), LedgerPlay(1, PlayKind.MOVIE, 101, STATE.ADOPTED)]
    assert len(ledger(both).of(BEBOP)) == 2


def test_a_pending_play_of_an_entry_without_a_match_is_settled_by_the_entry_that_adds_it() -> None:
    other = entry(1, anilist_id=2)
    pending = Ledger({2: (LedgerPlay(1, PlayKind.EPISODE, 101, STATE.PENDING),)})

    found = plan_plays(
        [entry(1), other], targets={entry(1).anilist_id: undated(26)}, plays=NOTHING, ledger=pending, now=NOW
    )

    assert [((2, 1),)] == [add.also for add in found.adds]
