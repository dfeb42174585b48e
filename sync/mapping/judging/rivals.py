"""The other AniList entries that lie in the same Trakt show, as far as the datasets and the list know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sync.mapping.alignments import Alignment, names_show
from sync.mapping.anime import Anime, aired_off
from sync.mapping.layout import Place, Seasons
from sync.mapping.sources.claims import MappingIndex, Source
from sync.model.anilist import Media

APART = 60
"""Days after which an entry is another cour, not an early showing of the same one."""
SEASON_APART = timedelta(days=100)
"""How long before a season's first episode an entry may have begun that owns it."""
OWNER_SLACK = timedelta(days=21)
"""How long after an episode its entry may be dated."""
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
        """Whether it ran on television."""
        return self.kind in SERIES_KINDS

    def is_later_than(self, day: date | None) -> bool:
        """Whether it did not begin before ``day``, as far as both are known."""
        return self.start is None or day is None or self.start > day


@dataclass(frozen=True, slots=True)
class Company:
    """The other entries of a show, as one of them sees them.

    ``twins`` are the same work listed twice, ``rivals`` all others; ``follows`` is whether one of them is its prequel.
    """

    rivals: tuple[Sibling, ...] = ()
    twins: tuple[Sibling, ...] = ()
    follows: bool = False

    def joined_by(self, others: Iterable[Sibling]) -> Company:
        """This company with entries of the list that no dataset places in the show."""
        return replace(self, rivals=(*self.rivals, *others))


def sibling_on_list(media: Media, first: Place | None) -> Sibling:
    """An entry of the list that was found in the show, from its ``first`` episode on."""
    starts = frozenset({first} if first else ())
    kind = media.format.value if media.format else ""
    return Sibling(media.anilist_id, media.mal_id, kind, media.start_date.to_date(), starts, media.episodes)


def siblings_of(seasons: Seasons, index: MappingIndex, listed: Mapping[int, Media]) -> tuple[Sibling, ...]:
    """All entries that a dataset places in this show, by AniList id."""
    return tuple(_sibling(each, seasons, index, listed.get(each)) for each in sorted(index.siblings(seasons.show.ids)))


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


def company_of(anime: Anime, siblings: tuple[Sibling, ...]) -> Company:
    """The other entries of a show beside this one."""
    others = tuple(each for each in siblings if each.anilist_id != anime.anilist_id)
    twins = tuple(each for each in others if each.mal_id is not None and each.mal_id == anime.media.mal_id)
    return Company(
        rivals=tuple(each for each in others if each not in twins),
        twins=twins,
        follows=any(each.anilist_id in anime.prequels and not _is_later(each, anime) for each in others),
    )


def _is_later(sibling: Sibling, anime: Anime) -> bool:
    if sibling.start is None:
        return False
    if anime.start is not None:
        return sibling.start > anime.start
    return anime.year is not None and sibling.start.year > anime.year


def has_owner_before(company: Company, alignment: Alignment, anime: Anime, seasons: Seasons) -> bool:
    """Whether an entry is known that may own the episodes of the season before the place where this one starts."""
    season = seasons.season(alignment.main[0])
    opens = season[0].first_aired if season else None
    earliest = opens.date() - SEASON_APART if opens else None
    return any(
        (each.start is None or earliest is None or each.start >= earliest)
        and (each.start is None or anime.start is None or each.start < anime.start)
        for each in company.rivals
    )


def has_owner_behind(company: Company, place: Place, anime: Anime, seasons: Seasons) -> bool:
    """Whether an entry is known that may own the episode behind ``place`` in its season."""
    season = seasons.season(place[0])
    following = season[seasons.position[place] + 1]
    aired = following.first_aired.date() if following.first_aired else None
    return any(
        (each.start is None or anime.start is None or each.start > anime.start)
        and (each.start is None or aired is None or each.start <= aired + OWNER_SLACK)
        for each in company.rivals
    )


def dated_rival(company: Company, place: Place, seasons: Seasons) -> Sibling | None:
    """An entry that began on the day on which this episode aired.

    Among specials only one that no dataset puts elsewhere: several of them come out on one disc.
    """
    episode = seasons.episode(place)
    for each in company.rivals:
        if place[0] == 0 and each.starts and place not in each.starts:
            continue
        off = aired_off(episode, each.start)
        if off is not None and abs(off) <= 1:
            return each
    return None


def named_rival(company: Company, place: Place) -> Sibling | None:
    """A television entry that a dataset lets start at this episode."""
    return next((each for each in company.rivals if each.is_series and place in each.starts), None)


def earlier_rival(company: Company, place: Place, start: date | None) -> Sibling | None:
    """An entry that a dataset lets start at this episode, and that began a season or more before this one."""
    if start is None:
        return None
    for each in company.rivals:
        if place in each.starts and each.start is not None and (start - each.start).days >= APART:
            return each
    return None
