"""One anime of the list with everything that is known of it before any Trakt show was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sync.mapping.sources.claims import Broadcast, Claim, MappingIndex
from sync.mapping.wording import part_in_title, season_in_title
from sync.model.anilist import Media, MediaDetails, MediaFormat, MediaStatus, RelationType
from sync.model.mapping import TitleRef
from sync.model.trakt import TraktEpisode

TOKYO, WEEK = timedelta(hours=9), timedelta(days=7)
NEAR = 3
"""Days by which two dates of one episode may differ: late-night slots, streams ahead of a broadcast, time zones."""
SERIES = frozenset({MediaFormat.TV, MediaFormat.TV_SHORT})
NO_DETAILS = MediaDetails()
UNFINISHED = frozenset({MediaStatus.RELEASING, MediaStatus.NOT_YET_RELEASED, MediaStatus.HIATUS})


@dataclass(frozen=True, slots=True)
class Anime:
    """An anime to be found on Trakt.

    ``count`` is its number of episodes, ``None`` while unknown. ``start`` and ``end`` are AniList's days, or, where
    AniList has none, bangumi-data's; ``airs`` are the days of single episodes between them, by number. ``kind`` is
    AniList's format in Fribb's words. ``named`` is the title that the user names in an override without a place.
    ``prequels`` and ``parents`` are AniList ids of related works. ``titled_season`` and ``titled_part`` are the numbers
    that its titles give it.
    """

    media: Media
    claims: tuple[Claim, ...]
    count: int | None
    start: date | None
    end: date | None
    year: int | None
    month: int | None
    kind: str
    named: TitleRef | None = None
    airs: Mapping[int, date] = field(default_factory=dict)
    prequels: frozenset[int] = frozenset()
    parents: frozenset[int] = frozenset()
    titled_season: int | None = None
    titled_part: int | None = None

    @property
    def anilist_id(self) -> int:
        """The media's id."""
        return self.media.anilist_id

    @property
    def days(self) -> Sequence[date]:
        """The day of each episode in order, as far as all are known or follow from start, end and count: an entry that
        took just as many weeks ran weekly. Empty if they are not."""
        if self.count is None or self.start is None:
            return ()
        known = {**self.airs, 1: self.start}
        if self.end is not None:
            known.setdefault(self.count, self.end)
            if self.end - self.start == WEEK * (self.count - 1):
                known = {number: self.start + WEEK * (number - 1) for number in range(1, self.count + 1)} | known
        numbers = range(1, self.count + 1)
        return [known[number] for number in numbers] if all(number in known for number in numbers) else ()

    @property
    def before(self) -> frozenset[int]:
        """The AniList ids of what it continues or belongs to: it may lie in their show."""
        return self.prequels | self.parents

    @property
    def is_over(self) -> bool:
        """Whether all of it has been shown."""
        return is_over(self.media)

    @property
    def is_film(self) -> bool:
        """Whether AniList calls it a film."""
        return self.media.format is MediaFormat.MOVIE

    @property
    def is_series(self) -> bool:
        """Whether it ran on television, as the seasons of a show do."""
        return self.media.format in SERIES


def is_over(media: Media) -> bool:
    """Whether all of it has been shown."""
    return media.status not in UNFINISHED


def anime_of(
    media: Media, index: MappingIndex, named: TitleRef | None = None, details: MediaDetails = NO_DETAILS
) -> Anime:
    """The anime with what the datasets say of it; ``details`` are AniList's, if they were asked for."""
    heard = index.broadcasts.get(media.anilist_id, ())
    broadcast = min(heard, key=lambda each: each.begin) if heard else None
    start, end = media.start_date.to_date(), media.end_date.to_date()
    return Anime(
        media=media,
        claims=index.of(media),
        count=1 if media.format is MediaFormat.MOVIE and not media.episodes else media.episodes,
        start=start or (broadcast.begin if broadcast else None),
        end=end or _end(heard),
        year=media.start_date.year or (broadcast.begin.year if broadcast else None),
        month=media.start_date.month,
        kind=index.kinds.get(media.anilist_id) or (media.format.value if media.format else ""),
        named=named,
        airs=airing_days(media, details),
        prequels=_related(details, RelationType.PREQUEL),
        parents=_related(details, RelationType.PARENT),
        titled_season=season_in_title(media),
        titled_part=part_in_title(media),
    )


def _related(details: MediaDetails, kind: RelationType) -> frozenset[int]:
    return frozenset(each.anilist_id for each in details.relations if each.type is kind)


def airing_days(media: Media, details: MediaDetails = NO_DETAILS) -> dict[int, date]:
    """The days of single episodes. The first one's is the start; the list's own next one is the newest word."""
    known = (*details.airings, *((media.next_airing,) if media.next_airing else ()))
    return {each.episode: (each.airing_at + TOKYO).date() for each in known if each.airing_at and each.episode > 1}


def _end(heard: tuple[Broadcast, ...]) -> date | None:
    """bangumi-data's last day, only where it knows the whole run as one item."""
    return heard[0].end if len(heard) == 1 else None


def days_off(aired: datetime | None, day: date | None) -> int | None:
    """By how many days Trakt's instant misses a calendar day; ``None`` if either is unknown.

    AniList's days are those of the broadcaster, mostly Tokyo; late-night slots and streams fall on either side of
    midnight, so the nearer of the days in UTC and in Tokyo counts.
    """
    if aired is None or day is None:
        return None
    utc, tokyo = (aired.date() - day).days, ((aired + TOKYO).date() - day).days
    return min(utc, tokyo, key=abs)


def aired_off(episode: TraktEpisode | None, day: date | None) -> int | None:
    """By how many days an episode's air date misses a day; ``None`` if the episode or a date is missing."""
    return None if episode is None else days_off(episode.first_aired, day)
