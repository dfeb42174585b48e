"""How much CPU and memory the pure parts take, from the parsed readings to the rendered page, and how that grows.

Each size is measured in a process of its own, so that one's memory is not counted with another's.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench_values import NOW, values_of

from demo.synthetic import synthetic_library
from sync.mapping.memory import basis_of
from sync.mapping.overrides.document import Overrides
from sync.mapping.resolver import Resolver
from sync.model.anilist import watched_count
from sync.model.plan import Ledger, UndatedPlays
from sync.model.run import Outcome, RunReport
from sync.model.trakt import TraktPlays
from sync.planning.plan import plan_plays
from sync.planning.selection import EntryMemory, open_entries
from sync.planning.times.watched_at import TimeHints
from sync.report.summary import render_summary
from sync.steps.mapping_run import targets_of_entries

SIZES = ((100, 1_500), (1_000, 15_000), (3_000, 60_000), (10_000, 150_000))
"""(entries, plays) of the four lists."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One list. Seconds are CPU time; ``planning`` is all that comes between reading and writing (which entries, which
    episodes, which plays, at what times), and ``mapping``, ``plan`` and ``page`` are its parts and the result page.
    ``megabytes`` is the most memory that the process held, readings and interpreter included."""

    entries: int
    plays: int
    mapping: float
    plan: float
    page: float
    megabytes: float

    @property
    def planning(self) -> float:
        """Seconds from the readings to the plan."""
        return self.mapping + self.plan


def measure_sizes(sizes: Sequence[tuple[int, int]] = SIZES) -> list[Measured]:
    """Each size in a fresh process."""
    found = []
    for entries, plays in sizes:
        command = [sys.executable, __file__, str(entries), str(plays)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very file
        found.append(Measured(**json.loads(done.stdout)))
    return found


def exponent(measured: Sequence[Measured]) -> float:
    """How planning grows: 1 is in step with the number of plays, 2 with its square (least squares over logarithms)."""
    points = [(math.log(one.plays), math.log(one.planning)) for one in measured]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def measure(entries: int, plays: int) -> Measured:
    """A first import of that size, in this process."""
    films = entries // 10
    values = values_of(synthetic_library(entries, shows=(entries - films + 1) // 2, plays=plays, films=films))
    started = time.process_time()
    basis = {entry.anilist_id: basis_of(entry.media, None) for entry in values.entries}
    selected = open_entries(values.entries, (), EntryMemory(Ledger(), {}, basis, NOW, TraktPlays()))
    resolver = Resolver(
        [entry.media for entry in selected],
        index=values.index,
        overrides=Overrides(),
        memory={},
        progress={entry.anilist_id: watched_count(entry) for entry in selected},
    )
    resolver.learn(values.catalogue)
    resolved = resolver.resolved()
    targets = targets_of_entries(selected, resolved.resolutions, values.catalogue)
    mapped = time.process_time()
    plan = plan_plays(
        values.entries,
        targets=targets,
        plays=TraktPlays(),
        ledger=Ledger(),
        now=NOW,
        hints=TimeHints(values.activities, None, UndatedPlays.UNKNOWN),
    )
    planned = time.process_time()
    report = RunReport(
        "20261122-0617-a3f",
        NOW,
        NOW,
        Outcome.BRAKE,
        entries={entry.anilist_id: entry for entry in values.entries},
        resolutions=resolved.resolutions,
        plan=plan,
    )
    render_summary(report)
    ended = time.process_time()
    if len(plan.adds) != plays:
        raise SystemExit(f"{len(plan.adds)} plays were planned instead of {plays}")
    peak = most_memory()
    return Measured(entries, plays, mapped - started, planned - mapped, ended - planned, peak)


def most_memory() -> float:
    """The most that this process held, in MB. Linux's own count (``proc(5)``, VmHWM) begins with the program, while
    ``getrusage`` includes what the process was that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measures one size, for ``measure_sizes``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int)
    parser.add_argument("plays", type=int)
    options = parser.parse_args()
    print(json.dumps(asdict(measure(options.entries, options.plays))))  # noqa: T201 - a script
    return 0


if __name__ == "__main__":
    sys.exit(main())
