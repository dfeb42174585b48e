"""A run on a person's terminal, in a pipe, and without any log-in."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.faults.forked import start_program

WITHOUT_LOG_IN = {
    "TRAKT_CLIENT_SECRET": "",
    "TRAKT_ACCESS_TOKEN": "",
    "TRAKT_REFRESH_TOKEN": "",
    "TRAKT_USERNAME": "",
    "TMDB_API_KEY": "",
}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal: what reads what is drawn, and what is drawn on."""
    ends = pty.openpty()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def drawn_until(reading: int, is_over: Callable[[], bool]) -> str:
    """What is drawn until then."""
    drawn = b""
    while not is_over() or select.select([reading], [], [], 0)[0]:
        if select.select([reading], [], [], 0.1)[0]:
            drawn += os.read(reading, 65_536)
    return drawn.decode()


def on_a_terminal(person: Person, *arguments: str, **settings: str) -> str:
    """What the program draws on a terminal of its own."""
    environment = {**person.settings, "TERM": "xterm-256color", "COLUMNS": "120", **settings}
    with terminal() as (reading, drawing):
        running = start_program(person.folder, environment, arguments, Path(os.ttyname(drawing)))
        drawn = drawn_until(reading, lambda: not running.process.is_alive())
        assert 0 == running.process.exitcode, drawn
    return drawn


def test_a_terminal_shows_bars_and_colour_and_the_same_report(person: Person) -> None:
    drawn = on_a_terminal(person, "--dry-run", **WITHOUT_LOG_IN)
    piped = person.run("--dry-run", **WITHOUT_LOG_IN)

    assert "\x1b[" in drawn
    assert "━" in drawn
    assert "Episode lists on Trakt" in drawn
    assert "\x1b" not in piped.output
    assert "━" not in piped.output
    shown = [line.strip() for line in ESCAPES.sub("", drawn).splitlines()]
    report = [line for line in piped.output.splitlines() if line.startswith(("Would add:", "Needs you:", "Preview"))]
    assert len(report) > 10
    assert [line for line in report if line.strip() not in shown] == []


def test_a_terminal_without_what_draws_on_it_shows_plain_lines(person: Person, tmp_path: Path) -> None:
    (tmp_path / "nothing" / "rich").mkdir(parents=True)
    missing = "raise ModuleNotFoundError(\"No module named 'rich'\", name='rich')\n"
    (tmp_path / "nothing" / "rich" / "__init__.py").write_text(missing, "utf-8")
    path = os.pathsep.join((str(tmp_path / "nothing"), person.settings["PYTHONPATH"]))
    environment = {**person.settings, **WITHOUT_LOG_IN, "TERM": "xterm-256color", "PYTHONPATH": path}

    with terminal() as (reading, drawing):
        command = [sys.executable, "-m", "sync", "--dry-run", "--anilist-id=104578"]
        running = subprocess.Popen(
            command, cwd=person.folder, env=environment, stdout=drawing, stderr=subprocess.STDOUT
        )
        drawn = drawn_until(reading, lambda: running.poll() is not None)

    assert 0 == running.returncode, drawn
    assert "\x1b" not in drawn
    assert "Would add" in drawn


def test_no_color_is_respected(person: Person) -> None:
    drawn = on_a_terminal(person, "check", NO_COLOR="1")

    assert re.search(r"\x1b\[[0-9;]*3[0-9]m", drawn) is None
    assert "overrides.yaml is in order" in drawn


def test_the_log_of_a_workflow_is_plain_even_where_there_is_a_terminal(person: Person) -> None:
    drawn = on_a_terminal(person, "check", GITHUB_ACTIONS="true")

    assert "\x1b" not in drawn


@pytest.mark.parametrize("state", ["fresh", "of an earlier sync"])
def test_a_dry_run_without_any_log_in_shows_what_would_be_mapped(person: Person, state: str) -> None:
    if state != "fresh":
        assert 0 == person.run("--anilist-id", "104578", "--allow-large").code
    before = person.history

    ended = person.run("--dry-run", **WITHOUT_LOG_IN)

    assert (0, 0, before) == (ended.code, ended.posts, person.history)
    for words in ("Preview: would add", "S3E13–22", "No Trakt log-in was used"):
        assert words in ended.output
        assert words in ended.summary
    assert 0 == person.demo.log.count("trakt_auth")


def test_only_a_dry_run_goes_without_the_secret(person: Person) -> None:
    ended = person.run(**WITHOUT_LOG_IN)

    assert 2 == ended.code
    assert "TRAKT_CLIENT_SECRET is missing" in ended.output
