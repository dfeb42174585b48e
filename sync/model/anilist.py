"""What AniList knows: media, list entries, activities. Names are AniList's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class MediaFormat(StrEnum):
    """AniList's ``MediaFormat``, as far as anime has it."""

    TV = "TV"
    TV_SHORT = "TV_SHORT"
    MOVIE = "MOVIE"
    SPECIAL = "SPECIAL"
    OVA = "OVA"
    ONA = "ONA"
    MUSIC = "MUSIC"


class MediaStatus(StrEnum):
    """Whether a media has aired."""

    FINISHED = "FINISHED"
    RELEASING = "RELEASING"
    NOT_YET_RELEASED = "NOT_YET_RELEASED"
    CANCELLED = "CANCELLED"
    HIATUS = "HIATUS"


class MediaListStatus(StrEnum):
    """Where an entry stands on the user's list."""

    CURRENT = "CURRENT"
    PLANNING = "PLANNING"
    COMPLETED = "COMPLETED"
    DROPPED = "DROPPED"
    PAUSED = "PAUSED"
    REPEATING = "REPEATING"


@dataclass(frozen=True, slots=True, order=True)
class FuzzyDate:
    """A calendar day of which AniList may know only parts (each part may be ``None``)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def to_date(self) -> date | None:
        """The day, or ``None`` unless year, month and day are all known and exist in the calendar."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Airing:
    """That an episode (1-based) of a media airs or aired at a time, UTC; ``None`` where only the number is known."""

    episode: int
    airing_at: datetime | None = None


class RelationType(StrEnum):
    """How another media is related: ``SEQUEL`` means that the *other* one is the sequel."""

    ADAPTATION = "ADAPTATION"
    PREQUEL = "PREQUEL"
    SEQUEL = "SEQUEL"
    PARENT = "PARENT"
    SIDE_STORY = "SIDE_STORY"
    CHARACTER = "CHARACTER"
    SUMMARY = "SUMMARY"
    ALTERNATIVE = "ALTERNATIVE"
    SPIN_OFF = "SPIN_OFF"
    OTHER = "OTHER"
    SOURCE = "SOURCE"
    COMPILATION = "COMPILATION"
    CONTAINS = "CONTAINS"


@dataclass(frozen=True, slots=True)
class MediaRelation:
    """Another anime that a media is related to."""

    type: RelationType
    anilist_id: int
    format: MediaFormat | None = None


@dataclass(frozen=True, slots=True)
class MediaDetails:
    """What AniList tells of an anime only where it is asked for it: its relations, and when its episodes air or aired.

    Days that are past may be missing: AniList vouches only for the future (AniList API docs, ``AiringSchedule``).
    """

    relations: tuple[MediaRelation, ...] = ()
    airings: tuple[Airing, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """One anime as AniList lists it: usually one cour or part, numbered from 1.

    ``episodes`` is the count when complete, ``None`` while unknown; ``duration`` is minutes an episode;
    ``next_airing`` is the next episode to air, ``None`` when none is announced. ``cover`` is the address of a small
    picture. ``relations`` are only there where they were asked for.
    """

    anilist_id: int
    mal_id: int | None = None
    format: MediaFormat | None = None
    status: MediaStatus | None = None
    episodes: int | None = None
    duration: int | None = None
    start_date: FuzzyDate = FuzzyDate()
    end_date: FuzzyDate = FuzzyDate()
    title_romaji: str | None = None
    title_english: str | None = None
    title_native: str | None = None
    synonyms: tuple[str, ...] = ()
    is_adult: bool = False
    next_airing: Airing | None = None
    cover: str | None = None
    relations: tuple[MediaRelation, ...] = ()

    @property
    def next_airing_episode(self) -> int | None:
        """The number of the next episode to air."""
        return self.next_airing.episode if self.next_airing else None

    @property
    def title(self) -> str:
        """The title to show a person: English if there is one, as Trakt's are."""
        return self.title_english or self.title_romaji or self.title_native or f"AniList {self.anilist_id}"


@dataclass(frozen=True, slots=True)
class MediaListEntry:
    """One row of the user's list. ``progress`` counts within this entry, from 1; it is no absolute number.

    ``repeat`` is how often it was *re*watched; ``score`` is 0–100, 0 meaning unset; ``updated_at`` is ``None``
    where AniList answers 0 (rows imported from MyAnimeList).
    """

    entry_id: int
    media: Media
    status: MediaListStatus
    progress: int = 0
    repeat: int = 0
    score: float = 0.0
    private: bool = False
    started_at: FuzzyDate = FuzzyDate()
    completed_at: FuzzyDate = FuzzyDate()
    updated_at: datetime | None = None

    @property
    def anilist_id(self) -> int:
        """The media's id: a list holds each media once."""
        return self.media.anilist_id


WHOLE = frozenset({MediaListStatus.COMPLETED, MediaListStatus.REPEATING})
"""Statuses that say the whole entry was watched at least once."""


def watched_count(entry: MediaListEntry, *, listed: int | None = None) -> int:
    """How many episodes, counted from 1, the entry says were watched, and never more than AniList counts.

    A COMPLETED entry counts whole whatever its progress says, because imports leave that at 0; so does a REPEATING
    one, because its ``progress`` is the current rewatch's. ``listed`` is how many episodes the mapping knows the
    entry to have; it stands in only where AniList gives no count.
    """
    if entry.status not in WHOLE:
        watched = entry.progress
    elif entry.media.episodes is not None:
        watched = max(entry.progress, entry.media.episodes)
    elif entry.status is MediaListStatus.REPEATING:
        watched = max(entry.progress, listed or 0)
    else:
        watched = entry.progress or listed or 0
    if entry.media.format is MediaFormat.MOVIE and (entry.media.episodes or 1) == 1:
        return 1 if watched > 0 or entry.status in WHOLE else 0
    return min(max(watched, 0), entry.media.episodes or watched)


def is_beyond_count(entry: MediaListEntry) -> bool:
    """Whether more episodes are said to be watched than AniList counts, as a slip of the finger makes it."""
    return entry.media.episodes is not None and entry.progress > entry.media.episodes


@dataclass(frozen=True, slots=True)
class AniListUser:
    """Whose list it is. ``utc_offset`` is known only when logged in; it dates ``started_at``/``completed_at``."""

    user_id: int
    name: str
    utc_offset: timedelta | None = None
    score_format: str | None = None


@dataclass(frozen=True, slots=True)
class AniListLibrary:
    """A whole list, each entry once, in the order of ``anilist_id``.

    ``orphans`` are entry ids without a media. ``unreadable`` are the AniList ids of entries that are on the list but
    came in a way that cannot be right, 0 for each whose id cannot be read either: nothing may be concluded from their
    not being among ``entries``.
    """

    user: AniListUser
    entries: tuple[MediaListEntry, ...]
    orphans: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()


class ActivityKind(StrEnum):
    """What an ``ANIME_LIST`` activity says happened; other wordings are counted, not kept."""

    WATCHED = "watched episode"
    COMPLETED = "completed"
    REWATCHED_EPISODE = "rewatched episode"
    REWATCHED = "rewatched"


@dataclass(frozen=True, slots=True)
class ListActivity:
    """One line of the activity feed. Episodes are 1-based and inclusive, ``None`` where the line names none.

    ``created_at`` is when it was logged, which is a hint of when it was watched, not proof.
    """

    anilist_id: int
    kind: ActivityKind
    created_at: datetime
    first_episode: int | None = None
    last_episode: int | None = None


@dataclass(frozen=True, slots=True)
class ActivityFeed:
    """The activities read, oldest first. ``complete`` is false when the reading was cut by the time budget; ``rows``
    counts the lines of the feed, those of other kinds included."""

    activities: tuple[ListActivity, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    rows: int = 0
