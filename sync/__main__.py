"""The command line: arguments in, exit code out."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence

Command = Callable[[argparse.Namespace, Mapping[str, str]], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; ``argv`` without a command means ``run``."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments.insert(0, "run")
    if arguments[0] == "demo":
        return _show_demo(arguments[1:])
    if arguments[0] in OWN_OPTIONS:
        from sync.commands.shell import run_command

        own = OWN_OPTIONS[arguments[0]]()
        return run_command(os.environ, lambda shell: own(arguments[1:]))
    options = _parser().parse_args(arguments)
    command: Command = options.load()
    return command(options, os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sync",
        description="Brings what you watched on AniList into your Trakt history.",
        epilog="Besides: demo (see a whole library go from AniList to Trakt, against stand-ins on this machine) and "
        "map (map a list offline, from files; map --help).",
    )
    commands = parser.add_subparsers(title="commands", metavar="command", required=True)

    run = commands.add_parser("run", help="sync (what happens without a command)")
    run.add_argument("--anilist-id", type=_anilist_id, metavar="N", help="only this entry, mapped afresh")
    run.add_argument("--dry-run", action="store_true", help="show what would be added; write nothing")
    run.add_argument("--allow-large", action="store_true", help="approve more new plays than MAX_NEW_PLAYS")
    run.add_argument(
        "--again", action="store_true", help="with --anilist-id: also add what was removed on Trakt or undone"
    )
    run.set_defaults(load=_load_run)

    connect = commands.add_parser("connect", help="log in to Trakt")
    connect.set_defaults(load=_load_connect)

    doctor = commands.add_parser("doctor", help="say what is wrong with the set-up, and how to mend it")
    doctor.set_defaults(load=_load_doctor)

    check = commands.add_parser("check", help="check overrides.yaml")
    check.add_argument("--preview", action="store_true", help="also look up what each entry of it would map to")
    check.set_defaults(load=_load_check)

    undo = commands.add_parser("undo", help="take back what a run, or all runs for one entry, added")
    undo.add_argument("run_id", nargs="?", metavar="RUN_ID", help="the run, as its page names it")
    undo.add_argument("--anilist-id", type=_anilist_id, metavar="N", help="only the plays of this entry")
    undo.add_argument("--dry-run", action="store_true", help="show what would be removed; write nothing")
    undo.set_defaults(load=_load_undo)

    map_issue = commands.add_parser("map-issue", help="turn the issue that started this job into a pull request")
    map_issue.set_defaults(load=_load_map_issue)

    save = commands.add_parser("save", help="commit state/ after a run that was cut off")
    save.set_defaults(load=_load_save)

    return parser


def _show_demo(arguments: Sequence[str]) -> int:
    """Hands over to ``python -m demo``, which is no part of the program and therefore not imported by name."""
    sys.argv[1:] = arguments
    runpy.run_module("demo", run_name="__main__", alter_sys=True)
    return 0


def _anilist_id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no AniList id: it is the number in anilist.co/anime/…")
    return int(text)


# Imported on demand: a run with nothing new should not wait for what it does not use.


def _load_run() -> Command:
    from sync.commands.run import main as command

    return command


def _load_connect() -> Command:
    from sync.commands.connect import main as command

    return command


def _load_check() -> Command:
    from sync.commands.check import main as command

    return command


def _load_doctor() -> Command:
    from sync.commands.doctor import main as command

    return command


def _load_map_issue() -> Command:
    from sync.commands.map_issue.command import main as command

    return command


def _load_undo() -> Command:
    from sync.commands.undo.command import main as command

    return command


def _load_save() -> Command:
    from sync.commands.save import main as command

    return command


def _load_map() -> Callable[[Sequence[str]], int]:
    from sync.commands.map import main as command

    return command


OWN_OPTIONS = {"map": _load_map}
"""Commands beside the job itself, which parse their own arguments."""


if __name__ == "__main__":
    sys.exit(main())
