from collections.abc import Sequence

import pytest

from sync.model.anilist import ListActivity, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.plan import Ledger, Plan, PlayState, PlayTarget, UndatedPlays
from sync.model.trakt import TraktPlays
from sync.planning.plan import plan_plays
from sync.planning.rewatches import plan_rewatches
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
    target,
    undated,
    watched,
)

STATE = PlayState
NOTHING = TraktPlays()
Targets = dict[int, tuple[PlayTarget, ...]]
LOGGED_AGAIN = [
    watched("2026-10-01 20:00", 1, kind="rewatched episode"),
    finished("2026-10-02 20:00", kind="rewatched"),
]


def plan(
    *entries: MediaListEntry,
    targets: Targets | None = None,
    plays: TraktPlays = NOTHING,
    known: Ledger | None = None,
    activities: Sequence[ListActivity] = (),
    undated_plays: UndatedPlays = UndatedPlays.UNKNOWN,
) -> Plan:
    mapped = {each.anilist_id: targets or undated(each.media.episodes or 1) for each in entries}
    hints = TimeHints(activities, undated=undated_plays)
    known = known or Ledger()
    first = plan_plays(entries, targets=mapped, plays=plays, ledger=known, now=NOW, hints=hints)
    return plan_rewatches(first, entries, targets=mapped, plays=plays, ledger=known, now=NOW, hints=hints)


def again(of: Plan) -> list[tuple[int, int, str]]:
    """(episode, rewatch, time) of the further plays."""
    return [
        (
            add.episode,
            add.rewatch,
            add.watched_at if isinstance(add.watched_at, str) else f"{add.watched_at:%m-%d %H:%M}",
        )
        for add in of.adds
        if add.rewatch
    ]


FIRST = ledger([line(1, 101), line(2, 102)])


def test_a_logged_rewatch_becomes_a_further_play_of_each_episode() -> None:
    found = plan(completed(2, repeat=1), plays=played(101, 102), known=FIRST, activities=LOGGED_AGAIN)
    assert again(found) == [(1, 1, "10-01 20:00"), (2, 1, "10-02 20:00")]


def test_a_first_watch_and_its_rewatch_are_added_together() -> None:
    logs = [*LOGGED_AGAIN, watched("2025-01-01 20:00", 1), finished("2025-01-02 20:00")]
    found = plan(completed(2, repeat=1), activities=logs)
    assert [(add.trakt_id, add.rewatch) for add in found.adds] == [(101, 0), (102, 0), (101, 1), (102, 1)]


def test_a_second_run_writes_nothing() -> None:
    twice = completed(2, repeat=2)
    first = plan(twice, plays=played(101, 102), known=FIRST, activities=LOGGED_AGAIN)
    assert first.adds
    plays, known = applied(first, played(101, 102), FIRST)
    second = plan(twice, plays=plays, known=known, activities=LOGGED_AGAIN)
    assert (second.adds, second.noted) == ((), ())


def test_plays_that_trakt_has_already_are_adopted_and_not_added() -> None:
    found = plan(completed(2, repeat=1), plays=played(101, 101, 102, 102), known=FIRST)
    assert found.adds == ()
    assert found.noted == (
        (BEBOP, line(1, 101, STATE.ADOPTED, rewatch=1)),
        (BEBOP, line(2, 102, STATE.ADOPTED, rewatch=1)),
    )


def test_losing_the_ledger_adds_no_rewatch_that_trakt_has() -> None:
    twice = completed(2, repeat=2)
    first = plan(twice, plays=played(101, 102), known=FIRST, activities=LOGGED_AGAIN)
    plays, _ = applied(first, played(101, 102), FIRST)
    assert plan(twice, plays=plays, activities=LOGGED_AGAIN).adds == ()


def test_the_play_on_trakt_at_about_the_logged_time_is_that_rewatch() -> None:
    plays = TraktPlays(episodes={101: (at("2020-01-01 20:00"), at("2026-10-01 19:30"))})
    logs = [finished("2026-10-01 20:00", kind="rewatched")]
    found = plan(completed(1, repeat=2), plays=plays, known=ledger([line(1, 101)]), activities=logs)
    assert found.noted == ((BEBOP, line(1, 101, STATE.ADOPTED, rewatch=2)),)
    assert again(found) == [(1, 1, "unknown")]


def test_more_plays_on_trakt_than_the_list_counts_are_left_alone() -> None:
    assert plan(completed(1), plays=played(101, 101, 101), known=ledger([line(1, 101)])).noted == ()


def test_a_rewatch_that_the_user_removed_stays_removed() -> None:
    known = ledger([line(1, 101), line(1, 101, rewatch=1)])
    found = plan(completed(1, repeat=1), plays=played(101), known=known)
    assert found.adds == ()
    assert found.noted == ((BEBOP, line(1, 101, STATE.REMOVED, rewatch=1)),)


def test_a_rewatch_that_was_undone_stays_undone() -> None:
    known = ledger([line(1, 101), line(1, 101, STATE.UNDONE, rewatch=1)])
    found = plan(completed(1, repeat=1), plays=played(101), known=known)
    assert (found.adds, found.noted) == ((), ())


def test_a_rewatch_whose_post_is_unsettled_is_confirmed_or_added() -> None:
    known = ledger([line(1, 101), line(1, 101, STATE.PENDING, rewatch=1)])
    assert plan(completed(1, repeat=1), plays=played(101, 101), known=known).noted == (
        (BEBOP, line(1, 101, STATE.CONFIRMED, rewatch=1)),
    )
    assert again(plan(completed(1, repeat=1), plays=played(101), known=known)) == [(1, 1, "unknown")]


def test_an_episode_whose_first_play_was_removed_gets_no_rewatch() -> None:
    known = ledger([line(1, 101, STATE.REMOVED)])
    assert plan(completed(1, repeat=3), known=known) == Plan()


def test_a_running_rewatch_counts_up_to_its_progress() -> None:
    running = entry(1, episodes=2, status=MediaListStatus.REPEATING)
    assert again(plan(running, plays=played(101, 102), known=FIRST)) == [(1, 1, "unknown")]


@pytest.mark.parametrize("status", [MediaListStatus.CURRENT, MediaListStatus.DROPPED, MediaListStatus.PAUSED])
def test_repeat_means_nothing_before_the_entry_was_finished(status: MediaListStatus) -> None:
    assert plan(entry(1, episodes=2, status=status, repeat=3), plays=played(101), known=FIRST).adds == ()


def test_a_rewatch_that_only_the_activities_know_counts() -> None:
    logs = [watched("2026-10-01 20:00", 1, kind="rewatched episode")]
    assert again(plan(completed(2), plays=played(101, 102), known=FIRST, activities=logs)) == [(1, 1, "10-01 20:00")]


def test_an_episode_logged_again_the_same_evening_was_not_watched_again() -> None:
    logs = [*LOGGED_AGAIN, finished("2026-10-02 20:05", kind="rewatched")]
    found = plan(completed(2), plays=played(101, 102), known=FIRST, activities=logs)
    assert again(found) == [(1, 1, "10-01 20:00"), (2, 1, "10-02 20:00")]


def test_a_film_watched_three_times_gets_each_time() -> None:
    logs = [
        finished("2020-01-01 20:00"),
        finished("2022-01-01 21:00", kind="rewatched"),
        finished("2024-01-01 22:00", kind="rewatched"),
    ]
    your_name = completed(1, format=MediaFormat.MOVIE, repeat=2)
    found = plan(your_name, targets={1: (film(5),)}, activities=logs)
    assert [add.watched_at for add in found.adds] == [
        at("2020-01-01 20:00"),
        at("2022-01-01 21:00"),
        at("2024-01-01 22:00"),
    ]


def test_of_several_undated_plays_one_is_posted_and_the_others_are_left_out_for_good() -> None:
    thrice = completed(1, repeat=3)
    found = plan(thrice, plays=played(101), known=ledger([line(1, 101)]))
    assert again(found) == [(1, 1, "unknown")]
    assert [(noted.rewatch, noted.state) for _, noted in found.noted] == [(2, STATE.UNDONE), (3, STATE.UNDONE)]
    plays, known = applied(found, played(101), ledger([line(1, 101)]))
    assert plan(thrice, plays=plays, known=known).adds == ()


def test_an_undated_rewatch_of_an_undated_play_is_left_out() -> None:
    found = plan(completed(1, repeat=1))
    assert [(add.rewatch, add.watched_at) for add in found.adds] == [(0, "unknown")]


def test_the_last_undated_rewatch_may_take_the_time_of_the_update() -> None:
    found = plan(
        completed(2, repeat=1, updated="2026-11-05 20:00"),
        plays=played(101, 102),
        known=FIRST,
        undated_plays=UndatedPlays.UPDATED,
    )
    assert again(found) == [(1, 1, "11-05 19:36"), (2, 1, "11-05 20:00")]


def test_a_rewatch_comes_after_the_first_watch_and_never_at_its_minute() -> None:
    logs = [finished("2026-10-02 20:00", kind="rewatched")]
    found = plan(
        completed(1, repeat=1),
        plays=played(101, when="2026-10-02 20:00"),
        known=ledger([line(1, 101)]),
        activities=logs,
    )
    assert again(found) == [(1, 1, "10-02 20:01")]


def test_two_episodes_that_are_one_on_trakt_are_watched_again_together() -> None:
    twice = completed(2, repeat=1)
    both: Targets = {1: (target(101),), 2: (target(101),)}
    first = plan(twice, targets=both, plays=played(101), activities=LOGGED_AGAIN)
    assert [add.rewatch for add in first.adds] == [1]
    plays, known = applied(first, played(101), Ledger())
    second = plan(twice, targets=both, plays=plays, known=known, activities=LOGGED_AGAIN)
    assert (second.adds, second.noted) == ((), ())
