"""What a run leaves behind: the result page, the status page, the commit, the issues."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path

from sync.errors import ConfigError, LoginError, StateError, StoppedByBrake, SyncError, TokenStoreError
from sync.model.library import Library
from sync.model.mapping import Resolution
from sync.model.run import Finished, Outcome, Pages, RunLine, RunReport
from sync.model.trakt import Kind, PlayKind, TraktPlays, TraktTitle
from sync.report.chart import count_by_month, render_chart
from sync.report.headline import render_headline
from sync.report.issues import (
    BRAKE_MARKER,
    FAILURE_MARKER,
    NOTHING_FAILS,
    NOTHING_WAITS,
    UNMAPPED_MARKER,
    render_brake_issue,
    render_failure_issue,
    render_unmapped_issue,
)
from sync.report.library_page.document import PageAssets, render_library_page
from sync.report.library_page.entries import Sources, library_entries
from sync.report.library_page.timeline import library_runs
from sync.report.list_sections import format_changes
from sync.report.needs_you import entries_in_need
from sync.report.status_page import Status, render_status_page
from sync.report.summary import render_summary
from sync.services.console.actions_log import append_output, append_summary
from sync.services.layout_files import LayoutFiles
from sync.services.state import StateFolder, save_atomically, standing_plays
from sync.settings import Settings
from sync.wiring import Repository, Services

CHART_FILE = "plays.svg"
STATUS_FILE = "README.md"
PATIENCE = timedelta(days=1)
"""How long an outage may last before it is made a person's business."""

log = logging.getLogger(__name__)


def publish(
    finished: Finished, settings: Settings, services: Services, *, scheduled: bool = False, page: Path | None = None
) -> RunReport:
    """Saves the pages, commits the state if it holds news, keeps the issues up to date, and writes the summary.

    Gives the report with what could not be published among its warnings. A dry run leaves only the summary and the
    library page, and a run with nothing new asks nothing of GitHub. ``page`` is a file that a person wants the library
    page in; a run on GitHub makes one by itself when something changed, a preview waits or a person started it.
    """
    repository, report = services.repository, finished.report
    file = page or (settings.page_file if not scheduled or _has_something_to_show(finished, services) else None)
    pages = repository.pages if repository else Pages()
    if file is not None and file == settings.page_file and pages.run:
        pages = replace(pages, library=f"{pages.run}#artifacts")
    finished = replace(finished, report=replace(report, pages=pages))
    report = finished.report
    if not report.dry_run:
        report = _save_and_commit(finished, settings, services, scheduled=scheduled)
    report = _keep_library_page(replace(finished, report=report), settings, services, file)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, services.redactor.redact(render_summary(report)))
    return report


def _has_something_to_show(finished: Finished, services: Services) -> bool:
    waits = finished.report.outcome in (Outcome.BRAKE, Outcome.PREVIEW)
    return waits or (not isinstance(finished.error, StateError) and services.folder.has_changes())


def _keep_library_page(finished: Finished, settings: Settings, services: Services, file: Path | None) -> RunReport:
    """Writes the library page into ``file``, and tells the workflow of it."""
    report, kept = finished.report, keep_layouts(finished, settings)
    made = {"layouts": "changed"} if kept else {}
    if file is not None and not isinstance(finished.error, StateError):
        try:
            save_library_page(finished, settings, services, file, complete=file != settings.page_file)
            made["page"] = str(file)
        except SyncError as trouble:
            report = replace(report, warnings=(*report.warnings, f"There is no library page. {trouble}"))
    if settings.output_file is not None:
        for name, value in made.items():
            append_output(settings.output_file, name, value)
    return report


def publish_failure(
    error: SyncError, settings: Settings, repository: Repository | None, *, now: datetime, run_id: str
) -> None:
    """For a scheduled run that could not even begin: puts it on record and opens the issue about failing runs."""
    if repository is None:
        return
    folder = StateFolder(settings.state_dir)
    last_good_at: datetime | None = None
    try:
        folder.create()
        last = folder.load().last_sync
        last_good_at = last.good_at
        folder.save_last_sync(replace(last, runs=(*last.runs, RunLine(run_id, now, Outcome.FAILED, 0, 0))))
        if folder.has_news(now):
            repository.commit(folder, f"A run failed, run {run_id}")
    except SyncError as trouble:
        log.warning("The failed run could not be put on record. %s", trouble)
    try:
        failure = render_failure_issue(error, since=last_good_at)
        repository.github.put_issue(FAILURE_MARKER, lambda _: failure, open_=True)
    except SyncError as trouble:
        log.warning("The issue about it could not be opened. %s", trouble)


def _save_and_commit(finished: Finished, settings: Settings, services: Services, *, scheduled: bool) -> RunReport:
    report, folder, repository = finished.report, services.folder, services.repository
    error, news = finished.error, False
    try:
        # Pages and commits would be made from a state that nobody could read.
        news = folder.is_loaded and folder.has_news(services.clock.now())
        if news:
            _save_pages(finished, settings, folder)
    except StateError as trouble:
        report = replace(report, warnings=(*report.warnings, str(trouble)))
        error = error or trouble
    if repository is None:
        # Nobody commits here, so the heartbeat counts from when it was saved.
        if news:
            folder.stamp_commit(services.clock.now())
        return report
    if news:
        report = _commit(report, folder, repository)
    failed = error is not None and not isinstance(error, StoppedByBrake)
    return _keep_issues(report, error, repository, scheduled=scheduled) if news or failed else report


def _commit(report: RunReport, folder: StateFolder, repository: Repository) -> RunReport:
    try:
        repository.commit(folder, _commit_message(report))
    except SyncError as trouble:
        sentence = (
            f"The state could not be stored on GitHub. {trouble} No play is lost: the next run reads Trakt first."
        )
        return replace(report, warnings=(*report.warnings, sentence))
    return report


def _save_pages(finished: Finished, settings: Settings, folder: StateFolder) -> None:
    """The status page and its chart."""
    standing = standing_plays(folder.load_journal())
    months = count_by_month(play.watched_at for play in standing if not isinstance(play.watched_at, str))
    report, state = finished.report, finished.state
    status = Status(
        last=state.last_sync,
        mappings=state.cache,
        ledger=state.ledger,
        entries=report.entries,
        skipped=report.skipped,
        plays_by_month=months,
        pages=report.pages,
        lists=state.lists,
        log_titles=settings.log_titles,
    )
    folder.save_text(CHART_FILE, render_chart(months))
    folder.save_text(STATUS_FILE, render_status_page(status, chart_file=CHART_FILE))


def _commit_message(report: RunReport) -> str:
    if report.posted:
        shows = len({play.anilist_id for play in report.posted})
        films = sum(1 for play in report.posted if play.kind is PlayKind.MOVIE)
        return f"{len(report.posted)} plays for {shows} entries ({films} films), run {report.run_id}"
    if changes := format_changes(report.lists.done):
        return f"{changes} changed, run {report.run_id}"
    return f"Nothing added, run {report.run_id}"


def _keep_issues(report: RunReport, error: SyncError | None, repository: Repository, *, scheduled: bool) -> RunReport:
    """Brings the issues up to date after a run, and gives the report with the link to the one that asks for something.

    What GitHub refuses becomes a warning in the report: the run itself went as it went.
    """
    if report.only is None and (error is None or isinstance(error, StoppedByBrake)):
        unmapped = partial(render_unmapped_issue, report)
        report = _keep_issue(report, repository, UNMAPPED_MARKER, unmapped, open_=bool(entries_in_need(report)))
        waits = report.outcome is Outcome.BRAKE
        brake = render_brake_issue(report) if waits else NOTHING_WAITS
        report = _keep_issue(report, repository, BRAKE_MARKER, lambda _: brake, open_=waits)
    trouble = None if isinstance(error, StoppedByBrake) else error
    asks = trouble is not None and needs_person(trouble, report.finished_at, report.last_good_at, scheduled=scheduled)
    if trouble is not None and not asks:
        return report  # it may pass by itself: an issue that is open already stays as it is
    failure = render_failure_issue(trouble, since=report.last_good_at) if trouble else NOTHING_FAILS
    return _keep_issue(report, repository, FAILURE_MARKER, lambda _: failure, open_=asks)


def _keep_issue(
    report: RunReport,
    repository: Repository,
    marker: str,
    text: Callable[[str | None], tuple[str, str]],
    *,
    open_: bool,
) -> RunReport:
    """Brings one issue up to date, or closes it; while it is open the report links to it."""
    try:
        issue = repository.github.put_issue(marker, text, open_=open_)
    except SyncError as refusal:
        sentence = f"An issue could not be brought up to date. {refusal}"
        known = sentence in report.warnings
        return report if known else replace(report, warnings=(*report.warnings, sentence))
    return replace(report, pages=replace(report.pages, issue=issue.url)) if issue and open_ else report


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


LAYOUTS = "layouts"
"""The folder inside the cache folder."""


def save_library_page(
    finished: Finished, settings: Settings, services: Services, file: Path, *, complete: bool = False
) -> None:
    """Writes the page of a run; a ``complete`` one asks Trakt for what neither this run nor an earlier one read.

    Raises ``StateError`` if the file cannot be written, ``ServiceUnavailable`` if Trakt does not answer.
    """
    kept = LayoutFiles(settings.cache_dir / LAYOUTS)
    if complete:
        finished = _with_missing_layouts(finished, services, kept)
        keep_layouts(finished, settings)
    library = library_of(finished, services.folder, kept)
    page = services.redactor.redact(render_library_page(library, load_assets()))
    save_atomically(file, page.encode("utf-8", "replace"))


def keep_layouts(finished: Finished, settings: Settings) -> bool:
    """Keeps the layouts that the run read for later pages; says whether that changed any.

    The folder may be read by others (GitHub's cache is by everyone who may open a pull request), so a show of which
    only hidden entries are known is not kept.
    """
    told = _shows(finished, hidden=False)
    shown = {trakt_id: layout for trakt_id, layout in finished.layouts.items() if trakt_id in told}
    return LayoutFiles(settings.cache_dir / LAYOUTS).save(shown) if shown else False


def library_of(finished: Finished, folder: StateFolder, kept: LayoutFiles) -> Library:
    """Everything on the page; what the run did not read is as earlier runs knew it, or missing."""
    report, state, readings = finished.report, finished.state, finished.readings
    journal = folder.load_journal()
    missing = _shows(finished, hidden=True).keys() - finished.layouts.keys()
    sources = Sources(
        report,
        state,
        in_scope=frozenset(entry.anilist_id for entry in readings.entries) if readings else frozenset(),
        journal=journal,
        layouts={**kept.load(sorted(missing)), **finished.layouts},
        plays=readings.plays if readings else TraktPlays(),
    )
    return Library(
        made_at=report.finished_at,
        headline=render_headline(report),
        outcome=report.outcome,
        anilist_user=report.anilist_user,
        trakt_user=report.trakt_user,
        utc_offset=readings.library.user.utc_offset if readings else None,
        entries=library_entries(sources),
        runs=library_runs(journal, state.last_sync),
        pages=report.pages,
        notes=report.warnings,
    )


def _with_missing_layouts(finished: Finished, services: Services, kept: LayoutFiles) -> Finished:
    titles = _shows(finished, hidden=True)
    known = finished.layouts.keys() | kept.load(titles).keys()
    missing = [title for trakt_id, title in sorted(titles.items()) if trakt_id not in known]
    if not missing:
        return finished
    log.info("Reading the episodes of %d shows on Trakt for the library page.", len(missing))
    read = services.trakt.fetch_layouts(missing, services.deadline)
    found = {trakt_id: layout for trakt_id, layout in read.items() if layout is not None}
    return replace(finished, layouts={**found, **finished.layouts})


def _shows(finished: Finished, *, hidden: bool) -> dict[int, TraktTitle]:
    """The shows that entries of the list are, or may be, by Trakt id; with or without those of hidden entries."""
    report, found = finished.report, dict[int, TraktTitle]()
    for anilist_id, entry in report.entries.items():
        if not hidden and (entry.private or not report.log_titles):
            continue
        known = report.resolutions.get(anilist_id) or finished.state.cache.get(anilist_id)
        if known is not None:
            others = known.candidates if isinstance(known, Resolution) else ()
            titles = (known.title, *(candidate.title for candidate in others))
            found |= {title.ids.trakt: title for title in titles if title and title.kind is Kind.SHOW}
    return found


def load_assets() -> PageAssets:
    """The page's own style sheet and script."""
    folder = files("sync.report.library_page")
    return PageAssets((folder / "page.css").read_text("utf-8"), (folder / "page.js").read_text("utf-8"))
