"""What the next run remembers of this one: ``last_sync.json``."""

from __future__ import annotations

from dataclasses import replace

from sync.model.run import LastSync, Outcome, RunLine, RunReport
from sync.services.state.last_sync_file import RUNS_KEPT
from sync.steps.feed import Hints
from sync.steps.reading import Readings

GOES_ON = "goes on"
"""The count that says that an approved import was not finished: the next run carries on without being asked again."""
WENT_WELL = frozenset({Outcome.ADDED, Outcome.NOTHING_NEW, Outcome.PARTIAL, Outcome.BRAKE})
UNEVENTFUL = frozenset({Outcome.ADDED, Outcome.NOTHING_NEW})


def goes_on(last: LastSync) -> bool:
    """Whether the last run left a part of an approved import to this one."""
    return GOES_ON in last.counts


def last_sync_after(
    last: LastSync, report: RunReport, readings: Readings | None, hints: Hints | None, *, approved: bool
) -> LastSync:
    """``last`` after a run that ended in ``report``. What could not be read in it stays as it was.

    ``approved`` is whether a person has said yes to more plays than ``MAX_NEW_PLAYS``.
    """
    last = replace(last, writing=None)
    if readings is not None:
        user = readings.library.user
        last = replace(
            last,
            anilist_user_id=user.user_id,
            anilist_user=user.name,
            trakt_user=readings.trakt_user,
            entries=len(report.entries),
        )
    if report.outcome in WENT_WELL:
        counts = {name: count for name, count in last.counts.items() if name != GOES_ON}
        unfinished = report.outcome is Outcome.PARTIAL and approved
        last = replace(last, good_at=report.started_at, counts={**counts, GOES_ON: 1} if unfinished else counts)
        if hints is not None and hints.feed.complete and report.outcome is not Outcome.BRAKE:
            last = replace(last, activity_cursor=report.started_at)
    # The first run after trouble is put on record even if it found nothing: that closes the issue about it.
    troubled = bool(last.runs) and last.runs[-1].outcome not in UNEVENTFUL
    if report.outcome is not Outcome.NOTHING_NEW or troubled:
        last = replace(last, runs=(*last.runs, _run_line(report))[-RUNS_KEPT:])
    return last


def _run_line(report: RunReport) -> RunLine:
    seconds = round((report.finished_at - report.started_at).total_seconds())
    changed = len(report.lists.done)
    return RunLine(report.run_id, report.started_at, report.outcome, len(report.posted), seconds, changed)
