"""A person with a checkout: runs the real program in a process of its own against the demo's services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.runner import JobRunner
from demo.start import DemoServices
from tests.faults.forked import start_program


@dataclass(frozen=True, slots=True)
class Ended:
    """One run of the program: its exit code, all it printed, and the summary it left."""

    code: int
    output: str
    summary: str
    requests: Mapping[str, int] = field(default_factory=dict)

    @property
    def posts(self) -> int:
        """How often it wrote to Trakt."""
        return self.requests["trakt POST"]


class Person:
    """Somebody who set the demo's settings, in a folder of their own."""

    def __init__(self, demo: DemoServices, folder: Path, **settings: str) -> None:
        self.demo = demo
        self.folder = folder
        self._job = JobRunner(demo, folder, settings)
        self._runs = 0

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment of every run."""
        return self._job.env

    @property
    def state(self) -> Path:
        """Where the job remembers."""
        return self.folder / "state"

    @property
    def history(self) -> dict[tuple[str, int], int]:
        """How often each episode and film was played on Trakt, by (kind, Trakt id)."""
        return dict(self.demo.world.account.counts())

    def run(self, *arguments: str, **settings: str) -> Ended:
        """``python -m sync`` with these arguments; an empty setting takes one away."""
        log = self.demo.log
        log.clear()
        self._runs += 1
        summary = self.folder / f"summary-{self._runs}.md"
        summary.unlink(missing_ok=True)
        env = {**self._job.env, "GITHUB_STEP_SUMMARY": str(summary), **settings}
        code, output = start_program(self.folder, env, arguments, self.folder / ".output.txt").ended()
        counts = {f"{name} {method}": log.count(name, method) for name in self.demo.urls for method in ("GET", "POST")}
        return Ended(
            code=code,
            output=output,
            summary=summary.read_text(encoding="utf-8") if summary.exists() else "",
            requests={**counts, **{name: log.count(name) for name in self.demo.urls}},
        )
