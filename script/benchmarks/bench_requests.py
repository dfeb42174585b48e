"""How many requests a run makes against how many its work takes at the least."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench_world import APPROVED, Bench, Ran, Size, bench_of

from sync.model.budget import Work, request_budget

SIZE = Size(entries=120, shows=80, plays=1_200, films=12)
WATCHED_LATER = 1_001
"""An entry of which the last episode is watched after the import."""
HOURS_BETWEEN = 6
SERVICES = {"AniList": "anilist", "Trakt": "trakt", "datasets": "datasets"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run. ``made`` and ``floor`` are requests by service; ``git_writes`` are those that make up commits."""

    name: str
    made: Mapping[str, int]
    floor: Mapping[str, int]
    github: int
    git_writes: int

    @property
    def on_budget(self) -> bool:
        """Whether no service was asked more often than it had to be."""
        return all(self.made[service] <= self.floor.get(service, 0) for service in SERVICES)


def measure_requests() -> list[Scenario]:
    """A first import, a run with nothing new, one with a new episode, and one that lost its memory."""
    with bench_of(SIZE, latency_ms=0, github=True) as bench:
        entry = bench.demo.world.user.entries[WATCHED_LATER]
        entry.progress, entry.status = entry.progress - 1, "CURRENT"
        cold = replace(SIZE.work(bench.activities), plays=SIZE.plays - 1)
        quiet = Work(entries=cold.entries)
        found = [_scenario("first import", bench.run(APPROVED), cold)]
        found.append(_scenario("nothing new", _later(bench), quiet))
        bench.demo.world.watch(WATCHED_LATER)
        found.append(_scenario("one new episode", _later(bench), replace(quiet, feeds=1, shows=1, plays=1)))
        found.append(
            _scenario("its memory lost", _later(bench, forgetting=True), replace(cold, activities=0, feeds=0, plays=0))
        )
    return found


def _later(bench: Bench, *, forgetting: bool = False) -> Ran:
    bench.clock.sleep(HOURS_BETWEEN * 3600)
    if forgetting:
        shutil.rmtree(bench.folder / "state")
    return bench.run()


def _scenario(name: str, ran: Ran, work: Work) -> Scenario:
    if ran.code != 0:
        raise SystemExit(f"{name}: the run ended with {ran.code}:\n{ran.output[-2000:]}")
    made = {service: ran.requests[key] for service, key in SERVICES.items()}
    return Scenario(name, made, request_budget(work), ran.requests["github"], ran.requests["git writes"])
