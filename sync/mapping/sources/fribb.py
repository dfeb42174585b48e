"""Fribb/anime-lists: AniList id → TMDB, TVDB and IMDb ids, a season, an episode offset.

Its shape changed four times since 2025 (repository history: 2026-01-17, 2026-05-19, 2026-06-16); all four are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync.mapping.sources.claims import Claim, Source
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind


@dataclass(frozen=True, slots=True)
class FribbRow:
    """One AniList id with its MAL id, its kind (``TV``, ``OVA``, …) and what the row claims."""

    anilist_id: int
    mal_id: int | None
    kind: str
    claims: tuple[Claim, ...]


def parse_fribb(decoded: object) -> tuple[FribbRow, ...]:
    """The rows that have an AniList id. Raises ``ValueError`` when this is not Fribb's list at all."""
    if not isinstance(decoded, list):
        raise ValueError("Fribb's list is not a JSON list")
    rows = tuple(row for item in decoded if isinstance(item, Mapping) for row in _row(item))
    if not rows:
        raise ValueError("Fribb's list holds no row with an anilist_id")
    return rows


def _row(item: Mapping[str, object]) -> Iterator[FribbRow]:
    anilist_id = whole(item.get("anilist_id"))
    if anilist_id is None:
        return
    kind = str(item.get("type") or "").upper()
    yield FribbRow(anilist_id, whole(item.get("mal_id")), kind, tuple(_claims(item, kind)))


def _claims(item: Mapping[str, object], kind: str) -> Iterator[Claim]:
    shows, movies = _tmdb(item.get("themoviedb_id"), kind)
    tvdb = whole(item.get("tvdb_id", item.get("thetvdb_id")))
    imdb = _imdb(item.get("imdb_id"))
    for movie in movies:
        also = tuple(TitleRef("imdb", Kind.MOVIE, i) for i in imdb)
        yield Claim(Source.FRIBB, TitleRef("tmdb", Kind.MOVIE, movie), also=also if len(movies) == 1 else ())
    if not shows and not movies and kind == "MOVIE" and tvdb is None:
        for value in imdb:
            yield Claim(Source.FRIBB, TitleRef("imdb", Kind.MOVIE, value))
    refs = [TitleRef("tmdb", Kind.SHOW, show) for show in shows]
    refs += [TitleRef("tvdb", Kind.SHOW, tvdb)] if tvdb is not None else []
    others = () if movies or kind == "MOVIE" else tuple(TitleRef("imdb", Kind.SHOW, i) for i in imdb)
    for ref in refs:
        season = _part(item.get("season"), ref.owner)
        offset = _part(item.get("episode_offset"), ref.owner)
        first = None if season is None and offset is None else (offset or 0) + 1
        also = tuple(other for other in refs if other != ref) + others
        yield Claim(Source.FRIBB, ref, season, first, also=also)


def _tmdb(value: object, kind: str) -> tuple[list[int], list[int]]:
    """TMDB show ids and film ids, whichever of the four shapes the field has."""
    if isinstance(value, Mapping):
        return _ids(value.get("tv")), _ids(value.get("movie"))
    found = _ids(value)
    return ([], found) if kind == "MOVIE" else (found, [])


def _ids(value: object) -> list[int]:
    items = value if isinstance(value, list) else [value]
    return [number for number in map(whole, items) if number is not None]


def _imdb(value: object) -> list[str]:
    items = value if isinstance(value, list) else str(value or "").split(",")
    return [item.strip() for item in items if isinstance(item, str) and item.strip().startswith("tt")]


def _part(value: object, owner: str) -> int | None:
    return whole(value.get(owner)) if isinstance(value, Mapping) else None


def whole(value: object) -> int | None:
    """The integer in ``value`` (Fribb writes some ids as text), or ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else None
