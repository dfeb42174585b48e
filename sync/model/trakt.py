"""What Trakt knows: shows, films, their episodes, and the user's plays. Names are Trakt's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""How Trakt reads back a play posted with ``watched_at: "unknown"`` (facts: trakt-api.md § 4)."""

NO_ID = 0
"""The id of an episode that Trakt lists in a way that cannot be right: it keeps its place, and nothing is written to
it."""

WatchedAt = datetime | Literal["unknown", "released"]
"""When a play happened, to the minute, or one of the two words that Trakt takes instead."""


class Kind(StrEnum):
    """What a Trakt title is; every id lookup is typed, because the id spaces overlap."""

    SHOW = "show"
    MOVIE = "movie"


class PlayKind(StrEnum):
    """What a play is of."""

    EPISODE = "episode"
    MOVIE = "movie"


@dataclass(frozen=True, slots=True)
class TraktIds:
    """The ids that Trakt gives a show or film."""

    trakt: int
    slug: str | None = None
    tmdb: int | None = None
    tvdb: int | None = None
    imdb: str | None = None


@dataclass(frozen=True, slots=True)
class TraktTitle:
    """A show or film without its episodes. ``released`` and ``runtime`` (minutes) are known only for films."""

    kind: Kind
    ids: TraktIds
    title: str
    year: int | None = None
    released: date | None = None
    runtime: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The page on trakt.tv."""
        return f"https://trakt.tv/{self.kind.value}s/{self.ids.slug or self.ids.trakt}"


@dataclass(frozen=True, slots=True)
class TraktEpisode:
    """One episode, as Trakt lists it now. ``number`` is Trakt's own: it need not start at 1 within a season.

    ``trakt_id`` is ``NO_ID`` where the answer cannot be right.
    """

    trakt_id: int
    season: int
    number: int
    title: str | None = None
    first_aired: datetime | None = None
    runtime: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class TraktSeason:
    """A season with an id of its own. Season 0 holds the specials.

    ``first`` is the number of its first episode, ``episodes`` how many Trakt lists in it.
    """

    number: int
    trakt_id: int
    first: int
    episodes: int


@dataclass(frozen=True, slots=True)
class ShowLayout:
    """A show with all its episodes, in the order of (season, number); season 0 holds the specials.

    ``seasons`` are those whose id Trakt names, by number; a layout made without them serves for everything but ratings
    and the watchlist.
    """

    show: TraktTitle
    episodes: tuple[TraktEpisode, ...]
    seasons: tuple[TraktSeason, ...] = ()


@dataclass(frozen=True, slots=True)
class TraktPlays:
    """All plays on Trakt: episode or film id → its times, to the minute, ``UNKNOWN_TIME`` for undated ones.

    ``unreadable`` are the items with a play whose time cannot be right. It is known as a play at ``UNKNOWN_TIME``, and
    may be the one that somebody looks for at another time.
    """

    episodes: Mapping[int, tuple[datetime, ...]] = field(default_factory=dict)
    movies: Mapping[int, tuple[datetime, ...]] = field(default_factory=dict)
    unreadable: frozenset[tuple[PlayKind, int]] = frozenset()

    def of(self, kind: PlayKind, trakt_id: int) -> tuple[datetime, ...]:
        """The times at which this was played; empty if never."""
        return (self.episodes if kind is PlayKind.EPISODE else self.movies).get(trakt_id, ())

    @property
    def count(self) -> int:
        """How many plays there are in all."""
        return sum(map(len, self.episodes.values())) + sum(map(len, self.movies.values()))
