"""What a run says: GitHub's workflow commands and summary file on Actions, plain words anywhere else.

The commands and their escaping are GitHub's "Workflow commands for GitHub Actions"; the limits are those of the
runner's source (``ExecutionContext``: 10 annotations of a kind, 4,096 characters; ``FileCommandManager``: 1 MiB).
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

Level = Literal["notice", "warning", "error"]

ANNOTATIONS_OF_A_KIND = 10
LONGEST_MESSAGE = 4096
LARGEST_SUMMARY = 1024 * 1024
PROGRESS = "progress"
"""The field of a log record that tells how far long work has come."""
CUT = "\n\n_The rest was cut off: GitHub shows at most 1 MiB._\n"

_JOINER = "\u2060"  # WORD JOINER: seen by nobody, but the line no longer reads as a command


def escape_data(text: str) -> str:
    """``text`` as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """``text`` as a property (``file=``, ``title=``) of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def harmless(line: str) -> str:
    """``line`` so that the runner takes no command from it, in either syntax (``::name::``, ``##[name]``)."""
    if line.lstrip().startswith("::"):
        at = line.index("::")
        line = f"{line[:at]}:{_JOINER}{line[at + 1 :]}"
    return line.replace("##[", f"##{_JOINER}[")


class ActionsLog:
    """Writes to ``stream``; ``redact`` takes the secrets out of every text before it leaves."""

    def __init__(self, stream: TextIO, *, in_actions: bool, redact: Callable[[str], str] = str) -> None:
        self._stream = stream
        self._in_actions = in_actions
        self._redact = redact
        self._annotations: Counter[str] = Counter()

    def mask(self, values: Iterable[str]) -> None:
        """Makes GitHub hide each value in everything that follows. Call it before anything else is said.

        Outside Actions nothing is written: the command itself holds the value.
        """
        if not self._in_actions:
            return
        for value in values:
            # The runner masks a value of several lines whole and line by line, but other runners only see one line.
            for part in dict.fromkeys((value.strip(), *(line.strip() for line in value.splitlines()))):
                if part:
                    self._write(f"::add-mask::{escape_data(part)}")

    def say(self, text: str) -> None:
        """Plain words, line by line."""
        for line in self._redact(text).splitlines() or [""]:
            self._write(harmless(line) if self._in_actions else line)

    def notice(self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0) -> None:
        """A remark that GitHub shows on the run's page; ``file``, ``line`` and ``column`` (1-based) place it."""
        self._annotate("notice", message, title, file=file, line=line, column=column)

    def warning(self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0) -> None:
        """An annotation about what a person should look at; a plain line outside Actions."""
        self._annotate("warning", message, title, file=file, line=line, column=column)

    def error(self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0) -> None:
        """An annotation about what went wrong; a plain line outside Actions."""
        self._annotate("error", message, title, file=file, line=line, column=column)

    def debug(self, message: str) -> None:
        """Shown only when the run was started with debug logging."""
        text = self._redact(message)
        if self._in_actions:
            self._write(f"::debug::{escape_data(text)}")
        else:
            self.say(text)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Folds what is said inside the block."""
        title = self._redact(title)
        self._write(f"::group::{escape_data(title)}" if self._in_actions else title)
        try:
            yield
        finally:
            if self._in_actions:
                self._write("::endgroup::")

    def _annotate(self, level: Level, message: str, title: str, *, file: str, line: int, column: int) -> None:
        message, title = self._redact(message), self._redact(title)
        self._annotations[level] += 1
        if not self._in_actions or self._annotations[level] > ANNOTATIONS_OF_A_KIND:
            place = ":".join(str(part) for part in (file, line, column) if part)
            words = f"{title}: {message}" if title else message
            self.say(f"{level.capitalize()}: {f'{place}: ' if place else ''}{words}")
            return
        if len(message) > LONGEST_MESSAGE:
            message = message[: LONGEST_MESSAGE - 1] + "…"
        places = {"file": file, "line": str(line or ""), "col": str(column or ""), "title": title}
        properties = ",".join(f"{name}={escape_property(value)}" for name, value in places.items() if value)
        self._write(f"::{level}{f' {properties}' if properties else ''}::{escape_data(message)}")

    def _write(self, line: str) -> None:
        try:
            print(line, file=self._stream, flush=True)
        except UnicodeEncodeError:
            encoding = getattr(self._stream, "encoding", None) or "ascii"
            print(line.encode(encoding, "replace").decode(encoding), file=self._stream, flush=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` (``None``: nobody knows) are done of the work called ``what``."""

    what: str
    done: int
    total: int | None = None


def tell_progress(log: logging.Logger, what: str, done: int, total: int | None = None) -> None:
    """Says how far ``what`` has come; the work is over when ``done`` is ``total``."""
    log.debug("%s: %d of %s", what, done, total or "?", extra={PROGRESS: Progress(what, done, total)})


def progress_of(record: logging.LogRecord) -> Progress | None:
    """What a log record says of progress, if anything."""
    found: object = getattr(record, PROGRESS, None)
    return found if isinstance(found, Progress) else None


class ActionsLogHandler(logging.Handler):
    """Turns log records into sentences: warnings and errors become annotations, the rest plain lines."""

    def __init__(self, actions_log: ActionsLog, level: int = logging.INFO) -> None:
        super().__init__(level)
        self._log = actions_log
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record; tracebacks come with the message, redacted like it."""
        if progress_of(record) is not None:
            return  # for a bar on a terminal, where there is one
        try:
            text = self.format(record)
            if record.levelno >= logging.ERROR:
                self._log.error(text)
            elif record.levelno >= logging.WARNING:
                self._log.warning(text)
            elif record.levelno >= logging.INFO:
                self._log.say(text)
            else:
                self._log.debug(text)
        except Exception:  # noqa: BLE001 - logging must not end a run
            # logging's own report would print the record's raw arguments, secrets and all.
            print("A log line could not be written.", file=sys.stderr)  # noqa: T201 - there is no log to use


def append_output(path: Path, name: str, value: str) -> None:
    """Adds an output of the step; ``value`` is one line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{name}={value}\n")


def append_summary(path: Path, markdown: str) -> None:
    """Adds ``markdown`` to the step's summary file, cut at the end of a line when GitHub would refuse the whole."""
    used = path.stat().st_size if path.exists() else 0
    content = markdown if markdown.endswith("\n") else f"{markdown}\n"
    room = LARGEST_SUMMARY - used
    if len(content.encode("utf-8", "replace")) > room:
        content = _cut(content, room)
    with path.open("ab") as file:
        file.write(content.encode("utf-8", "replace"))


def _cut(text: str, room: int) -> str:
    """As many whole lines as leave space for closing what they opened, and for saying so."""
    spare = 512
    if room < spare:
        return ""
    kept = text.encode("utf-8", "replace")[: room - spare].decode("utf-8", "ignore")
    kept = kept[: kept.rfind("\n") + 1]
    if sum(line.lstrip().startswith("```") for line in kept.splitlines()) % 2:
        kept += "```\n"
    still_open = min(max(kept.count("<details>") - kept.count("</details>"), 0), 20)
    return kept + "\n</details>" * still_open + CUT
