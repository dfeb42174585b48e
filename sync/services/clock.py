"""Time as a service: what time it is, and how long a run may still wait. Nothing else asks the machine for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sync.errors import ServiceUnavailable


class Clock(Protocol):
    """What the services need of time."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class SystemClock:
    """The machine's clock. ``speed`` above 1 makes waiting shorter in proportion: for the demo and benchmarks, where
    the stand-ins count their rate limits on the same fast clock."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._origin = datetime.now(UTC)
        self._start = time.monotonic()

    def now(self) -> datetime:
        """The time of day; it starts at the real one and runs ``speed`` times as fast."""
        return self._origin + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds on this clock since it was made."""
        return (time.monotonic() - self._start) * self._speed

    def sleep(self, seconds: float) -> None:
        """Waits ``seconds`` on this clock, so ``seconds / speed`` on the wall."""
        if seconds > 0:
            time.sleep(seconds / self._speed)


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

    def earlier(self, seconds: float) -> Deadline:
        """A deadline so many seconds before this one."""
        return Deadline(self.clock, self.at - seconds)

    @property
    def remaining(self) -> float:
        """Seconds left; never below 0."""
        return max(0.0, self.at - self.clock.monotonic())

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
