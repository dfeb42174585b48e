"""Reading decoded JSON without trusting it: each function gives a value of the asked type, or says it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

JsonObject = Mapping[str, object]
NOTHING: JsonObject = {}


def object_at(value: object, *path: str) -> JsonObject | None:
    """The object found by following ``path`` of keys, ``None`` if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else None


def list_of(value: object) -> Sequence[object] | None:
    """The value if it is a list."""
    return value if isinstance(value, list) else None


def whole(value: object) -> int | None:
    """The value if it is a whole number (and no ``true``)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object) -> float:
    """The value as a number, 0 if it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def text(value: object) -> str | None:
    """The value if it is text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list, others left out."""
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else ()


def moment(value: object) -> datetime | None:
    """An ISO 8601 time as an aware UTC ``datetime``; a time that names no zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def unix_moment(value: object) -> datetime | None:
    """Seconds since 1970 as an aware UTC ``datetime``; ``None`` for 0, which AniList sends for "not known"."""
    seconds = whole(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def minute(value: object) -> datetime | None:
    """The same, floored to the minute."""
    parsed = moment(value)
    return parsed.replace(second=0, microsecond=0) if parsed else None
