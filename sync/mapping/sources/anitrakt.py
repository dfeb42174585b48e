"""anitrakt extended (MIT, github.com/rensetsu/db.trakt.extended-anitrakt): MAL id → Trakt show or film.

Its show and film ids are good. Its season is a running counter of cours, wrong for split cours, so it is kept only as
a weak hint where the row says that the season exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync.mapping.sources.claims import Claim, Source
from sync.mapping.sources.fribb import whole
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind, TraktIds, TraktTitle


@dataclass(frozen=True, slots=True)
class AnitraktRow:
    """One MAL id and the Trakt title claimed for it; ``show`` is that title in full, if the row has it."""

    mal_id: int
    claim: Claim
    show: TraktTitle | None = None


def parse_anitrakt(decoded: object, kind: Kind) -> tuple[AnitraktRow, ...]:
    """The rows of ``tv_ex.json`` (``Kind.SHOW``) or ``movies_ex.json``. Raises ``ValueError`` on another shape."""
    if not isinstance(decoded, list):
        raise ValueError(f"anitrakt's list of {kind.value}s is not a JSON list")
    rows = tuple(row for item in decoded if isinstance(item, Mapping) for row in _row(item, kind))
    if not rows:
        raise ValueError(f"anitrakt's list of {kind.value}s holds no row with a MyAnimeList and a Trakt id")
    return rows


def _row(item: Mapping[str, object], kind: Kind) -> Iterator[AnitraktRow]:
    mal, trakt = item.get("myanimelist"), item.get("trakt")
    mal_id = whole(mal.get("id")) if isinstance(mal, Mapping) else None
    if mal_id is None or not isinstance(trakt, Mapping):
        return
    trakt_id = whole(trakt.get("id"))
    if trakt_id is None:
        return
    season = trakt.get("season")
    number = whole(season.get("number")) if isinstance(season, Mapping) else None
    ref = TitleRef("trakt", kind, trakt_id)
    also = tuple(_externals(item.get("externals"), kind))
    claim = Claim(Source.ANITRAKT, ref, number, also=also, split=trakt.get("is_split_cour") is True)
    year = whole(item.get("release_year"))
    yield AnitraktRow(mal_id, claim, _show(trakt, trakt_id, also, year) if kind is Kind.SHOW else None)


def _show(
    trakt: Mapping[str, object], trakt_id: int, also: tuple[TitleRef, ...], year: int | None
) -> TraktTitle | None:
    """The show as Trakt itself would name it, which spares asking; its TMDB id has to be known for that, because the
    other sources point at it."""
    ids = {ref.owner: ref.value for ref in also}
    tmdb, tvdb, imdb, title, slug = (
        ids.get("tmdb"),
        ids.get("tvdb"),
        ids.get("imdb"),
        trakt.get("title"),
        trakt.get("slug"),
    )
    if not (isinstance(tmdb, int) and isinstance(title, str) and title and isinstance(slug, str) and slug):
        return None
    return TraktTitle(
        Kind.SHOW,
        TraktIds(
            trakt_id,
            slug,
            tmdb,
            tvdb if isinstance(tvdb, int) else None,
            imdb if isinstance(imdb, str) else None,
        ),
        title,
        year,
    )


def _externals(externals: object, kind: Kind) -> Iterator[TitleRef]:
    """TMDB, TVDB and IMDb ids of the title; films cannot be addressed by TVDB id on Trakt."""
    if not isinstance(externals, Mapping):
        return
    for owner in ("tmdb", "tvdb") if kind is Kind.SHOW else ("tmdb",):
        value = whole(externals.get(owner))
        if value is not None:
            yield TitleRef(owner, kind, value)
    imdb = externals.get("imdb")
    if isinstance(imdb, str) and imdb.startswith("tt"):
        yield TitleRef("imdb", kind, imdb)
