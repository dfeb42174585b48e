"""The issues on GitHub that the job keeps: each is there only while it says something to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync.errors import ConfigError, LoginError, StateError, StoppedByBrake, SyncError, TokenStoreError
from sync.model.run import Outcome, RunReport
from sync.report.issues import (
    BRAKE_MARKER,
    FAILURE_MARKER,
    UNMAPPED_MARKER,
    render_brake_issue,
    render_failure_issue,
    render_unmapped_issue,
)
from sync.report.needs_you import entries_in_need
from sync.wiring import Repository

PATIENCE = timedelta(days=1)
"""How long an outage may last before it is made a person's business."""


def keep_issues(report: RunReport, error: SyncError | None, repository: Repository, *, scheduled: bool) -> RunReport:
    """Brings the issues up to date after a run, and gives the report with the link to the one that asks for something.

    What GitHub refuses becomes a warning in the report: the run itself went as it went.
    """
    if report.only is None and (error is None or isinstance(error, StoppedByBrake)):
        report = _kept(report, lambda: _keep_unmapped(report, repository))
        report = _kept(report, lambda: _keep_brake(report, repository))
    trouble = None if isinstance(error, StoppedByBrake) else error
    asks = trouble is not None and needs_person(trouble, report.finished_at, report.last_good_at, scheduled=scheduled)
    return _kept(report, lambda: keep_failure(trouble, report.last_good_at, repository, open_=asks))


def needs_person(error: SyncError, now: datetime, last_good_at: datetime | None, *, scheduled: bool) -> bool:
    """Whether this end of a run is worth an issue: only a person can mend it, or it has gone on for a day.

    A mistake in the settings is, on a schedule; whoever starts a run by hand is looking at it.
    """
    if isinstance(error, StoppedByBrake):
        return False
    if isinstance(error, LoginError | StateError | TokenStoreError):
        return True
    if isinstance(error, ConfigError):
        return scheduled
    return last_good_at is not None and now - last_good_at > PATIENCE


def keep_failure(
    error: SyncError | None, last_good_at: datetime | None, repository: Repository, *, open_: bool
) -> str | None:
    """The issue about runs that fail: open with this error's words, or closed. Gives its address while it is open."""

    def text(previous: str | None) -> tuple[str, str]:
        if error is not None:
            return render_failure_issue(error, since=last_good_at)
        return "The sync works again", f"{FAILURE_MARKER}\nThe latest run ended well.\n"

    if error is not None and not open_:
        return None  # trouble that may pass by itself: an issue that is open already stays as it is
    kept = repository.github.put_issue(FAILURE_MARKER, text, open_=open_)
    return kept.url if kept and open_ else None


def _keep_unmapped(report: RunReport, repository: Repository) -> str | None:
    needed = bool(entries_in_need(report))
    kept = repository.github.put_issue(
        UNMAPPED_MARKER, lambda previous: render_unmapped_issue(report, previous_body=previous), open_=needed
    )
    return kept.url if kept and needed else None


def _keep_brake(report: RunReport, repository: Repository) -> str | None:
    waiting = report.outcome is Outcome.BRAKE

    def text(previous: str | None) -> tuple[str, str]:
        if waiting:
            return render_brake_issue(report)
        return "Nothing waits for your word", f"{BRAKE_MARKER}\nThe preview that stood here was settled.\n"

    kept = repository.github.put_issue(BRAKE_MARKER, text, open_=waiting)
    return kept.url if kept and waiting else None


def _kept(report: RunReport, keep: Callable[[], str | None]) -> RunReport:
    try:
        address = keep()
    except SyncError as refusal:
        sentence = f"An issue could not be brought up to date. {refusal}"
        known = sentence in report.warnings
        return report if known else replace(report, warnings=(*report.warnings, sentence))
    return replace(report, links={**report.links, "issue": address}) if address else report
