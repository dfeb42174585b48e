"""The command line's words → options. A word that is not understood is refused; it never means yes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from sync.errors import ConfigError
from sync.settings import SWITCH_WORDS

SWITCHES = ("--dry-run", "--allow-large", "--again", "--preview")
LARGEST_ID = 2**31 - 1
"""AniList's ids are GraphQL's Int."""

_ANILIST_ID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?anilist\.co/anime/)?([1-9][0-9]{0,9})(?:[/?#]\S*)?", re.IGNORECASE | re.ASCII
)


class Arguments(argparse.ArgumentParser):
    """A parser whose refusals are ``ConfigError``s, which reach the page of a run and not only its log, and which takes
    no option for one that it only begins like."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Raises ``ConfigError`` with what was refused."""
        raise ConfigError([f"{message[:1].upper()}{message[1:]}. ({self.prog} --help names what there is.)"])


def plain_switches(arguments: Sequence[str]) -> list[str]:
    """The arguments with ``--dry-run=yes`` as ``--dry-run`` and without ``--dry-run=no``, for every switch.

    The words are those of the settings; one that says nothing, as an empty field of a form, is a no. What follows
    ``--`` stays as it is. Raises ``ConfigError`` that names each word that is neither.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    plain, problems = [], []
    for argument in arguments[:end]:
        switch, is_given, word = argument.partition("=")
        if switch not in SWITCHES or not is_given:
            plain.append(argument)
        elif word.strip().lower() not in SWITCH_WORDS | {"": False}:
            problems.append(f"{switch} must be true or false; it is {word[:80]!r}. Nothing was done.")
        elif SWITCH_WORDS.get(word.strip().lower(), False):
            plain.append(switch)
    if problems:
        raise ConfigError(problems)
    return [*plain, *arguments[end:]]


def find_anilist_id(text: str) -> int | None:
    """The id in what somebody typed or pasted: the number, or the address of the entry's page; ``None`` if it is
    neither, or larger than AniList's ids can be."""
    match = _ANILIST_ID.fullmatch(text.strip())
    return int(match[1]) if match and int(match[1]) <= LARGEST_ID else None


def anilist_id(text: str) -> int:
    """The id, for ``argparse``. Raises ``ArgumentTypeError`` with what to give in its place."""
    found = find_anilist_id(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text[:80]!r} is no AniList entry: give the address of its page, such as "
            "https://anilist.co/anime/17074, or the number in it"
        )
    return found
