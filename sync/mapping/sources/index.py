"""The community datasets as one index: what each says of an AniList id, and which ids share a title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sync.mapping.sources.anibridge import parse_anibridge
from sync.mapping.sources.anitrakt import parse_anitrakt
from sync.mapping.sources.bangumi import parse_bangumi
from sync.mapping.sources.claims import Broadcast, Claim, MappingIndex
from sync.mapping.sources.fribb import parse_fribb
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind, TraktTitle

DATASETS = ("fribb", "anibridge", "bangumi", "anitrakt_tv", "anitrakt_movies")


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
