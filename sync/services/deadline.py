"""How long a run may still wait."""

from __future__ import annotations

from dataclasses import dataclass

from sync.errors import ServiceUnavailable
from sync.services.clock import Clock


class OutOfTime(ServiceUnavailable):
    """Waiting any longer would go past the run's time budget: what was done so far stands, the next run goes on."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a clock's monotonic scale, past which nothing waits."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        """The deadline ``seconds`` from now."""
        return cls(clock, clock.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self.at - self.clock.monotonic())

    def earlier(self, seconds: float) -> Deadline:
        """A deadline so many seconds before this one."""
        return Deadline(self.clock, self.at - seconds)

    def sleep(self, seconds: float, service: str, reason: str) -> None:
        """Waits, or raises ``OutOfTime`` at once if that would end past the deadline. ``reason`` completes the
        sentence "AniList …"."""
        if seconds <= 0:
            return
        if seconds > self.remaining:
            raise OutOfTime(
                service,
                f"{service} {reason}, and waiting {seconds:.0f} s would go past the time budget.",
                "The next run carries on from here.",
            )
        self.clock.sleep(seconds)
