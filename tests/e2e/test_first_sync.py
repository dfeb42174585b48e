"""A whole library goes from AniList to Trakt, run by run, through real HTTP."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.e2e.person import Person


@pytest.fixture
def synced(person: Person) -> Person:
    """A person whose first import is done."""
    ended = person.run("--allow-large")
    assert ended.code == 0, ended.output
    return person


def true_history(person: Person) -> set[tuple[str, int]]:
    """What must be on Trakt."""
    return set(person.demo.world.expected_plays())


def test_a_first_run_is_stopped_by_the_brake_and_shows_what_it_would_add(person: Person) -> None:
    before = person.history

    ended = person.run()

    assert (7, before, 0) == (ended.code, person.history, ended.posts)
    assert "waiting for your word" in ended.summary
    assert "allow_large" in ended.summary
    assert "Jujutsu Kaisen" in ended.summary


def test_an_approved_run_writes_every_play_once_and_in_its_place(synced: Person) -> None:
    assert true_history(synced) == set(synced.history)
    assert {1} == set(synced.history.values())


def test_a_run_with_nothing_new_asks_almost_nothing_and_changes_no_file(synced: Person) -> None:
    before = {path: path.read_bytes() for path in synced.state.rglob("*.json*")}

    ended = synced.run()

    assert (0, 0) == (ended.code, ended.posts)
    assert "Up to date" in ended.summary
    assert ended.requests["anilist"] <= 2
    assert ended.requests["trakt"] <= 2
    assert 0 == ended.requests["datasets"] + ended.requests["tmdb"] + ended.requests["trakt_auth"]
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed <= {"last_sync.json"}


def test_one_more_episode_of_a_mapped_show_takes_four_requests_to_trakt(synced: Person) -> None:
    before = synced.history
    synced.demo.world.watch(182255)

    ended = synced.run()

    assert 0 == ended.code, ended.output
    assert ended.requests["trakt"] <= 4
    assert 1 == ended.posts
    assert 0 == ended.requests["datasets"]
    assert 1 == len(set(synced.history) - set(before))
    assert true_history(synced) == set(synced.history)


def test_losing_the_state_folder_adds_no_play(synced: Person) -> None:
    before = synced.history
    shutil.rmtree(synced.state)

    ended = synced.run()

    assert (0, 0, before) == (ended.code, ended.posts, synced.history)


def test_a_dry_run_writes_nothing_at_all(person: Person) -> None:
    before = person.history

    ended = person.run("--dry-run")

    assert (0, 0, before) == (ended.code, ended.posts, person.history)
    assert "Preview: would add" in ended.summary
    assert [] == [path for path in person.state.rglob("*") if path.is_file() and not path.name.startswith(".")]


def test_one_entry_by_its_id_is_synced_alone_and_its_breakpoints_are_shown(person: Person) -> None:
    before = person.history

    ended = person.run("--anilist-id", "145064")

    assert 0 == ended.code, ended.output
    assert "S1E25–47" in ended.output
    added = set(person.history) - set(before)
    assert added == set(person.demo.world.targets(person.demo.world.user.entries[145064]))


@pytest.mark.parametrize(
    ("anilist_id", "says"), [("154587", "is not on this list"), ("999999999", "AniList knows no anime with the id")]
)
def test_an_id_that_is_not_on_the_list_is_explained_and_is_no_error(person: Person, anilist_id: str, says: str) -> None:
    person.demo.world.user.entries.pop(int(anilist_id), None)

    ended = person.run("--anilist-id", anilist_id)

    assert 0 == ended.code, ended.output
    assert says.casefold() in ended.output.casefold()
    assert 0 == ended.posts


def test_what_cannot_be_proven_is_left_to_the_person_with_a_line_to_paste(synced: Person) -> None:
    cache = json.loads((synced.state / "mapping_cache.json").read_text())
    ended = synced.run()

    assert "Needs you" in ended.summary
    assert "16373:" in ended.summary
    assert "RESOLVED" not in json.dumps(cache.get("16373", {}))


def test_a_dataset_that_cannot_be_had_does_not_stop_the_others(person: Person) -> None:
    ended = person.run("--dry-run", FRIBB_URL=person.settings["FRIBB_URL"] + ".gone")

    assert 0 == ended.code, ended.output
    assert "The dataset fribb could not be had" in ended.output
    assert "would add" in ended.output.casefold()
