"""The job that proposes newer versions, with stand-ins for ``uv`` and ``gh``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.workflows.act import ADDRESS, PROJECT
from tests.workflows.test_updating import commit, git

OLD, NEW = "1" * 40, "2" * 40
UV = """#!/bin/bash
printf '%s\\n' "$*" >>"$NOTES/uv"
while [ "$1" != --output-file ]; do shift; done
printf 'x==%s\\n' "$NEWEST_PACKAGE" >"$2"
"""
GH = """#!/bin/bash
printf '%s\\n' "$*" >>"$NOTES/gh"
case "$*" in
  *releases/latest*) echo "$NEWEST_ACTION" ;;
  *commits/*) echo {new} ;;
  "auth setup-git") git config --global "url.$NOTES/remote.insteadOf" "https://github.com/$GITHUB_REPOSITORY" ;;
  "pr list"*) echo "$OPEN_PULL" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The project with one package and one action pinned, beside its repository on GitHub."""

    folder: Path
    notes: Path

    def propose(self, **settings: str) -> list[str]:
        """``script/pins --propose``; gives what it asked of GitHub's command line."""
        tools = self.folder.parent / "venv"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.notes),
            "VENV": str(tools),
            "NOTES": str(self.notes),
            "GITHUB_REPOSITORY": ADDRESS,
            "OPEN_PULL": "",
            "NEWEST_PACKAGE": "1",
            "NEWEST_ACTION": "v1.0.0",
        }
        command = ["bash", "script/pins", "--propose"]
        subprocess.run(command, cwd=self.folder, env={**environment, **settings}, check=True, capture_output=True)
        return (self.notes / "gh").read_text("utf-8").splitlines()

    @property
    def proposed(self) -> str:
        """The files that differ on the proposed branch; empty if there is none."""
        branches = git(self.notes / "remote", "branch", "--list", "newer-pins")
        return git(self.folder, "diff", "--name-only", "main", "newer-pins") if branches else ""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder, notes = tmp_path / "checkout", tmp_path / "notes"
    (folder / "script").mkdir(parents=True)
    notes.mkdir()
    for name in ("pins", "_venv.sh"):
        shutil.copy(PROJECT / "script" / name, folder / "script")
    git(folder, "init", "--quiet", "--initial-branch=main")
    kinds = ("", "-terminal", "-demo", "-dev", "-pins")
    files = {f"requirements{kind}.{end}": "x==1\n" for kind in kinds for end in ("in", "txt")}
    workflow = f"      - uses: actions/checkout@{OLD} # v1.0.0\n"
    commit(folder, "All", {**files, ".github/workflows/sync.yml": workflow, "docs/own.yml": workflow})
    git(notes, "init", "--quiet", "--bare", "remote")
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").symlink_to(sys.executable)
    shutil.copy(folder / "requirements-pins.txt", venv.parent / ".installed-requirements-pins.txt")
    for name, text in (("uv", UV), ("gh", GH.format(new=NEW))):
        (venv / name).write_text(text, "utf-8")
        (venv / name).chmod(0o755)
    return Checkout(folder, notes)


def test_newer_packages_become_a_pull_request(checkout: Checkout) -> None:
    asked = checkout.propose(NEWEST_PACKAGE="2")

    assert [call for call in asked if call.startswith("pr create --head newer-pins")]
    assert "requirements.txt" in checkout.proposed.splitlines()


def test_a_pull_request_that_is_open_is_brought_up_to_date(checkout: Checkout) -> None:
    asked = checkout.propose(NEWEST_PACKAGE="2", OPEN_PULL="7")

    assert [call for call in asked if call.startswith("pr edit newer-pins")]
    assert [call for call in asked if call.startswith("pr create")] == []


def test_a_newer_action_is_named_with_its_commit_for_a_person_to_put_in(checkout: Checkout) -> None:
    asked = checkout.propose(NEWEST_ACTION="v1.0.1")

    line = f"- `actions/checkout@{OLD} # v1.0.0` → `actions/checkout@{NEW} # v1.0.1`"
    assert [call for call in asked if call == line]
    assert f"@{OLD} # v1.0.0" in (checkout.folder / "docs" / "own.yml").read_text("utf-8")


def test_when_nothing_is_newer_nothing_is_proposed(checkout: Checkout) -> None:
    asked = checkout.propose()

    assert [call for call in asked if call.startswith("pr ")] == []
    assert "" == checkout.proposed


def test_a_version_is_proposed_when_it_is_a_week_old_and_agrees_with_the_other_lists(checkout: Checkout) -> None:
    checkout.propose(NEWEST_PACKAGE="2")

    calls = (checkout.notes / "uv").read_text("utf-8").splitlines()
    age = datetime.now(UTC) - datetime.fromisoformat(calls[0].partition("--exclude-newer ")[2].split()[0])
    assert timedelta(days=6, hours=23) < age < timedelta(days=7, hours=1)
    assert all("--generate-hashes" in call and "--universal" in call for call in calls)
    assert "--constraint requirements.txt --output-file requirements-terminal.txt" in calls[1]
