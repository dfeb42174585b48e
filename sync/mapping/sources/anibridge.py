"""AniBridge mappings v3: AniList id → episode ranges in TMDB and TVDB seasons, or films.

A range reads ``x``, ``x-y`` or ``x-`` (open), with ``|ratio`` behind it when episodes do not pair up one to one, and
several of them with commas on the target's side. ``|0`` means "leave out". The ratio's sign differs between versions
of the file, so the lengths of both sides decide which of them is the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Raw
from msgspec.json import Decoder

from sync.mapping.sources.claims import Claim, Made, Names, Source, Table
from sync.model.bounds import UNREADABLE, LeftOut, Line, Word, read_json, reason_of
from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind

ENTRY = re.compile(r"anilist:(\d{1,9})")
DESCRIPTOR = re.compile(r"^(tmdb|tvdb|imdb)_(show|movie):(tt\d{1,12}|\d{1,9})(?::s(\d{1,5}))?$")
RANGE = re.compile(r"^(\d{1,5})(?:(-)(\d{1,5})?)?$")
LONGEST = 5000
"""No anime has more episodes; a longer range is a typing error."""

Targets = Annotated[dict[Word, Annotated[dict[Word, Line], Meta(max_length=2_000)]], Meta(max_length=500)]
"""Descriptor (``tmdb_show:1429:s3``) → AniList's episodes → the target's."""
_DOCUMENT = Decoder(dict[str, Raw])
_TARGETS: Decoder[dict[str, dict[str, str]]] = Decoder(Targets)


def parse_anibridge(body: bytes) -> Table:
    """Claims by AniList id, one a title. Raises ``ValueError`` when this is not AniBridge's file at all."""
    rows = read_json(_DOCUMENT.decode, body, ValueError("AniBridge's mappings are not a JSON object"))
    found: dict[int, bytes] = {}
    bad: list[LeftOut] = []
    names = Names()
    for key, raw in rows.items():
        match = ENTRY.fullmatch(key)
        if match is None:
            continue
        anilist_id = int(match[1])
        try:
            targets = _TARGETS.decode(raw)
        except UNREADABLE as error:
            bad.append(LeftOut("entries of AniBridge's mappings", reason_of(error), anilist_id))
            continue
        found[anilist_id] = bytes(raw)  # a copy: the file as a whole need not stay
        for descriptor in targets:
            if (title := _title(descriptor)) is not None:
                names.add(*title[0], anilist_id)
    if not found:
        raise ValueError("AniBridge's mappings hold no anilist: entry")
    claims = Made(found, lambda raw: tuple(_claims(_TARGETS.decode(raw))))
    return Table(names=names, claims=claims, left_out=tuple(bad))


def _title(descriptor: str) -> tuple[tuple[str, Kind, int | str], int | None] | None:
    """The title that a descriptor names, as owner, kind and id, and the season in it."""
    match = DESCRIPTOR.match(descriptor)
    if match is None:
        return None
    owner, kind, value, season = match.groups()
    return (owner, Kind(kind), value if owner == "imdb" else int(value)), None if season is None else int(season)


def _claims(targets: Mapping[str, Mapping[str, str]]) -> Iterator[Claim]:
    """One claim a title: the seasons of a show are joined, since an entry may lie in several of them."""
    spans: dict[TitleRef, list[Span]] = {}
    for descriptor, ranges in targets.items():
        if (title := _title(descriptor)) is None:
            continue
        found = spans.setdefault(TitleRef(*title[0]), [])
        for source, target in ranges.items() if title[1] is not None else ():
            found.extend(parse_range(source, target, title[1] or 0))
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
    if left is None or None in right:
        return ()
    targets = [part for part in right if part is not None]
    closed = [(first, last) for first, last in targets if last is not None]
    if left[1] is None or targets[-1][1] is None:
        return _open(left, targets, season, ratio)
    episodes, numbers = left[1] - left[0] + 1, sum(last - first + 1 for first, last in closed)
    if episodes == numbers:
        return _one_to_one(left[0], closed, season)
    return _pair(range(left[0], left[1] + 1), closed, season, abs(int(ratio)) if ratio else 1)


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


def _one_to_one(episode: int, targets: Sequence[tuple[int, int]], season: int) -> tuple[Span, ...]:
    """A span for each target range; two that run on are one."""
    spans: list[Span] = []
    after: int | None = None
    for first, last in targets:
        end = episode + last - first
        if spans and first == after:
            spans[-1] = Span(spans[-1].from_ep, end, season, spans[-1].first_episode)
        else:
            spans.append(Span(episode, end, season, first))
        episode, after = end + 1, last + 1
    return tuple(spans)


def _pair(episodes: Sequence[int], targets: Sequence[tuple[int, int]], season: int, step: int) -> tuple[Span, ...]:
    """Pairs both sides up where ``step`` episodes share a number, or one episode has ``step`` numbers."""
    numbers = [number for first, last in targets for number in range(first, last + 1)]
    if len(episodes) == len(numbers) * step:
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
