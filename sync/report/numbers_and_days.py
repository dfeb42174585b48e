"""Numbers, days and moments in words, always UTC: "1–10", "S3E13–22", "20 Nov 21:40", "3–9 Nov"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from sync.model.mapping import Span
from sync.model.plan import NewPlay, TimeSource

PIECES = 6
"""How many separate runs of episodes are spelled out before the rest is only counted."""


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """``1 play``, ``8,412 plays``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def joined(parts: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty parts are left out."""
    kept = [part for part in parts if part]
    return " and ".join([*([", ".join(kept[:-1])] if kept[:-1] else []), *kept[-1:]])


def format_range(first: int, last: int) -> str:
    """``1–10``, or ``4`` for one."""
    return str(first) if first == last else f"{first}–{last}"


def format_numbers(numbers: Iterable[int]) -> str:
    """``1–3, 5``: each run of consecutive numbers once, in order."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return _limited([format_range(first, last) for first, last in runs])


def format_targets(targets: Iterable[tuple[int, int]]) -> str:
    """``S0E2, S2E1–12`` from (season, number) pairs in the order in which they are watched."""
    runs: list[list[int]] = []
    for season, number in targets:
        if runs and season == runs[-1][0] and runs[-1][2] <= number <= runs[-1][2] + 1:
            runs[-1][2] = number
        else:
            runs.append([season, number, number])
    return _limited([f"S{season}E{format_range(first, last)}" for season, first, last in runs])


def format_span(span: Span) -> tuple[str, str]:
    """The two ends of one span: AniList's episodes and Trakt's, such as ``("1–10", "S3E13–22")``."""
    if span.to_ep is None:
        return f"{span.from_ep} on", f"S{span.season}E{span.first_episode} on"
    last = span.first_episode + span.to_ep - span.from_ep
    return format_range(span.from_ep, span.to_ep), f"S{span.season}E{format_range(span.first_episode, last)}"


def format_spans(spans: Sequence[Span]) -> str:
    """``S3E13–22`` for one span from episode 1 on, else ``1 → S0E2, 2–13 → S2E1–12``."""
    if len(spans) == 1 and spans[0].from_ep == 1:
        return format_span(spans[0])[1]
    return _limited([" → ".join(format_span(span)) for span in sorted(spans)])


def _limited(pieces: Sequence[str]) -> str:
    if len(pieces) <= PIECES + 1:
        return ", ".join(pieces)
    return ", ".join(pieces[:PIECES]) + f" and {len(pieces) - PIECES} more runs"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPREAD = (TimeSource.SPREAD, TimeSource.DATES, TimeSource.COMPLETED, TimeSource.STARTED)


def format_day(day: date, *, year: int | None = None) -> str:
    """``20 Nov``, or ``20 Nov 2024`` unless the day is in ``year``."""
    text = f"{day.day} {MONTHS[day.month - 1]}"
    return text if day.year == year else f"{text} {day.year}"


def format_days(days: Iterable[date], *, year: int | None = None) -> str:
    """The first to the last of ``days``: ``3–9 Nov``, ``28 Oct – 3 Nov``, ``28 Dec 2024 – 3 Jan``; empty for none."""
    known = sorted(days)
    if not known:
        return ""
    first, last = known[0], known[-1]
    if first == last:
        return format_day(first, year=year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_day(last, year=year)}"
    return f"{format_day(first, year=last.year)} – {format_day(last, year=year)}"


def format_moment(moment: datetime, *, year: int | None = None) -> str:
    """``20 Nov 21:40`` (UTC), with the year unless it is ``year``."""
    utc = moment.astimezone(UTC)
    return f"{format_day(utc.date(), year=year)} {utc:%H:%M}"


def format_stamp(moment: datetime) -> str:
    """``22 Nov 2026, 06:17 UTC``: for the one line that dates a page."""
    utc = moment.astimezone(UTC)
    return f"{format_day(utc.date())}, {utc:%H:%M} UTC"


def format_ago(span: timedelta) -> str:
    """How long ago in one unit: ``6 hours ago``, ``2 days ago``."""
    minutes = max(0, int(span.total_seconds() // 60))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= (2 * size if unit == "day" else size):
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def format_when(plays: Sequence[NewPlay], *, year: int | None = None) -> str:
    """When ``plays`` happened, in a few words: up to two moments, else the days they lie in, else why there is none.

    Times that were spread over some days say so: ``spread 3–9 Nov``.
    """
    parts: list[str] = []
    for source in dict.fromkeys(play.source for play in plays):
        times = [p.watched_at for p in plays if p.source is source]
        when = _format_times([t for t in times if isinstance(t, datetime)], source, year)
        parts.append(when or source.value)
    return "; ".join(parts)


def format_sources(plays: Sequence[NewPlay]) -> str:
    """Where the times of ``plays`` came from; empty when ``format_when`` says it already (undated plays)."""
    sources = dict.fromkeys(p.source for p in plays if isinstance(p.watched_at, datetime))
    return "; ".join(source.value for source in sources)


def _format_times(times: Sequence[datetime], source: TimeSource, year: int | None) -> str:
    distinct = sorted(set(times))
    if len(distinct) <= 2 and source not in _SPREAD:
        return ", ".join(format_moment(time, year=year) for time in distinct)
    days = {time.astimezone(UTC).date() for time in distinct}
    words = format_days(days, year=year)
    return f"spread {words}" if len(days) > 1 and source in _SPREAD else words
