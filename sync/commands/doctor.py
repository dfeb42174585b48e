"""``python -m sync doctor``: what is missing or wrong in the set-up, and where to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.commands.doctoring import Doctor, Pages
from sync.commands.shell import (
    Options,
    Shell,
    clock_for,
    look_at_overrides,
    place_of,
    run_command,
)
from sync.errors import ConfigError
from sync.report.doctor_page import Finding, Level, finding_lines, render_findings
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.settings import Settings
from sync.wiring import open_services


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Looks at everything and changes nothing; gives 0 when the sync can work."""
    return run_command(env, lambda shell: _examine(shell, clock))


def _examine(shell: Shell, given_clock: Clock | None) -> int:
    if shell.is_fresh_copy(anywhere=True):
        return 0
    settings, problems = shell.look_at_settings()
    with open_services(settings, given_clock or clock_for(settings), shell.redactor, read_only=True) as services:
        findings = Doctor(settings, services).examine(_settings(settings, problems, Pages.of(services.repository)))
    _say(shell, settings, findings)
    return next((found.exit_code for found in findings if found.exit_code), 0)


def _settings(settings: Settings, problems: Sequence[str], pages: Pages) -> list[Finding]:
    """What is wrong with the settings and with ``overrides.yaml``."""
    code = ConfigError.exit_code
    found = [Finding(Level.WRONG, problem, page=pages.secrets, exit_code=code) for problem in problems]
    if not found:
        found = [Finding(Level.GOOD, "All settings that are needed are there.")]
    overrides, mistakes = look_at_overrides(settings.overrides_file)
    for mistake in mistakes:
        file, line = place_of(mistake)
        found.append(Finding(Level.WRONG, mistake, page=pages.overrides, file=file, line=line, exit_code=code))
    if not mistakes:
        count = len(overrides.entries)
        found.append(Finding(Level.GOOD, f"{settings.overrides_file.name} is in order ({count} of your own mappings)."))
    return found


def _say(shell: Shell, settings: Settings, findings: Sequence[Finding]) -> None:
    for line in finding_lines(findings):
        shell.log.say(line)
    if not shell.in_actions:
        return
    for found in findings:
        if found.level is Level.WRONG:
            shell.log.error(f"{found.what} {found.remedy}".strip(), title="Set-up", file=found.file, line=found.line)
    if settings.summary_file is not None:
        append_summary(settings.summary_file, shell.redactor.redact(render_findings(findings)))
