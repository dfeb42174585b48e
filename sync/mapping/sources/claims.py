"""What the datasets say of AniList entries: claims, which are hints and never proofs, and the index of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sync.model.anilist import Media
from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind, TraktIds, TraktTitle


class Source(StrEnum):
    """Who says it; the value is the name a person knows it by."""

    OVERRIDE = "overrides.yaml"
    ANIBRIDGE = "AniBridge"
    BANGUMI = "bangumi-data"
    FRIBB = "Fribb's list"
    ANITRAKT = "anitrakt"
    TMDB = "TMDB"
    SEARCH = "Trakt's search"
    RELATION = "AniList's relations"


@dataclass(frozen=True, slots=True)
class Claim:
    """One title that a source names for an entry, with as much of the place in it as the source knows.

    ``season`` and ``first_episode`` say where the entry starts; ``spans`` say it episode by episode (AniBridge).
    ``title`` is the id that the numbers belong to (TVDB's and TMDB's differ); ``also`` are other ids of the same
    title. ``split`` marks anitrakt's rows whose season does not exist on Trakt.
    """

    source: Source
    title: TitleRef
    season: int | None = None
    first_episode: int | None = None
    spans: tuple[Span, ...] = ()
    also: tuple[TitleRef, ...] = ()
    split: bool = False

    @property
    def is_show(self) -> bool:
        """Whether it names a show, not a film."""
        return self.title.kind is Kind.SHOW


@dataclass(frozen=True, slots=True)
class Broadcast:
    """When bangumi-data says an entry began and ended (Japanese calendar days), and its kind (tv, ova, web, movie)."""

    begin: date
    end: date | None
    kind: str


@dataclass(frozen=True, slots=True)
class MappingIndex:
    """Everything the datasets say, by AniList id.

    ``by_mal`` holds anitrakt's rows, which know only MyAnimeList ids. ``trakt_ids`` gives the Trakt id of a TMDB,
    TVDB or IMDb id without a request; ``shows`` are Trakt's shows by that id. ``claimants`` are the AniList ids that
    name a title. ``kinds`` is Fribb's type.
    """

    claims: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    by_mal: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    mal_ids: Mapping[int, int] = field(default_factory=dict)
    broadcasts: Mapping[int, tuple[Broadcast, ...]] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)
    trakt_ids: Mapping[TitleRef, int] = field(default_factory=dict)
    claimants: Mapping[TitleRef, frozenset[int]] = field(default_factory=dict)
    shows: Mapping[int, TraktTitle] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.claims or self.by_mal)

    def claims_of(self, anilist_id: int, mal_id: int | None = None) -> tuple[Claim, ...]:
        """What all datasets say of one entry."""
        mal = mal_id if mal_id is not None else self.mal_ids.get(anilist_id)
        own = self.claims.get(anilist_id, ())
        return own if mal is None else own + self.by_mal.get(mal, ())

    def of(self, media: Media) -> tuple[Claim, ...]:
        """What all datasets say of this entry."""
        return self.claims_of(media.anilist_id, media.mal_id)

    def siblings(self, ids: TraktIds) -> frozenset[int]:
        """The AniList ids for which any dataset names this show."""
        found: set[int] = set()
        for ref in refs_of(ids, Kind.SHOW):
            found |= self.claimants.get(ref, frozenset())
        return frozenset(found)


def refs_of(ids: TraktIds, kind: Kind) -> tuple[TitleRef, ...]:
    """Every id by which a dataset may name this title."""
    named = (("trakt", ids.trakt), ("tmdb", ids.tmdb), ("tvdb", ids.tvdb), ("imdb", ids.imdb), ("slug", ids.slug))
    return tuple(TitleRef(owner, kind, value) for owner, value in named if value is not None)
