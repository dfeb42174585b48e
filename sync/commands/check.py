"""``python -m sync check``: is ``overrides.yaml`` in order, and with ``--preview``, where does each entry lead?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sync.commands.shell import (
    Options,
    Shell,
    changed_entries,
    clock_for,
    load_overrides,
    parse_overrides_text,
    run_command,
)
from sync.errors import SyncError
from sync.mapping.overrides.document import Overrides
from sync.report.numbers_and_days import counted
from sync.report.preview_page import preview_lines, render_preview
from sync.report.text import log_line
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.settings import Settings, parse_settings
from sync.steps.preview import Previewer
from sync.wiring import open_services


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Checks the file; every mistake is marked on its line. Needs no settings and no network.

    With ``--preview`` the entries that a pull request changes (all of them elsewhere) are looked up as well; what
    cannot be reached is said, and is no error.
    """
    return run_command(env, lambda shell: _check(shell, env, preview=options.preview, clock=clock))


def _check(shell: Shell, env: Mapping[str, str], *, preview: bool, clock: Clock | None) -> int:
    path = parse_settings(env, trakt=False, anilist=False)[0].overrides_file
    overrides = load_overrides(path)
    shell.log.say(f"{path.name} is in order: {counted(len(overrides.entries), 'entry', 'entries')}.")
    if preview:
        _preview(shell, env, overrides, clock)
    return 0


def _preview(shell: Shell, env: Mapping[str, str], overrides: Overrides, given_clock: Clock | None) -> None:
    settings = shell.settings(trakt=False, anilist=False)
    before = _before(settings, env)
    changed, removed = (
        changed_entries(before, overrides) if before is not None else (frozenset(overrides.entries), frozenset())
    )
    clock = given_clock or clock_for(settings)
    with open_services(settings, clock, shell.redactor, anonymous=True) as services:
        found = Previewer(settings, services, overrides).preview(changed, removed)
    for line in preview_lines(found.entries, found.notes):
        shell.log.say(log_line(line))
    if settings.summary_file is not None:
        page = render_preview(found.entries, found.notes)
        append_summary(settings.summary_file, shell.redactor.redact(page))


def _before(settings: Settings, env: Mapping[str, str]) -> Overrides | None:
    """The file as the pull request's base has it; ``None`` if this is no pull request or GitHub does not tell."""
    event_file = env.get("GITHUB_EVENT_PATH", "").strip()
    if settings.github is None or not event_file:
        return None

    from sync.services.github.pull_requests import GitHubProposals, load_event

    try:
        event = load_event(Path(event_file))
        if event.pull_request is None:
            return None
        ref = event.pull_request.base.sha or event.pull_request.base.ref
        if not ref:
            return None
        path = settings.overrides_file.as_posix()
        return parse_overrides_text(GitHubProposals(settings.github).fetch_file(path, ref) or "")
    except SyncError:
        return None
