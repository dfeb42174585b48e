"""AniBridge mappings v3: AniList id → episode ranges in TMDB and TVDB seasons, or films.

A range reads ``x``, ``x-y`` or ``x-`` (open), with ``|ratio`` behind it when episodes do not pair up one to one, and
several of them with commas on the target's side. ``|0`` means "leave out". The ratio's sign differs between versions
of the file, so the lengths of both sides decide which of them is the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from sync.mapping.sources.claims import Claim, Source
from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind

DESCRIPTOR = re.compile(r"^(tmdb|tvdb|imdb)_(show|movie):(tt\d+|\d+)(?::s(\d+))?$")
RANGE = re.compile(r"^(\d+)(?:(-)(\d+)?)?$")
LONGEST = 5000
"""No anime has more episodes; a longer range is a typing error."""


def parse_anibridge(decoded: object) -> dict[int, tuple[Claim, ...]]:
    """Claims by AniList id, one a title. Raises ``ValueError`` when this is not AniBridge's file at all."""
    if not isinstance(decoded, Mapping):
        raise ValueError("AniBridge's mappings are not a JSON object")
    found: dict[int, tuple[Claim, ...]] = {}
    for key, value in decoded.items():
        owner, _, number = str(key).partition(":")
        if owner == "anilist" and number.isdigit() and isinstance(value, Mapping):
            found[int(number)] = tuple(_claims(value))
    if not found:
        raise ValueError("AniBridge's mappings hold no anilist: entry")
    return found


def _claims(targets: Mapping[str, object]) -> Iterator[Claim]:
    """One claim a title: the seasons of a show are joined, since an entry may lie in several of them."""
    spans: dict[TitleRef, list[Span]] = {}
    for descriptor, ranges in targets.items():
        match = DESCRIPTOR.match(descriptor)
        if match is None or not isinstance(ranges, Mapping):
            continue
        owner, kind, value, season = match.groups()
        ref = TitleRef(owner, Kind(kind), value if owner == "imdb" else int(value))
        found = spans.setdefault(ref, [])
        if season is not None:
            for source, target in ranges.items():
                found.extend(parse_range(str(source), str(target), int(season)))
    for ref, found in spans.items():
        yield Claim(Source.ANIBRIDGE, ref, spans=_closed(sorted(found, key=_order)))


def _closed(spans: list[Span]) -> tuple[Span, ...]:
    """The spans with each open one ended where a later one begins: while an entry airs, the file has a range for each
    season, and all of them are open."""
    starts = sorted({span.from_ep for span in spans})
    following = dict(pairwise(starts))
    return tuple(
        Span(span.from_ep, following[span.from_ep] - 1, span.season, span.first_episode)
        if span.to_ep is None and span.from_ep in following
        else span
        for span in spans
    )


def _order(span: Span) -> tuple[int, int, int, int]:
    return span.from_ep, span.to_ep or LONGEST, span.season, span.first_episode


def parse_range(source: str, target: str, season: int) -> tuple[Span, ...]:
    """The spans of ``"1-12": "13-24"``; empty for ``|0`` and for what cannot be read or does not add up."""
    text, _, ratio = target.replace(" ", "").partition("|")
    if "," in ratio:
        ratio, _, rest = ratio.partition(",")
        text = f"{text},{rest}"
    elif "|" in ratio or ratio == "0":
        return ()
    if ratio and (not re.fullmatch(r"[+-]?\d+", ratio) or int(ratio) == 0):
        return ()
    left = _range(source.strip())
    right = [_range(part) for part in text.split(",")]
    if left is None or None in right or not right:
        return ()
    targets = [part for part in right if part is not None]
    if left[1] is None or targets[-1][1] is None:
        return _open(left, targets, season, ratio)
    numbers = [n for first, last in targets if last is not None for n in range(first, last + 1)]
    return _pair(list(range(left[0], left[1] + 1)), numbers, season, ratio)


def _range(text: str) -> tuple[int, int | None] | None:
    match = RANGE.match(text)
    if match is None:
        return None
    first = int(match[1])
    last = first if match[2] is None else (int(match[3]) if match[3] else None)
    return None if last is not None and not first <= last < first + LONGEST else (first, last)


def _open(
    left: tuple[int, int | None], targets: list[tuple[int, int | None]], season: int, ratio: str
) -> tuple[Span, ...]:
    if len(targets) != 1 or ratio not in ("", "1", "-1"):
        return ()
    return (Span(left[0], left[1], season, targets[0][0]),)


def _pair(episodes: list[int], numbers: list[int], season: int, ratio: str) -> tuple[Span, ...]:
    """Pair both sides up: one to one, several episodes to one number, or one episode to several numbers."""
    step = abs(int(ratio)) if ratio else 1
    if len(episodes) == len(numbers):
        pairs = list(zip(episodes, numbers, strict=True))
    elif len(episodes) == len(numbers) * step:
        pairs = [(episode, numbers[i // step]) for i, episode in enumerate(episodes)]
    elif len(numbers) == len(episodes) * step:
        pairs = [(episodes[i // step], number) for i, number in enumerate(numbers)]
    else:
        return ()
    return joined((episode, season, number) for episode, number in pairs)


def joined(pairs: Iterator[tuple[int, int, int]] | list[tuple[int, int, int]]) -> tuple[Span, ...]:
    """Spans from (episode, season, number) triples: neighbours that run on in both counts share one."""
    spans: list[Span] = []
    for episode, season, number in pairs:
        last = spans[-1] if spans else None
        if (
            last is not None
            and last.to_ep == episode - 1
            and last.season == season
            and last.first_episode + episode - last.from_ep == number
        ):
            spans[-1] = Span(last.from_ep, episode, season, last.first_episode)
        else:
            spans.append(Span(episode, episode, season, number))
    return tuple(spans)
