"""The ``episodes`` of an override, ``{"1-12": s1e1, "13": s0e3}``: AniList's on the left, Trakt's on the right."""

from __future__ import annotations

import re
from itertools import combinations

from sync.mapping.overrides.yaml_node import YamlMapping, YamlNode, YamlScalar, YamlSequence
from sync.model.mapping import Span

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
