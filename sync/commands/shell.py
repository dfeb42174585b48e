"""What commands share: the log, the clean ending, the words for trouble, and the reading of ``overrides.yaml``."""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from sync.errors import ConfigError, SyncError
from sync.mapping.overrides.document import Overrides, parse_overrides
from sync.model.mapping import Override
from sync.report.trouble import error_line, render_error
from sync.services.clock import Clock, SystemClock
from sync.services.console.actions_log import ActionsLog, ActionsLogHandler, append_summary
from sync.services.http.redaction import Redactor
from sync.services.yaml_file import load_yaml, parse_yaml
from sync.settings import Settings, parse_settings

if TYPE_CHECKING:
    from sync.services.console.terminal import Terminal

OVERRIDES_FILE = "overrides.yaml"
FIRST_SETTINGS = ("TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "ANILIST_USERNAME", "ANILIST_ACCESS_TOKEN")
SETUP_PAGE = "https://github.com/trakt-sync-for-anilist/trakt-sync-for-anilist#five-steps"
BUGS_PAGE = "https://github.com/trakt-sync-for-anilist/trakt-sync-for-anilist/issues"


class Shell:
    """One command's surroundings. Secrets are masked and redacted before anything is said."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.in_actions = env.get("GITHUB_ACTIONS") == "true"
        self.redactor = Redactor()
        self.terminal = open_terminal(env) if not self.in_actions and sys.stdout.isatty() else None
        stream = cast("TextIO", self.terminal or sys.stdout)  # it has what the log uses of one
        self.log = ActionsLog(stream, in_actions=self.in_actions, redact=self.redactor.redact)
        self._summary_file = Path(path) if (path := env.get("GITHUB_STEP_SUMMARY", "").strip()) else None

    def settings(self, *, trakt: bool = True, anilist: bool = True) -> Settings:
        """The settings; see ``parse_settings``. Raises ``ConfigError``."""
        settings, problems = self.read_settings(trakt=trakt, anilist=anilist)
        if problems:
            raise ConfigError(problems)
        return settings

    def read_settings(
        self, *, trakt: bool = True, anilist: bool = True, trakt_secret: bool = True
    ) -> tuple[Settings, tuple[str, ...]]:
        """The settings as far as they can be used, and what is wrong with them; see ``parse_settings``."""
        settings, problems = parse_settings(self._env, trakt=trakt, anilist=anilist, trakt_secret=trakt_secret)
        self.redactor.add(*settings.secrets)
        self.log.mask(settings.secrets)
        return settings, problems

    def is_fresh_copy(self, *, anywhere: bool = False) -> bool:
        """Whether nothing at all is set yet, on Actions or ``anywhere``; then it says where the steps are."""
        fresh = not any(self._env.get(name, "").strip() for name in FIRST_SETTINGS)
        if fresh and (anywhere or self.in_actions):
            self.log.notice(f"Not set up yet: no secret or variable is set. The five steps are at {SETUP_PAGE}")
            return True
        return False

    def fail(self, error: SyncError) -> int:
        """Says what went wrong, in the log and on the result page; gives the exit code."""
        if isinstance(error, ConfigError):
            for problem in error.problems:
                file, line = place_of(problem)
                self.log.error(problem, title="Settings", file=file, line=line)
        else:
            self.log.error(error_line(error))
        if self._summary_file is not None:
            append_summary(self._summary_file, self.redactor.redact(render_error(error)))
        return error.exit_code

    def listen(self) -> None:
        """Sends everything that is logged to the command's output."""
        root = logging.getLogger("sync")
        level = logging.DEBUG if self._env.get("RUNNER_DEBUG") == "1" else logging.INFO
        root.handlers[:] = [ActionsLogHandler(self.log, level)]
        root.setLevel(level)
        root.propagate = False
        if self.terminal is not None:
            from sync.services.console.terminal import ProgressHandler

            root.addHandler(ProgressHandler(self.terminal))
            root.setLevel(logging.DEBUG)

    def close(self) -> None:
        """Leaves the terminal as it was."""
        if self.terminal is not None:
            self.terminal.close()


def run_command(env: Mapping[str, str], command: Callable[[Shell], int]) -> int:
    """Runs ``command``; any trouble becomes words and an exit code, never a traceback for a person to puzzle over."""
    shell = Shell(env)
    shell.listen()
    try:
        return command(shell)
    except SyncError as error:
        return shell.fail(error)
    except KeyboardInterrupt:
        shell.log.warning("Stopped. Nothing is lost: the next run carries on.")
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost line: a bug must not end in a bare traceback
        code = shell.fail(bug_of(error))
        shell.log.say("".join(traceback.format_exception(error)))
        return code
    finally:
        shell.close()


def bug_of(error: Exception) -> SyncError:
    """What a person is told of an error that no part of the program expected; the exit code is 70."""
    return SyncError(
        f"This is a bug ({type(error).__name__}).", f"Please report it at {BUGS_PAGE} with the lines in the log."
    )


def refuse(error: SyncError, env: Mapping[str, str]) -> int:
    """Ends a command that did not begin, as ``run_command`` ends one that failed; gives the exit code."""
    return Shell(env).fail(error)


def open_terminal(env: Mapping[str, str]) -> Terminal | None:
    """The person's terminal; what draws on it is imported only then. ``None`` without the package that does (rich, in
    ``requirements-terminal.txt``): the lines are plain then."""
    try:
        from sync.services.console.terminal import Terminal
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "rich":
            raise
        return None
    return Terminal(sys.stdout, env)


def clock_for(settings: Settings) -> SystemClock:
    """The machine's clock, or a fast one against stand-ins on this machine."""
    return SystemClock(settings.clock_speed)


def new_run_id(clock: Clock) -> str:
    """A name for the run that says when it was, such as ``20261122-0617-a3f``."""
    return f"{clock.now():%Y%m%d-%H%M}-{secrets.token_hex(2)[:3]}"


def load_overrides(path: Path) -> Overrides:
    """The user's own mappings; a missing file holds none. Raises ``ConfigError`` with every mistake."""
    return parse_overrides(load_yaml(path), path.name) if path.exists() else Overrides()


def read_overrides(path: Path) -> tuple[Overrides, tuple[str, ...]]:
    """The user's own mappings, and what is wrong with them: then there are none."""
    try:
        return load_overrides(path), ()
    except ConfigError as error:
        return Overrides(), error.problems


def parse_overrides_text(text: str) -> Overrides:
    """The overrides in ``text``. Raises ``ConfigError`` with every mistake."""
    return parse_overrides(parse_yaml(text.encode(), OVERRIDES_FILE), OVERRIDES_FILE)


def changed_entries(before: Overrides, after: Overrides) -> tuple[frozenset[int], frozenset[int]]:
    """The AniList ids that are new or say something else in ``after``, and those that are gone."""
    old, new = contents_of(before), contents_of(after)
    return (
        frozenset(anilist_id for anilist_id, entry in new.items() if old.get(anilist_id) != entry),
        frozenset(old.keys() - new.keys()),
    )


def contents_of(overrides: Overrides) -> dict[int, Override]:
    """What the file says of each entry, by AniList id, wherever in it that stands."""
    return {anilist_id: replace(entry, line=0) for anilist_id, entry in overrides.entries.items()}


def place_of(problem: str) -> tuple[str, int]:
    """Where a problem of ``overrides.yaml`` is, for the annotation on its line; nowhere for other problems."""
    name, _, rest = problem.partition(":")
    line = rest.partition(":")[0]
    return (name, int(line)) if name.endswith((".yaml", ".yml")) and line.isdigit() else ("", 0)


Options = argparse.Namespace
