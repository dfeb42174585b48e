"""A clock for services that a fast job uses from another process."""

from __future__ import annotations

from datetime import UTC, datetime

from sync.services.clock import SystemClock


class FastClock(SystemClock):
    """Seconds pass ``speed`` times as fast, as they do for the job, but the day is the machine's: every process that
    starts on it begins at the same time as the services."""

    def now(self) -> datetime:
        """The time of day, not sped up."""
        return datetime.now(UTC)
