"""The command: reads the issue that started the job, and answers it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sync.commands.map_issue.manual_map import Issue, ManualMap
from sync.commands.shell import Options, Shell, clock_for, run_command
from sync.errors import ConfigError
from sync.mapping.overrides.document import Overrides
from sync.report.text import plain
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.settings import Settings
from sync.steps.preview import Preview, Previewer
from sync.wiring import open_services


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Answers the issue; gives 0 also when the form was bad, since the answer says so."""
    return run_command(env, lambda shell: _map_issue(shell, env, clock))


def _map_issue(shell: Shell, env: Mapping[str, str], given_clock: Clock | None) -> int:
    settings = shell.settings(trakt=False, anilist=False)
    event_file = env.get("GITHUB_EVENT_PATH", "").strip()
    if settings.github is None or not event_file:
        raise ConfigError(["map-issue runs in a workflow that an issue starts; here there is none."])

    from sync.services.github.pull_requests import GitHubProposals, load_event

    issue = Issue.of_event(load_event(Path(event_file)))
    if issue is None:
        shell.log.say("This was not started by an issue, so there is nothing to map.")
        return 0

    proposals = GitHubProposals(settings.github)
    path = _in_repository(settings)
    editor = f"{settings.github.server_url}/{settings.github.repository}/edit/{proposals.base}/{path}"

    def previews(overrides: Overrides, changed: frozenset[int]) -> Preview:
        clock = given_clock or clock_for(settings)
        with open_services(settings, clock, shell.redactor, anonymous=True) as services:
            return Previewer(settings, services, overrides).preview(changed)

    done = ManualMap(proposals, path, editor, previews).act_on(issue)
    shell.log.say(done)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, f"{plain(done, 400)}\n")
    return 0


def _in_repository(settings: Settings) -> str:
    """Where ``overrides.yaml`` is in the repository; the job runs at its root."""
    path = settings.overrides_file
    return (path.resolve().relative_to(Path().resolve()) if path.is_absolute() else path).as_posix()
