"""A person's terminal: the job's lines in colour, and bars below them while something takes long."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from threading import Lock
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from sync.services.console.actions_log import progress_of

STYLES = (
    (re.compile(r"Error:|❌"), "bold red"),
    (re.compile(r"Warning:|⚠️"), "yellow"),
    (re.compile(r"Notice:|💡"), "cyan"),
    (re.compile(r"(Added|Would add|Removed|Would remove):|✅"), "green"),
    (re.compile(r"Needs you:"), "magenta"),
    (re.compile(r"(Preview|Up to date|Ready to add|[\d,]+ plays? added)\b.*"), "bold"),
    (re.compile(r"Open https://\S+ and type in the code \S+"), "bold cyan"),
)
"""The beginning of a line, and how that much of it looks."""


class Terminal:
    """Takes the place of standard output for ``ActionsLog``; ``env`` may hold ``NO_COLOR`` and ``TERM``."""

    encoding = "utf-8"

    def __init__(self, stream: TextIO, env: Mapping[str, str]) -> None:
        self._console = Console(
            file=stream, highlight=False, soft_wrap=True, emoji=False, no_color=bool(env.get("NO_COLOR"))
        )
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()
        self._begun = ""

    def write(self, text: str) -> int:
        """Prints whole lines, each in its colour."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._console.print(_coloured(line))
        return len(text)

    def flush(self) -> None:
        """Lines are printed as they come."""

    def show(self, what: str, done: int, total: int | None) -> None:
        """Moves the bar of ``what``, which comes with the first call and goes when all is done."""
        with self._lock:
            if what not in self._tasks:
                self._tasks[what] = self._bars.add_task(what, total=total)
                self._bars.start()
            self._bars.update(self._tasks[what], completed=done, total=total)
            if total is not None and done >= total:
                self._bars.refresh()
                self._bars.remove_task(self._tasks.pop(what))
                if not self._tasks:
                    self._bars.stop()

    def close(self) -> None:
        """Takes the bars away and prints what is left."""
        self._bars.stop()
        if self._begun:
            self.write("\n")


class ProgressHandler(logging.Handler):
    """Moves the terminal's bars by what the log tells of progress."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.DEBUG)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        """Shows one step; a record about anything else is left to the other handlers."""
        step = progress_of(record)
        if step is not None:
            self._terminal.show(step.what, step.done, step.total)


def _coloured(line: str) -> Text:
    text = Text(line)
    for pattern, style in STYLES:
        if found := pattern.match(line):
            text.stylize(style, found.start(), found.end())
            break
    return text
