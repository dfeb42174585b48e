"""One AniList entry with everything the resolver knows of it before it has seen a Trakt show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sync.mapping.sources.claims import Broadcast, Claim, MappingIndex, Source
from sync.model.anilist import Media, MediaFormat
from sync.model.mapping import TitleRef
from sync.model.trakt import TraktEpisode

TOKYO = timedelta(hours=9)
SERIES = frozenset({MediaFormat.TV, MediaFormat.TV_SHORT})


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry to be placed.

    ``count`` is its number of episodes, ``None`` while unknown. ``start`` and ``end`` are AniList's days, or, where
    AniList has none, bangumi-data's. ``told`` is the title that the user names in an override without a place.
    """

    media: Media
    claims: tuple[Claim, ...]
    count: int | None
    start: date | None
    end: date | None
    year: int | None
    kind: str
    told: TitleRef | None = None

    @property
    def anilist_id(self) -> int:
        return self.media.anilist_id

    @property
    def is_film(self) -> bool:
        """Whether AniList calls it a film."""
        return self.media.format is MediaFormat.MOVIE

    @property
    def is_series(self) -> bool:
        """Whether it ran on television, as the seasons of a show do."""
        return self.media.format in SERIES

    def said_by(self, source: Source) -> tuple[Claim, ...]:
        """What one source claims."""
        return tuple(claim for claim in self.claims if claim.source is source)


def subject_of(media: Media, index: MappingIndex, told: TitleRef | None = None) -> Subject:
    """The entry with what the datasets say of it."""
    heard = index.broadcasts.get(media.anilist_id, ())
    broadcast = min(heard, key=lambda each: each.begin) if heard else None
    start, end = media.start_date.to_date(), media.end_date.to_date()
    return Subject(
        media=media,
        claims=index.of(media),
        count=1 if media.format is MediaFormat.MOVIE and not media.episodes else media.episodes,
        start=start or (broadcast.begin if broadcast else None),
        end=end or _end(heard),
        year=media.start_date.year or (broadcast.begin.year if broadcast else None),
        kind=index.kinds.get(media.anilist_id) or (media.format.value if media.format else ""),
        told=told,
    )


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
    """The same for an episode that may be missing."""
    return None if episode is None else days_off(episode.first_aired, day)
