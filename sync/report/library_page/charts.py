"""Charts as inline SVG. Widths are percentages, so that a chart fits a phone and its words keep their size; colours
are classes, so that they follow the page into the dark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sync.report.dates import MONTHS, format_day
from sync.report.library_page.figures import Month, Sum
from sync.report.ranges import counted

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
