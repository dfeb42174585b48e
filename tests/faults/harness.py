"""The whole program in this process, run after run, on a clock that moves only when somebody waits."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest import mock

from demo.library import sample_library
from demo.server import Reply, Request, Service
from demo.start import DemoServices, start_demo
from demo.world import part_of, sample_world
from sync.commands import connect, run, save, undo
from sync.services.clock import Clock
from sync.services.tokens import sealing
from tests.fakes import FakeClock

Play = tuple[str, int]
"""(kind, Trakt id) of one play."""

WELL_MIXED = (108465, 127720, 146065, 166873, 112151, 101922, 1, 154587)
"""Eight entries of five titles, 129 plays (two batches): split cours, an episode 0, a film, plain seasons."""
PARTED = timedelta(hours=6)
"""How far apart scheduled runs are."""

Command = Callable[[argparse.Namespace, Mapping[str, str], Clock], int]
COMMANDS: Mapping[str, Command] = {"run": run.main, "connect": connect.main, "undo": undo.main, "save": save.main}


@dataclass(frozen=True, slots=True)
class Ended:
    """How one command ended: its exit code, all it printed, its summary, and the requests to each service."""

    code: int
    output: str
    summary: str
    requests: Mapping[str, int] = field(default_factory=dict)
    writes: int = 0


class Owner:
    """Somebody whose copy runs on GitHub: every run starts on the disk of a fresh runner, with the tip checked out.

    With ``github=False`` it is somebody who runs it at home, where the disk stays as it is.
    """

    def __init__(
        self, demo: DemoServices, clock: FakeClock, folder: Path, *, github: bool = True, **settings: str
    ) -> None:
        self.demo = demo
        self.clock = clock
        self.folder = folder
        self.github = github
        self.settings = {**demo.env(github=github), "GITHUB_ACTIONS": "true", "STATE_BRANCH": "main", **settings}
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def state(self) -> Path:
        """The folder that the job remembers in."""
        return self.folder / "state"

    @property
    def history(self) -> Counter[Play]:
        """How often each episode and film is on Trakt."""
        return self.demo.world.account.counts()

    @property
    def truth(self) -> Counter[Play]:
        """How the history must end: everything watched, each once."""
        return Counter(self.demo.world.expected_plays())

    @property
    def committed(self) -> dict[str, bytes]:
        """The state files on GitHub, by name."""
        files = self.demo.github.store.files("main")
        return {path.removeprefix("state/"): content for path, content in files.items() if path.startswith("state/")}

    def new_runner(self) -> None:
        """Takes another disk: all there is on it is what is on GitHub."""
        shutil.rmtree(self.state, ignore_errors=True)
        for name, content in self.committed.items():
            path = self.state / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def sync(self, *, later: timedelta = PARTED, scheduled: bool = False, **options: object) -> Ended:
        """The next run: some hours later, and on GitHub on another runner."""
        self.clock.advance(later)
        if self.github:
            self.new_runner()
        return self.do("run", GITHUB_EVENT_NAME="schedule" if scheduled else "workflow_dispatch", **options)

    def do(self, command: str, *, GITHUB_EVENT_NAME: str = "workflow_dispatch", **options: object) -> Ended:  # noqa: N803 - it is an environment variable
        """One command with the disk as it is; ``options`` are its arguments by name."""
        summary = self.folder / "summary.md"
        summary.unlink(missing_ok=True)
        env = {**self.settings, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_EVENT_NAME": GITHUB_EVENT_NAME}
        arguments = {
            "dry_run": False,
            "allow_large": False,
            "anilist_id": None,
            "run_id": None,
            "again": False,
            "page": None,
        }
        said = io.StringIO()
        before = Counter((request.service, request.method) for request in self.demo.log)
        with contextlib.chdir(self.folder), _own_logging(), redirect_stdout(said), redirect_stderr(said):
            code = COMMANDS[command](argparse.Namespace(**{**arguments, **options}), env, self.clock)
        made = Counter((request.service, request.method) for request in self.demo.log) - before
        requests: Counter[str] = Counter()
        for (service, _), count in made.items():
            requests[service] += count
        text = summary.read_text() if summary.exists() else ""
        return Ended(code, said.getvalue(), text, requests, made["trakt", "POST"])

    def sync_until_well(self, *, at_most: int = 4) -> Ended:
        """Scheduled runs without any trouble until one ends well and has nothing left to do."""
        self.demo.faults.clear()
        for _ in range(at_most):
            ended = self.sync()
            if ended.code == 0 and self.history == self.truth:
                return ended
        raise AssertionError(f"not well after {at_most} runs: exit code {ended.code}\n{ended.output}")


@contextmanager
def world_of(*anilist_ids: int, clock: FakeClock | None = None) -> Iterator[tuple[DemoServices, FakeClock]]:
    """The services with these entries on the list, on one fake clock with the program."""
    clock = clock or FakeClock()
    world = sample_world(clock, part_of(sample_library(), *(anilist_ids or WELL_MIXED)))
    with quick_key(), quick_disk(), start_demo(world) as demo:
        yield demo, clock


@contextmanager
def quick_key() -> Iterator[None]:
    """Deriving the key of the stored log-in takes a tenth of a second on purpose; where hundreds of runs do it, it
    need not."""
    with mock.patch.object(sealing, "_SCRYPT_N", 2):
        yield


def _not_now(_descriptor: int) -> None:
    """In place of ``os.fsync``; a mock would note each call."""


@contextmanager
def quick_disk() -> Iterator[None]:
    """Nobody pulls the plug on a process that is not killed: what it wrote need not have reached the disk."""
    with mock.patch.object(os, "fsync", _not_now):
        yield


@contextmanager
def meddling(service: Service, change: Callable[[Request, Reply], Reply]) -> Iterator[None]:
    """While the block runs, the service answers what ``change`` makes of its answers."""
    true_answer = service.answer
    setattr(service, "answer", lambda request: change(request, true_answer(request)))  # noqa: B010 - it is a method
    try:
        yield
    finally:
        delattr(service, "answer")


@contextmanager
def _own_logging() -> Iterator[None]:
    """The commands take over the project's logger, as a program may; here it is given back."""
    root = logging.getLogger("sync")
    before = root.handlers[:], root.level, root.propagate
    try:
        yield
    finally:
        root.handlers[:], root.level, root.propagate = before
