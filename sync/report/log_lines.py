"""A run as plain sentences, for the log of the job and for a terminal."""

from __future__ import annotations

from sync.model.run import Outcome, RunReport
from sync.report.entry_view import breakpoint_lines, trakt_name, view_of
from sync.report.headline import coverage, explanation, meta_parts, render_headline
from sync.report.list_sections import format_changes, list_lines
from sync.report.needs_you import NeedsYou, entries_in_need
from sync.report.numbers_and_days import counted, format_sources, format_when, joined
from sync.report.override_snippet import skip_line
from sync.report.play_sections import EntryPlays, because, group_plays, preview_counts, written_or_planned
from sync.report.side_sections import request_line, side_groups
from sync.report.text import log_line

ENTRIES = 100
"""Entries named in one part of the log; the summary has them all."""


def render_log_lines(report: RunReport) -> list[str]:
    """The report in reading order, one sentence a line; no line can be taken for a command by GitHub's runner."""
    lines = [f"{render_headline(report)}.", _meta(report), explanation(report)]
    lines += breakpoint_lines(report)
    if report.outcome in {Outcome.BRAKE, Outcome.PREVIEW}:
        lines += [_count_line(*row) for row in preview_counts(report)]
    if report.outcome is Outcome.BRAKE:
        lines.append(
            f"A run adds at most {report.max_new_plays:,} plays by itself. When the list below looks right, run it "
            "again with --allow-large (Actions → Sync → Run workflow → allow_large)."
        )
    word = "Would add" if report.outcome in {Outcome.BRAKE, Outcome.PREVIEW} else "Added"
    lines += _cut([_play_line(report, word, group) for group in group_plays(written_or_planned(report))])
    lines += _cut(list_lines(report))
    lines += [f"Warning: {warning}" for warning in report.warnings]
    lines += _cut([_need_line(need) for need in entries_in_need(report)])
    for group in side_groups(report):
        lines += [f"{group.heading}.", *_cut([f"  {view.named}: {words}." for view, words in group.lines])]
    if report.requests:
        lines.append(f"Requests: {request_line(report)}.")
    changes = format_changes(report.lists.done)
    if report.posted or changes:
        these = joined([_these(len(report.posted)) if report.posted else "", changes])
        lines.append(f"To take {these} back: python -m sync undo {report.run_id}")
    return [f"{' ' * (len(line) - len(line.lstrip(' ')))}{log_line(line)}" for line in lines if line]


def _meta(report: RunReport) -> str:
    (_, anilist), (_, trakt), *others, (_, run) = meta_parts(report)
    parts = [f"AniList {anilist} → Trakt {trakt}", *(value for _, value in others), f"run {run}", coverage(report)]
    return ", ".join(part for part in parts if part) + "."


def _count_line(label: str, entries: str, plays: str) -> str:
    known = [f"{count} {what}" for count, what in ((entries, "entries"), (plays, "plays")) if count != "–"]
    return f"{label}: {', '.join(known)}"


def _play_line(report: RunReport, word: str, group: EntryPlays) -> str:
    view = view_of(report, group.anilist_id)
    target = f"{trakt_name(view)} {group.target}".strip()
    when = format_when(group.plays, year=report.started_at.year)
    sources = format_sources(group.plays)
    why = because(report, group.anilist_id)
    times = f"{when.removeprefix('spread ')}, {sources}" if sources else when
    return f"{word}: {view.named} {group.watched} → {target} ({times}){f': {why}' if why else ''}."


def _need_line(need: NeedsYou) -> str:
    line = need.lines[0] if need.lines else skip_line(need.view.anilist_id)
    return f"Needs you: {need.view.named}, {need.watched}: {need.said}. For overrides.yaml: {line}"


def _cut(lines: list[str]) -> list[str]:
    left = len(lines) - ENTRIES
    return [*lines[:ENTRIES], f"… and {left:,} more; the summary names them."] if left > 0 else lines


def _these(count: int) -> str:
    return "this play" if count == 1 else f"these {counted(count, 'play')}"
