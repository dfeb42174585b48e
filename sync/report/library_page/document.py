"""The page as a whole: one HTML file that asks nobody for anything but covers."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, timezone
from hashlib import sha256

from sync.model.anilist import MediaFormat
from sync.model.library import EntryState, Library
from sync.report.headline import SYMBOLS
from sync.report.library_page.charts import Figures, figures_of, hours
from sync.report.library_page.library_rows import FORMATS, STATE_LETTERS, pack_titles, render_rows
from sync.report.library_page.markup import COVER_HOST, COVER_ROOT, href, html_sentence, html_text
from sync.report.library_page.need_cards import entries_in_need, render_cards
from sync.report.library_page.numbers import render_numbers, zone_name
from sync.report.library_page.timeline import render_timeline
from sync.report.numbers_and_days import counted, format_day

SIZE_LIMIT = 2_950_000
"""Bytes: under 3 MB, so that the page opens at once and a month of pages fits into GitHub's 500 MB of artifacts."""
SPARE = 10_000
"""Bytes that are not counted one by one, and by which packed titles may be longer than they promised."""

SORTS = (("watched", "last watched"), ("title", "title"), ("aired", "first aired"), ("length", "most episodes"))


@dataclass(frozen=True, slots=True)
class PageAssets:
    """The page's own style sheet and script, as text. Neither holds a closing tag of its own element."""

    style: str
    script: str


def render_library_page(library: Library, assets: PageAssets, *, limit: int = SIZE_LIMIT) -> str:
    """The page, ready to be written as UTF-8.

    Everything is in its HTML: the script adds tabs, search, filters, tables and covers, and a reader without it misses
    no text. ``limit`` is in bytes; where it is short, titles of episodes are packed and need the script.
    """
    figures = figures_of(library)
    sections = [
        _section("needs", "Needs you", render_cards(library)),
        _section("runs", "Timeline", render_timeline(library)),
        _section("numbers", "Numbers", render_numbers(library, figures)),
    ]
    frame = "".join((_head(library, assets), _header(library, figures), _tools(library), *sections, assets.script))
    rows = render_rows(library, limit - len(frame.encode()) - SPARE)
    legend = _legend(library, len(rows.untitled))
    packed = f"<pre id=titles hidden>{pack_titles(rows.untitled)}</pre>" if rows.untitled else ""
    return "".join(
        (
            _head(library, assets),
            _header(library, figures),
            "<main>",
            _section("library", "Library", f"{_tools(library)}{legend}<div id=rows>\n{rows.html}\n</div>"),
            *sections,
            f"</main>{_footer(library)}{packed}<script>{assets.script}</script>\n",
        )
    )


def content_security_policy(assets: PageAssets) -> str:
    """Nothing may be loaded but covers, and nothing may run but the page's own script."""
    rules = {
        "default-src": "'none'",
        "img-src": COVER_HOST,
        "style-src": _hash(assets.style),
        "script-src": _hash(assets.script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _head(library: Library, assets: PageAssets) -> str:
    title = " → ".join(filter(None, _whose(library))) or "AniList → Trakt"
    return (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n"
        f'<meta http-equiv=Content-Security-Policy content="{content_security_policy(assets)}">\n'
        '<meta name=viewport content="width=device-width,initial-scale=1">\n'
        '<meta name=color-scheme content="light dark">\n<meta name=referrer content=no-referrer>\n'
        f"<title>{title}: the library</title>\n<style>{assets.style}</style>\n"
    )


def _whose(library: Library) -> tuple[str, str]:
    return html_text(library.anilist_user or "", 60), html_text(library.trakt_user or "", 60)


def _header(library: Library, figures: Figures) -> str:
    zone = timezone(library.utc_offset) if library.utc_offset else UTC
    made = library.made_at.astimezone(zone)
    stamp = f"{format_day(made.date())}, {made:%H:%M} {zone_name(library.utc_offset)}"
    stamp = f"<a {href(library.pages.run)}>{stamp}</a>" if library.pages.run else stamp
    said = f"{SYMBOLS[library.outcome]} {html_sentence(library.headline)}, {stamp}"
    notes = "".join(f"<p class=note>{html_sentence(note)}</p>" for note in library.notes)
    tabs = (
        ("library", "Library", len(library.entries)),
        ("needs", "Needs you", len(entries_in_need(library))),
        ("runs", "Timeline", len(library.runs)),
        ("numbers", "Numbers", 0),
    )
    links = "".join(
        f"<a href=#{name}>{word}{f' <span>{count:,}</span>' if count else ''}</a>" for name, word, count in tabs
    )
    anilist, trakt = _whose(library)
    return (
        f"<header><h1><span>AniList</span> {anilist} → <span>Trakt</span> {trakt}</h1>"
        f"<p>{said}</p><p>{_totals(library, figures)}</p>{notes}"
        f"</header><nav aria-label=Parts>{links}</nav>\n"
    )


def _totals(library: Library, figures: Figures) -> str:
    films = figures.entries.get(MediaFormat.MOVIE, 0)
    shows = sum(figures.entries.values()) - films
    parts = [counted(shows, "show"), counted(films, "film"), counted(figures.total.episodes, "episode")]
    if figures.total.minutes:
        days = figures.total.minutes / 1440
        parts.append(f"{days:,.0f} days" if days >= 2 else hours(figures.total.minutes))
    return " · ".join(parts)


def _section(name: str, title: str, body: str) -> str:
    return f"<section id={name} aria-labelledby=title-{name}><h2 id=title-{name}>{title}</h2>{body}</section>\n"


def _tools(library: Library) -> str:
    """Search, sort and filters; hidden until the script that drives them runs."""
    states = Counter(entry.state for entry in library.entries)
    buttons = "".join(
        f"<button data-state={STATE_LETTERS[state]} aria-pressed=false>{state.value} "
        f"<span>{states[state]:,}</span></button>"
        for state in EntryState
        if states[state]
    )
    formats = sorted({entry.format for entry in library.entries if entry.format})
    years = sorted({entry.start_date.year for entry in library.entries if entry.start_date.year}, reverse=True)
    return (
        "<div id=tools hidden><p><input id=search type=search placeholder='Search titles' aria-label='Search titles'"
        " autocomplete=off spellcheck=false>"
        f"{_select('format', 'every format', ((kind.value, FORMATS[kind]) for kind in formats))}"
        f"{_select('year', 'every year', ((str(year), str(year)) for year in years))}"
        f"{_select('sort', '', SORTS)}<label><input type=checkbox id=covers checked> covers</label></p>"
        f"<p role=group aria-label='Filter by state'><button data-state='' aria-pressed=true>all "
        f"<span>{len(library.entries):,}</span></button>{buttons}<output id=shown role=status></output></p></div>"
    )


def _select(name: str, everything: str, options: Iterable[tuple[str, str]]) -> str:
    first = f"<option value=''>{everything}" if everything else ""
    rest = "".join(f"<option value={value}>{words}" for value, words in options)
    return f"<select id={name} aria-label={name.capitalize()}>{first}{rest}</select>"


def _legend(library: Library, untitled: int) -> str:
    """How to read a folded row without the script, which makes a table of it."""
    form = f' data-form="{html_text(library.pages.form, 300)}"' if library.pages.form else ""
    said = (
        "A line is an episode: AniList’s number and @date, Trakt’s place and date, when it was watched "
        f"({zone_name(library.utc_offset)}), its title. What is left out follows from the line before: "
        "the next number, a week later, the same day."
    )
    left = (
        f"<p class='note plain'>The titles of the episodes of {counted(untitled, 'entry', 'entries')}, watched longest "
        "ago, are packed to keep this page small: they show with JavaScript, and on Trakt, a click away.</p>"
        if untitled
        else ""
    )
    return f"<p id=legend data-root={COVER_ROOT}{form}>{said}</p>{left}"


def _footer(library: Library) -> str:
    pages = library.pages
    links = ((pages.sync, "Sync"), (pages.undo, "Undo"), (pages.overrides, "overrides.yaml"))
    known = "".join(f" · <a {href(address)}>{word}</a>" for address, word in links if address)
    return f"<footer>Made by the sync; nothing leaves this page but requests for covers, to AniList.{known}</footer>\n"
