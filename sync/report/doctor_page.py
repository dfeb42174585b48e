"""What an examination of the set-up found, as a page and as lines: all of it, each with what to do and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.report.ranges import counted
from sync.report.text import link, log_line, prose


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
