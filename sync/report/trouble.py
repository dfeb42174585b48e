"""A run's trouble in three parts: what is the matter, the detail, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sync.errors import ConfigError, LoginLost, SyncError

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
