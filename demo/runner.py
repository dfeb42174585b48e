"""The real job in a process of its own, against the demo services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.start import DemoServices

CLOCK_SPEED = 20
"""How fast time runs for the job and its services: fast, but slow enough to be even."""
LEEWAY = 0.9
"""Seconds of fast time that a loaded machine may shift two POSTs towards each other."""
ROOT = Path(__file__).resolve().parents[1]
OVERRIDES = Path(__file__).with_name("overrides.yaml")


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run left: exit code, output, the job summary it wrote, and how many (real) seconds it took."""

    code: int
    stdout: str
    stderr: str
    summary: str
    seconds: float


class JobRunner:
    """Runs ``python -m sync`` in a folder of its own; state, cache and overrides stay there from run to run.

    The environment is the services' (``demo.env()``, with ``settings`` on top) and nothing else's, so that a
    developer's own settings cannot leak in.
    """

    def __init__(self, demo: DemoServices, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "CLOCK_SPEED": str(CLOCK_SPEED),
            **demo.env(),
            **(settings or {}),
        }
        self._runs = 0
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "overrides.yaml").exists():
            shutil.copyfile(OVERRIDES, folder / "overrides.yaml")

    def run(self, *arguments: str, **settings: str) -> JobResult:
        """One run; ``settings`` hold for it alone, an empty one is unset."""
        self._runs += 1
        summary = self.folder / f"summary-{self._runs}.md"
        summary.unlink(missing_ok=True)
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own arguments
            [sys.executable, "-m", "sync", *arguments],
            cwd=self.folder,
            env={**self.env, "GITHUB_STEP_SUMMARY": str(summary), **settings},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        text = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return JobResult(done.returncode, done.stdout, done.stderr, text, time.monotonic() - started)
