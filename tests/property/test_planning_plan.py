import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.anilist import watched_count
from sync.model.plan import Ledger, Plan, PlayState
from sync.model.trakt import TraktPlays
from sync.planning.plan import plan_plays
from sync.planning.rewatches import plan_rewatches
from tests.planning.cases import applied
from tests.property.planning_cases import NOW, Library, libraries

T = TypeVar("T")
EXAMPLES = settings(max_examples=50, deadline=None)


def plan_of(library: Library, *, rewatches: bool = False) -> Plan:
    first = plan_plays(
        library.entries,
        targets=library.targets,
        plays=library.plays,
        ledger=library.ledger,
        now=NOW,
        hints=library.hints,
    )
    if not rewatches:
        return first
    return plan_rewatches(
        first,
        library.entries,
        targets=library.targets,
        plays=library.plays,
        ledger=library.ledger,
        now=NOW,
        hints=library.hints,
    )


def after(library: Library, plan: Plan, state: PlayState = PlayState.CONFIRMED) -> Library:
    plays, ledger = applied(plan, library.plays, library.ledger, state=state)
    return replace(library, plays=plays, ledger=ledger)


@EXAMPLES
@given(libraries(), st.booleans())
def test_planning_after_the_plan_was_carried_out_is_empty(library: Library, rewatches: bool) -> None:
    again = plan_of(after(library, plan_of(library, rewatches=rewatches)), rewatches=rewatches)
    assert (again.adds, again.noted) == ((), ())


@EXAMPLES
@given(libraries())
def test_nothing_is_added_that_trakt_has_or_twice(library: Library) -> None:
    adds = [(add.kind, add.trakt_id) for add in plan_of(library).adds]
    assert len(adds) == len(set(adds))
    assert not any(library.plays.of(*add) for add in adds)


@EXAMPLES
@given(libraries())
def test_losing_the_ledger_never_adds_a_play_that_trakt_has(library: Library) -> None:
    done = after(library, plan_of(library))
    lost = plan_of(replace(done, ledger=Ledger()))
    assert not any(done.plays.of(add.kind, add.trakt_id) for add in lost.adds)


@EXAMPLES
@given(libraries())
def test_a_run_killed_before_it_knew_of_its_plays_adds_none_of_them_again(library: Library) -> None:
    first = plan_of(library)
    pending = after(library, first, PlayState.PENDING)
    again = plan_of(pending)
    assert again.adds == ()
    assert {told for add in first.adds for told in add.lines(PlayState.CONFIRMED)} <= set(again.noted)


@EXAMPLES
@given(libraries())
def test_a_run_killed_before_its_plays_arrived_adds_them_the_next_time(library: Library) -> None:
    first = plan_of(library)
    pending = replace(
        library,
        ledger=library.ledger.noting(first.noted).noting(
            told for add in first.adds for told in add.lines(PlayState.PENDING)
        ),
    )
    assert plan_of(pending).adds == first.adds


@EXAMPLES
@given(libraries(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_input_does_not_matter(library: Library, order: random.Random, rewatches: bool) -> None:
    def shuffled(items: Iterable[T]) -> tuple[T, ...]:
        known = list(items)
        return tuple(order.sample(known, len(known)))

    other = replace(
        library,
        entries=shuffled(library.entries),
        targets=dict(shuffled(library.targets.items())),
        ledger=Ledger({key: library.ledger.plays[key] for key in shuffled(library.ledger.plays)}),
        hints=replace(library.hints, activities=shuffled(library.hints.activities)),
    )
    assert plan_of(other, rewatches=rewatches) == plan_of(library, rewatches=rewatches)


@EXAMPLES
@given(libraries())
def test_every_play_is_of_an_episode_that_was_watched_and_that_trakt_lists(library: Library) -> None:
    entries = {entry.anilist_id: entry for entry in library.entries}
    for add in plan_of(library, rewatches=True).adds:
        targets = library.targets[add.anilist_id]
        assert (add.kind, add.trakt_id) in {(t.kind, t.trakt_id) for t in targets[add.episode]}
        assert add.episode <= watched_count(entries[add.anilist_id], listed=max(targets))


@EXAMPLES
@given(libraries())
def test_every_play_lies_between_its_airing_and_now_and_is_to_the_minute(library: Library) -> None:
    for add in plan_of(library, rewatches=True).adds:
        (aired,) = {
            t.first_aired
            for t in library.targets[add.anilist_id][add.episode]
            if (t.kind, t.trakt_id) == (add.kind, add.trakt_id)
        }
        assert aired is None or aired <= NOW
        if isinstance(add.watched_at, datetime):
            assert add.watched_at <= NOW
            assert aired is None or aired <= add.watched_at
            assert (add.watched_at.second, add.watched_at.microsecond) == (0, 0)


@EXAMPLES
@given(libraries())
def test_what_was_taken_away_is_not_added_again(library: Library) -> None:
    taken = {
        (anilist_id, line.place)
        for anilist_id, line in library.ledger
        if line.state in (PlayState.CONFIRMED, PlayState.ADOPTED, PlayState.REMOVED, PlayState.UNDONE)
    }
    added = {
        (anilist_id, line.place) for add in plan_of(library).adds for anilist_id, line in add.lines(PlayState.PENDING)
    }
    assert not added & taken


@EXAMPLES
@given(libraries())
def test_no_two_plays_of_an_episode_are_alike(library: Library) -> None:
    plays, _ = applied(plan_of(library, rewatches=True), TraktPlays(), Ledger())
    for before, added in ((library.plays.episodes, plays.episodes), (library.plays.movies, plays.movies)):
        for trakt_id, times in added.items():
            known = {time.replace(second=0) for time in before.get(trakt_id, ())}
            assert len(known | set(times)) == len(known) + len(times)
