"""What is known of a run, as far as it came, and what is made of it at the end: the report, and what the next run
remembers of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.errors import ServiceUnavailable, StoppedByBrake, SyncError
from sync.mapping.sources.datasets import DATASETS
from sync.model.budget import Work, request_budget
from sync.model.lists import SyncedLists
from sync.model.mapping import CachedMapping
from sync.model.plan import Plan
from sync.model.run import (
    FeedReading,
    LastSync,
    Outcome,
    Readings,
    Requests,
    RunLine,
    RunReport,
    RunRequest,
    State,
    Written,
)
from sync.report.trouble import describe
from sync.settings import Settings
from sync.steps.mapping_run import Mapped

WENT_WELL = frozenset({Outcome.ADDED, Outcome.NOTHING_NEW, Outcome.PARTIAL, Outcome.BRAKE})
UNEVENTFUL = frozenset({Outcome.ADDED, Outcome.NOTHING_NEW})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run by some point of it; what was not reached yet has its default.

    ``state`` is what ``state/`` holds now. ``readings`` are as far as the run is about them. ``cache`` are the mappings
    with what was found out. ``feed`` is ``None`` unless activities were needed. ``others`` counts the requests to Trakt
    for ratings, watchlist, dropped shows and the account's settings.
    """

    state: State = field(default_factory=State)
    readings: Readings | None = None
    mapped: Mapped = field(default_factory=Mapped)
    feed: FeedReading | None = None
    plan: Plan = field(default_factory=Plan)
    cache: Mapping[int, CachedMapping] | None = None
    lists: SyncedLists = field(default_factory=SyncedLists)
    written: Written = field(default_factory=Written)
    others: int = 0
    warnings: tuple[str, ...] = ()

    def warning(self, *sentences: str) -> Known:
        """With more to warn of."""
        return replace(self, warnings=(*self.warnings, *sentences))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a run does not depend on how far it came. ``last_good_at`` is when one last ended well; ``requests``
    were made, by service."""

    request: RunRequest
    settings: Settings
    started_at: datetime
    finished_at: datetime
    last_good_at: datetime | None = None
    requests: Mapping[str, Requests] = field(default_factory=dict)


def report_of(known: Known, at: Circumstances, error: SyncError | None) -> RunReport:
    """The report of a run that came as far as ``known`` and ended in ``error``, or well."""
    request, settings = at.request, at.settings
    trouble = describe(error) if error else None
    report = RunReport(
        run_id=request.run_id,
        started_at=at.started_at,
        finished_at=at.finished_at,
        outcome=outcome_of(known, error, dry_run=request.dry_run),
        dry_run=request.dry_run,
        only=request.only,
        resolutions=known.mapped.resolutions,
        plan=known.plan,
        posted=known.written.posted,
        not_found=known.written.not_found,
        carried_over=known.written.carried_over,
        unclear=known.written.unclear + known.lists.report.unclear,
        requests=at.requests,
        budget=budget_of(known, request),
        warnings=known.warnings,
        trouble=trouble.text if trouble else None,
        remedy=trouble.remedy if trouble else None,
        last_good_at=at.last_good_at,
        max_new_plays=settings.max_new_plays,
        log_titles=settings.log_titles,
        lists=known.lists.report,
    )
    return _with_readings(report, known.readings, known) if known.readings else report


def _with_readings(report: RunReport, readings: Readings, known: Known) -> RunReport:
    """``report`` with whose list it was and how the entries on it are mapped."""
    cache = known.cache or {}
    mine = {entry.anilist_id: cache[entry.anilist_id] for entry in readings.entries if entry.anilist_id in cache}
    resolved = sum(each.verdict.is_certain for each in mine.values())
    return replace(
        report,
        anilist_user=readings.library.user.name,
        trakt_user=readings.trakt_user,
        entries={entry.anilist_id: entry for entry in readings.library.entries},
        skipped=readings.skipped,
        remembered={key: each for key, each in mine.items() if key not in known.mapped.resolutions},
        mapped=None if known.cache is None else resolved,
    )


def outcome_of(known: Known, error: SyncError | None, *, dry_run: bool) -> Outcome:
    """How the run ended."""
    if error is not None:
        if isinstance(error, StoppedByBrake):
            return Outcome.BRAKE
        return Outcome.OUTAGE if isinstance(error, ServiceUnavailable) else Outcome.FAILED
    if dry_run:
        return Outcome.PREVIEW
    written, lists = known.written, known.lists.report
    if written.carried_over or lists.carried_over or not known.mapped.complete:
        return Outcome.PARTIAL
    return Outcome.ADDED if written.posted or lists.done else Outcome.NOTHING_NEW


def budget_of(known: Known, request: RunRequest) -> Mapping[str, int]:
    """How many requests to each service the run's work takes; nothing while the list is not known."""
    if known.readings is None:
        return {}
    library, asked, feed = known.readings.library, known.mapped.asked, known.feed or FeedReading()
    on_list = {entry.anilist_id for entry in library.entries}
    work = Work(
        entries=len(library.entries) + len(library.orphans) + len(library.unreadable),
        lookups=0 if request.only is None or request.only in on_list else 1,
        details=asked.details,
        activities=feed.feed.rows,
        feeds=feed.queries,
        shows=asked.shows,
        titles=asked.titles,
        searches=asked.searches,
        external_ids=asked.external_ids,
        plays=len(known.written.posted) + len(known.written.not_found),
        datasets=len(DATASETS) if asked.datasets else 0,
        others=known.others,
    )
    return request_budget(work)


def last_sync_after(last: LastSync, known: Known, report: RunReport, *, approved: bool) -> LastSync:
    """``last`` after a run that ended in ``report``. What could not be read in it stays as it was.

    ``approved`` is whether a person has said yes to more plays than ``MAX_NEW_PLAYS``.
    """
    last = replace(last, writing=None)
    if known.readings is not None:
        user = known.readings.library.user
        last = replace(
            last,
            anilist_user_id=user.user_id,
            anilist_user=user.name,
            trakt_user=known.readings.trakt_user,
            entries=len(report.entries),
        )
    if known.mapped.asked.datasets:
        last = replace(last, datasets_at=report.started_at)
    if report.outcome in WENT_WELL:
        last = replace(last, good_at=report.started_at, approved_import=approved and report.outcome is Outcome.PARTIAL)
        if known.feed is not None and known.feed.feed.complete and report.outcome is not Outcome.BRAKE:
            last = replace(last, activity_cursor=report.started_at)
    # The first run after trouble is put on record even if it found nothing: that closes the issue about it.
    troubled = bool(last.runs) and last.runs[-1].outcome not in UNEVENTFUL
    if report.outcome is not Outcome.NOTHING_NEW or troubled:
        last = replace(last, runs=(*last.runs, _run_line(report)))
    return last


def _run_line(report: RunReport) -> RunLine:
    seconds = round((report.finished_at - report.started_at).total_seconds())
    changed = len(report.lists.done)
    return RunLine(report.run_id, report.started_at, report.outcome, len(report.posted), seconds, changed)
