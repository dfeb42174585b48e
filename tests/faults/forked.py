"""``python -m sync`` in processes of their own, quickly: each is forked from one that has imported everything."""

from __future__ import annotations

import gc
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from demo.start import DemoServices
from tests.faults.harness import quick_key

SPEED = 200
"""How fast the clocks of the program and of the services run."""
PRELOADED = [
    __name__,
    *(f"sync.commands.{name}" for name in ("run", "save", "undo", "connect", "doctor", "check", "map_issue")),
    "sync.services.github.repository",
    "sync.steps.mapping_run",
]


@dataclass(frozen=True, slots=True)
class Running:
    """A program at work; ``output`` is the file or terminal that it prints to."""

    process: ForkServerProcess
    output: Path

    def ended(self) -> tuple[int, str]:
        """Its exit code (negative: the signal) and what it printed, once it has ended."""
        self.process.join(60)
        assert self.process.exitcode is not None, "it does not end"
        return self.process.exitcode, self.output.read_text()


class Machine:
    """A disk, and the settings with which the program runs on it."""

    def __init__(self, demo: DemoServices, folder: Path, settings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._demo = demo
        self._folder = folder
        self._env = {"PATH": os.environ.get("PATH", ""), **settings, "CLOCK_SPEED": str(SPEED)}
        self._started = 0

    def start(self, *arguments: str) -> Running:
        """Starts ``python -m sync`` with these arguments."""
        self._started += 1
        output = self._folder / f"output-{self._started}.txt"
        return start_program(self._folder, self._env, arguments, output)

    def run(self, *arguments: str) -> tuple[int, str]:
        """The same, until it ends by itself: exit code and output."""
        return self.start(*arguments).ended()

    def check_out(self) -> None:
        """Puts what is on GitHub on this disk."""
        for path, content in self._demo.github.store.files("main").items():
            if path.startswith("state/"):
                target = self._folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def start_program(
    folder: Path, env: Mapping[str, str], arguments: tuple[str, ...], output: Path, *, quick: bool = True
) -> Running:
    """Starts ``python -m sync`` with these arguments in ``folder``, with ``env`` and nothing else of ours.

    Its key derivation is as cheap as the harness's own, unless ``quick`` is false."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_program, args=(folder, dict(env), arguments, output, quick))
    process.start()
    return Running(process, output)


def _program(folder: Path, env: Mapping[str, str], arguments: tuple[str, ...], output: Path, quick: bool) -> None:
    gc.freeze()  # what was forked stays as it is
    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["sync", *arguments]
        with quick_key() if quick else nullcontext():
            runpy.run_module("sync", run_name="__main__", alter_sys=True)
