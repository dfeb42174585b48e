"""The issue form of a manual map → one line for ``overrides.yaml``, or everything that is wrong with it.

The form's text is foreign: what comes out of here is made of numbers, checked names and one quoted reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sync.commands.arguments import find_anilist_id
from sync.report.text import plain

ANILIST, ACTION, TRAKT = "AniList entry", "What should happen", "Trakt show or film"
SEASON, FIRST, EPISODES, REASON = "Season", "First episode", "Episode by episode", "Reason"
HEADINGS = (ANILIST, ACTION, TRAKT, SEASON, FIRST, EPISODES, REASON)
"""The labels in ``.github/ISSUE_TEMPLATE/manual-map.yml``; GitHub makes them the headings of the issue's text."""
EMPTY = "_No response_"
SKIP = "Skip it"
LONGEST_FORM = 20_000
MOST_LINES = 200
LONGEST_REASON = 200

_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|app\.)?trakt\.tv/(?P<kind>shows|movies)/(?P<name>[A-Za-z0-9-]{1,200})"
    r"(?:/seasons/(?P<season>[0-9]{1,4})(?:/episodes/(?P<episode>[0-9]{1,4}))?)?/?(?:[?#]\S*)?"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,199}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_SPAN = re.compile(r'"?([0-9]{1,4})(?: ?([-–]) ?([0-9]{1,4})?)?"? ?: ?[sS]([0-9]{1,4})[eE]([0-9]{1,4}),?')
_BARE = re.compile(r"(?=.*[g-z])[a-z][a-z0-9-]*")
_YAML_WORDS = {"true", "yes", "on", "null", "no"}


@dataclass(frozen=True, slots=True)
class RequestedMap:
    """What a form asks for: ``line`` is ready for ``overrides.yaml``."""

    anilist_id: int
    line: str


class BadForm(Exception):
    """The form cannot be acted on; ``problems`` are sentences that say why, all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def parse_form(body: str) -> RequestedMap:
    """The map that an issue's text asks for. Raises ``BadForm``."""
    if len(body) > LONGEST_FORM:
        raise BadForm([f"The form holds more than {LONGEST_FORM:,} characters; a mapping needs far fewer."])
    fields, problems = _fields(body), list[str]()
    anilist_id = _anilist_id(fields, problems)
    parts = _skip(fields) if fields.get(ACTION) == SKIP else _mapping(fields, problems)
    if problems:
        raise BadForm(problems)
    return RequestedMap(anilist_id, f"{anilist_id}: {{{', '.join(parts)}}}")


def _fields(body: str) -> dict[str, str]:
    """The form's answers by heading; the first of two counts, and an unknown heading is part of the answer above."""
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in body.replace("\r\n", "\n").split("\n"):
        heading = line.removeprefix("### ").strip() if line.startswith("### ") else ""
        if heading in HEADINGS:
            current = []
            fields.setdefault(heading, current)
        else:
            current.append(line)
    joined = {heading: "\n".join(lines).strip() for heading, lines in fields.items()}
    return {heading: "" if text == EMPTY else text for heading, text in joined.items()}


def _anilist_id(fields: Mapping[str, str], problems: list[str]) -> int:
    text = fields.get(ANILIST, "")
    found = find_anilist_id(text)
    if found is not None:
        return found
    said = f"“{plain(text, 80)}” is none" if text else "it is empty"
    problems.append(
        f"{ANILIST}: give the address of its page, such as https://anilist.co/anime/17074, or the number in it; {said}."
    )
    return 0


def _skip(fields: Mapping[str, str]) -> list[str]:
    reason = plain(fields.get(REASON, ""), LONGEST_REASON) or "not on Trakt"
    return ["skip: true", f"reason: {json.dumps(reason, ensure_ascii=False)}"]


def _mapping(fields: Mapping[str, str], problems: list[str]) -> list[str]:
    text = fields.get(TRAKT, "")
    address = _ADDRESS.fullmatch(text)
    if not address and not _NAME.fullmatch(text):
        said = f"“{plain(text, 80)}” is none" if text else "it is empty"
        problems.append(f"{TRAKT}: give the address of its page, such as https://trakt.tv/shows/monogatari; {said}.")
    film = bool(address) and address is not None and address["kind"] == "movies"
    parts = [f"trakt: {_reference(address['name'] if address else text)}"]
    if film:
        given = [heading for heading in (SEASON, FIRST, EPISODES) if fields.get(heading)]
        if given:
            problems.append(f"{given[0]}: a film has none; leave it empty.")
        return [*parts, "type: movie"]
    return [*parts, *_place(fields, address, problems)]


def _reference(name: str) -> str:
    """A slug or an id as YAML reads it back; quoted wherever YAML might take it for something else."""
    name = name.lower()
    if name.isdigit():
        return str(int(name))
    return name if _BARE.fullmatch(name) and name not in _YAML_WORDS else f'"{name}"'


def _place(fields: Mapping[str, str], address: re.Match[str] | None, problems: list[str]) -> list[str]:
    if fields.get(EPISODES):
        others = [heading for heading in (SEASON, FIRST) if fields.get(heading)]
        if others:
            problems.append(f"{others[0]}: leave it empty when “{EPISODES}” says where each one is.")
        return [f"episodes: {{{', '.join(_spans(fields[EPISODES], problems))}}}"]
    linked = {SEASON: address["season"], FIRST: address["episode"]} if address else {}
    season = _count(SEASON, fields.get(SEASON) or linked.get(SEASON) or "", 0, problems)
    first = _count(FIRST, fields.get(FIRST) or linked.get(FIRST) or "", 1, problems)
    if season is None and first is not None:
        problems.append(f"{FIRST}: it needs a {SEASON.lower()} as well.")
    parts = [f"season: {season}"] if season is not None else []
    return [*parts, f"first_episode: {first}"] if first is not None else parts


def _count(heading: str, text: str, least: int, problems: list[str]) -> int | None:
    if not text:
        return None
    if _NUMBER.fullmatch(text) and int(text) >= least:
        return int(text)
    problems.append(f"{heading}: it must be a number from {least}; “{plain(text, 40)}” is none.")
    return None


def _spans(text: str, problems: list[str]) -> list[str]:
    """``"1-5": s3e1`` for each line; that they fit together is for the file's own check to say."""
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.strip().startswith("```")]
    if len(lines) > MOST_LINES:
        problems.append(f"{EPISODES}: more than {MOST_LINES} lines.")
        return []
    spans: dict[str, str] = {}
    for line in lines:
        match = _SPAN.fullmatch(" ".join(line.split()))
        if match is None:
            problems.append(f"{EPISODES}: “{plain(line, 60)}” is no line such as “1-5: s3e1”.")
            continue
        first, dash, last, season, number = match.groups()
        episodes = f"{int(first)}{'-' if dash else ''}{int(last) if last else ''}"
        if episodes in spans:
            problems.append(f"{EPISODES}: {episodes} stands there twice.")
        spans[episodes] = f"s{int(season)}e{int(number)}"
    return [f'"{episodes}": {place}' for episodes, place in spans.items()]
