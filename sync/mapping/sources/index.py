"""The community datasets as one index: what each says of an AniList id, and which ids share a title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.mapping.sources.anibridge import parse_anibridge
from sync.mapping.sources.anitrakt import parse_anitrakt
from sync.mapping.sources.bangumi import parse_bangumi
from sync.mapping.sources.claims import Broadcast, Claim
from sync.mapping.sources.fribb import parse_fribb
from sync.model.anilist import Media
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind, TraktIds, TraktTitle

DATASETS = ("fribb", "anibridge", "bangumi", "anitrakt_tv", "anitrakt_movies")


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


def build_index(
    *,
    fribb: object | None = None,
    anibridge: object | None = None,
    bangumi: object | None = None,
    anitrakt_tv: object | None = None,
    anitrakt_movies: object | None = None,
) -> MappingIndex:
    """One index from the decoded JSON of each dataset; ``None`` leaves one out.

    Raises ``ValueError`` naming the dataset whose shape is wrong.
    """
    found = _Gathered()
    if fribb is not None:
        found.add_fribb(fribb)
    if bangumi is not None:
        found.add_bangumi(bangumi)
    if anibridge is not None:
        for anilist_id, claims in parse_anibridge(anibridge).items():
            found.claims[anilist_id].extend(claims)
    for decoded, kind in ((anitrakt_tv, Kind.SHOW), (anitrakt_movies, Kind.MOVIE)):
        if decoded is not None:
            found.add_anitrakt(decoded, kind)
    return found.index()


class _Gathered:
    """The index while it is being put together."""

    def __init__(self) -> None:
        self.claims: dict[int, list[Claim]] = defaultdict(list)
        self.by_mal: dict[int, list[Claim]] = defaultdict(list)
        self.mal_ids: dict[int, int] = {}
        self.broadcasts: dict[int, list[Broadcast]] = defaultdict(list)
        self.kinds: dict[int, str] = {}
        self.trakt_ids: dict[TitleRef, set[int]] = defaultdict(set)
        self.shows: dict[int, TraktTitle] = {}

    def add_fribb(self, decoded: object) -> None:
        for row in parse_fribb(decoded):
            self.kinds[row.anilist_id] = row.kind
            self.claims[row.anilist_id].extend(row.claims)
            if row.mal_id is not None:
                self.mal_ids[row.anilist_id] = row.mal_id

    def add_bangumi(self, decoded: object) -> None:
        for item in parse_bangumi(decoded):
            for position, anilist_id in enumerate(item.anilist_ids):
                self.claims[anilist_id].extend(item.claims)
                if item.broadcast is not None:
                    self.broadcasts[anilist_id].append(item.broadcast)
                if len(item.mal_ids) == len(item.anilist_ids):
                    self.mal_ids.setdefault(anilist_id, item.mal_ids[position])

    def add_anitrakt(self, decoded: object, kind: Kind) -> None:
        for row in parse_anitrakt(decoded, kind):
            self.by_mal[row.mal_id].append(row.claim)
            if row.show is not None:
                self.shows[row.show.ids.trakt] = row.show
            for ref in row.claim.also:
                self.trakt_ids[ref].add(int(row.claim.title.value))

    def index(self) -> MappingIndex:
        anilist_ids: dict[int, set[int]] = defaultdict(set)
        for anilist_id, mal_id in self.mal_ids.items():
            anilist_ids[mal_id].add(anilist_id)
        claimants: dict[TitleRef, set[int]] = defaultdict(set)
        for anilist_id, claims in self.claims.items():
            _note(claimants, claims, {anilist_id})
        for mal_id, claims in self.by_mal.items():
            _note(claimants, claims, anilist_ids.get(mal_id, set()))
        return MappingIndex(
            claims={key: tuple(value) for key, value in self.claims.items() if value},
            by_mal={key: tuple(value) for key, value in self.by_mal.items()},
            mal_ids=self.mal_ids,
            broadcasts={key: tuple(value) for key, value in self.broadcasts.items()},
            kinds=self.kinds,
            trakt_ids={ref: min(found) for ref, found in self.trakt_ids.items() if len(found) == 1},
            claimants={ref: frozenset(ids) for ref, ids in claimants.items() if ids},
            shows=self.shows,
        )


def _note(claimants: dict[TitleRef, set[int]], claims: Iterable[Claim], ids: set[int]) -> None:
    for claim in claims:
        for ref in (claim.title, *claim.also) if claim.source.value == "anitrakt" else (claim.title,):
            claimants[ref] |= ids
