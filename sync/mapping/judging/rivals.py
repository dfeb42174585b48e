"""The other AniList entries that lie in the same Trakt show, as far as the datasets and the library know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sync.mapping.layout import Place, Seasons
from sync.mapping.proposals import names_show
from sync.mapping.sources.claims import MappingIndex, Source
from sync.mapping.subject import aired_off
from sync.model.anilist import Media

APART = 60
"""Days after which an entry is another cour, not an early showing of the same one."""
SERIES_KINDS = frozenset({"TV", "TV_SHORT"})


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another entry of the same show: where sources let it start, and when it began."""

    anilist_id: int
    mal_id: int | None
    kind: str
    start: date | None
    starts: frozenset[Place]
    count: int | None = None

    @property
    def is_series(self) -> bool:
        return self.kind in SERIES_KINDS


def siblings_of(seasons: Seasons, index: MappingIndex, library: Mapping[int, Media]) -> tuple[Sibling, ...]:
    """All entries that a dataset places in this show, by AniList id."""
    return tuple(_sibling(each, seasons, index, library.get(each)) for each in sorted(index.siblings(seasons.show.ids)))


def _sibling(anilist_id: int, seasons: Seasons, index: MappingIndex, media: Media | None) -> Sibling:
    starts: set[Place] = set()
    for claim in index.claims.get(anilist_id, ()):
        if not names_show(claim, seasons.show.ids) or claim.title.owner == "tvdb":
            continue
        if claim.spans:
            starts.add((claim.spans[0].season, claim.spans[0].first_episode))
        elif claim.source is Source.FRIBB and claim.season is not None:
            starts.add((claim.season, claim.first_episode or 1))
        elif claim.source is Source.BANGUMI:
            starts.add((1 if claim.season is None else claim.season, claim.first_episode or 1))
    heard = index.broadcasts.get(anilist_id, ())
    start = media.start_date.to_date() if media else None
    if start is None and heard:
        start = min(each.begin for each in heard)
    kind = media.format.value if media and media.format else index.kinds.get(anilist_id, "")
    mal_id = media.mal_id if media else index.mal_ids.get(anilist_id)
    return Sibling(anilist_id, mal_id, kind, start, frozenset(starts), media.episodes if media else None)


def dated_rival(siblings: tuple[Sibling, ...], place: Place, seasons: Seasons) -> Sibling | None:
    """An entry that began on the day on which this episode aired.

    Among specials only one that no dataset puts elsewhere: several of them come out on one disc.
    """
    episode = seasons.episode(place)
    for each in siblings:
        if place[0] == 0 and each.starts and place not in each.starts:
            continue
        off = aired_off(episode, each.start)
        if off is not None and abs(off) <= 1:
            return each
    return None


def named_rival(siblings: tuple[Sibling, ...], place: Place) -> Sibling | None:
    """A television entry that a dataset lets start at this episode."""
    return next((each for each in siblings if each.is_series and place in each.starts), None)


def earlier_rival(siblings: tuple[Sibling, ...], place: Place, start: date | None) -> Sibling | None:
    """An entry that a dataset lets start at this episode, and that began a season or more before this one."""
    if start is None:
        return None
    for each in siblings:
        if place in each.starts and each.start is not None and (start - each.start).days >= APART:
            return each
    return None
