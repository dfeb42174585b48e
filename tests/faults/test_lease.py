"""Only one of several machines writes to Trakt at a time, and none that began from an older state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Lease, Outcome, RunLine
from sync.model.trakt import PlayKind
from sync.services.state import StateFolder, merge_file
from sync.services.state.last_sync_file import LAST_SYNC_FILE, parse_last_sync, render_last_sync
from sync.services.state.ledger_file import parse_ledger, render_ledger
from tests.faults.harness import Owner, world_of

BUSY = 5
AIRING = 172463
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = Lease("20261122-1200-abc", NOON + timedelta(minutes=15))
LINE = RunLine(LEASE.run_id, NOON, Outcome.ADDED, 3, 9)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose first sync is done, with an episode more to add."""
    with world_of(145064, AIRING, 112151) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        assert 0 == person.sync().code
        demo.world.watch(AIRING)
        yield person


def last_sync(owner: Owner) -> LastSync:
    return parse_last_sync(owner.committed[LAST_SYNC_FILE], LAST_SYNC_FILE)


def merged(ours: LastSync, theirs: LastSync) -> LastSync:
    content = merge_file(LAST_SYNC_FILE, render_last_sync(ours), render_last_sync(theirs))
    return parse_last_sync(content, LAST_SYNC_FILE)


def test_what_is_about_to_be_sent_is_on_github_before_it_is_sent(owner: Owner) -> None:
    seen: list[tuple[int, bool]] = []

    def look() -> None:
        seen.append(
            (owner.demo.log.count("trakt", "POST"), "writing" in owner.state.joinpath(LAST_SYNC_FILE).read_text())
        )

    posts = owner.demo.log.count("trakt", "POST")
    owner.demo.github.git.before_update = look
    assert 0 == owner.sync().code

    assert [(posts, True), (posts + 1, False)] == seen
    assert last_sync(owner).writing is None


def test_a_run_that_finds_another_ones_plays_and_state_leaves_no_trace(owner: Owner) -> None:
    """While it reads, another runner adds the same episode and commits: it must not go on from what it read."""
    store, account = owner.demo.github.store, owner.demo.world.account
    (extra,) = owner.truth - owner.history

    def another_run() -> None:
        owner.demo.github.git.before_update = None
        account.add(*extra, owner.clock.now())
        ledger = parse_ledger(owner.committed["plays.json"], "plays.json")
        line = LedgerPlay(4, PlayKind.EPISODE, extra[1], PlayState.CONFIRMED)
        store.push("main", {"state/plays.json": render_ledger(ledger.noting([(AIRING, line)]))}, "Another", NOON)

    owner.demo.github.git.before_update = another_run
    ended = owner.sync()

    assert (BUSY, 0) == (ended.code, ended.writes), ended.output
    assert "Another run stored its state on GitHub while this one was reading" in ended.output
    commits = [commit.message for commit in store.history("main")]
    assert "Another" == commits[0]
    assert "writing" not in (owner.state / LAST_SYNC_FILE).read_text()
    assert (0, 0) == (owner.sync().code, owner.sync().writes)
    assert owner.truth == owner.history


def test_while_a_run_writes_others_keep_away_but_not_for_ever(owner: Owner) -> None:
    last = last_sync(owner)
    lease = Lease("20261122-1817-abc", owner.clock.now() + timedelta(minutes=15))
    content = render_last_sync(replace(last, writing=lease))
    owner.demo.github.store.push("main", {f"state/{LAST_SYNC_FILE}": content}, "It writes", NOON)

    for command in ("run", "undo"):
        owner.new_runner()
        ended = owner.do(command, anilist_id=AIRING)
        assert (BUSY, 0) == (ended.code, ended.writes), ended.output
        assert "Run 20261122-1817-abc is writing to Trakt" in ended.output

    assert 0 == owner.sync(later=timedelta(minutes=20)).code
    assert owner.truth == owner.history
    assert last_sync(owner).writing is None


def test_a_dry_run_need_not_wait(owner: Owner) -> None:
    content = render_last_sync(LastSync(writing=Lease("x", owner.clock.now() + timedelta(days=1))))
    owner.demo.github.store.push("main", {f"state/{LAST_SYNC_FILE}": content}, "It writes", NOON)

    assert 0 == owner.sync(dry_run=True).code


def test_at_home_nothing_is_claimed(tmp_path: Path) -> None:
    with world_of(AIRING) as (demo, clock):
        person = Owner(demo, clock, tmp_path, github=False)
        assert 0 == person.sync().code
        assert person.truth == person.history
        assert 0 == person.sync().requests["github"]


def test_a_claim_is_kept_in_the_file() -> None:
    last = LastSync(entries=3, writing=LEASE)

    assert last == parse_last_sync(render_last_sync(last), LAST_SYNC_FILE)
    assert b"writing" not in render_last_sync(LastSync(entries=3))


def test_a_merge_keeps_a_claim_until_its_run_has_ended() -> None:
    longer = Lease("20261122-1205-def", LEASE.until + timedelta(minutes=5))

    for ours, theirs in ((LastSync(writing=LEASE), LastSync()), (LastSync(), LastSync(writing=LEASE))):
        assert LEASE == merged(ours, theirs).writing
    assert longer == merged(LastSync(writing=LEASE), LastSync(writing=longer)).writing
    for ours, theirs in (
        (LastSync(writing=LEASE), LastSync(runs=(LINE,))),
        (LastSync(runs=(LINE,)), LastSync(writing=LEASE)),
    ):
        assert merged(ours, theirs).writing is None


def test_restoring_puts_back_what_was_found_and_removes_what_is_new(tmp_path: Path) -> None:
    StateFolder(tmp_path).save_last_sync(LastSync(entries=3))
    before = (tmp_path / LAST_SYNC_FILE).read_bytes()
    folder = StateFolder(tmp_path)
    folder.load()
    folder.save_last_sync(LastSync(entries=4))
    folder.save_ledger(Ledger())
    (tmp_path / "notes.txt").write_text("mine")

    folder.restore()

    assert before == (tmp_path / LAST_SYNC_FILE).read_bytes()
    assert {LAST_SYNC_FILE, "notes.txt"} == {path.name for path in tmp_path.iterdir()}
