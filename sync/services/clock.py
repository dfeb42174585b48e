"""Time as a service, so that nothing else asks the machine for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


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
