"""What commands besides the sync say: the doctor's examination, an undo, and a manual map on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sync.model.lists import TraktList
from sync.report.list_sections import LIST_WORDS
from sync.report.numbers_and_days import counted
from sync.report.preview_page import EntryPreview, render_preview
from sync.report.text import code, comment, escape, link, log_line, plain, prose


class Level(StrEnum):
    """How a finding stands: in order, worth knowing, passing by itself, or keeping the sync from working."""

    GOOD = "✅"
    NOTE = "💡"
    OUTAGE = "⚠️"
    WRONG = "❌"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined. ``page`` is the address where ``remedy`` is carried out; both may be empty.

    ``file`` and ``line`` place a mistake in a file. ``exit_code`` is that of the error behind it.
    """

    level: Level
    what: str
    remedy: str = ""
    page: str = ""
    file: str = ""
    line: int = 0
    exit_code: int = 0


def render_findings(findings: Sequence[Finding]) -> str:
    """The job summary: what is wrong first, then what is in order."""
    rows = [f"- {_symbol(finding)} {prose(finding.what)}{_remedy(finding)}" for finding in _by_weight(findings)]
    return "\n".join([f"## {_headline(findings)}", "", *rows, ""])


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """The headline and the findings as plain lines, for a log or a terminal."""
    lines = [f"{_headline(findings)}."]
    for finding in _by_weight(findings):
        page = f" → {finding.page}" if finding.page else ""
        lines.append(log_line(f"{finding.level} {finding.what} {finding.remedy}".strip() + page, 3000))
    return lines


def _headline(findings: Sequence[Finding]) -> str:
    wrong = sum(finding.level is Level.WRONG for finding in findings)
    if wrong:
        return f"{Level.WRONG} {counted(wrong, 'thing keeps', 'things keep')} the sync from working"
    if any(finding.level is Level.OUTAGE for finding in findings):
        return f"{Level.OUTAGE} The set-up is in order as far as could be seen"
    return f"{Level.GOOD} The set-up is in order"


def _by_weight(findings: Iterable[Finding]) -> list[Finding]:
    order = list(reversed(Level))
    return sorted(findings, key=lambda finding: order.index(finding.level))


def _symbol(finding: Finding) -> str:
    return finding.level.value


def _remedy(finding: Finding) -> str:
    where = f" → {link('open the page', finding.page)}" if finding.page else ""
    return (f" {prose(finding.remedy)}" if finding.remedy else "") + where


@dataclass(frozen=True, slots=True)
class UndoReport:
    """``what`` names the run or entry. ``removed`` counts plays by AniList id, ``absent`` those that were not on Trakt
    any more; ``restored`` counts items by list, ``left_alone`` the changes that somebody had changed since."""

    what: str
    dry_run: bool = False
    trakt_user: str | None = None
    removed: Mapping[int, int] = field(default_factory=dict)
    absent: int = 0
    restored: Mapping[TraktList, int] = field(default_factory=dict)
    left_alone: int = 0


def undo_lines(report: UndoReport) -> list[str]:
    """The sentences for the log, the headline first."""
    verb = "Would remove" if report.dry_run else "Removed"
    whose = f" from the Trakt history of {report.trakt_user}" if report.trakt_user else " from Trakt"
    lines = [f"{verb} {counted(sum(report.removed.values()), 'play')}{whose}: {report.what}."]
    if report.absent:
        lines.append(f"{counted(report.absent, 'play')} of it had been removed before.")
    lines += [
        f"AniList {anilist_id}: {counted(count, 'play')}." for anilist_id, count in sorted(report.removed.items())
    ]
    if report.removed and not report.dry_run:
        lines.append(
            "They are remembered as undone: no later run adds them again in the same place, unless it is asked to "
            "(the Sync workflow with an AniList id and “again”, or python -m sync --anilist-id N --again)."
        )
    verb = "Would put back" if report.dry_run else "Put back"
    for which, count in sorted(report.restored.items()):
        lines.append(f"{verb} to what they were before: {counted(count, *LIST_WORDS[which])}.")
    if report.left_alone:
        lines.append(
            f"{counted(report.left_alone, 'change')} of lists left alone: they had been changed on Trakt since."
        )
    return lines


def render_undo(lines: Sequence[str]) -> str:
    """The sentences of ``undo_lines`` as the page of the job."""
    rows = "\n".join(f"- {line}" for line in lines[1:])
    return f"## ↩️ {lines[0]}\n\n{rows}\n"


def pull_request_title(preview: EntryPreview) -> str:
    """``Map Attack on Titan Season 3 Part 2 (104578)``."""
    return plain(f"Map {preview.view.named}", 200)


def render_pull_request(line: str, entries: Sequence[EntryPreview], notes: Sequence[str], *, issue: int) -> str:
    """The text of the pull request: the resulting breakpoint map, what it would change, and what merging does."""
    parts = [
        render_preview(entries, notes, level=""),
        f"```yaml\n{comment(line, 4000)}\n```\n",
        "Merge it if this looks right: the next sync then uses it. Close it if not, and edit the issue to try again.",
        "",
        f"Closes #{issue}",
    ]
    return "\n".join(parts)


def render_answer(number: int, url: str, *, fresh: bool, entries: Sequence[EntryPreview]) -> str:
    """The answer to a good form."""
    what = f"pull request {number}"
    said = f"Here it is: {link(what, url)}." if fresh else f"Brought up to date: {link(what, url)}."
    return f"{said} Nothing changes before you merge it.\n\n{render_preview(entries, level='')}"


def render_bad_form(problems: Sequence[str]) -> str:
    """The answer to a form that cannot be acted on."""
    rows = [f"- {escape(problem, 400)}" for problem in problems[:20]]
    left = len(problems) - 20
    rows += [f"- … and {left:,} more"] if left > 0 else []
    return "\n".join(["This cannot be mapped yet:", "", *rows, "", "Edit the text above, and it is looked at again."])


def render_already_so(line: str) -> str:
    """The answer when the file says it already."""
    return f"`overrides.yaml` says so already: {code(line, 400)}"


def render_by_hand(problem: str, remedy: str, line: str, *, editor: str, compare: str = "") -> str:
    """The answer when the form is good and GitHub (or the file) is in the way: the remedy, and the line to paste."""
    one_click = f"The change is on a branch: {link('open the pull request yourself', compare)}.\n\n" if compare else ""
    return (
        f"{prose(problem)} {prose(remedy)}\n\n{one_click}Or paste this line into {link('overrides.yaml', editor)}:\n\n"
        f"```yaml\n{comment(line, 4000)}\n```\n"
    )
