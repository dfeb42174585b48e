"""``state/`` is lost, in part or whole, or comes back from a week ago: Trakt is the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from demo.world import TRAKT_NAME
from tests.faults.harness import Owner, world_of

FILES = ("last_sync.json", "mapping_cache.json", "plays.json", "journal", "trakt_token.enc", "README.md", "all")
FINISHED, AIRING, ON_HOLD = 145064, 172463, 108632
LOGIN = 3


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody with four shows of which one is being watched, after a few weeks of use."""
    with world_of(FINISHED, AIRING, ON_HOLD, 112151) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        person = Owner(demo, clock, tmp_path)
        del person.settings["TRAKT_ACCESS_TOKEN"], person.settings["TRAKT_REFRESH_TOKEN"]
        assert 0 == person.do("connect").code
        assert 0 == person.sync().code
        assert person.truth == person.history
        yield person


def belongs(name: str, wanted: str) -> bool:
    return wanted in ("all", name) or name.startswith(f"{wanted}/")


def put_on_github(owner: Owner, files: Mapping[str, bytes | None]) -> None:
    """Somebody pushes these state files (``None`` deletes one)."""
    changes = {f"state/{name}": content for name, content in files.items()}
    owner.demo.github.store.push("main", changes, "Tidying up", owner.clock.now())


def sync_well(owner: Owner) -> None:
    """Syncs; where the log-in is gone, connects first, as the run asks to."""
    ended = owner.sync(allow_large=True)
    if ended.code == LOGIN:
        assert "Connect Trakt" in ended.output
        assert 0 == owner.do("connect").code
        ended = owner.sync(allow_large=True)
    assert 0 == ended.code, ended.output
    assert owner.truth == owner.history


@pytest.mark.parametrize("wanted", FILES)
def test_a_lost_file_costs_no_play_and_doubles_none(
    owner: Owner, wanted: str, record_property: Callable[[str, object], None]
) -> None:
    owner.demo.world.watch(AIRING)
    gone: dict[str, bytes | None] = {name: None for name in owner.committed if belongs(name, wanted)}
    assert gone
    put_on_github(owner, gone)

    sync_well(owner)
    owner.demo.world.watch(AIRING)
    sync_well(owner)

    assert 0 == owner.sync().writes
    record_property("cases: a state file lost or a week old", 1)


@pytest.mark.parametrize("wanted", FILES)
def test_a_file_from_a_week_ago_costs_no_play_and_doubles_none(
    owner: Owner, wanted: str, record_property: Callable[[str, object], None]
) -> None:
    week_ago = {name: content for name, content in owner.committed.items() if belongs(name, wanted)}
    for _ in range(5):
        owner.clock.advance(timedelta(days=1))
        owner.demo.world.watch(AIRING)
        assert 0 == owner.sync().code
    owner.clock.advance(timedelta(days=2))
    owner.demo.world.watch(AIRING)
    now = {name: None for name in owner.committed if belongs(name, wanted)}
    put_on_github(owner, {**now, **week_ago})

    sync_well(owner)
    owner.demo.world.watch(AIRING)
    sync_well(owner)

    assert 0 == owner.sync().writes
    record_property("cases: a state file lost or a week old", 1)


def test_the_first_run_puts_its_page_in_the_place_of_the_one_that_is_shipped(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "state" / "README.md").read_bytes()
    with world_of(AIRING) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        put_on_github(person, {"README.md": shipped})

        assert 0 == person.sync().code
        assert b"Nothing has run yet" not in person.committed["README.md"]
        assert b"misaki" in person.committed["README.md"]


def test_a_run_from_an_old_checkout_takes_nothing_back_on_github(owner: Owner) -> None:
    """A runner that was given a commit of last week: what was committed since then stays."""
    old = owner.committed
    for _ in range(2):
        owner.demo.world.watch(AIRING)
        assert 0 == owner.sync().code
    known = owner.committed["plays.json"]
    owner.clock.advance(timedelta(hours=6))
    for name, content in old.items():
        (owner.state / name).write_bytes(content)

    assert 0 == owner.do("run").code

    assert owner.truth == owner.history
    assert owner.committed["plays.json"].count(b"c") >= known.count(b"c")
    assert set(owner.committed["journal/2026-11.jsonl"].splitlines()) >= set(old["journal/2026-11.jsonl"].splitlines())
    assert 0 == owner.sync().writes
