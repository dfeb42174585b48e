"""A person takes a run back: exactly its plays, remembered, journaled; and moves plays that stand in a wrong place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.library import sample_library
from tests.faults.harness import Ended, Owner, Play, world_of

FINISHED, AIRING, FILM = 145064, 172463, 112151
CONFIGURATION = 2


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose first sync is done, and a second one that added two more episodes."""
    with world_of(FINISHED, AIRING, FILM) as (demo, clock):
        yield Owner(demo, clock, tmp_path)


def run_id(ended: Ended) -> str:
    """The run's id as its page shows it, for the form."""
    assert 0 == ended.code, ended.output
    found = re.search(r"undo ([0-9]{8}-[0-9]{4}-[0-9a-f]{3})", ended.output)
    assert found, ended.output
    assert found[1] in ended.summary
    return found[1]


def undo(owner: Owner, *, run_id: str | None = None, anilist_id: int | None = None, dry_run: bool = False) -> Ended:
    owner.clock.advance(timedelta(hours=1))
    owner.new_runner()
    return owner.do("undo", run_id=run_id, anilist_id=anilist_id, dry_run=dry_run)


def test_a_run_is_taken_back_and_nothing_else(owner: Owner) -> None:
    scrobbled = owner.history
    first = run_id(owner.sync())
    between = owner.history
    owner.demo.world.watch(AIRING, 2)
    second = run_id(owner.sync())

    ended = undo(owner, run_id=second)

    assert 0 == ended.code, ended.output
    assert "Removed 2 plays from the Trakt history of misaki" in ended.output
    assert "Removed 2 plays" in ended.summary
    assert between == owner.history
    assert 0 == undo(owner, run_id=first).code
    assert scrobbled == owner.history


def test_a_play_of_another_app_of_the_same_episode_stays(owner: Owner) -> None:
    done = run_id(owner.sync())
    account = owner.demo.world.account
    twin = account.plays[0]
    account.add(twin.kind, twin.trakt_id, twin.watched_at + timedelta(minutes=1), "scrobble")

    undo(owner, run_id=done)

    assert Counter({(twin.kind, twin.trakt_id): 1}) == owner.history


def test_a_dry_run_says_what_would_go_and_touches_nothing(owner: Owner) -> None:
    done = run_id(owner.sync())
    history, committed = owner.history, owner.committed

    ended = undo(owner, run_id=done, dry_run=True)

    assert "Would remove 27 plays" in ended.output
    assert (0, history, committed) == (ended.writes, owner.history, owner.committed)


def test_what_was_undone_is_remembered_until_it_is_asked_for(owner: Owner) -> None:
    undo(owner, run_id=run_id(owner.sync()))
    for _ in range(2):
        assert (0, 0) == (owner.sync().code, owner.sync().writes)
    assert Counter() == owner.history

    again = owner.sync(anilist_id=FILM, again=True)

    assert (0, 1) == (again.code, again.writes)
    assert Counter(owner.demo.world.targets(owner.demo.world.user.entries[FILM])) == owner.history
    assert 0 == owner.sync().writes


def test_one_entry_is_taken_back_across_all_runs(owner: Owner) -> None:
    run_id(owner.sync())
    owner.demo.world.watch(AIRING, 2)
    run_id(owner.sync())

    ended = undo(owner, anilist_id=AIRING)

    assert "Removed 5 plays" in ended.output
    entries = owner.demo.world.user.entries
    targets = [*owner.demo.world.targets(entries[FINISHED]), *owner.demo.world.targets(entries[FILM])]
    assert Counter(targets) == owner.history


def test_undoing_twice_removes_nothing_more_and_the_undo_is_in_the_journal(owner: Owner) -> None:
    done = run_id(owner.sync())
    undo(owner, run_id=done)

    ended = undo(owner, run_id=done)

    assert (0, 0) == (ended.code, ended.writes)
    assert "Removed 0 plays" in ended.output
    journal = owner.committed["journal/2026-11.jsonl"].decode()
    assert 1 == journal.count('"action":"undo"')
    assert f'"undoes":"{done}"' in journal


def test_plays_that_the_user_removed_before_are_counted_as_that(owner: Owner) -> None:
    done = run_id(owner.sync())
    del owner.demo.world.account.plays[:3]

    ended = undo(owner, run_id=done)

    assert "Removed 24 plays" in ended.output
    assert "3 plays of it had been removed before" in ended.output
    assert Counter() == owner.history
    assert 0 == owner.sync().writes


def test_a_run_that_is_not_known_is_said_so(owner: Owner) -> None:
    owner.sync()

    ended = undo(owner, run_id="20200101-0000-abc")

    assert CONFIGURATION == ended.code
    assert "20200101-0000-abc" in ended.output


def test_undo_without_saying_what_is_a_mistake_and_not_everything(owner: Owner) -> None:
    owner.sync()

    assert CONFIGURATION == undo(owner).code
    assert owner.truth == owner.history


UNDO_REQUESTS = 3
"""To Trakt: the films of the history, its episodes, the removal."""


@pytest.mark.parametrize("fault", [*Fault], ids=lambda fault: fault.name)
def test_trouble_at_any_request_of_an_undo_is_made_good_by_doing_it_again(
    fault: Fault, record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    for number in range(1, UNDO_REQUESTS + 1):
        with world_of(FINISHED, AIRING, FILM) as (demo, clock):
            owner = Owner(demo, clock, tmp_path / str(number))
            done = run_id(owner.sync())
            kept = demo.world.account.add("episode", 1150, clock.now(), "scrobble")
            demo.faults.at(fault, number, service="trakt")

            undo(owner, run_id=done)
            assert [fault] == demo.faults.struck
            again = undo(owner, run_id=done)

            assert 0 == again.code, again.output
            assert [kept] == demo.world.account.plays
            assert (0, 0) == (owner.sync().code, owner.sync().writes)
            assert [kept] == demo.world.account.plays
    record_property("cases: a fault at a request of an undo", UNDO_REQUESTS)


def wrong_place(owner: Owner) -> set[Play]:
    """Where the override that is wrong puts the three episodes: two seasons too early."""
    title = next(t for t in sample_library().titles if any(a.anilist_id == AIRING for a in t.anime))
    return {("episode", title.places[1, number]) for number in range(1, 4)}


def test_plays_under_a_mapping_that_was_corrected_are_named_and_moved(owner: Owner) -> None:
    overrides = owner.folder / "overrides.yaml"
    overrides.write_text(f"{AIRING}: {{trakt: jujutsu-kaisen, season: 1, first_episode: 1}}\n")
    owner.sync()
    assert wrong_place(owner) <= set(owner.history)

    overrides.write_text(f"{AIRING}: {{trakt: jujutsu-kaisen, season: 1, first_episode: 48}}\n")
    before = owner.history
    named = owner.sync()
    assert (0, 0, before) == (named.code, named.writes, owner.history)
    for text in (named.output, named.summary):
        assert "Standing under an old mapping" in text, text
        assert f"Run Undo for entry {AIRING}" in text, text

    ended = undo(owner, anilist_id=AIRING)
    assert "Removed 3 plays" in ended.output
    moved = owner.sync()

    assert (0, 1) == (moved.code, moved.writes), moved.output
    assert owner.truth == owner.history
    assert 0 == owner.sync().writes
    assert "Standing under an old mapping" not in owner.sync().output
