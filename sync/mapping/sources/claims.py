"""What one dataset says of one AniList entry. A claim is a hint, never a proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind


class Source(StrEnum):
    """Who says it; the value is the name a person knows it by."""

    OVERRIDE = "overrides.yaml"
    ANIBRIDGE = "AniBridge"
    BANGUMI = "bangumi-data"
    FRIBB = "Fribb's list"
    ANITRAKT = "anitrakt"
    TMDB = "TMDB"
    SEARCH = "Trakt's search"


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
