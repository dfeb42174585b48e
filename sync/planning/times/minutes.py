"""Times as whole minutes since 1970 (UTC): Trakt keeps no finer ones (Trakt API, issue 876, 2026-08), and they add up.

A calendar day here is the user's own: ``utc_offset`` east of UTC, as their AniList account has it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 24 * 60
_MINUTE = timedelta(minutes=1)
_FIRST_DAY = date(1970, 1, 1).toordinal()


def floor_minute(time: datetime) -> int:
    """The minute in which ``time`` lies."""
    return (time - EPOCH) // _MINUTE


def ceil_minute(time: datetime) -> int:
    """The first minute that begins at ``time`` or after it."""
    return -((EPOCH - time) // _MINUTE)


def to_time(minute: int) -> datetime:
    """The moment at which ``minute`` begins."""
    return EPOCH + minute * _MINUTE


def midnight(day: date, utc_offset: timedelta) -> int:
    """The minute at which the user's ``day`` begins."""
    return (day.toordinal() - _FIRST_DAY) * DAY - utc_offset // _MINUTE
