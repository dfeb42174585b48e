"""A run is killed at any moment, or two run at once: what follows ends in the right history."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.library import sample_library
from demo.start import DemoServices, start_demo
from demo.world import part_of, sample_world
from sync.services.clock import SystemClock
from tests.faults.forked import SPEED, Machine
from tests.faults.harness import WELL_MIXED

KILLS = 52
SHARDS = 4
SEED = 20261122

BUSY = 5
"""The exit code of a run that found another one at work."""


@contextmanager
def fast_world() -> Iterator[DemoServices]:
    """The services on a clock that a process of its own can follow."""
    with start_demo(sample_world(SystemClock(SPEED), part_of(sample_library(), *WELL_MIXED)), leeway=2.0) as demo:
        yield demo


def killed_after(machine: Machine, demo: DemoServices, seconds: float) -> bool:
    """Starts a run and kills it so long after its first request (before that, nothing is touched); false if it had
    ended by then."""
    running = machine.start()
    while demo.log.count() == 0 and running.process.is_alive():
        time.sleep(0.002)
    time.sleep(seconds)
    running.process.kill()
    code, output = running.ended()
    assert code in (0, -signal.SIGKILL), output
    return code != 0


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(
    shard: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Most of them at home, where the disk stays; a quarter on GitHub, where only what the last step saves is there
    again."""
    chance = random.Random(SEED + shard)  # noqa: S311 - it picks moments, not keys
    killed = late = 0
    longest = 0.6
    while killed < KILLS // SHARDS:
        assert late < KILLS, "the program ends before it can be killed"
        at_home = killed % 4 > 0
        with fast_world() as demo:
            settings = demo.env(github=not at_home) | {"STATE_BRANCH": "main"}
            machine = Machine(demo, tmp_path / f"{killed}-{late}", settings)
            if not killed_after(machine, demo, chance.uniform(0, longest)):
                late, longest = late + 1, longest * 0.9
                continue
            killed += 1
            assert set(demo.world.account.counts().values()) <= {1}
            if not at_home:
                assert 0 == machine.run("save")[0]
                machine = Machine(demo, tmp_path / f"{killed}-{late}-next", settings)
                machine.check_out()

            code, output = machine.run()

            assert 0 == code, output
            assert dict.fromkeys(demo.world.expected_plays(), 1) == dict(demo.world.account.counts()), output
    record_property("cases: SIGKILL at a random moment, then a run without", killed)


def test_two_runs_started_together_in_one_folder_write_once(tmp_path: Path) -> None:
    with fast_world() as demo:
        machine = Machine(demo, tmp_path, demo.env())
        ended = [running.ended() for running in (machine.start(), machine.start())]

        assert sorted(code for code, _ in ended) in ([0, BUSY], [0, 0]), ended
        assert dict.fromkeys(demo.world.expected_plays(), 1) == dict(demo.world.account.counts())


def test_two_runs_started_together_on_two_runners_write_once(tmp_path: Path) -> None:
    with fast_world() as demo:
        settings = demo.env(github=True) | {"STATE_BRANCH": "main"}
        runners = [Machine(demo, tmp_path / name, settings) for name in ("one", "two")]
        ended = [running.ended() for running in [runner.start() for runner in runners]]

        assert sorted(code for code, _ in ended) in ([0, BUSY], [0, 0]), ended
        assert set(demo.world.account.counts().values()) <= {1}, ended
        for number in range(2):
            later = Machine(demo, tmp_path / f"later-{number}", settings)
            later.check_out()
            code, output = later.run()
            assert 0 == code, output
        assert dict.fromkeys(demo.world.expected_plays(), 1) == dict(demo.world.account.counts())
