"""anitrakt extended (MIT, github.com/rensetsu/db.trakt.extended-anitrakt): MAL id → Trakt show or film.

Its show and film ids are good. Its season is a running counter of cours, wrong for split cours, so it is kept only as
a weak hint where the row says that the season exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from sync.mapping.sources.claims import Claim, Made, Names, Source, Table
from sync.mapping.sources.fribb import Known, whole
from sync.model.bounds import Count, Line, RowReader, Word, read_json
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind, TraktIds, TraktTitle


class MalTitle(Struct, gc=False):
    """The title on MyAnimeList."""

    id: Known | None = None


class AnitraktSeason(Struct, gc=False):
    """The season that the row names."""

    number: Count | None = None


class AnitraktTitle(Struct, gc=False):
    """The title on Trakt."""

    id: Known | None = None
    title: Line | None = None
    slug: Word | None = None
    season: AnitraktSeason | None = None
    is_split_cour: bool | None = None


class Externals(Struct, gc=False):
    """The title's ids at other services."""

    tmdb: Known | None = None
    tvdb: Known | None = None
    imdb: Word | None = None


class AnitraktRow(Struct, gc=False):
    """A row of ``tv_ex.json`` or ``movies_ex.json``."""

    myanimelist: MalTitle | None = None
    trakt: AnitraktTitle | None = None
    externals: Externals | None = None
    release_year: Count | None = None


_ROWS = RowReader(AnitraktRow)


class _Trakt(Mapping[TitleRef, int]):
    """Trakt ids by the title's ids elsewhere; an id that rows give to different titles leads nowhere."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, Kind, int | str], int | None] = {}

    def add(self, owner: str, kind: Kind, value: int | str, trakt_id: int) -> None:
        known = self._ids.setdefault((owner, kind, value), trakt_id)
        if known != trakt_id:
            self._ids[owner, kind, value] = None

    def __getitem__(self, ref: TitleRef) -> int:
        found = self._ids[ref.owner, ref.kind, ref.value]
        if found is None:
            raise KeyError(ref)
        return found

    def __iter__(self) -> Iterator[TitleRef]:
        return (TitleRef(*key) for key, trakt_id in self._ids.items() if trakt_id is not None)

    def __len__(self) -> int:
        return sum(trakt_id is not None for trakt_id in self._ids.values())


def parse_anitrakt_shows(body: bytes) -> Table:
    """``tv_ex.json``. Raises ``ValueError`` on another shape."""
    return _parse(body, Kind.SHOW)


def parse_anitrakt_movies(body: bytes) -> Table:
    """``movies_ex.json``. Raises ``ValueError`` on another shape."""
    return _parse(body, Kind.MOVIE)


def _parse(body: bytes, kind: Kind) -> Table:
    rows, bad = read_json(_ROWS.read, body, ValueError(f"anitrakt's list of {kind.value}s is not a JSON list"))
    found: dict[int, tuple[AnitraktRow, ...]] = {}
    shows: dict[int, AnitraktRow] = {}
    names, trakt_ids = Names(), _Trakt()
    for row in rows:
        mal_id = whole(row.myanimelist.id) if row.myanimelist else None
        trakt_id = whole(row.trakt.id) if row.trakt else None
        if mal_id is None or trakt_id is None:
            continue
        found[mal_id] = (*found.get(mal_id, ()), row)
        names.add("trakt", kind, trakt_id, mal_id)
        for title in _others(row, kind):
            names.add(*title, mal_id)
            trakt_ids.add(*title, trakt_id)
        if kind is Kind.SHOW and _is_whole(row):
            shows[trakt_id] = row
    if not found:
        raise ValueError(f"anitrakt's list of {kind.value}s holds no row with a MyAnimeList and a Trakt id")
    return Table(
        names=names,
        by_mal=Made(found, lambda rows: tuple(_claim(row, kind) for row in rows)),
        trakt_ids=trakt_ids,
        shows=Made(shows, _show),
        left_out=tuple(each.left_out(f"rows of anitrakt's {kind.value}s", "myanimelist", "id") for each in bad),
    )


def _claim(row: AnitraktRow, kind: Kind) -> Claim:
    trakt = row.trakt or AnitraktTitle()
    number = trakt.season.number if trakt.season else None
    also = tuple(TitleRef(*title) for title in _others(row, kind))
    ref = TitleRef("trakt", kind, whole(trakt.id) or 0)
    return Claim(Source.ANITRAKT, ref, number, also=also, split=trakt.is_split_cour is True)


def _is_whole(row: AnitraktRow) -> bool:
    """Whether the row says of a show what Trakt itself would. Its TMDB id belongs to that, because the other sources
    point at it."""
    trakt, externals = row.trakt, row.externals
    return bool(trakt and trakt.title and trakt.slug and externals and whole(externals.tmdb))


def _show(row: AnitraktRow) -> TraktTitle:
    """The show as Trakt itself would name it, which spares asking."""
    trakt = row.trakt or AnitraktTitle()
    ids = {owner: value for owner, _, value in _others(row, Kind.SHOW)}
    tmdb, tvdb, imdb = ids.get("tmdb"), ids.get("tvdb"), ids.get("imdb")
    return TraktTitle(
        Kind.SHOW,
        TraktIds(
            trakt=whole(trakt.id) or 0,
            slug=trakt.slug,
            tmdb=tmdb if isinstance(tmdb, int) else None,
            tvdb=tvdb if isinstance(tvdb, int) else None,
            imdb=imdb if isinstance(imdb, str) else None,
        ),
        trakt.title or "",
        row.release_year,
    )


def _others(row: AnitraktRow, kind: Kind) -> Iterator[tuple[str, Kind, int | str]]:
    """TMDB, TVDB and IMDb ids of the title; films cannot be addressed by TVDB id on Trakt."""
    externals = row.externals
    if externals is None:
        return
    if (tmdb := whole(externals.tmdb)) is not None:
        yield "tmdb", kind, tmdb
    if kind is Kind.SHOW and (tvdb := whole(externals.tvdb)) is not None:
        yield "tvdb", kind, tvdb
    if externals.imdb and externals.imdb.startswith("tt"):
        yield "imdb", kind, externals.imdb
