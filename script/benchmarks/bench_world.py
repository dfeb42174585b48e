"""The stand-ins with a made-up library, and a person who runs the real job against them, all on one skipping clock."""

from __future__ import annotations

import argparse
import gc
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from bench_clock import SkippingClock

from demo.start import DemoServices, start_demo
from demo.synthetic import synthetic_library
from demo.world import sample_world
from sync.commands.run import main as run_job
from sync.mapping.sources.datasets import DATASETS
from sync.model.budget import Work

LATENCY = 150
"""Milliseconds that each answer takes."""
ALSO_LISTED = 1
"""The demo's person has an entry more than the library: its anime was deleted from AniList."""
APPROVED = "--allow-large"


@dataclass(frozen=True, slots=True)
class Size:
    """A library."""

    entries: int
    shows: int
    plays: int
    films: int = 0

    def work(self, activities: int) -> Work:
        """What a first import of it takes, when the feed holds ``activities``."""
        return Work(
            entries=self.entries + ALSO_LISTED,
            activities=activities,
            feeds=1,
            shows=self.shows,
            titles=self.films,
            plays=self.plays,
            datasets=len(DATASETS),
            others=1,  # whose account it is
        )


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: its exit code, how long it took on the clock (seconds), the requests that came in by service, and those
    that were refused (429) by themselves."""

    code: int
    seconds: float
    requests: Mapping[str, int]
    output: str
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """Somebody with a fresh checkout and a first import ahead."""

    size: Size
    demo: DemoServices
    clock: SkippingClock
    folder: Path
    env: Mapping[str, str]

    @property
    def plays(self) -> int:
        """How many plays are on Trakt."""
        return len(self.demo.world.account.plays)

    @property
    def activities(self) -> int:
        """How many lines the feed has."""
        return len(self.demo.world.user.activities)

    def run(self, *arguments: str) -> Ran:
        """``python -m sync`` with these arguments, in this process, so that the clock sees it."""
        log = self.demo.log
        log.clear()
        gc.collect()
        options = argparse.Namespace(dry_run=False, allow_large=APPROVED in arguments, anilist_id=None, again=False)
        output = io.StringIO()
        started = self.clock.monotonic()
        with chdir(self.folder), redirect_stdout(output):
            code = run_job(options, self.env, self.clock)
        seconds = self.clock.monotonic() - started
        requests = {name: log.count(name) for name in self.demo.urls}
        requests["git writes"] = sum(_writes_git(request.method, request.path) for request in log)
        refused = sum(request.status == 429 for request in log)
        return Ran(code, seconds, requests, output.getvalue(), refused)


@contextmanager
def bench_of(size: Size, *, latency_ms: float = LATENCY, github: bool = False) -> Iterator[Bench]:
    """The services and the person, until the block ends."""
    library = synthetic_library(size.entries, shows=size.shows, plays=size.plays, films=size.films)
    with (
        SkippingClock() as clock,
        tempfile.TemporaryDirectory() as folder,
        start_demo(sample_world(clock, library), latency_ms=latency_ms) as demo,
    ):
        yield Bench(size, demo, clock, Path(folder), {**demo.env(github=github), "STATE_BRANCH": "main"})


def _writes_git(method: str, path: str) -> bool:
    return method in {"POST", "PATCH"} and "/git/" in path
