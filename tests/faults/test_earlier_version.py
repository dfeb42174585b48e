"""A copy that ran an earlier version is updated: its ``state/`` is carried on, and no play comes twice.

``tests/data/first_schema`` holds what that version committed in the demo's world, and what was on Trakt then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.world import DemoWorld
from sync.model.plan import PlayState
from sync.services.state import merge_file
from sync.services.state.ledger_file import parse_ledger
from tests.fakes import FakeClock
from tests.faults.harness import Owner, world_of

FIRST_SCHEMA = Path(__file__).parents[1] / "data" / "first_schema"
AIRING, FILM = 172463, 112151
LATER = datetime(2026, 11, 24, 6, 17, tzinfo=UTC)
WEEKS = (146065, FILM, 182255, AIRING, 1)


@contextmanager
def updated(folder: Path, name: str, *entries: int, max_new_plays: int = 500) -> Iterator[Owner]:
    """Somebody whose copy has the state called ``name``, with the plays that were on Trakt at that time."""
    with world_of(*entries, clock=FakeClock(LATER)) as (demo, clock):
        owner = Owner(demo, clock, folder, MAX_NEW_PLAYS=str(max_new_plays))
        _play(demo.world, (FIRST_SCHEMA / name / "on_trakt.txt").read_text())
        demo.github.store.push("main", _state_files(name), "What the earlier version knew", clock.now())
        yield owner


def _state_files(name: str, *, but: str = "") -> dict[str, bytes | None]:
    paths = (path for path in (FIRST_SCHEMA / name).rglob("*.json*") if path.name != but)
    return {f"state/{path.relative_to(FIRST_SCHEMA / name).as_posix()}": path.read_bytes() for path in paths}


def _play(world: DemoWorld, lines: str) -> None:
    world.account.plays.clear()
    for kind, trakt_id, watched_at in map(str.split, lines.splitlines()):
        world.account.add(kind, int(trakt_id), datetime.fromisoformat(f"{watched_at}+00:00"))


@pytest.fixture
def weeks(tmp_path: Path) -> Iterator[Owner]:
    """After some weeks of use, with a film that was undone and an episode more watched since."""
    with updated(tmp_path, "weeks", *WEEKS) as owner:
        for _ in range(3):
            owner.demo.world.watch(AIRING)
        yield owner


def test_only_the_new_episode_is_added_and_what_was_undone_stays_so(weeks: Owner) -> None:
    before = weeks.history
    ended = weeks.sync()

    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert 1 == (weeks.history - before).total()
    assert {("movie", 474745): 1} == dict(weeks.truth - weeks.history)
    assert 1 == max(weeks.history.values())
    assert 0 == weeks.sync().writes


def test_it_still_knows_each_run_and_each_play(weeks: Owner) -> None:
    assert 0 == weeks.sync().code
    ledger = parse_ledger(weeks.committed["plays.json"], "plays.json")

    assert [PlayState.UNDONE] == [play.state for play in ledger.of(FILM)]
    old = (FIRST_SCHEMA / "weeks" / "journal" / "2026-11.jsonl").read_bytes().splitlines()
    assert set(old) < set(weeks.committed["journal/2026-11.jsonl"].splitlines())
    assert b"20261122-1217" in weeks.committed["last_sync.json"]
    assert weeks.committed["shelves.json"] == (FIRST_SCHEMA / "weeks" / "shelves.json").read_bytes()


def test_a_run_of_it_can_be_undone(weeks: Owner) -> None:
    weeks.new_runner()
    last = (FIRST_SCHEMA / "weeks" / "last_sync.json").read_text()
    run_id = next(line for line in last.splitlines() if '"added":1,' in line).split('"')[3]

    assert 0 == weeks.do("undo", run_id=run_id).code
    assert 0 == weeks.sync().code

    assert {("movie", 474745), ("episode", 1187)} == set(weeks.truth - weeks.history)


def test_an_approved_import_that_it_left_unfinished_is_carried_on_without_being_asked_again(tmp_path: Path) -> None:
    with updated(tmp_path, "cut_off", max_new_plays=20) as owner:
        assert 21 == (owner.truth - owner.history).total()
        ended = owner.sync()

        assert (0, 1) == (ended.code, ended.writes), ended.output
        assert owner.truth == owner.history
        assert b"goes on" not in owner.committed["last_sync.json"]
        assert b"approved_import" not in owner.committed["last_sync.json"]


@pytest.mark.parametrize("name", ["last_sync.json", "mapping_cache.json", "plays.json", "journal/2026-11.jsonl"])
def test_what_it_commits_late_is_merged_with_what_is_there(weeks: Owner, name: str) -> None:
    """A run of the earlier version that began before the update ends after it."""
    assert 0 == weeks.sync().code
    ours, theirs = weeks.committed[name], (FIRST_SCHEMA / "weeks" / name).read_bytes()

    merged = merge_file(name, ours, theirs)
    assert merged == merge_file(name, theirs, ours)
    assert sorted(ours.splitlines()) == sorted(merged.splitlines())


def test_the_impossible_ids_that_it_kept_end_no_run(tmp_path: Path) -> None:
    with updated(tmp_path, "weeks", *WEEKS) as owner:
        files = _state_files("hostile", but="last_sync.json")
        owner.demo.github.store.push("main", files, "What a bad answer left", owner.clock.now())
        ended = owner.sync()

        assert 0 == ended.code, ended.output
        assert 1 == max(owner.history.values())
        assert "state/plays.json does without what no AniList entry and no Trakt title has" in ended.output
        assert b'"5": "c1:1' not in owner.committed["plays.json"]
        assert b":-1" not in b"".join(owner.committed[name] for name in ("plays.json", "mapping_cache.json"))
        assert 0 == owner.sync().code
