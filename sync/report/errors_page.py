"""A run that ended in an error, before there was anything to report: what is wrong, and what to do."""

from __future__ import annotations

from datetime import datetime

from sync.errors import ConfigError, ServiceUnavailable, StoppedByBrake, SyncError
from sync.report.dates import format_ago
from sync.report.text import escape, log_line, prose
from sync.report.trouble import describe

PROBLEMS = 50
"""Mistakes listed on the page; more than that are one mistake made often."""


def render_error(error: SyncError, *, now: datetime | None = None, last_good_at: datetime | None = None) -> str:
    """A Markdown block for the job summary. Each mistake in the settings is an item of its own."""
    trouble = describe(error)
    lines = [f"## {_symbol(error)} {escape(trouble.headline, 160)}", ""]
    if isinstance(error, ConfigError):
        lines += [f"- {prose(problem)}" for problem in error.problems[:PROBLEMS]]
        left = len(error.problems) - PROBLEMS
        lines += [f"- … and {left:,} more"] if left > 0 else []
        lines.append("")
    elif trouble.detail:
        lines += [prose(trouble.detail, 1500), ""]
    if trouble.remedy:
        lines += [prose(trouble.remedy, 1500), ""]
    if now and last_good_at:
        lines += [f"Last good run: {format_ago(now - last_good_at)}.", ""]
    return "\n".join(lines)


def error_line(error: SyncError) -> str:
    """What happened and what to do, as one plain line for the log or an annotation."""
    trouble = describe(error)
    return log_line(f"{trouble.text} {trouble.remedy}".strip(), 3000)


def _symbol(error: SyncError) -> str:
    if isinstance(error, StoppedByBrake):
        return "⏸"
    return "⚠️" if isinstance(error, ServiceUnavailable) else "❌"
