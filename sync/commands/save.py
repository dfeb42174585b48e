"""``python -m sync save``: commits what a run that was cut off had saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync.commands.shell import Options, Shell, clock_for, run_command
from sync.errors import StateError
from sync.services.clock import Clock
from sync.services.state import PAGES, StateFolder
from sync.wiring import open_repository

MESSAGE = "State of a run that was cut off"


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Commits what ``state/`` holds and GitHub does not have: all but the pages, merged with the tip."""
    return run_command(env, lambda shell: _save(shell, clock))


def _save(shell: Shell, given_clock: Clock | None) -> int:
    settings = shell.settings(trakt=False, anilist=False)
    clock = given_clock or clock_for(settings)
    repository = open_repository(settings, clock)
    if repository is None:
        shell.log.say("Nothing to commit to: GITHUB_TOKEN or GITHUB_REPOSITORY is missing.")
        return 0
    folder = StateFolder(settings.state_dir)
    _end_lease(folder)
    # The pages are made from the state: the next run makes them anew.
    names = tuple(name for name in folder.files() if not name.endswith(PAGES))
    if names:
        repository.commit(folder, MESSAGE, only=names)
    shell.log.say("What the run had saved is on GitHub.")
    return 0


def _end_lease(folder: StateFolder) -> None:
    """Notes that the run of this machine no longer writes, so that the next one need not wait."""
    try:
        last = folder.load().last_sync
    except StateError:
        return  # whatever is damaged, the rest is worth keeping
    if last.writing is not None:
        folder.save_last_sync(replace(last, writing=None))
