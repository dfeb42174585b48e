"""How long a run with nothing new takes, from its first step to its last, and what starting alone takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.fast_clock import FastClock
from demo.runner import CLOCK_SPEED, LEEWAY, JobRunner
from demo.start import start_demo
from demo.synthetic import synthetic_library
from demo.world import sample_world

ROOT = Path(__file__).resolve().parents[2]
ENTRIES, SHOWS, PLAYS = 600, 400, 5_000
START = "import sync.commands.run"
TIMES = 5
HEAVIEST = 5
_LINE = re.compile(r"import time:\s+\d+ \|\s+(\d+) \| ( *)(\S+)")


@dataclass(frozen=True, slots=True)
class Startup:
    """Seconds, all real. ``imports`` is what the job's own start takes, ``heaviest`` what of it the largest packages
    take; ``run`` is a whole run with nothing new; ``step`` is the workflow's step around it on a machine that has
    nothing installed, ``None`` if the packages could not be had."""

    imports: float
    heaviest: Mapping[str, float]
    run: float
    step: float | None


def measure_startup() -> Startup:
    """All of it, against stand-ins without delay."""
    library = synthetic_library(ENTRIES, shows=SHOWS, plays=PLAYS, films=60)
    with (
        tempfile.TemporaryDirectory() as folder,
        start_demo(sample_world(FastClock(CLOCK_SPEED), library), leeway=LEEWAY) as demo,
    ):
        demo.trakt.limits.get_limit = 10**6
        runner = JobRunner(demo, Path(folder))
        (runner.folder / "overrides.yaml").unlink()
        _expect_done(runner.run("--allow-large").code)
        times = []
        for _ in range(TIMES):
            ended = runner.run()
            _expect_done(ended.code)
            times.append(ended.seconds)
        step = _action_step(runner)
    return Startup(_best([sys.executable, "-c", START]), _heaviest(), min(times), step)


def _best(command: Sequence[str]) -> float:
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own interpreter
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _heaviest() -> dict[str, float]:
    """The packages of others that take longest to import, by the first import of each (``python -X importtime``)."""
    command = [sys.executable, "-X", "importtime", "-c", START]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - as above
    found: dict[str, float] = {}
    for line in done.stderr.splitlines():
        match = _LINE.fullmatch(line)
        if match and "." not in match[3] and match[3] in {"requests", "tenacity", "yaml", "cryptography", "github"}:
            found[match[3]] = int(match[1]) / 1_000_000
    return dict(sorted(found.items(), key=lambda item: -item[1])[:HEAVIEST])


def _action_step(runner: JobRunner) -> float | None:
    """What ``action.yml`` runs, on a machine that has Python and nothing else: environment, packages, sync."""
    with tempfile.TemporaryDirectory() as fresh:
        env = {**os.environ, **runner.env, "RUNNER_TEMP": fresh, "INPUT_COMMAND": "run", "GITHUB_ACTIONS": "true"}
        env.pop("VIRTUAL_ENV", None)
        started = time.perf_counter()
        command = ["bash", str(ROOT / "script" / "action")]
        done = subprocess.run(command, check=False, cwd=runner.folder, env=env, capture_output=True)  # noqa: S603 - ours
        return time.perf_counter() - started if done.returncode == 0 else None


def _expect_done(code: int) -> None:
    if code != 0:
        raise SystemExit(f"a run ended with {code}")
