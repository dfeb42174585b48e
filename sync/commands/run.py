"""``python -m sync``: one sync."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sync.commands.shell import Options, Shell, bug_of, clock_for, new_run_id, read_overrides, run_command
from sync.errors import ConfigError, ServiceUnavailable, SyncError
from sync.job import Job
from sync.model.run import Finished, Outcome, RunReport, RunRequest
from sync.report.log_lines import render_log_lines
from sync.services.clock import Clock
from sync.services.state import StateInUse
from sync.steps.publishing import PATIENCE, publish, publish_failure
from sync.wiring import may_be_connected, open_repository, open_services


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Runs one sync; gives the exit code. ``clock`` is the machine's unless given."""
    return run_command(env, lambda shell: _run(shell, options, env, clock))


def _run(shell: Shell, options: Options, env: Mapping[str, str], given_clock: Clock | None) -> int:
    if shell.is_fresh_copy():
        return 0
    scheduled = env.get("GITHUB_EVENT_NAME") == "schedule"
    if options.again and options.anilist_id is None:
        raise ConfigError(["--again needs --anilist-id: it adds back what was removed or undone of one entry."])
    settings, problems = shell.read_settings(trakt_secret=not options.dry_run)
    overrides, mistakes = read_overrides(settings.overrides_file)
    clock = given_clock or clock_for(settings)
    run_id = new_run_id(clock)
    if problems or mistakes:
        error = ConfigError((*problems, *mistakes))
        # Whoever starts a run by hand reads the log; of a scheduled one only an issue tells.
        if scheduled:
            publish_failure(error, settings, open_repository(settings, clock), now=clock.now(), run_id=run_id)
        raise error
    request = RunRequest(
        run_id=run_id,
        dry_run=options.dry_run,
        allow_large=options.allow_large,
        only=options.anilist_id,
        again=options.again,
    )
    try:
        with open_services(
            settings,
            clock,
            shell.redactor,
            read_only=options.dry_run,
            anonymous=options.dry_run and not may_be_connected(settings),
        ) as services:
            services.folder.create()
            with services.folder.locked(clock):
                finished = Job(settings, services, overrides, request).run()
                page = Path(options.page) if options.page else None
                report = publish(finished, settings, services, scheduled=scheduled, page=page)
    except Exception as error:
        # The folder itself, or a bug; a run that is in the way of this one ends by itself.
        if scheduled and not isinstance(error, StateInUse):
            trouble = error if isinstance(error, SyncError) else bug_of(error)
            publish_failure(trouble, settings, open_repository(settings, clock), now=clock.now(), run_id=run_id)
        raise
    for line in render_log_lines(report):
        shell.log.say(line)
    return _exit_code(shell, report, finished, scheduled=scheduled)


def _exit_code(shell: Shell, report: RunReport, finished: Finished, *, scheduled: bool) -> int:
    error = finished.error
    for warning in report.warnings if shell.in_actions else ():
        shell.log.warning(warning)
    if error is None:
        return 0
    if report.outcome is Outcome.BRAKE:
        shell.log.notice(str(error), title="Waiting for your word")
        return error.exit_code
    # A red mark is for what lasts: outages of an hour are usual, and the next run makes up for them.
    passing = isinstance(error, ServiceUnavailable) and scheduled
    recent = report.last_good_at is not None and report.finished_at - report.last_good_at <= PATIENCE
    if passing and recent:
        shell.log.notice(str(error), title="Tried again at the next run")
        return 0
    shell.log.error(str(error))
    return error.exit_code
