"""What entries of ``overrides.yaml`` would map to, as a table with air dates, before anything is merged or synced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sync.model.mapping import Verdict
from sync.report.entry_view import EntryView
from sync.report.numbers_and_days import counted, format_day, format_days, format_range, format_targets
from sync.report.text import escape, link, prose

SHOWN = 100
"""Entries in one preview; a pull request that changes more is looked through in parts."""


@dataclass(frozen=True, slots=True)
class SpanDates:
    """AniList episodes ``first``–``last``, where they go, and when those aired (``None``: Trakt does not say).

    ``targets`` are (season, number) pairs in order; a film has none.
    """

    first: int
    last: int
    targets: tuple[tuple[int, int], ...] = ()
    aired: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryPreview:
    """One entry. ``adds`` and ``leaves`` count plays, ``None`` where what was watched is not known. ``removed``: its
    override is gone. ``note`` is a sentence about what could not be looked up."""

    view: EntryView
    spans: tuple[SpanDates, ...] = ()
    adds: int | None = None
    leaves: int = 0
    missing: int = 0
    removed: bool = False
    note: str = ""


def render_preview(entries: Sequence[EntryPreview], notes: Sequence[str] = (), *, level: str = "##") -> str:
    """The preview as Markdown, with its headline unless ``level`` is empty."""
    symbol = "⚠️" if any(map(_is_doubtful, entries)) else "✅"
    lines = [f"{level} {symbol} {headline(entries)}", ""] if level else []
    if entries:
        lines += ["| AniList | episodes → Trakt | in your history |", "|---|---|---|"]
        lines += [f"| {_name(entry)} | {_places(entry)} | {escape(_change(entry), 300)} |" for entry in entries[:SHOWN]]
        left = len(entries) - SHOWN
        lines += [f"| … and {left:,} more | | |"] if left > 0 else []
        lines.append("")
    return "\n".join([*lines, *(f"{prose(note)}\n" for note in notes)])


def preview_lines(entries: Sequence[EntryPreview], notes: Sequence[str] = ()) -> list[str]:
    """The preview as plain lines, for a log or a terminal."""
    lines = [f"{headline(entries)}."]
    for entry in entries[:SHOWN]:
        change = _change(entry)
        lines.append(f"{entry.view.named}: {_plain_places(entry)}.{f' {change}' if change else ''}")
    return [*lines, *notes]


def headline(entries: Sequence[EntryPreview]) -> str:
    """``2 mappings: 1 of them needs another look``."""
    doubtful = sum(map(_is_doubtful, entries))
    count = counted(len(entries), "mapping")
    if not entries:
        return "No mapping changes"
    return f"{count}, {doubtful:,} of which {'needs' if doubtful == 1 else 'need'} another look" if doubtful else count


def _is_doubtful(entry: EntryPreview) -> bool:
    uncertain = entry.view.verdict in {Verdict.UNRESOLVED, Verdict.AMBIGUOUS}
    return not entry.removed and (bool(entry.missing) or uncertain)


def _name(entry: EntryPreview) -> str:
    view = entry.view
    number = "" if view.label == f"AniList {view.anilist_id}" else f" ({view.anilist_id})"
    return f"{view.markdown}{number}"


def _places(entry: EntryPreview) -> str:
    view = entry.view
    if not entry.spans or view.title is None:
        return escape(_plain_places(entry), 400)
    where = link(escape("Trakt " + str(view.title.ids.trakt) if view.hidden else view.title.title), _page(entry))
    return f"{where}: {escape(', '.join(map(_span, entry.spans)), 900)}{escape(_missing(entry))}"


def _page(entry: EntryPreview) -> str:
    title = entry.view.title
    if title is None:
        return ""
    return f"https://trakt.tv/{title.kind.value}s/{title.ids.trakt}" if entry.view.hidden else title.url


def _plain_places(entry: EntryPreview) -> str:
    view = entry.view
    if entry.removed:
        return "taken out: it is mapped by itself again"
    if entry.note:
        return entry.note
    if view.verdict is Verdict.SKIPPED:
        return "left out on purpose"
    if entry.spans and view.title is not None:
        name = f"Trakt {view.title.ids.trakt}" if view.hidden else view.title.title
        return f"{name}, {', '.join(map(_span, entry.spans))}{_missing(entry)}"
    return view.why or "no place on Trakt that could be found"


def _span(span: SpanDates) -> str:
    when = f" ({_days(span.aired)})" if span.aired else ""
    if not span.targets:
        return f"the film{when}"
    return f"{format_range(span.first, span.last)} → {format_targets(span.targets)}{when}"


def _days(days: Sequence[date]) -> str:
    return format_day(days[0]) if len(set(days)) == 1 else format_days(days)


def _missing(entry: EntryPreview) -> str:
    return f"; {counted(entry.missing, 'episode')} not listed on Trakt" if entry.missing else ""


def _change(entry: EntryPreview) -> str:
    undo = f"Undo with entry {entry.view.anilist_id} removes {'it' if entry.leaves == 1 else 'them'}"
    stays = f"{counted(entry.leaves, 'play')} would stay under the old mapping ({undo})." if entry.leaves else ""
    if entry.adds is None:
        return stays
    adds = (
        f"Would add {counted(entry.adds, 'play')}, less what Trakt has already." if entry.adds else "Would add nothing."
    )
    return f"{adds} {stays}".strip()
