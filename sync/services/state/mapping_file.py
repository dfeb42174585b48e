"""``mapping_cache.json``: what each AniList entry was found to be, each entry one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import CachedMapping, Candidate, Span, Verdict
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.services.state.document import (
    Damage,
    Fields,
    damaged,
    parse_document,
    parse_id,
    render_document,
    render_entries,
    render_moment,
    render_value,
)

MAPPING_FILE = "mapping_cache.json"
MOST_EPISODES = 100_000
"""Far more than any anime has; a longer range is damage, not a reason to fill the memory."""

_SPAN = re.compile(r"([0-9]{1,9})(?:(-)([0-9]{1,9})?)?:s([0-9]{1,9})e([0-9]{1,9})")
_NUMBERS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_VERDICTS = {verdict.name.lower(): verdict for verdict in Verdict}
_FACTS = {fact.value: fact for fact in Fact}
_REASONS = {reason.value: reason for reason in Reason}


def render_spans(spans: tuple[Span, ...]) -> str:
    """``1-12:s1e1 13:s0e2 14-:s2e1``: AniList episodes, then Trakt's season and first number."""
    return " ".join(
        f"{span.from_ep}{'' if span.to_ep == span.from_ep else f'-{_or_nothing(span.to_ep)}'}"
        f":s{span.season}e{span.first_episode}"
        for span in spans
    )


def parse_spans(text: str) -> tuple[Span, ...]:
    """The inverse of ``render_spans``. Raises ``Damage``."""
    spans = []
    for part in text.split():
        match = _SPAN.fullmatch(part)
        if match is None:
            raise Damage(f"{part[:60]!r} is no span of episodes")
        first, dash, last, season, number = match.groups()
        to_ep = int(last) if last else None if dash else int(first)
        spans.append(Span(int(first), to_ep, int(season), int(number)))
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


def parse_numbers(text: str) -> tuple[int, ...]:
    """The inverse of ``render_numbers``. Raises ``Damage``."""
    numbers: list[int] = []
    for part in text.split():
        match = _NUMBERS.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < first + MOST_EPISODES:
            raise Damage(f"{part[:60]!r} is no range of episodes")
        numbers.extend(range(first, last + 1))
    return tuple(numbers)


def parse_mappings(content: bytes, name: str) -> dict[int, CachedMapping]:
    """The cache in a file's ``content``. Raises ``StateError``."""
    document = parse_document(content, name)
    try:
        entries = Fields(document, "it").mapping("mappings")
        return {parse_id(key): _parse_mapping(parse_id(key), entry) for key, entry in entries.items()}
    except Damage as damage:
        raise damaged(name, damage) from damage


def render_mappings(mappings: Mapping[int, CachedMapping]) -> bytes:
    """The whole file."""
    entries = (f'"{key}": {render_mapping(mappings[key])}' for key in sorted(mappings))
    return render_document([("mappings", render_entries(entries))])


def render_mapping(mapping: CachedMapping) -> str:
    """One entry. A title's aliases are left out, because they serve the resolving that the cache spares; so is the
    verdict where it is the usual one."""
    fields: dict[str, object] = {
        "verdict": None if mapping.verdict is Verdict.RESOLVED else mapping.verdict.name.lower(),
        **(_title_fields(mapping.title) if mapping.title else {}),
        "spans": render_spans(mapping.spans),
        "reason": mapping.reason,
        "evidence": tuple(each.fact for each in mapping.evidence),
        "choices": tuple(map(_candidate_fields, mapping.candidates)),
        "waiting": render_numbers(mapping.waiting),
        "layout": mapping.layout_fingerprint,
        "basis": mapping.basis,
        "at": render_moment(mapping.verified_at),
    }
    return render_value(_filled(fields))


def _filled(fields: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value not in (None, "", ())}


def _candidate_fields(candidate: Candidate) -> dict[str, object]:
    return _filled(
        {
            **_title_fields(candidate.title),
            "spans": render_spans(candidate.spans),
            "for": tuple(each.fact for each in candidate.evidence if each.weight > 0),
            "against": tuple(each.fact for each in candidate.evidence if each.weight < 0),
        }
    )


def _title_fields(title: TraktTitle) -> dict[str, object]:
    return {
        title.kind.value: title.ids.trakt,
        "title": title.title,
        "year": title.year,
        "slug": title.ids.slug,
        "tmdb": title.ids.tmdb,
        "tvdb": title.ids.tvdb,
        "imdb": title.ids.imdb,
        "released": title.released.isoformat() if title.released else None,
        "runtime": title.runtime,
    }


def _parse_mapping(anilist_id: int, value: object) -> CachedMapping:
    fields = Fields(value, f'"{anilist_id}"')
    verdict = _VERDICTS.get(fields.text("verdict", "resolved"))
    if verdict is None:
        raise Damage(f'"{anilist_id}" has no verdict that is known')
    return CachedMapping(
        anilist_id=anilist_id,
        verdict=verdict,
        reason=_REASONS.get(fields.text("reason", "")),
        basis=fields.text("basis", ""),
        verified_at=fields.moment("at"),
        title=_parse_title(fields),
        spans=parse_spans(fields.text("spans", "")),
        evidence=_parse_evidence(fields.texts("evidence")),
        layout_fingerprint=fields.optional_text("layout"),
        candidates=tuple(_parse_candidates(fields)),
        waiting=parse_numbers(fields.text("waiting", "")),
    )


def _parse_evidence(names: Iterable[str], weight: float = 0.0) -> tuple[Evidence, ...]:
    """The facts of these names; one that this version does not know is left out."""
    return tuple(Evidence(_FACTS[name], weight) for name in names if name in _FACTS)


def _parse_candidates(fields: Fields) -> Iterable[Candidate]:
    """The candidates. Files had lines of text as "candidates" before, which nobody reads any more."""
    for each in fields.objects("choices"):
        title = _parse_title(each)
        if title is None:
            raise Damage("a candidate names no title")
        evidence = (*_parse_evidence(each.texts("for"), 1.0), *_parse_evidence(each.texts("against"), -1.0))
        yield Candidate(title, parse_spans(each.text("spans", "")), evidence)


def _parse_title(fields: Fields) -> TraktTitle | None:
    for kind in Kind:
        trakt_id = fields.optional_number(kind.value)
        if trakt_id is not None:
            return TraktTitle(
                kind=kind,
                ids=TraktIds(
                    trakt=trakt_id,
                    slug=fields.optional_text("slug"),
                    tmdb=fields.optional_number("tmdb"),
                    tvdb=fields.optional_number("tvdb"),
                    imdb=fields.optional_text("imdb"),
                ),
                title=fields.text("title", ""),
                year=fields.optional_number("year"),
                released=_parse_day(fields.optional_text("released")),
                runtime=fields.optional_number("runtime"),
            )
    return None


def _parse_day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Damage(f"{text[:40]!r} is no day") from error


def _or_nothing(number: int | None) -> str:
    return "" if number is None else str(number)
