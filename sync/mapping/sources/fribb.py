"""Fribb/anime-lists: AniList id → TMDB, TVDB and IMDb ids, a season, an episode offset.

Its shape changed four times since 2025 (repository history: 2026-01-17, 2026-05-19, 2026-06-16); all four are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from sync.mapping.sources.claims import Claim, Made, Names, Source, Table
from sync.model.bounds import Count, OtherId, RowReader, Word, read_json
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind

LARGEST_ID = 2**31 - 1
Known = OtherId | Word
"""An id as a number, an id as text, or a word such as ``movie`` where there is none."""
SomeKnown = Known | Annotated[list[Known], Meta(max_length=100)]
Offset = Annotated[int, Meta(ge=-20_000, le=20_000)]


class TmdbIds(Struct, gc=False):
    """``themoviedb_id`` since 2026-05."""

    tv: SomeKnown | None = None
    movie: SomeKnown | None = None


class OwnSeasons(Struct, gc=False):
    """The season in which an entry begins, in each database's own numbers."""

    tvdb: Count | None = None
    tmdb: Count | None = None


class OwnOffsets(Struct, gc=False):
    """How many episodes of that season come before the entry, in each database; it may be negative."""

    tvdb: Offset | None = None
    tmdb: Offset | None = None


class FribbRow(Struct, gc=False):
    """A row of ``anime-list-full.json``. ``thetvdb_id`` was TVDB's field until 2026-01."""

    anilist_id: Known | None = None
    mal_id: Known | None = None
    type: Word | None = None
    themoviedb_id: OtherId | Word | TmdbIds | None = None
    tvdb_id: Known | None = None
    thetvdb_id: Known | None = None
    imdb_id: Word | Annotated[list[Word], Meta(max_length=100)] | None = None
    season: OwnSeasons | None = None
    episode_offset: OwnOffsets | None = None

    @property
    def kind(self) -> str:
        """What it is: ``TV``, ``OVA``, …; empty if the row does not say."""
        return (self.type or "").upper()


_ROWS = RowReader(FribbRow)


def parse_fribb(body: bytes) -> Table:
    """The rows that have an AniList id. Raises ``ValueError`` when this is not Fribb's list at all."""
    rows, bad = read_json(_ROWS.read, body, ValueError("Fribb's list is not a JSON list"))
    found: dict[int, tuple[FribbRow, ...]] = {}
    mal_ids: dict[int, int] = {}
    names = Names()
    for row in rows:
        anilist_id = whole(row.anilist_id)
        if anilist_id is None:
            continue
        found[anilist_id] = (*found.get(anilist_id, ()), row)
        if (mal_id := whole(row.mal_id)) is not None:
            mal_ids[anilist_id] = mal_id
        for owner, kind, value in _titles(row):
            names.add(owner, kind, value, anilist_id)
    if not found:
        raise ValueError("Fribb's list holds no row with an anilist_id")
    return Table(
        names=names,
        claims=Made(found, lambda rows: tuple(claim for row in rows for claim in _claims(row))),
        mal_ids=mal_ids,
        kinds=Made(found, lambda rows: rows[-1].kind),
        left_out=tuple(each.left_out("rows of Fribb's list", "anilist_id") for each in bad),
    )


def _titles(row: FribbRow) -> Iterator[tuple[str, Kind, int | str]]:
    """The titles that the row is about: films first, TMDB's show before TVDB's."""
    shows, movies = _tmdb(row)
    tvdb = _tvdb(row)
    for movie in movies:
        yield "tmdb", Kind.MOVIE, movie
    if not shows and not movies and tvdb is None and row.kind == "MOVIE":
        for value in _imdb(row):
            yield "imdb", Kind.MOVIE, value
    for show in shows:
        yield "tmdb", Kind.SHOW, show
    if tvdb is not None:
        yield "tvdb", Kind.SHOW, tvdb


def _claims(row: FribbRow) -> Iterator[Claim]:
    refs = [TitleRef(*title) for title in _titles(row)]
    films = [ref for ref in refs if ref.kind is Kind.MOVIE]
    shows = [ref for ref in refs if ref.kind is Kind.SHOW]
    imdb = _imdb(row)
    for film in films:
        same = film.owner == "tmdb" and len(films) == 1
        yield Claim(Source.FRIBB, film, also=tuple(TitleRef("imdb", Kind.MOVIE, i) for i in imdb) if same else ())
    others = () if films or row.kind == "MOVIE" else tuple(TitleRef("imdb", Kind.SHOW, i) for i in imdb)
    for ref in shows:
        season, offset = _part(row.season, ref.owner), _part(row.episode_offset, ref.owner)
        first = None if season is None and offset is None else (offset or 0) + 1
        also = tuple(other for other in shows if other != ref) + others
        yield Claim(Source.FRIBB, ref, season, first, also=also)


def _tmdb(row: FribbRow) -> tuple[list[int], list[int]]:
    """TMDB show ids and film ids, whichever of the four shapes the field has."""
    said = row.themoviedb_id
    if isinstance(said, TmdbIds):
        return _ids(said.tv), _ids(said.movie)
    found = _ids(said)
    return ([], found) if row.kind == "MOVIE" else (found, [])


def _tvdb(row: FribbRow) -> int | None:
    return whole(row.thetvdb_id if row.tvdb_id is None else row.tvdb_id)


def _ids(said: int | str | list[int | str] | None) -> list[int]:
    items = said if isinstance(said, list) else [said]
    return [number for item in items if (number := whole(item)) is not None]


def _imdb(row: FribbRow) -> list[str]:
    said = row.imdb_id
    items = said if isinstance(said, list) else (said or "").split(",")
    return [item.strip() for item in items if item.strip().startswith("tt")]


def _part(said: OwnSeasons | OwnOffsets | None, owner: str) -> int | None:
    if said is None:
        return None
    return said.tmdb if owner == "tmdb" else said.tvdb


def whole(value: int | str | None) -> int | None:
    """The id in ``value`` (Fribb and anitrakt write some as text), ``None`` for a word, 0, or no id at all."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() else None
    return value if value and value <= LARGEST_ID else None
