"""Trakt's answers about plays, in each of the shapes they come in → play times by id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sync.model.trakt import UNKNOWN_TIME
from sync.services.shape import NOTHING, JsonObject, list_of, minute, object_at, whole
from sync.services.trakt.answers import suspicious

ID = re.compile(r"[0-9]{1,18}")
MOST_PLAYS_COUNTED = 10_000
Times = dict[int, tuple[datetime, ...]]


@dataclass(frozen=True, slots=True)
class NumberedPlay:
    """Plays of an episode that is named by its numbers only: the last one's time, and how many there are."""

    season: int
    number: int
    last_at: datetime
    plays: int

    @property
    def times(self) -> tuple[datetime, ...]:
        """One time for each play; of the earlier ones only the number is known."""
        return _repeated(self.last_at, self.plays)


def parse_play_times(value: object, what: str) -> Times:
    """``{"<id>": ["<time>", …]}``, which is ``/sync/watched/episodes`` or ``/movies`` with ``extended=min``."""
    rows = object_at(value)
    if rows is None:
        raise suspicious(f"{what} in no known shape")
    found: Times = {}
    for key, stamps in rows.items():
        times = list_of(stamps)
        if not ID.fullmatch(key) or not times:
            raise suspicious(f"{what} without their times")
        found[int(key)] = tuple(sorted(_time(stamp, what) for stamp in times))
    return found


def parse_nested_play_times(value: object) -> Times:
    """``{"<show>": {"<season>": {"<episode>": ["<time>", …]}}}``: ``/sync/watched/shows?extended=min``."""
    shows = object_at(value)
    if shows is None:
        raise suspicious("watched shows in no known shape")
    found: Times = {}
    for seasons in shows.values():
        if (by_season := object_at(seasons)) is None:
            raise suspicious("a watched show without its seasons")
        for episodes in by_season.values():
            found |= parse_play_times(episodes, "watched episodes")
    return found


def parse_progress_page(value: object) -> dict[int, tuple[NumberedPlay, ...]]:
    """A page of ``/sync/watched/shows?extended=progress``: by show id, its episodes by season and number."""
    rows = list_of(value)
    if rows is None:
        raise suspicious("watched shows that are no list")
    return dict(_progress(object_at(row) or NOTHING) for row in rows)


def _progress(row: JsonObject) -> tuple[int, tuple[NumberedPlay, ...]]:
    show_id = whole((object_at(row, "show", "ids") or NOTHING).get("trakt"))
    seasons = list_of(row.get("seasons"))
    if show_id is None or not seasons:
        raise suspicious("a watched show without its seasons")
    return show_id, tuple(play for season in seasons for play in _numbered(object_at(season) or NOTHING, show_id))


def _numbered(season: JsonObject, show_id: int) -> Iterator[NumberedPlay]:
    number, episodes = whole(season.get("number")), list_of(season.get("episodes"))
    if number is None or episodes is None:
        raise suspicious(f"a watched season of show {show_id} without its episodes")
    for episode in map(object_at, episodes):
        episode_number = whole(episode.get("number")) if episode else None
        if episode is None or episode_number is None:
            raise suspicious(f"a watched episode of show {show_id} without its number")
        plays = whole(episode.get("plays"))
        at = _time(episode.get("last_watched_at"), "a watched episode")
        yield NumberedPlay(number, episode_number, at, plays or 1)


def parse_movie_page(value: object) -> Times:
    """A page of ``/sync/watched/movies`` without ``extended=min``: the last time, and how many plays there are."""
    rows = list_of(value)
    if rows is None:
        raise suspicious("watched movies that are no list")
    found: Times = {}
    for row in map(object_at, rows):
        movie_id = whole((object_at(row, "movie", "ids") or NOTHING).get("trakt"))
        if row is None or movie_id is None:
            raise suspicious("a watched movie without its id")
        at = _time(row.get("last_watched_at"), "a watched movie")
        found[movie_id] = _repeated(at, whole(row.get("plays")) or 1)
    return found


def _repeated(at: datetime, plays: int) -> tuple[datetime, ...]:
    """The time once for each play, within reason: nobody asks for the ten-thousandth."""
    return (at,) * min(max(1, plays), MOST_PLAYS_COUNTED)


def _time(stamp: object, what: str) -> datetime:
    """A play's minute. A play that has no time is still a play."""
    if stamp is None:
        return UNKNOWN_TIME
    at = minute(stamp)
    if at is None:
        raise suspicious(f"{what} with a time that cannot be read")
    return at
