"""``mapping_cache.json``: what each AniList entry was found to be, each entry one line.

The cache can be made again, so an entry that cannot be read is left out, and looked up afresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from sync.model.bounds import MOST_EPISODES, Id, Instant, Minutes, Text, Texts, Word, Year
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import CachedMapping, Candidate, Span, Verdict
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.services.state.document import (
    Damage,
    Older,
    damage_named,
    id_in,
    moment_of,
    number_in,
    parse_object,
    read_rows,
    read_struct,
    render_document,
    render_rows,
    render_value,
    typed,
)

MAPPING_FILE = "mapping_cache.json"
RESOLVED, SKIPPED = Verdict.RESOLVED.name.lower(), Verdict.SKIPPED.name.lower()

Runs = Annotated[str, msgspec.Meta(max_length=100_000)]

_SPAN = re.compile(r"(-?[0-9]+)(?:(-)(-?[0-9]+)?)?:s(-?[0-9]+)e(-?[0-9]+)")
_NUMBERS = re.compile(r"(-?[0-9]+)(?:-(-?[0-9]+))?")
_NEVER = datetime.min.replace(tzinfo=UTC)
_VERDICTS = {verdict.name.lower(): verdict for verdict in Verdict}
_FACTS = {fact.value: fact for fact in Fact}
_REASONS = {reason.value: reason for reason in Reason}


class MappingDocument1(msgspec.Struct, frozen=True):
    """Schema 1: AniList id → a row that held the reasons and candidates as lines of a page."""

    mappings: dict[str, object] = {}


class MappingDocument(msgspec.Struct, frozen=True):
    """The file: AniList id → ``MappingRow``."""

    mappings: dict[str, object] = {}


def _without_words(document: MappingDocument1) -> MappingDocument:
    """Certain mappings without their words. The others are left out: the next run asks again, and notes facts."""
    return MappingDocument(dict(_certain_rows(document.mappings)))


def _certain_rows(rows: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, row in rows.items():
        if not isinstance(row, dict):
            yield key, row  # it is for the reading of rows to say what is wrong with it
        elif row.get("verdict") in (None, RESOLVED, SKIPPED):
            yield key, {name: value for name, value in row.items() if name not in ("why", "evidence", "candidates")}


OLDER: tuple[Older[Any], ...] = (Older(MappingDocument1, _without_words),)
"""The schemas before today's, oldest first; the newest one is ``len(OLDER) + 1``."""


class NamedTitle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A title: ``show`` or ``movie`` is Trakt's id; ``runtime`` is minutes; its aliases serve the resolving that the
    cache spares, and are not kept."""

    show: Id | None = None
    movie: Id | None = None
    title: Text = ""
    year: Year | None = None
    slug: Text | None = None
    tmdb: Id | None = None
    tvdb: Id | None = None
    imdb: Word | None = None
    released: date | None = None
    runtime: Minutes | None = None
    spans: Runs = ""


class CandidateRow(NamedTitle, frozen=True, kw_only=True, omit_defaults=True, rename={"in_favour": "for"}):
    """A candidate: names of facts that speak for it and against it."""

    in_favour: Texts = ()
    against: Texts = ()


class MappingRow(NamedTitle, frozen=True, kw_only=True, omit_defaults=True):
    """One entry, in the order of its line. ``verdict`` is left out where it is the usual one; ``reason`` and
    ``evidence`` are names of facts."""

    verdict: Word | None = None
    reason: Word | None = None
    evidence: Texts = ()
    candidates: tuple[CandidateRow, ...] = ()
    waiting: Runs = ""
    layout: Word | None = None
    basis: Text = ""
    at: Instant


def parse_mappings(content: bytes, name: str, left_out: list[str] | None = None) -> dict[int, CachedMapping]:
    """The cache in a file's ``content``; an entry that cannot be read is named in ``left_out``. Raises
    ``StateError``."""
    with damage_named(name, content):
        document = read_struct(parse_object(content), MappingDocument, OLDER, name=name)
        return read_rows(document.mappings, _read_row, [] if left_out is None else left_out, derived=True)


def render_mappings(mappings: Mapping[int, CachedMapping], left_out: list[str] | None = None) -> bytes:
    """The whole file. An entry that could not be read again is not written, but named in ``left_out``."""
    rows = {str(key): _row_of(mappings[key]) for key in sorted(mappings)}
    entries = render_rows(rows, _check_row, [] if left_out is None else left_out)
    return render_document([("mappings", entries)], schema=len(OLDER) + 1)


def merge_mappings(ours: Mapping[int, CachedMapping], theirs: Mapping[int, CachedMapping]) -> dict[int, CachedMapping]:
    """Each entry as it was verified last; at the same second, the one whose text sorts later, so that order is moot."""
    merged = dict(theirs)
    for anilist_id, mapping in ours.items():
        other = merged.get(anilist_id)
        if other is None or _freshness(mapping) > _freshness(other):
            merged[anilist_id] = mapping
    return merged


def without_verified_at(mappings: Mapping[int, CachedMapping]) -> dict[int, CachedMapping]:
    """What of the cache is worth a commit: all but when each entry was last looked at."""
    return {key: replace(mapping, verified_at=_NEVER) for key, mapping in mappings.items()}


def render_spans(spans: tuple[Span, ...]) -> str:
    """``1-12:s1e1 13:s0e2 14-:s2e1``: AniList episodes, then Trakt's season and first number."""
    return " ".join(
        f"{span.from_ep}{'' if span.to_ep == span.from_ep else f'-{_or_nothing(span.to_ep)}'}"
        f":s{span.season}e{span.first_episode}"
        for span in spans
    )


@lru_cache(maxsize=4096)
def parse_spans(text: str) -> tuple[Span, ...]:
    """The inverse of ``render_spans``. Raises ``Damage``."""
    spans = []
    for part in text.split():
        match = _SPAN.fullmatch(part)
        if match is None:
            raise Damage(f"{part[:60]!r} is no span of episodes")
        first, dash, last, season, number = match.groups()
        from_ep = _episode(first)
        to_ep = _episode(last) if last else None if dash else from_ep
        spans.append(Span(from_ep, to_ep, _episode(season), _episode(number)))
    return tuple(spans)


def render_numbers(numbers: tuple[int, ...]) -> str:
    """``13-24 30``: episodes, in the order given."""
    parts: list[tuple[int, int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1] = (parts[-1][0], number)
        else:
            parts.append((number, number))
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


@lru_cache(maxsize=4096)
def parse_numbers(text: str) -> tuple[int, ...]:
    """The inverse of ``render_numbers``. Raises ``Damage``."""
    numbers: list[int] = []
    for part in text.split():
        match = _NUMBERS.fullmatch(part)
        first, last = (_episode(match[1]), _episode(match[2] or match[1])) if match else (1, 0)
        if not first <= last:
            raise Damage(f"{part[:60]!r} is no range of episodes")
        numbers.extend(range(first, last + 1))
        number_in(str(len(numbers)), most=MOST_EPISODES)
    return tuple(numbers)


def _row_of(mapping: CachedMapping) -> object:
    row = MappingRow(
        **_title_fields(mapping.title),
        spans=render_spans(mapping.spans),
        verdict=None if mapping.verdict is Verdict.RESOLVED else mapping.verdict.name.lower(),
        reason=mapping.reason,
        evidence=tuple(each.fact for each in mapping.evidence),
        candidates=tuple(map(_candidate_row, mapping.candidates)),
        waiting=render_numbers(mapping.waiting),
        layout=mapping.layout_fingerprint,
        basis=mapping.basis,
        at=mapping.verified_at.astimezone(UTC).replace(microsecond=0),
    )
    return msgspec.to_builtins(row)


def _candidate_row(candidate: Candidate) -> CandidateRow:
    return CandidateRow(
        **_title_fields(candidate.title),
        spans=render_spans(candidate.spans),
        in_favour=tuple(each.fact for each in candidate.evidence if each.weight > 0),
        against=tuple(each.fact for each in candidate.evidence if each.weight < 0),
    )


def _title_fields(title: TraktTitle | None) -> dict[str, Any]:
    if title is None:
        return {}
    return {
        title.kind.value: title.ids.trakt,
        "title": title.title,
        "year": title.year,
        "slug": title.ids.slug,
        "tmdb": title.ids.tmdb,
        "tvdb": title.ids.tvdb,
        "imdb": title.ids.imdb,
        "released": title.released,
        "runtime": title.runtime,
    }


def _check_row(key: str, value: object) -> tuple[int, MappingRow]:
    """Id and row. Raises ``Damage`` for whatever would be in the way of reading it."""
    anilist_id, row = id_in(key), typed(value, MappingRow)
    if (row.verdict or RESOLVED) not in _VERDICTS:
        raise Damage(f"{row.verdict!r} is no verdict that is known")
    moment_of(row.at)
    for each in (row, *row.candidates):
        parse_spans(each.spans)
    if any(_title_in(each) is None for each in row.candidates):
        raise Damage("a candidate names no title")
    parse_numbers(row.waiting)
    return anilist_id, row


def _read_row(key: str, value: object) -> tuple[int, CachedMapping]:
    anilist_id, row = _check_row(key, value)
    return anilist_id, CachedMapping(
        anilist_id=anilist_id,
        verdict=_VERDICTS[row.verdict or RESOLVED],
        reason=_REASONS.get(row.reason or ""),
        basis=row.basis,
        verified_at=moment_of(row.at),
        title=_title_in(row),
        spans=parse_spans(row.spans),
        evidence=_evidence(row.evidence),
        layout_fingerprint=row.layout,
        candidates=tuple(_read_candidates(row.candidates)),
        waiting=parse_numbers(row.waiting),
    )


def _evidence(names: Iterable[str], weight: float = 0.0) -> tuple[Evidence, ...]:
    """The facts of these names; one that this version does not know is left out."""
    return tuple(Evidence(_FACTS[name], weight) for name in names if name in _FACTS)


def _read_candidates(rows: Iterable[CandidateRow]) -> Iterator[Candidate]:
    for row in rows:
        title = _title_in(row)
        if title is not None:
            evidence = (*_evidence(row.in_favour, 1.0), *_evidence(row.against, -1.0))
            yield Candidate(title, parse_spans(row.spans), evidence)


def _title_in(row: NamedTitle) -> TraktTitle | None:
    trakt_id = row.show or row.movie
    if trakt_id is None:
        return None
    return TraktTitle(
        kind=Kind.SHOW if row.show else Kind.MOVIE,
        ids=TraktIds(trakt_id, row.slug, row.tmdb, row.tvdb, row.imdb),
        title=row.title,
        year=row.year,
        released=row.released,
        runtime=row.runtime,
    )


def _episode(digits: str) -> int:
    return number_in(digits, most=MOST_EPISODES)


def _freshness(mapping: CachedMapping) -> tuple[datetime, str]:
    return mapping.verified_at, render_value(_row_of(mapping))


def _or_nothing(number: int | None) -> str:
    return "" if number is None else str(number)
