"""What a run leaves behind: the result page, the status page, the commit, the issues."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sync.errors import StateError, StoppedByBrake, SyncError
from sync.job import Finished
from sync.model.run import Outcome, RunLine, RunReport
from sync.model.trakt import PlayKind
from sync.report.chart import count_by_month, render_chart
from sync.report.list_sections import format_changes
from sync.report.status_page import Status, render_status_page
from sync.report.summary import render_summary
from sync.services.console.actions_log import append_summary
from sync.services.state import StateFolder, standing_plays
from sync.services.state.last_sync_file import RUNS_KEPT
from sync.settings import Settings
from sync.steps.issue_keeping import keep_failure, keep_issues
from sync.wiring import Repository, Services

CHART_FILE = "plays.svg"
STATUS_FILE = "README.md"

log = logging.getLogger(__name__)


def publish(finished: Finished, settings: Settings, services: Services, *, scheduled: bool = False) -> RunReport:
    """Saves the pages, commits the state if it holds news, keeps the issues up to date, and writes the summary.

    Gives the report with what could not be published among its warnings. A dry run leaves only the summary, and a run
    with nothing new asks nothing of GitHub.
    """
    repository = services.repository
    report = replace(finished.report, links=_links(repository))
    if not report.dry_run:
        report = _keep(replace(finished, report=report), settings, services, scheduled=scheduled)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, services.redactor.redact(render_summary(report)))
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
        folder.path.mkdir(parents=True, exist_ok=True)
        last = folder.load().last_sync
        last_good_at = last.good_at
        folder.save_last_sync(replace(last, runs=(*last.runs, RunLine(run_id, now, Outcome.FAILED, 0, 0))[-RUNS_KEPT:]))
        if folder.has_news(now):
            repository.commit(folder, f"A run failed, run {run_id}")
    except SyncError as trouble:
        log.warning("The failed run could not be put on record. %s", trouble)
    try:
        keep_failure(error, last_good_at, repository, open_=True)
    except SyncError as trouble:
        log.warning("The issue about it could not be opened. %s", trouble)


def _keep(finished: Finished, settings: Settings, services: Services, *, scheduled: bool) -> RunReport:
    report, folder, repository = finished.report, services.folder, services.repository
    damaged = isinstance(finished.error, StateError)
    news = not damaged and folder.has_news(services.clock.now())
    if news:
        save_pages(finished, settings, folder)
    if repository is None:
        if news:
            folder.stamp_commit(services.clock.now())
        return report
    if news:
        report = _commit(report, folder, repository)
    failed = finished.error is not None and not isinstance(finished.error, StoppedByBrake)
    return keep_issues(report, finished.error, repository, scheduled=scheduled) if news or failed else report


def _commit(report: RunReport, folder: StateFolder, repository: Repository) -> RunReport:
    try:
        repository.commit(folder, _commit_message(report))
    except SyncError as trouble:
        sentence = (
            f"The state could not be stored on GitHub. {trouble} No play is lost: the next run reads Trakt first."
        )
        return replace(report, warnings=(*report.warnings, sentence))
    return report


def save_pages(finished: Finished, settings: Settings, folder: StateFolder) -> None:
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
        links=report.links,
        lists=state.lists,
        log_titles=settings.log_titles,
    )
    folder.save_text(CHART_FILE, render_chart(months))
    folder.save_text(STATUS_FILE, render_status_page(status, chart_file=CHART_FILE))


def _links(repository: Repository | None) -> dict[str, str]:
    if repository is None:
        return {}
    branch = repository.context.branch or "main"
    pages = {
        "overrides": f"edit/{branch}/{repository.overrides_path}",
        "sync": "actions/workflows/sync.yml",
        "undo": "actions/workflows/undo.yml",
        "connect": "actions/workflows/connect.yml",
        "form": "issues/new?template=manual-map.yml",
        "issue": "issues?q=is%3Aissue+is%3Aopen+label%3Atrakt-sync",
    }
    links = {name: repository.link(path) for name, path in pages.items()}
    return links | ({"run": repository.context.run_url} if repository.context.run_url else {})


def _commit_message(report: RunReport) -> str:
    if report.posted:
        shows = len({play.anilist_id for play in report.posted})
        films = sum(1 for play in report.posted if play.kind is PlayKind.MOVIE)
        return f"{len(report.posted)} plays for {shows} entries ({films} films), run {report.run_id}"
    if changes := format_changes(report.lists.done):
        return f"{changes} changed, run {report.run_id}"
    return f"Nothing added, run {report.run_id}"
