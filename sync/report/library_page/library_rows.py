"""The library: one foldable row an entry, the one watched last first."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.model.anilist import FuzzyDate, MediaFormat
from sync.model.library import EntryState, Library, LibraryEntry
from sync.report.library_page.calendars import CalendarLines, moment_of
from sync.report.library_page.markup import anilist_link, cover_attribute, html_sentence, html_text, trakt_link
from sync.report.numbers_and_days import MONTHS, counted, format_numbers, format_spans
from sync.report.text import plain

FORMATS = {
    MediaFormat.TV: "TV",
    MediaFormat.TV_SHORT: "TV short",
    MediaFormat.MOVIE: "Film",
    MediaFormat.SPECIAL: "Special",
    MediaFormat.OVA: "OVA",
    MediaFormat.ONA: "ONA",
    MediaFormat.MUSIC: "Music",
}
STATE_LETTERS = {state: state.value[0] for state in EntryState}
"""The class of a row: a, w, n, l, p."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LibraryRows:
    """The rendered rows, and the entries whose episodes' titles had no room in them."""

    html: str
    untitled: tuple[LibraryEntry, ...] = ()


def sorted_entries(entries: Iterable[LibraryEntry]) -> list[LibraryEntry]:
    """The one watched last first; those never watched at the end, by name."""
    ordered = sorted(entries, key=lambda entry: (entry.hidden, entry.title.casefold(), entry.anilist_id))
    return sorted(ordered, key=last_watched, reverse=True)


def last_watched(entry: LibraryEntry) -> datetime:
    """The newest known moment of a play, or the beginning of time."""
    moments = (moment_of(play) for episode in entry.episodes for play in episode.plays)
    return max((moment for moment in moments if moment), default=_NEVER)


def render_rows(library: Library, limit: int) -> LibraryRows:
    """Every entry as a ``<details>``. Together with the packed titles they take about ``limit`` bytes at most, if
    packing titles can do that: those of what was watched longest ago go first."""
    lines = CalendarLines(library.utc_offset)
    entries = sorted_entries(library.entries)
    rows = [_row(entry, lines.render(entry.episodes)) for entry in entries]
    excess = sum(len(row.encode()) for row in rows) - limit
    if excess <= 0:
        return LibraryRows("\n".join(rows))
    sizes = [_title_bytes(entry) for entry in entries]
    saved_share = 1 - len(pack_titles(entries)) / max(1, sum(sizes))
    untitled = []
    for index in range(len(rows) - 1, -1, -1):
        if excess <= 0:
            break
        if sizes[index]:
            rows[index] = _row(entries[index], lines.render(entries[index].episodes, titles=False))
            excess -= int(sizes[index] * saved_share)
            untitled.append(entries[index])
    return LibraryRows("\n".join(rows), tuple(untitled))


def format_aired(start: FuzzyDate, end: FuzzyDate) -> str:
    """``6 Oct 2023 – 23 Mar 2024``, ``29 Apr – 1 Jul 2019``, ``2023``: as far as AniList knows the days."""
    first, last = _fuzzy(start), _fuzzy(end)
    if first == last or not last:
        return first
    if start.year == end.year and first.endswith(f" {start.year}"):
        first = first.removesuffix(f" {start.year}")
    return f"{first} – {last}"


def format_place(entry: LibraryEntry) -> str:
    """Where the entry lies on Trakt: ``S1E1–28``, ``film``, or nothing."""
    if entry.trakt is not None and entry.trakt.kind.value == "movie":
        return "film"
    return format_spans(entry.spans) if entry.spans else ""


def _row(entry: LibraryEntry, lines: str) -> str:
    head = f"{STATE_LETTERS[entry.state]} {entry.format or '-'} {entry.start_date.year or '-'}"
    count = f"{entry.watched:,}/{f'{entry.count:,}' if entry.count else '?'}"
    cells = (count, format_place(entry), format_aired(entry.start_date, entry.end_date), html_sentence(entry.why))
    return (
        f'<details id=e{entry.anilist_id} class="{head}"{cover_attribute(entry.anilist_id, entry.cover)}>'
        f"<summary><b>{html_text(entry.title)}</b>{''.join(f'<i>{cell}</i>' for cell in cells)}</summary>"
        f"<p>{' · '.join(_facts(entry))}</p>{''.join(_sentences(entry))}<pre>{lines}</pre></details>"
    )


def _facts(entry: LibraryEntry) -> Iterable[str]:
    yield entry.state.value
    if entry.format:
        yield FORMATS[entry.format]
    if entry.minutes:
        yield f"{entry.minutes} min"
    yield anilist_link(entry.anilist_id)
    if entry.trakt:
        name = html_text(entry.trakt.title)
        yield trakt_link(entry.trakt, "Trakt" if entry.hidden or name == html_text(entry.title) else f"Trakt: {name}")
    yield from map(html_text, entry.other_titles)


def _sentences(entry: LibraryEntry) -> Iterable[str]:
    if entry.against:
        yield f"<p class=against>Against: {'; '.join(map(html_sentence, entry.against))}</p>"
    if entry.waiting:
        which = format_numbers(entry.waiting)
        yield f"<p class=waits>Trakt does not list {_episodes(entry.waiting)} {which} yet.</p>"


def _episodes(numbers: Sequence[int]) -> str:
    return counted(len(numbers), "episode").split(" ", 1)[1]


def _fuzzy(day: FuzzyDate) -> str:
    parts = (str(day.day) if day.day and day.month else "", MONTHS[day.month - 1] if day.month else "")
    return " ".join(part for part in (*parts, str(day.year) if day.year else "") if part)


def pack_titles(entries: Iterable[LibraryEntry]) -> str:
    """One line an entry, its id and then the title of each of its episodes between tabs; deflated, in base64."""
    lines = "\n".join("\t".join((str(entry.anilist_id), *_titles(entry))) for entry in entries)
    return b64encode(zlib.compress(lines.encode(), 6)).decode()


def _title_bytes(entry: LibraryEntry) -> int:
    """What the titles of the entry's episodes take as they stand, with a tab before each."""
    return sum(len(title.encode()) + 1 for title in _titles(entry) if title)


def _titles(entry: LibraryEntry) -> Iterable[str]:
    return (plain(episode.title) if episode.title else "" for episode in entry.episodes)
