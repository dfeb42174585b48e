"""Small real stand-ins for what a test must control."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that moves only when somebody sleeps or ``advance``s it."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._elapsed += max(0.0, seconds)

    def advance(self, delta: timedelta) -> None:
        self._elapsed += delta.total_seconds()
