"""A run on a person's terminal, in a pipe, and without any log-in."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.person import Person

WITHOUT_LOG_IN = {
    "TRAKT_CLIENT_SECRET": "",
    "TRAKT_ACCESS_TOKEN": "",
    "TRAKT_REFRESH_TOKEN": "",
    "TRAKT_USERNAME": "",
    "TMDB_API_KEY": "",
}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(person: Person, *arguments: str, **settings: str) -> str:
    """What the program draws on a terminal of its own."""
    master, slave = pty.openpty()
    environment = {**person.settings, "TERM": "xterm-256color", "COLUMNS": "120", **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "sync", *arguments],
        cwd=person.folder,
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=subprocess.STDOUT,
    )
    os.close(slave)
    drawn = b""
    while select.select([master], [], [], 60)[0]:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # Linux's way of saying that the other end is closed
            break
        if not piece:
            break
        drawn += piece
    os.close(master)
    assert process.wait() == 0, drawn.decode()
    return drawn.decode()


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

    drawn = on_a_terminal(person, "--dry-run", **WITHOUT_LOG_IN, PYTHONPATH=path)

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
