"""A run as the Markdown page that GitHub shows for its job."""

from __future__ import annotations

from sync.model.run import Outcome, RunReport
from sync.report.entry_view import breakpoint_section
from sync.report.headline import SYMBOLS, coverage, explanation, meta_parts, render_headline
from sync.report.list_sections import format_changes, list_sections
from sync.report.needs_you import need_sections, warning_section
from sync.report.numbers_and_days import counted, joined
from sync.report.page import Section, render_page
from sync.report.play_sections import count_section, play_sections
from sync.report.side_sections import request_section, side_sections
from sync.report.text import code, escape, link, prose

SIZE_LIMIT = 1_000_000
"""Bytes; GitHub drops a summary above 1 MiB (actions/runner, ``AttachmentSizeLimit``)."""


def render_summary(report: RunReport, *, limit: int = SIZE_LIMIT) -> str:
    """The whole page in at most ``limit`` bytes of UTF-8: is all well, what was done, what needs you, the details.

    What does not fit is left out entry by entry, the most watched kept, with a line that says how many more there are.
    """
    sections = [
        Section(_opening(report), rank=0),
        *breakpoint_section(report),
        *count_section(report),
        *play_sections(report),
        *list_sections(report),
        *warning_section(report),
        *need_sections(report),
        *side_sections(report),
        *request_section(report),
        *_undo(report),
    ]
    return render_page(sections, limit)


def _opening(report: RunReport) -> str:
    lines = [f"## {SYMBOLS[report.outcome]} {escape(render_headline(report), 160)}", ""]
    said = prose(explanation(report), 1500)
    if report.outcome in {Outcome.BRAKE, Outcome.PREVIEW}:
        said = f"{said} {_approval(report)}"
    if said:
        lines += [said, ""]
    lines.append(_meta(report))
    return "\n".join(lines) + "\n"


def _approval(report: RunReport) -> str:
    if report.outcome is Outcome.PREVIEW:
        return "This was a dry run: run it again without **dry_run** to write what is listed below."
    workflow = action_link(report.pages.sync, "Actions → Sync → Run workflow")
    return (
        f"A run adds at most {report.max_new_plays:,} plays by itself. Look through the list below; when it looks "
        f"right, run {workflow} with **allow_large** ticked. Later runs add what is new by themselves."
    )


def action_link(address: str, words: str) -> str:
    """``words`` in italics, linked if it is known where to."""
    return f"*{link(words, address)}*"


def _meta(report: RunReport) -> str:
    (_, anilist), (_, trakt), *others, (_, run) = meta_parts(report)
    whose = f"AniList {code(anilist)} → Trakt {code(trakt)}"
    known = " · ".join(part for part in (whose, *(value for _, value in others)) if part)
    shown = coverage(report)
    issue = f" ({link('issue', report.pages.issue)})" if shown and report.pages.issue else ""
    library = f" · {link('the library page', report.pages.library)}" if report.pages.library else ""
    return f"{known} · run {code(run)}" + (f" · {escape(shown)}{issue}" if shown else "") + library


def _undo(report: RunReport) -> tuple[Section, ...]:
    changes = format_changes(report.lists.done)
    if not report.posted and not changes:
        return ()
    workflow = action_link(report.pages.undo, "Actions → Undo → run id")
    these = "this play" if len(report.posted) == 1 else f"these {counted(len(report.posted), 'play')}"
    these = joined([these if report.posted else "", f"the changes of {changes}" if changes else ""])
    return (Section(f"Something wrong? {workflow} {code(report.run_id)} takes exactly {these} back.\n", rank=1),)
