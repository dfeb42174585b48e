from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.errors import (
    ConfigError,
    LoginError,
    ServiceUnavailable,
    StateError,
    StoppedByBrake,
    SyncError,
    TokenStoreError,
    UnknownOutcome,
)
from sync.steps.publishing import needs_person

NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)
OUTAGE = ServiceUnavailable("AniList", "AniList is switched off.")


@pytest.mark.parametrize(
    ("error", "hours_since_good", "scheduled", "needs"),
    [
        (LoginError("x"), 1, False, True),
        (StateError("x"), None, False, True),
        (TokenStoreError("x"), 1, True, True),
        (ConfigError(["x"]), 1, True, True),
        (ConfigError(["x"]), 1, False, False),
        (OUTAGE, 6, True, False),
        (OUTAGE, 25, True, True),
        (OUTAGE, None, True, False),
        (UnknownOutcome("x"), 6, True, False),
        (UnknownOutcome("x"), 25, True, True),
        (StoppedByBrake("x"), 25, True, False),
    ],
)
def test_an_issue_is_for_what_only_a_person_can_mend_or_what_lasts_a_day(
    error: SyncError, hours_since_good: int | None, *, scheduled: bool, needs: bool
) -> None:
    good_at = NOW - timedelta(hours=hours_since_good) if hours_since_good is not None else None

    assert needs_person(error, NOW, good_at, scheduled=scheduled) is needs
