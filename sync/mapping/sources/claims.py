"""What the datasets say of AniList entries: claims, which are hints and never proofs, and the index of them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from msgspec import Struct

from sync.model.anilist import Media
from sync.model.bounds import LeftOut
from sync.model.mapping import Span, TitleRef
from sync.model.trakt import Kind, TraktIds, TraktTitle

Key = TypeVar("Key")
Row = TypeVar("Row")
Value = TypeVar("Value")


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


class Claim(Struct, frozen=True, gc=False):
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


class Broadcast(Struct, frozen=True, gc=False):
    """When bangumi-data says an entry began and ended (Japanese calendar days), and its kind (tv, ova, web, movie)."""

    begin: date
    end: date | None
    kind: str


class Made(Mapping[Key, Value]):
    """Values that are made from ``rows`` when somebody asks for them, each once.

    A dataset knows ten thousand entries and a list has some of them: what the others would come to is not worked out.
    """

    def __init__(self, rows: Mapping[Key, Row], make: Callable[[Row], Value]) -> None:
        self._rows = rows
        self._make = make
        self._made: dict[Key, Value] = {}

    def __getitem__(self, key: Key) -> Value:
        if key not in self._made:
            self._made[key] = self._make(self._rows[key])
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Key]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Names:
    """Which entries name a title, for every title that a dataset knows: by the title's owner and kind, then by its id.

    An entry is the number by which the dataset knows it (AniList's or MyAnimeList's).
    """

    def __init__(self) -> None:
        self._of: dict[tuple[str, Kind], dict[int | str, int | list[int]]] = {}

    def add(self, owner: str, kind: Kind, value: int | str, entry: int) -> None:
        """Notes that ``entry`` names this title."""
        known = self._of.setdefault((owner, kind), {})
        others = known.setdefault(value, entry)
        if isinstance(others, list):
            others.append(entry)
        elif others != entry:
            known[value] = [others, entry]

    def of(self, ref: TitleRef) -> Iterable[int]:
        """The entries that name the title; empty if none does."""
        found = self._of.get((ref.owner, ref.kind), {}).get(ref.value, ())
        return (found,) if isinstance(found, int) else found


@dataclass(frozen=True, slots=True)
class Table:
    """One dataset, as far as the mapping uses it.

    ``claims`` and ``broadcasts`` are by AniList id, ``by_mal`` by MyAnimeList id for a dataset that knows no other;
    ``names`` counts its entries by the same id. ``mal_ids`` is AniList id → MyAnimeList id, ``kinds`` AniList id →
    ``TV``, ``OVA``, … ``trakt_ids`` gives the Trakt id of a TMDB, TVDB or IMDb id, ``shows`` Trakt's show by its id.
    ``left_out`` are the rows that cannot be right.
    """

    names: Names
    claims: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    by_mal: Mapping[int, tuple[Claim, ...]] = field(default_factory=dict)
    mal_ids: Mapping[int, int] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)
    broadcasts: Mapping[int, tuple[Broadcast, ...]] = field(default_factory=dict)
    trakt_ids: Mapping[TitleRef, int] = field(default_factory=dict)
    shows: Mapping[int, TraktTitle] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


class MappingIndex:
    """Everything the datasets say, by AniList id; worked out for an id when somebody asks about it.

    ``by_mal`` holds anitrakt's claims, which know only MyAnimeList ids. ``trakt_ids`` gives the Trakt id of a TMDB,
    TVDB or IMDb id without a request; ``shows`` are Trakt's shows by that id. ``kinds`` is Fribb's type.
    """

    def __init__(self, tables: Sequence[Table] = ()) -> None:
        self._tables = tuple(tables)
        self.claims: Mapping[int, tuple[Claim, ...]] = _Joined([table.claims for table in tables])
        self.by_mal: Mapping[int, tuple[Claim, ...]] = _Joined([table.by_mal for table in tables])
        self.broadcasts: Mapping[int, tuple[Broadcast, ...]] = _Joined([table.broadcasts for table in tables])
        self.mal_ids: Mapping[int, int] = _FirstOf([table.mal_ids for table in tables])
        self.kinds: Mapping[int, str] = _FirstOf([table.kinds for table in tables])
        self.trakt_ids: Mapping[TitleRef, int] = _FirstOf([table.trakt_ids for table in tables])
        self.shows: Mapping[int, TraktTitle] = _FirstOf([table.shows for table in tables])
        self._anilist_ids: dict[int, list[int]] = defaultdict(list)
        for anilist_id, mal_id in self.mal_ids.items():
            self._anilist_ids[mal_id].append(anilist_id)

    def __bool__(self) -> bool:
        return bool(self._tables)

    def claims_of(self, anilist_id: int, mal_id: int | None = None) -> tuple[Claim, ...]:
        """What all datasets say of one entry."""
        mal = mal_id if mal_id is not None else self.mal_ids.get(anilist_id)
        own = self.claims.get(anilist_id, ())
        return own if mal is None else own + self.by_mal.get(mal, ())

    def of(self, media: Media) -> tuple[Claim, ...]:
        """What all datasets say of this entry."""
        return self.claims_of(media.anilist_id, media.mal_id)

    def claimants(self, ref: TitleRef) -> frozenset[int]:
        """The AniList ids for which any dataset names this title, on the list or not."""
        found: set[int] = set()
        for table in self._tables:
            for entry in table.names.of(ref):
                found.update(self._anilist_ids.get(entry, ()) if table.by_mal else (entry,))
        return frozenset(found)

    def siblings(self, ids: TraktIds) -> frozenset[int]:
        """The AniList ids for which any dataset names this show, on the list or not."""
        return frozenset(chain.from_iterable(self.claimants(ref) for ref in refs_of(ids, Kind.SHOW)))


class _Joined(Mapping[int, tuple[Value, ...]]):
    """What several datasets say of an id, one after the other; each id is joined once."""

    def __init__(self, parts: Sequence[Mapping[int, tuple[Value, ...]]]) -> None:
        self._parts = [part for part in parts if part]
        self._joined: dict[int, tuple[Value, ...]] = {}

    def __getitem__(self, key: int) -> tuple[Value, ...]:
        found = self._joined.get(key)
        if found is None:
            known = [part[key] for part in self._parts if key in part]
            if not known:
                raise KeyError(key)
            found = self._joined[key] = tuple(chain.from_iterable(known))
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(dict.fromkeys(chain.from_iterable(self._parts)))

    def __len__(self) -> int:
        return len(set(chain.from_iterable(self._parts)))


class _FirstOf(Mapping[Key, Value]):
    """What the first of several datasets says that knows the key."""

    def __init__(self, parts: Sequence[Mapping[Key, Value]]) -> None:
        self._parts = [part for part in parts if part]

    def __getitem__(self, key: Key) -> Value:
        for part in self._parts:
            if key in part:
                return part[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[Key]:
        return iter(dict.fromkeys(chain.from_iterable(self._parts)))

    def __len__(self) -> int:
        return len(set(chain.from_iterable(self._parts)))


def refs_of(ids: TraktIds, kind: Kind) -> tuple[TitleRef, ...]:
    """Every id by which a dataset may name this title."""
    named = (("trakt", ids.trakt), ("tmdb", ids.tmdb), ("tvdb", ids.tvdb), ("imdb", ids.imdb), ("slug", ids.slug))
    return tuple(TitleRef(owner, kind, value) for owner, value in named if value is not None)
