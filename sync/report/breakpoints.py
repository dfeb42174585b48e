"""The breakpoint map of one entry: from which episode on it is which season, from which number on."""

from __future__ import annotations

from sync.model.mapping import Span, Verdict
from sync.model.run import RunReport
from sync.report.entry_view import EntryView, view_of
from sync.report.page import Section
from sync.report.ranges import format_span
from sync.report.text import escape

_STATUS_WORDS = {
    "CURRENT": "watching",
    "PLANNING": "planning",
    "COMPLETED": "completed",
    "DROPPED": "dropped",
    "PAUSED": "paused",
    "REPEATING": "rewatching",
}


def breakpoint_section(report: RunReport) -> tuple[Section, ...]:
    """For a run on one entry: where it stands on the list and how it maps; nothing for a run on all."""
    if report.only is None:
        return ()
    view = view_of(report, report.only)
    head = f"### {view.markdown}: how it maps\n\n{escape(describe_entry(report, view), 500)}\n\n"
    if not view.spans:
        return (Section(head, rank=1),)
    head += "| AniList episodes | → Trakt | season | first number |\n|---|---|---|---|\n"
    rows = tuple(_row(view, span) for span in sorted(view.spans))
    return (Section(head, rows, more="| … and {count} more | | | |", rank=1),)


def describe_entry(report: RunReport, view: EntryView) -> str:
    """Whether the entry is on the list, how far it is watched, and what it maps to; plain sentences."""
    entry = report.entries.get(view.anilist_id)
    if entry is None:
        return f"AniList {view.anilist_id} is not on this list, so there is nothing to sync for it."
    of = f" of {entry.media.episodes}" if entry.media.episodes else ""
    listed = f"On the list as {_STATUS_WORDS[entry.status.value]}, progress {entry.progress}{of}."
    if view.verdict is not None and view.verdict.is_certain and view.title is not None:
        name = f"Trakt {view.title.ids.trakt}" if view.hidden else view.title.title
        kind = "the film" if view.film else "the show"
        return f"{listed} On Trakt it is {kind} {name}{f' ({view.why})' if view.why else ''}."
    if view.verdict is Verdict.SKIPPED:
        return f"{listed} It is left out on purpose{f': {view.why}' if view.why else ''}."
    if view.verdict is None:
        return f"{listed} It was not mapped in this run."
    return f"{listed} It has no certain match on Trakt, so nothing is written for it."


def breakpoint_lines(report: RunReport) -> list[str]:
    """The breakpoint map of the one entry that was asked for, as plain lines."""
    if report.only is None:
        return []
    view = view_of(report, report.only)
    spans = [f"  {' → '.join(format_span(span))}" for span in sorted(view.spans)]
    return [f"{view.named}: {describe_entry(report, view)}", *spans]


def _row(view: EntryView, span: Span) -> str:
    episodes, target = format_span(span)
    gap = "" if span.season else " (specials)"
    return f"| {episodes} | {view.trakt(target)} | {span.season}{gap} | {span.first_episode} |"
