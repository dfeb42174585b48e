"""Where an override puts an entry: its title on Trakt, and its episodes there."""

from __future__ import annotations

import difflib
import re
from itertools import combinations

from sync.mapping.overrides.fields import Fields, YamlMapping, YamlNode, YamlScalar, YamlSequence
from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind

EPISODES = re.compile(r"^(\d{1,4})(?:(-)(\d{1,4})?)?$")
TARGET = re.compile(r"^[sS](\d{1,4})[eE](\d{1,4})$")
ENDLESS = 10_000

Mistake = tuple[YamlNode, str]


def parse_episodes(node: YamlNode) -> tuple[tuple[Span, ...], list[Mistake]]:
    """The spans, in order, and what is wrong with them. A single episode may have a list of targets."""
    if not isinstance(node, YamlMapping) or not node.items:
        return (), [(node, '“episodes” must be a mapping such as {"1-12": s1e1}')]
    mistakes: list[Mistake] = []
    found: list[tuple[YamlScalar, Span]] = []
    for key, value in node.items:
        ends = _episodes(key)
        if ends is None:
            mistakes.append((key, f'“{key.value}” is no range of episodes; write "1-12", "13" or "14-"'))
            continue
        targets = _targets(key, value, ends, mistakes)
        found.extend((key, Span(*ends, season, number)) for season, number in targets)
    for (key, one), (other_key, other) in combinations(found, 2):
        says = None if key is other_key else _clash(one, other)
        if says:
            mistakes.append((other_key, says))
    return tuple(
        sorted((span for _, span in found), key=lambda span: (span.from_ep, span.season, span.first_episode))
    ), mistakes


def _episodes(key: YamlScalar) -> tuple[int, int | None] | None:
    match = EPISODES.match(str(key.value).replace(" ", "")) if not isinstance(key.value, bool) else None
    if match is None or int(match[1]) < 1:
        return None
    first = int(match[1])
    last = first if match[2] is None else (int(match[3]) if match[3] else None)
    return None if last is not None and last < first else (first, last)


def _targets(
    key: YamlScalar, value: YamlNode, ends: tuple[int, int | None], mistakes: list[Mistake]
) -> list[tuple[int, int]]:
    several = isinstance(value, YamlSequence)
    nodes = value.items if isinstance(value, YamlSequence) else (value,)
    if several and (ends[0] != ends[1] or not nodes):
        mistakes.append((value, f"“{key.value}”: only a single episode can have a list of targets"))
        return []
    targets: list[tuple[int, int]] = []
    for node in nodes:
        match = TARGET.match(str(node.value)) if isinstance(node, YamlScalar) else None
        if match is None or int(match[2]) < 1:
            says = f"“{node.value}”" if isinstance(node, YamlScalar) else "this"
            mistakes.append((node, f"“{key.value}”: {says} is no place such as s1e1"))
        else:
            targets.append((int(match[1]), int(match[2])))
    return targets


def _clash(one: Span, other: Span) -> str | None:
    """Why two spans cannot stand together. Single episodes may share a target: that is how several become one."""
    if one.from_ep <= (other.to_ep or ENDLESS) and other.from_ep <= (one.to_ep or ENDLESS):
        return f"episode {max(one.from_ep, other.from_ep)} is in two ranges"
    if one.season != other.season or (one.from_ep == one.to_ep and other.from_ep == other.to_ep):
        return None
    last, other_last = _last(one), _last(other)
    if one.first_episode <= other_last and other.first_episode <= last:
        number = max(one.first_episode, other.first_episode)
        return f"two ranges share s{one.season}e{number}; write shared episodes one by one if that is meant"
    return None


def _last(span: Span) -> int:
    return ENDLESS if span.to_ep is None else span.first_episode + span.to_ep - span.from_ep


OWNERS = ("trakt", "tmdb", "tvdb", "imdb")
TRAKT_URL = re.compile(r"^(?:https?://)?(?:www\.|app\.)?trakt\.tv/(shows|movies)/([A-Za-z0-9-]+)/?$")
SLUG = re.compile(r"^(?!\d+$)[A-Za-z0-9][A-Za-z0-9-]*$")
IMDB = re.compile(r"^tt\d{5,10}$")


def parse_override_title(fields: Fields) -> TitleRef | None:
    """The title, or ``None`` with the mistake noted."""
    owners = [owner for owner in OWNERS if owner in fields.nodes]
    if len(owners) == 1:
        kind = _kind(fields)
        if owners[0] == "trakt":
            return _trakt(fields, kind)
        return _imdb(fields, kind) if owners[0] == "imdb" else _other(fields, owners[0], kind)
    if owners:
        fields.wrong(owners[1], "give only one of " + " and ".join(f"“{owner}”" for owner in owners))
    else:
        fields.wrong(None, "say which title with “trakt”, “tmdb”, “tvdb” or “imdb”")
    return None


def _kind(fields: Fields) -> Kind:
    value = fields.scalar("type")
    if "type" not in fields.nodes or value == Kind.SHOW.value:
        return Kind.SHOW
    if value == Kind.MOVIE.value:
        return Kind.MOVIE
    near = difflib.get_close_matches(str(value).lower(), ("show", "movie"), 1, 0.5)
    fields.wrong("type", "“type” must be show or movie" + (f"; did you mean {near[0]}?" if near else ""))
    return Kind.SHOW


def _trakt(fields: Fields, kind: Kind) -> TitleRef | None:
    number = fields.number("trakt", 1)
    if number is not None:
        return TitleRef("trakt", kind, number)
    text = str(fields.scalar("trakt")).strip() if isinstance(fields.scalar("trakt"), str) else ""
    match = TRAKT_URL.match(text)
    if match is not None:
        return _address(fields, kind, Kind.SHOW if match[1] == "shows" else Kind.MOVIE, match[2])
    if SLUG.match(text):
        return TitleRef("slug", kind, text.lower())
    fields.wrong("trakt", "“trakt” must be a number, a slug, or an address such as trakt.tv/shows/cowboy-bebop")
    return None


def _address(fields: Fields, kind: Kind, told: Kind, name: str) -> TitleRef:
    """An address says by itself whether it is a show or a film."""
    if "type" in fields.nodes and told is not kind:
        fields.wrong("trakt", f"the address is a {told.value}, “type” says {kind.value}")
    return TitleRef("trakt", told, int(name)) if name.isdigit() else TitleRef("slug", told, name.lower())


def _imdb(fields: Fields, kind: Kind) -> TitleRef | None:
    value = fields.scalar("imdb")
    if isinstance(value, str) and IMDB.match(value):
        return TitleRef("imdb", kind, value)
    fields.wrong("imdb", "“imdb” must be an id such as tt0213338")
    return None


def _other(fields: Fields, owner: str, kind: Kind) -> TitleRef | None:
    number = fields.number(owner, 1)
    if number is None:
        fields.wrong(owner, f"“{owner}” must be a number")
    elif owner == "tvdb" and kind is Kind.MOVIE:
        fields.wrong(owner, "Trakt cannot find a film by TVDB id; use “tmdb”, “imdb” or “trakt”")
    else:
        return TitleRef(owner, kind, number)
    return None
