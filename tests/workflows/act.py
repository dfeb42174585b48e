"""Runs the real workflow files on this machine with ``act`` in host mode, and says what a person would see of it.

What differs from GitHub, and why: ``concurrency.queue`` is newer than act and is left out of the copy; act's host mode
has no runner image, so ``actions/checkout`` is a stand-in that fetches from a local repository as the real one does;
and the packages come from the tests' own Python (``SYNC_PYTHON``, see action.yml).

act copies the whole repository for each run, so a copy whose ``SYNC_PYTHON`` does not run the program in it is made
without that.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[2]
WORKFLOWS = PROJECT / ".github" / "workflows"
SHELL = (".github", "action.yml", "script", "requirements.txt", "overrides.yaml", "overrides.schema.json")
PROGRAM = ("sync",)
ADDRESS = "trakt-sync-for-anilist/trakt-sync-for-anilist"
"""The project's own repository."""
REPOSITORY = "misaki/trakt-sync"
TOKEN = "ghs_token-of-the-job"

CHECKOUT = """
name: Checkout
description: Fetches what actions/checkout would; a login that stays behind in the work tree is refused.
inputs:
  ref: {description: branch or commit, default: ""}
  persist-credentials: {description: keep the token in the work tree, default: "true"}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        test "$PERSIST" = false
        git init --quiet .
        git fetch --quiet --depth 1 "$CHECKOUT_FROM" "$REF"
        git checkout --quiet FETCH_HEAD
      env:
        PERSIST: ${{ inputs.persist-credentials }}
        REF: ${{ inputs.ref || github.sha }}
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A workflow run that has ended. ``steps`` holds the result of each top-level step, in order of their ending."""

    succeeded: bool
    steps: Mapping[str, str]
    annotations: tuple[str, ...]
    summary: str
    log: str

    @property
    def started(self) -> bool:
        """Whether the job ran at all, and was not skipped by its condition."""
        return bool(self.steps)


@dataclass(frozen=True, slots=True)
class Repository:
    """A user's copy of the project, as GitHub would hold it: ``folder`` is its only branch, ``main``."""

    folder: Path
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def copied_to(cls, folder: Path, settings: Mapping[str, str] | None = None) -> Repository:
        """A fresh copy under ``folder``; ``settings`` are environment variables of the runner itself."""
        made = cls(folder / "repository", folder / "home", dict(settings or {}))
        made._copy_project(made.folder)
        made._begin()
        return made

    @classmethod
    def of_ones_own(cls, folder: Path, workflow: str, settings: Mapping[str, str] | None = None) -> Repository:
        """A repository that holds ``workflow`` as its ``sync.yml`` and nothing else: the code comes by ``uses:``."""
        made = cls(folder / "repository", folder / "home", dict(settings or {}))
        (made.folder / ".github" / "workflows").mkdir(parents=True)
        (made.folder / ".github" / "workflows" / "sync.yml").write_text(workflow, "utf-8")
        made._begin()
        return made

    def _begin(self) -> None:
        self.home.mkdir()
        self._checkout.mkdir()
        (self._checkout / "action.yml").write_text(CHECKOUT, "utf-8")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
        self.commit("The first commit")

    def git(self, *arguments: str) -> str:
        """What git says in this repository; raises ``CalledProcessError`` when it fails."""
        identity = ("-c", "user.name=misaki", "-c", "user.email=misaki@example.org")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str, files: Mapping[str, str] | None = None) -> None:
        """Commits everything in the folder, after writing ``files`` (path → text) into it."""
        for path, text in (files or {}).items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def run(
        self,
        workflow: str,
        event: str,
        *,
        payload: Mapping[str, object] | None = None,
        inputs: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Finished:
        """Runs ``workflow`` (its file name) as ``event`` would start it.

        ``payload`` is the event as GitHub sends it, without its ``repository``; ``inputs`` are the dispatch form's.
        """
        event_file = self.home.parent / "event.json"
        repository = {"default_branch": "main", "full_name": REPOSITORY, "is_template": False}
        event_file.write_text(
            json.dumps({"repository": repository, "inputs": dict(inputs or {}), **(payload or {})}), "utf-8"
        )
        command = [
            str(Path(sys.executable).with_name("act")),
            event,
            *("--json", "--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server"),
            *("--workflows", f".github/workflows/{workflow}", "--eventpath", str(event_file)),
            *_options("--local-repository", self._actions_of_others(workflow)),
            *_options("--secret", {"GITHUB_TOKEN": TOKEN, **(secrets or {})}),
            *_options("--var", variables),
            *_options("--env", {"CHECKOUT_FROM": str(self.folder), "SYNC_PYTHON": sys.executable, **self.settings}),
        ]
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nonexistent"}
        done = subprocess.run(command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True)
        return _parse(done)

    def _actions_of_others(self, workflow: str) -> dict[str, str]:
        """Where on this machine each action lies that the workflow gets from elsewhere."""
        text = (self.folder / ".github" / "workflows" / workflow).read_text("utf-8")
        places = {uses: str(self._checkout) for uses in re.findall(r"actions/checkout@\S+", text)}
        for uses in re.findall(rf"{ADDRESS}@\S+", text):
            places[uses] = str(self.home.parent / "action")
            self._copy_project(self.home.parent / "action")
        return places

    def _copy_project(self, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        for name in SHELL if "SYNC_PYTHON" in self.settings else (*SHELL, *PROGRAM):
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
            elif source.exists():
                shutil.copy(source, target / name)
        for workflow in (target / ".github" / "workflows").glob("*.yml"):
            workflow.write_text(without_what_act_rejects(workflow.read_text("utf-8")), "utf-8")

    @property
    def _checkout(self) -> Path:
        return self.home.parent / "checkout"


def without_what_act_rejects(workflow: str) -> str:
    """The workflow without the keys that act does not know yet."""
    return re.sub(r"(?m)^\s*(queue|cache-mode):.*\n", "", workflow)


def _options(option: str, values: Mapping[str, str] | None) -> list[str]:
    return [part for name, value in (values or {}).items() for part in (option, f"{name}={value}")]


def _parse(done: subprocess.CompletedProcess[str]) -> Finished:
    steps: dict[str, str] = {}
    annotations: list[str] = []
    summaries: dict[str, str] = {}
    log: list[str] = [done.stderr]
    for line in done.stdout.splitlines():
        record = json.loads(line)
        log.append(record["msg"])
        step = record.get("step", "")
        if record.get("stepResult") and record.get("stage") == "Main":
            steps[step] = record["stepResult"]
        if record.get("command") in {"notice", "warning", "error"}:
            annotations.append(record["raw"])
        if record.get("command") == "summary":
            summaries[step] = record["content"]
    return Finished(
        succeeded=done.returncode == 0,
        steps=steps,
        annotations=tuple(annotations),
        summary="\n".join(summaries.values()),
        log="\n".join(log),
    )
