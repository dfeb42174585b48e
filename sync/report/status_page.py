"""The page that GitHub shows for the folder ``state/``: what this repository has synced so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.model.anilist import MediaListEntry
from sync.model.lists import ListMemory
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import Ledger, PlayState
from sync.model.run import LastSync, Pages, RunLine, SkipReason
from sync.report.entry_view import EntryView, view_entry
from sync.report.list_sections import format_set
from sync.report.numbers_and_days import counted, format_day, format_moment, format_spans, format_stamp
from sync.report.page import Section, folded, render_page
from sync.report.text import code, escape, link, prose

SIZE_LIMIT = 300_000
"""Bytes: some 1,300 mappings. GitHub cuts a rendered README at 500 KiB (GitHub docs, "About READMEs"); the whole folder
is to stay small."""
RECENT_RUNS = 8
NEEDS_IN_VIEW = 10

_TROUBLED = {Verdict.UNRESOLVED, Verdict.AMBIGUOUS}


@dataclass(frozen=True, slots=True)
class Status:
    """What the page shows, all of it from ``state/`` and the list.

    ``skipped`` counts list entries left out, by reason. ``plays_by_month`` is ``YYYY-MM`` → plays. ``notes`` are
    sentences that a person should read.
    """

    last: LastSync
    mappings: Mapping[int, CachedMapping] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    entries: Mapping[int, MediaListEntry] = field(default_factory=dict)
    skipped: Mapping[SkipReason, int] = field(default_factory=dict)
    plays_by_month: Mapping[str, int] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)
    notes: tuple[str, ...] = ()
    log_titles: bool = True
    lists: ListMemory = field(default_factory=ListMemory)


def render_status_page(status: Status, *, chart_file: str | None = "plays.svg", limit: int = SIZE_LIMIT) -> str:
    """The page as Markdown. It says when something last changed, not when it was last looked at: a run that finds
    nothing new renders the same bytes."""
    views = _views(status)
    sections = [
        Section(_opening(status, views, chart_file), rank=0),
        *_needs(status, views),
        *_runs(status),
        *_mappings(status, views),
        Section("This page is written by the sync and changes only when something changed.\n", rank=1),
    ]
    return render_page(sections, limit)


def _views(status: Status) -> list[EntryView]:
    known = [
        view_entry(anilist_id, status.entries.get(anilist_id), mapping, log_titles=status.log_titles)
        for anilist_id, mapping in status.mappings.items()
    ]
    # What is only planned counts neither as mapped nor as needing a person.
    views = [view for view in known if view.watched or view.anilist_id not in status.entries]
    return sorted(views, key=lambda view: (view.hidden, view.label.casefold(), view.anilist_id))


def _opening(status: Status, views: list[EntryView], chart_file: str | None) -> str:
    lines = ["# What this repository has synced", ""]
    if status.last.anilist_user or status.last.trakt_user:
        whose = f"AniList {code(status.last.anilist_user or '?')} → Trakt {code(status.last.trakt_user or '?')}"
        lines += [f"{whose}, one way.", ""]
    if chart_file and any(status.plays_by_month.values()):
        lines += [f"![Plays a month, the last 24 months]({chart_file})", ""]
    lines += [_totals(status, views), "", *_library(status.pages)]
    lines += [f"⚠️ {prose(note)}\n" for note in status.notes]
    return "\n".join(lines)


def _library(pages: Pages) -> list[str]:
    if not pages.newest_library:
        return []
    # A run that only keeps the schedule alive has no page of its own.
    page = link("library page", pages.library or pages.newest_library)
    fresh = link("Actions → Sync → Run workflow", pages.sync)
    return [f"Every entry, the runs and the numbers: {page}, kept for 7 days; *{fresh}* makes another.", ""]


def _totals(status: Status, views: list[EntryView]) -> str:
    """``**8,426 plays** from **353 of 362** watched entries (97.5 %) · last change 22 Nov 2026, 06:17 UTC``."""
    # A play that stands for several AniList episodes has a line for each of them.
    plays = {(play.kind, play.trakt_id, play.rewatch): play.state for _, play in status.ledger}
    states = Counter(plays.values())
    mapped = sum(view.verdict is not None and view.verdict.is_certain for view in views)
    troubled = sum(view.verdict in _TROUBLED for view in views)
    added, adopted = states[PlayState.CONFIRMED] + states[PlayState.DISPLACED], states[PlayState.ADOPTED]
    parts = [f"**{counted(added, 'play')}** added"]
    if adopted:
        parts.append(f"{counted(adopted, 'play')} found there already")
    if mapped + troubled:
        share = f"{mapped / (mapped + troubled) * 100:.1f}".removesuffix(".0")
        share = "99.9" if troubled and share == "100" else share
        watched = counted(mapped + troubled, "watched entry", "watched entries")
        parts.append(f"**{mapped:,} of {watched}** mapped ({share} %)")
    if put := format_set(status.lists):
        parts.append(f"{put} set")
    left_out = sum(status.skipped.values()) + sum(view.verdict is Verdict.SKIPPED for view in views)
    if left_out:
        parts.append(f"{left_out:,} left out{_reasons(status.skipped)}")
    if newest := _adding_runs(status)[:1]:
        parts.append(f"last change {format_stamp(newest[0].at)}")
    return " · ".join(parts)


def _reasons(skipped: Mapping[SkipReason, int]) -> str:
    known = ", ".join(f"{escape(reason, 60)} {count:,}" for reason, count in sorted(skipped.items()) if count)
    return f" ({known})" if known else ""


def _adding_runs(status: Status) -> list[RunLine]:
    """The runs that added or changed something, newest first. A run that found nothing is only the clock moving on."""
    runs = (run for run in status.last.runs if run.added or run.changed)
    return sorted(runs, key=lambda run: (run.at, run.run_id), reverse=True)


def _needs(status: Status, views: list[EntryView]) -> tuple[Section, ...]:
    troubled = [view for view in views if view.verdict in _TROUBLED]
    if not troubled:
        return ()
    troubled.sort(key=lambda view: (-view.watched, view.anilist_id))
    where = f" → {link('issue', status.pages.issue)}" if status.pages.issue else ""
    file = link("`overrides.yaml`", status.pages.overrides)
    head = f"## Needs you: {counted(len(troubled), 'entry', 'entries')}{where}\n\nSettle one with a line in {file}.\n\n"
    rows = tuple(f"- {view.markdown}, {_waiting(view)}: {_why(view)}" for view in troubled)
    more = "- … and {count} more"
    visible = Section(head, rows[:NEEDS_IN_VIEW], more=more, rank=1, share=0.1)
    if len(rows) <= NEEDS_IN_VIEW:
        return (visible,)
    rest = Section("", rows[NEEDS_IN_VIEW:], more=more, rank=2, share=0.2)
    return visible, folded(f"{len(rows) - NEEDS_IN_VIEW:,} more", rest)


def _waiting(view: EntryView) -> str:
    return "a film" if view.film else counted(view.watched, "episode")


def _why(view: EntryView) -> str:
    return "no certain match on Trakt" if view.hidden or not view.why else escape(view.why, 200)


def _runs(status: Status) -> tuple[Section, ...]:
    runs = _adding_runs(status)[:RECENT_RUNS]
    if not runs:
        return ()
    head = "## Runs that added something\n\n| when (UTC) | plays | took | run |\n|---|--:|--:|---|\n"
    rows = [f"| {format_moment(run.at)} | {_gain(run)} | {run.seconds:,} s | {code(run.run_id)} |" for run in runs]
    return (Section(head, tuple(rows), rank=2),)


def _gain(run: RunLine) -> str:
    """``+3``, ``+3, 9 changes`` or ``9 changes``."""
    plays = f"+{run.added:,}" if run.added or not run.changed else ""
    return ", ".join(part for part in (plays, counted(run.changed, "change") if run.changed else "") if part)


def _mappings(status: Status, views: list[EntryView]) -> tuple[Section, ...]:
    mapped = [view for view in views if view.verdict is not None and view.verdict.is_certain]
    if not mapped:
        return ()
    table = "| AniList | → Trakt | since | because |\n|---|---|---|---|\n"
    rows = tuple(_mapping_row(status, view) for view in mapped)
    section = Section(table, rows, more="| … and {count} more | | | |", rank=3)
    return (folded(f"All mappings: {counted(len(mapped), 'entry', 'entries')}", section),)


def _mapping_row(status: Status, view: EntryView) -> str:
    what = "film" if view.film else format_spans(view.spans)
    since = format_day(status.mappings[view.anilist_id].verified_at.date()).replace(" ", "\N{NO-BREAK SPACE}")
    return f"| {view.markdown} | {view.trakt(what)} | {since} | {escape(view.why, 160)} |"
