"""The numbers: what was watched by month, year, weekday and format, and what Trakt does not list yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sync.model.library import Library, LibraryEntry
from sync.report.library_page.charts import (
    Figures,
    Month,
    Sum,
    hours,
    month_name,
    render_days,
    render_months,
    render_share,
    render_week,
)
from sync.report.library_page.library_rows import FORMATS
from sync.report.library_page.markup import html_text
from sync.report.numbers_and_days import counted, format_day, format_numbers

LONGEST_SHOWN = 6
WAITING_SHOWN = 200


def render_numbers(library: Library, figures: Figures) -> str:
    """Every part that has something to show."""
    return "".join(_parts(library, figures)) or "<p class=empty>There are no plays to count yet.</p>"


def zone_name(offset: timedelta | None) -> str:
    """``UTC``, ``UTC+9`` or ``UTC−3:30``."""
    minutes = int((offset or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    left = f":{abs(minutes) % 60:02}" if minutes % 60 else ""
    return f"UTC{'+' if minutes > 0 else '−'}{abs(minutes) // 60}{left}"


def _parts(library: Library, figures: Figures) -> Iterable[str]:
    if figures.months:
        yield _figure("Episodes a month", _monthly(figures.months))
        yield _figure("The last year, day by day", render_days(figures.days))
        zone = f"<small>{zone_name(library.utc_offset)}</small>"
        yield _figure(f"By weekday and hour {zone}", render_week(figures.hours))
        yield _figure("Longest day", _longest(figures))
        yield _figure(
            "By year", _table("Year", ((str(year), each) for year, each in sorted(figures.years.items(), reverse=True)))
        )
    if figures.total.episodes:
        formats = sorted(figures.formats.items(), key=lambda item: -item[1].episodes)
        named = (
            (f"{FORMATS[kind] if kind else 'unknown'} <small>{figures.entries[kind]:,}</small>", each)
            for kind, each in formats
        )
        yield _figure("Per format", _table("Format <small>entries</small>", named))
    if figures.undated:
        yield f"<p class=lead>{counted(figures.undated, 'play')} without a known time: counted per format alone.</p>"
    yield _waiting(library.entries)


def _figure(title: str, body: str) -> str:
    return f"<section class=figure><h3>{title}</h3>{body}</section>" if body else ""


def _table(first: str, rows: Iterable[tuple[str, Sum]]) -> str:
    known = list(rows)
    most = max((each.episodes for _, each in known), default=0)
    body = "".join(
        f"<tr><th scope=row>{name}<td>{each.episodes:,}<td>{hours(each.minutes)}<td>{render_share(each.episodes, most)}"
        for name, each in known
    )
    head = f"<thead><tr><th scope=col>{first}<th scope=col>Episodes<th scope=col>Time<td></thead>"
    return f"<table class=sums>{head}{body}</table>"


def _monthly(months: Mapping[Month, Sum]) -> str:
    """The chart, what a month has on average (those without plays count, too), and every month in a table."""
    (first_year, first_month), (last_year, last_month) = min(months), max(months)
    count = (last_year - first_year) * 12 + last_month - first_month + 1
    episodes = round(sum(each.episodes for each in months.values()) / count)
    minutes = round(sum(each.minutes for each in months.values()) / count)
    mean = f"On average {counted(episodes, 'episode')} and {hours(minutes)} a month."
    rows = _table("Month", ((month_name(month), each) for month, each in sorted(months.items(), reverse=True)))
    table = f"<details class=more><summary>Every month as a table</summary>{rows}</details>"
    return f"{render_months(months)}<p class=lead>{mean}</p>{table}"


def _longest(figures: Figures) -> str:
    if figures.longest is None:
        return ""
    each = figures.days[figures.longest]
    shown = ", ".join(
        f"<a href=#e{entry.anilist_id}>{html_text(entry.title, 60)}</a> {count:,}"
        for entry, count in figures.longest_entries[:LONGEST_SHOWN]
    )
    left = len(figures.longest_entries) - LONGEST_SHOWN
    more = f" and {counted(left, 'more entry', 'more entries')}" if left > 0 else ""
    what = f"{counted(each.episodes, 'play')}, {each.minutes // 60} h {each.minutes % 60} min"
    return f"<p><b>{format_day(figures.longest)}</b>: {what}. {shown}{more}.</p>"


def _waiting(entries: Iterable[LibraryEntry]) -> str:
    waiting = sorted((entry for entry in entries if entry.waiting), key=lambda entry: -len(entry.waiting))
    if not waiting:
        return ""
    rows = "".join(
        f"<li><a href=#e{entry.anilist_id}>{html_text(entry.title)}</a> {format_numbers(entry.waiting)}</li>"
        for entry in waiting[:WAITING_SHOWN]
    )
    left = len(waiting) - WAITING_SHOWN
    more = f"<li>and {left:,} more: filter the library by “waits for Trakt”</li>" if left > 0 else ""
    episodes = counted(sum(len(entry.waiting) for entry in waiting), "episode")
    return _figure(f"On AniList, not on Trakt yet: {episodes}", f"<ul>{rows}{more}</ul>")
