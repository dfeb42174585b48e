"""Charts as inline SVG. Widths are percentages, so that a chart fits a phone and its words keep their size; colours
are classes, so that they follow the page into the dark."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from sync.model.anilist import MediaFormat
from sync.model.library import Library, LibraryEntry
from sync.model.plan import PlayState
from sync.report.library_page.calendars import moment_of
from sync.report.numbers_and_days import MONTHS, counted, format_day

SHOWN_MONTHS = 48
SHOWN_WEEKS = 53
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LEVELS = 4
_TOP, _BASE, _HEIGHT = 20, 140, 164
_ROW = 15
_LEFT = 34
"""Pixels for the names of the days; the style sheet pads a chart of class ``days`` by as many."""


def month_name(month: Month) -> str:
    """``Nov 2026``."""
    return f"{MONTHS[month[1] - 1]} {month[0]}"


def hours(minutes: int) -> str:
    """``1,204 h``, or ``45 min`` below an hour."""
    return f"{minutes} min" if minutes < 60 else f"{minutes / 60:,.0f} h"


def render_months(months: Mapping[Month, Sum]) -> str:
    """Bars of episodes a month, the last 48 months up to the newest with plays; its hours show on each bar."""
    last = max(months)
    index = last[0] * 12 + last[1] - 1
    shown = [(n // 12, n % 12 + 1) for n in range(index - SHOWN_MONTHS + 1, index + 1)]
    first = max(0, next(n for n, month in enumerate(shown) if month in months) - 1)
    shown = shown[min(first, SHOWN_MONTHS - 12) :]
    peak = max(months[month].episodes for month in shown if month in months)
    step = 100 / len(shown)
    parts: list[str] = []
    for n, month in enumerate(shown):
        each = months.get(month, Sum())
        if month[1] == 1:
            parts.append(f"<text x={n * step:.2f}% y={_HEIGHT - 4}>{month[0]}</text>")
        if each.episodes:
            height = max(2.0, each.episodes / peak * (_BASE - _TOP))
            said = f"{month_name(month)}: {counted(each.episodes, 'episode')}, {hours(each.minutes)}"
            parts.append(
                f"<rect class=bar x={n * step + step * 0.12:.2f}% width={step * 0.76:.2f}% y={_BASE - height:.1f}"
                f" height={height:.1f} rx=2><title>{said}</title></rect>"
            )
            if each.episodes == peak:
                place = min(max(n * step + step / 2, 3), 97)
                parts.append(f"<text x={place:.2f}% y={_BASE - height - 6:.1f} text-anchor=middle>{peak:,}</text>")
    parts.append(f"<line x1=0 x2=100% y1={_BASE + 0.5} y2={_BASE + 0.5} />")
    best = max(shown, key=lambda month: months.get(month, Sum()).episodes)
    said = f"Episodes a month, {month_name(shown[0])} to {month_name(last)}; most in {month_name(best)} with {peak:,}"
    return _svg(said, _HEIGHT, parts, "months")


def render_week(plays: Mapping[tuple[int, int], int]) -> str:
    """Plays by weekday and hour as a heat map."""
    peak = max(plays.values())
    step = 100 / 24
    parts = [f"<text x=-{_LEFT} y={day * _ROW + 11}>{name}</text>" for day, name in enumerate(WEEKDAYS)]
    for (day, hour), count in sorted(plays.items()):
        where = f"x={hour * step:.2f}% width={step * 0.9:.2f}% y={day * _ROW} height={_ROW - 2}"
        said = f"{WEEKDAYS[day]} {hour}:00, {counted(count, 'episode')}"
        parts.append(f"<rect class=l{_level(count, peak)} {where} rx=2><title>{said}</title></rect>")
    parts += [f"<text x={hour * step:.2f}% y={7 * _ROW + 13}>{hour}:00</text>" for hour in (0, 6, 12, 18)]
    day, hour = max(sorted(plays), key=lambda slot: plays[slot])
    return _svg(f"Episodes by weekday and hour; most on {WEEKDAYS[day]} at {hour}:00", 7 * _ROW + 18, parts, "days")


def render_days(days: Mapping[date, Sum]) -> str:
    """The last 53 weeks up to the newest day with plays as a heat map, a column a week, Monday on top."""
    last = max(days)
    monday = last - timedelta(days=last.weekday() + 7 * (SHOWN_WEEKS - 1))
    shown = {day: each.episodes for day, each in days.items() if day >= monday}
    peak = max(shown.values())
    step = 100 / SHOWN_WEEKS
    parts = [f"<text x=-{_LEFT} y={day * _ROW + 29}>{WEEKDAYS[day]}</text>" for day in (0, 2, 4, 6)]
    for week in range(SHOWN_WEEKS):
        start = monday + timedelta(weeks=week)
        if start.day <= 7 and week < SHOWN_WEEKS - 2:
            parts.append(f"<text x={week * step:.2f}% y=11>{MONTHS[start.month - 1]}</text>")
        for weekday in range(7):
            day = start + timedelta(days=weekday)
            if day > last:
                break
            count = shown.get(day, 0)
            where = f"x={week * step:.2f}% width={step * 0.86:.2f}% y={18 + weekday * _ROW} height={_ROW - 2}"
            said = f"<title>{format_day(day)}: {counted(count, 'episode')}</title>" if count else ""
            parts.append(f"<rect class=l{_level(count, peak)} {where} rx=2>{said}</rect>")
    busy = counted(len(shown), "day")
    said = f"Episodes a day, {format_day(monday)} to {format_day(last)}; watched on {busy}"
    return _svg(said, 7 * _ROW + 18, parts, "days")


def render_share(part: int, whole: int) -> str:
    """A bar for one row of a table; the number beside it says the same."""
    share = part / whole * 100 if whole else 0
    return f"<svg width=100% height=10 aria-hidden=true><rect class=bar width={share:.1f}% height=10 rx=2 /></svg>"


def _level(count: int, peak: int) -> int:
    return 0 if not count else max(1, -(-count * _LEVELS // peak))


def _svg(said: str, height: int, parts: list[str], kind: str) -> str:
    return f'<svg class={kind} width=100% height={height} role=img aria-label="{said}">{"".join(parts)}</svg>'


_ON_TRAKT = frozenset({PlayState.CONFIRMED, PlayState.ADOPTED, PlayState.DISPLACED})

Month = tuple[int, int]


@dataclass(slots=True)
class Sum:
    """So many episodes (a film is one) of so many ``minutes``; an episode of unknown length adds none."""

    episodes: int = 0
    minutes: int = 0

    def add(self, minutes: int) -> None:
        """One more."""
        self.episodes += 1
        self.minutes += minutes


@dataclass(frozen=True, slots=True)
class Figures:
    """All plays that are on Trakt, as far as they are known here.

    ``months`` is by (year, month); ``hours`` counts plays by (weekday, hour), Monday being 0; ``longest`` is the day
    with the most minutes. ``undated`` plays are in ``total`` and ``formats`` alone. ``entries`` counts by format those
    with a play.
    """

    total: Sum = field(default_factory=Sum)
    undated: int = 0
    months: Mapping[Month, Sum] = field(default_factory=dict)
    years: Mapping[int, Sum] = field(default_factory=dict)
    days: Mapping[date, Sum] = field(default_factory=dict)
    hours: Mapping[tuple[int, int], int] = field(default_factory=dict)
    formats: Mapping[MediaFormat | None, Sum] = field(default_factory=dict)
    entries: Mapping[MediaFormat | None, int] = field(default_factory=dict)
    longest: date | None = None
    longest_entries: tuple[tuple[LibraryEntry, int], ...] = ()


def figures_of(library: Library) -> Figures:
    """Counts the plays by the user's own days and hours."""
    zone = timezone(library.utc_offset) if library.utc_offset else UTC
    total, undated = Sum(), 0
    days: dict[date, Sum] = defaultdict(Sum)
    formats: dict[MediaFormat | None, Sum] = defaultdict(Sum)
    hours: Counter[tuple[int, int]] = Counter()
    of_day: dict[date, Counter[int]] = defaultdict(Counter)
    entries: Counter[MediaFormat | None] = Counter()
    for entry in library.entries:
        minutes, seen = entry.minutes or 0, False
        for moment in _moments(entry):
            seen = True
            total.add(minutes)
            formats[entry.format].add(minutes)
            if moment is None:
                undated += 1
                continue
            local = moment.astimezone(zone)
            day = local.date()
            days[day].add(minutes)
            hours[day.weekday(), local.hour] += 1
            of_day[day][entry.anilist_id] += 1
        entries[entry.format] += seen
    months: dict[Month, Sum] = defaultdict(Sum)
    years: dict[int, Sum] = defaultdict(Sum)
    for day, each in sorted(days.items()):
        for whole in (months[day.year, day.month], years[day.year]):
            whole.episodes += each.episodes
            whole.minutes += each.minutes
    longest = max(days, key=lambda day: (days[day].minutes, days[day].episodes, day), default=None)
    names = {entry.anilist_id: entry for entry in library.entries}
    watched = of_day[longest].most_common() if longest else []
    told = tuple((names[anilist_id], count) for anilist_id, count in watched)
    return Figures(total, undated, months, years, days, hours, formats, entries, longest, told)


def _moments(entry: LibraryEntry) -> Iterator[datetime | None]:
    """When each play of the entry that is on Trakt happened, ``None`` where that is not known."""
    for episode in entry.episodes:
        for play in episode.plays:
            if play.state in _ON_TRAKT:
                yield moment_of(play)
