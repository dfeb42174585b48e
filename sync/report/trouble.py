"""What went wrong, in words: a run's trouble and what to do, a page of errors alone, what was left out of answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.errors import ConfigError, LoginLost, ServiceUnavailable, StoppedByBrake, SyncError
from sync.model.bounds import LeftOut
from sync.report.numbers_and_days import counted, format_ago
from sync.report.text import escape, log_line, prose

HEADLINE_LENGTH = 110

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"`(])|\s*\n\s*")
_ANSWER = re.compile(r"(?P<what>(?:(?!\. )[^\n:]){8,110}?)(?: \((?P<status>\d{3})\))?: (?P<said>[\"“].*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person needs to hear of an error. Plain text; ``headline`` has no full stop, the others may be empty."""

    headline: str
    detail: str
    remedy: str

    @property
    def text(self) -> str:
        """Headline and detail on two lines, as ``RunReport.trouble`` takes them."""
        return f"{_ended(self.headline)}\n{self.detail}".strip()


def describe(error: SyncError) -> Trouble:
    """``error`` in a person's words: its first sentence is the headline, unless it is one that wants its own."""
    if isinstance(error, ConfigError):
        count = len(error.problems)
        headline = "The settings need a correction" if count == 1 else f"The settings need {count} corrections"
        return Trouble(headline, " ".join(map(_ended, error.problems)), error.remedy)
    if isinstance(error, LoginLost):
        return Trouble("Trakt needs you to connect again", error.message, error.remedy)
    return Trouble(*split_trouble(error.message), error.remedy)


def split_trouble(text: str) -> tuple[str, str]:
    """The first sentence of ``text`` without its full stop, and the rest.

    What a service is quoted with after a colon belongs to the rest, and so does the end of a sentence too long for a
    headline.
    """
    text = text.strip()
    if answer := _ANSWER.fullmatch(text):
        status = f" ({answer['status']})" if answer["status"] else ""
        return answer["what"], f"It answered{status}: {answer['said']}"
    first, *rest = _SENTENCE_END.split(text, maxsplit=1)
    detail = rest[0] if rest else ""
    if len(first) > HEADLINE_LENGTH and (colon := first.find(": ", 0, HEADLINE_LENGTH)) > 0:
        opening = first[colon + 2 :].strip()
        first, detail = first[:colon], f"{opening[:1].upper()}{opening[1:]} {detail}"
    return first.rstrip(".").strip(), detail.strip()


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


PROBLEMS = 50
"""Mistakes listed on the page; more than that are one mistake made often."""


def render_error(error: SyncError, *, now: datetime | None = None, last_good_at: datetime | None = None) -> str:
    """A Markdown block for the job summary. Each mistake in the settings is an item of its own."""
    trouble = describe(error)
    lines = [f"## {_symbol(error)} {escape(trouble.headline, 160)}", ""]
    if isinstance(error, ConfigError):
        lines += [f"- {prose(problem)}" for problem in error.problems[:PROBLEMS]]
        left = len(error.problems) - PROBLEMS
        lines += [f"- … and {left:,} more"] if left > 0 else []
        lines.append("")
    elif trouble.detail:
        lines += [prose(trouble.detail, 1500), ""]
    if trouble.remedy:
        lines += [prose(trouble.remedy, 1500), ""]
    if now and last_good_at:
        lines += [f"Last good run: {format_ago(now - last_good_at)}.", ""]
    return "\n".join(lines)


def error_line(error: SyncError) -> str:
    """What happened and what to do, as one plain line for the log or an annotation."""
    trouble = describe(error)
    return log_line(f"{trouble.text} {trouble.remedy}".strip(), 3000)


def _symbol(error: SyncError) -> str:
    if isinstance(error, StoppedByBrake):
        return "⏸"
    return "⚠️" if isinstance(error, ServiceUnavailable) else "❌"


NAMED = 5
"""How many rows are named in a sentence."""
SENTENCES = 5
"""How many sentences there are about one service."""


def left_out_sentences(left_out: Mapping[str, Iterable[LeftOut]]) -> tuple[str, ...]:
    """A sentence for each kind of rows: how many of which service were left out, which ones, and why.

    ``left_out`` is by service.
    """
    return tuple(sentence for service, rows in left_out.items() for sentence in _sentences(service, rows))


def _sentences(service: str, rows: Iterable[LeftOut]) -> Iterator[str]:
    kinds: dict[str, list[LeftOut]] = {}
    for row in rows:
        kinds.setdefault(row.what, []).append(row)
    for what, mine in list(kinds.items())[:SENTENCES]:
        yield f"Left out {len(mine):,} of the {what} ({service}), which cannot be right: {_named(mine)}."
    rest = sum(map(len, list(kinds.values())[SENTENCES:]))
    if rest:
        yield f"Left out {counted(rest, 'more row')} ({service}) that cannot be right."


def _named(rows: Sequence[LeftOut]) -> str:
    named = [f"{row.row_id if row.row_id is not None else 'one without an id'} ({row.why})" for row in rows[:NAMED]]
    return ", ".join([*named, *([f"and {len(rows) - NAMED:,} more"] if len(rows) > NAMED else [])])
