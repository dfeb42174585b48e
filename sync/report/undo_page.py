"""What an undo took back, or would take back, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sync.model.lists import TraktList
from sync.report.list_sections import LIST_WORDS
from sync.report.ranges import counted


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
