"""The command line: arguments in, exit code out."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Command = Callable[[argparse.Namespace, Mapping[str, str]], int]


CANNOT_START = 70


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; ``argv`` without a command means ``run``. What fails outside a command, such as an import, is
    said on the page of the run, too."""
    try:
        return _main(argv)
    except Exception as error:  # noqa: BLE001 - the outermost line: nothing may end in a bare traceback
        return _say_that_it_cannot_start(error, os.environ)


def _main(argv: Sequence[str] | None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments.insert(0, "run")
    if arguments[0] == "demo":
        return _show_demo(arguments[1:])
    if arguments[0] == "map":
        return _map_offline(arguments[1:])
    from sync.commands.arguments import plain_switches
    from sync.commands.shell import refuse
    from sync.errors import ConfigError

    try:
        options = _parser().parse_args(plain_switches(arguments))
    except ConfigError as error:
        return refuse(error, os.environ)
    return _command(options.command)(options, os.environ)


def _command(name: str) -> Command:
    """What carries out a command; imported on demand, so that a run with nothing new does not wait for the others."""
    match name:
        case "run" | "page":
            from sync.commands.run import main as command
        case "connect":
            from sync.commands.connect import main as command
        case "doctor":
            from sync.commands.doctor import main as command
        case "check":
            from sync.commands.check import main as command
        case "undo":
            from sync.commands.undo import main as command
        case "map-issue":
            from sync.commands.map_issue.manual_map import main as command
        case _:
            from sync.commands.save import main as command
    return command


def _map_offline(arguments: Sequence[str]) -> int:
    """``map`` is no part of the job, and parses its own arguments."""
    from sync.commands.map import main as map_files
    from sync.commands.shell import run_command

    return run_command(os.environ, lambda shell: map_files(arguments))


def _parser() -> argparse.ArgumentParser:
    from sync.commands.arguments import Arguments, anilist_id

    parser = Arguments(
        prog="python -m sync",
        description="Brings what you watched on AniList into your Trakt history.",
        epilog="Besides: demo (see a whole library go from AniList to Trakt, against stand-ins on this machine) and "
        "map (map a list offline, from files; map --help).",
    )
    commands = parser.add_subparsers(title="commands", metavar="command", dest="command", required=True)

    run = commands.add_parser("run", help="sync (what happens without a command)")
    run.add_argument("--anilist-id", type=anilist_id, metavar="N", help="only this entry, mapped afresh")
    run.add_argument("--dry-run", action="store_true", help="show what would be added; write nothing")
    run.add_argument("--allow-large", action="store_true", help="approve more new plays than MAX_NEW_PLAYS")
    run.add_argument(
        "--again", action="store_true", help="with --anilist-id: also add what was removed on Trakt or undone"
    )
    run.add_argument("--page", metavar="FILE", help="also write the library page, which opens in a browser, into FILE")

    page = commands.add_parser("page", help="write the library page; nothing else is written")
    page.add_argument(
        "page", nargs="?", default="library.html", metavar="FILE", help="where to (default: library.html)"
    )
    page.set_defaults(dry_run=True, allow_large=False, again=False, anilist_id=None)

    commands.add_parser("connect", help="log in to Trakt")
    commands.add_parser("doctor", help="say what is wrong with the set-up, and how to mend it")

    check = commands.add_parser("check", help="check overrides.yaml")
    check.add_argument("--preview", action="store_true", help="also look up what each entry of it would map to")

    undo = commands.add_parser("undo", help="take back what a run, or all runs for one entry, added")
    undo.add_argument("run_id", nargs="?", metavar="RUN_ID", help="the run, as its page names it")
    undo.add_argument("--anilist-id", type=anilist_id, metavar="N", help="only the plays of this entry")
    undo.add_argument("--dry-run", action="store_true", help="show what would be removed; write nothing")

    commands.add_parser("map-issue", help="turn the issue that started this job into a pull request")
    commands.add_parser("save", help="commit state/ after a run that was cut off")

    return parser


def _show_demo(arguments: Sequence[str]) -> int:
    """Hands over to ``python -m demo``, which is no part of the program and therefore not imported by name."""
    sys.argv[1:] = arguments
    runpy.run_module("demo", run_name="__main__", alter_sys=True)
    return 0


def _say_that_it_cannot_start(error: Exception, env: Mapping[str, str]) -> int:
    """Says it with the standard library alone: as an annotation, on the run's page, and in the log."""
    missing = isinstance(error, ModuleNotFoundError) and not (error.name or "sync").startswith("sync")
    remedy = (
        "A package is missing: install requirements.txt (pip install -r requirements.txt)."
        if missing
        else "This is a bug. Please report it with the lines in the log."
    )
    said = f"The program could not start ({type(error).__name__}). {remedy}"
    print(f"::error::{said}" if env.get("GITHUB_ACTIONS") == "true" else f"Error: {said}")  # noqa: T201 - see above
    traceback.print_exception(error)
    if page := env.get("GITHUB_STEP_SUMMARY", "").strip():
        with Path(page).open("a", encoding="utf-8") as summary:
            summary.write(f"## ❌ The program could not start\n\n{said}\n")
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
