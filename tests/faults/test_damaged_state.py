"""A ``state/`` that is not as the job left it: found before anything is sent, said, and never made worse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from demo.world import TRAKT_NAME
from sync.report.issues import FAILURE_MARKER
from tests.faults.harness import Ended, Owner, world_of

DAMAGED = 8
AIRING = 172463
MONTH = "journal/2026-11.jsonl"
MARKS = b"<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody with an episode to be added after a first sync."""
    with world_of(145064, AIRING, 112151) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        assert 0 == person.sync().code
        demo.world.watch(AIRING)
        yield person


def push(owner: Owner, files: dict[str, bytes]) -> None:
    owner.demo.github.store.push("main", {f"state/{n}": c for n, c in files.items()}, "Tidying up", owner.clock.now())


def open_issue(owner: Owner) -> str:
    """The words of the issue about failing runs; empty if there is none."""
    issues = [each for each in owner.demo.github.issues.issues if FAILURE_MARKER in str(each)]
    return str(issues[-1]) if issues else ""


def assert_refused(owner: Owner, ended: Ended, said: str) -> None:
    """Nothing was sent, nothing was committed, and it is said where the person looks."""
    assert (DAMAGED, 0) == (ended.code, ended.writes), ended.output
    for place in (ended.output, ended.summary, open_issue(owner)):
        assert said in unescape(place)


@pytest.mark.parametrize("name", ["last_sync.json", "mapping_cache.json", "plays.json", "shelves.json", MONTH])
@pytest.mark.parametrize("content", [MARKS, b"null\n", b"version https://git-lfs.github.com/spec/v1\n"])
def test_a_damaged_file_is_found_before_a_play_is_sent(owner: Owner, name: str, content: bytes) -> None:
    push(owner, {name: content})
    commits = len(owner.demo.github.store.history("main"))

    for _ in range(2):
        ended = owner.sync(scheduled=True)
        assert_refused(owner, ended, f"state/{name}")
        assert "Restore the file" in ended.summary
    assert commits == len(owner.demo.github.store.history("main"))
    assert content == owner.committed[name]

    push(owner, {name: b"" if name == MONTH else b'{"schema": 1}\n'})
    assert 0 == owner.sync().code
    assert owner.truth == owner.history


@pytest.mark.parametrize("what", ["a file", "a link"])
def test_a_state_that_is_no_folder_is_said_and_opens_the_issue(owner: Owner, tmp_path: Path, what: str) -> None:
    owner.new_runner()
    owner.state.rename(tmp_path / "moved")
    owner.state.symlink_to(tmp_path / "moved") if what == "a link" else owner.state.write_text("")

    ended = owner.do("run", GITHUB_EVENT_NAME="schedule")

    assert_refused(owner, ended, "state is a symbolic link" if what == "a link" else "state is a file where a folder")


def test_a_link_to_the_runner_s_secrets_is_not_committed(owner: Owner) -> None:
    owner.new_runner()
    (owner.state / "notes.md").symlink_to("/proc/self/environ")
    (owner.state / "journal" / "notes.jsonl").symlink_to("/proc/self/environ")
    os.environ["A_SECRET_OF_THE_RUNNER"] = "hunter2"
    try:
        assert 0 == owner.do("run").code
    finally:
        del os.environ["A_SECRET_OF_THE_RUNNER"]

    assert {"notes.md", "journal/notes.jsonl"}.isdisjoint(owner.committed)
    assert not [sha for sha, blob in owner.demo.github.store.blobs.items() if b"PATH=" in blob or b"hunter2" in blob]
    assert owner.truth == owner.history


def test_a_link_in_the_place_of_a_page_stops_the_run_before_it_writes(owner: Owner) -> None:
    owner.new_runner()
    (owner.state / "README.md").unlink()
    (owner.state / "README.md").symlink_to("/proc/self/environ")

    ended = owner.do("run", GITHUB_EVENT_NAME="schedule")

    assert_refused(owner, ended, "state/README.md is a symbolic link")


def test_what_is_damaged_on_github_while_the_run_reads_is_found_before_a_play_is_sent(owner: Owner) -> None:
    def meanwhile() -> None:
        owner.demo.github.git.before_update = None
        push(owner, {MONTH: MARKS})

    owner.demo.github.git.before_update = meanwhile
    ended = owner.sync(scheduled=True)

    assert_refused(owner, ended, MONTH)
    assert "writing" not in (owner.state / "last_sync.json").read_text()


def test_what_is_damaged_on_github_after_the_writing_is_a_warning_and_an_issue_and_the_rest_is_kept(
    owner: Owner,
) -> None:
    seen = 0

    def meanwhile() -> None:
        nonlocal seen
        seen += 1
        if seen == 2:  # the first commit was made before the play was sent
            push(owner, {MONTH: MARKS})

    owner.demo.github.git.before_update = meanwhile
    ended = owner.sync(scheduled=True)
    owner.demo.github.git.before_update = None

    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert "could not be stored on GitHub" in ended.output
    assert MONTH in ended.summary
    assert owner.truth == owner.history
    assert MARKS == owner.committed[MONTH]
    assert b'"172463": "c1-4' in owner.committed["plays.json"]


def test_connecting_again_is_possible_while_the_stored_log_in_is_damaged(owner: Owner) -> None:
    owner.demo.trakt_auth.auto_approve = TRAKT_NAME
    push(owner, {"trakt_token.enc": MARKS})
    del owner.settings["TRAKT_ACCESS_TOKEN"], owner.settings["TRAKT_REFRESH_TOKEN"]
    refused = owner.sync()
    assert (DAMAGED, 0) == (refused.code, refused.writes)
    assert "state/trakt_token.enc is damaged: line 1: it holds <<<<<<<" in refused.output
    assert "Connect Trakt" in refused.output

    assert 0 == owner.do("connect").code
    assert 0 == owner.sync().code
    assert owner.truth == owner.history
