"""What Trakt says was watched, in each of the shapes in which it says so → play times by id.

A play must never look as if it were not there, since it would be added a second time. So an item whose id can be read
is known as watched, whatever is wrong with its times; an answer with an id that cannot be read is suspicious.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from sync.model.bounds import (
    UNREADABLE,
    Count,
    Id,
    LeftOut,
    NotJson,
    Read,
    RowReader,
    Total,
    read_json,
    reason_of,
    utc,
)
from sync.model.trakt import UNKNOWN_TIME
from sync.services.trakt.answers import OwnIds, framed, number_at, suspicious

MOST_PLAYS_COUNTED = 10_000
"""Of one item: nobody asks for the ten-thousand-and-first."""

# --- what was watched -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WatchedTimes:
    """Times by the id of an episode or film; ``unreadable`` are the items with a time that cannot be right."""

    times: dict[int, tuple[datetime, ...]]
    unreadable: frozenset[int] = frozenset()


def joined(parts: Iterable[WatchedTimes]) -> WatchedTimes:
    """Several parts as one; an item that is in two of them has the times of both."""
    times: dict[int, tuple[datetime, ...]] = {}
    unreadable: frozenset[int] = frozenset()
    for part in parts:
        unreadable |= part.unreadable
        for item, found in part.times.items():
            known = times.get(item)
            times[item] = tuple(sorted({*known, *found})) if known else found
    return WatchedTimes(times, unreadable)


_Stamps = Annotated[list[datetime | None], Meta(min_length=1, max_length=MOST_PLAYS_COUNTED)]
_STAMPS: Decoder[dict[int, list[datetime | None]]] = Decoder(dict[Id, _Stamps])
_ITEMS, _LIST, _STAMP = Decoder(dict[str, Raw]), Decoder(list[Raw]), Decoder(datetime | None)
_SHOWS = Decoder(dict[str, dict[str, Raw]])


def parse_play_times(body: bytes, what: str) -> Read[WatchedTimes]:
    """``{"<id>": ["<time>", …]}``, which is ``/sync/watched/episodes`` or ``/movies`` with ``extended=min``."""
    try:
        items = read_json(_STAMPS.decode, body)
        return Read(WatchedTimes({item: tuple(sorted(map(minute_of, stamps))) for item, stamps in items.items()}))
    except NotJson:
        raise
    except ValueError:
        rows = framed(_ITEMS.decode, body, f"{what} in no known shape")
    times: dict[int, tuple[datetime, ...]] = {}
    left_out: list[LeftOut] = []
    for key, raw in rows.items():
        item = int(key) if key.isascii() and key.isdigit() and len(key) <= 10 else 0
        if not 0 < item < 2**31:
            raise suspicious(f"{what} with an id that cannot be read")
        times[item], why = _readable(raw)
        left_out += [LeftOut(f"times of {what}", why, item)] if why else []
    return Read(_known(times, left_out), tuple(left_out))


def parse_nested_play_times(body: bytes) -> Read[WatchedTimes]:
    """``{"<show>": {"<season>": {"<episode>": ["<time>", …]}}}``: ``/sync/watched/shows?extended=min``."""
    shows = framed(_SHOWS.decode, body, "watched shows in no known shape")
    read = [parse_play_times(each, "watched episodes") for seasons in shows.values() for each in seasons.values()]
    return Read(joined(each.value for each in read), tuple(left for each in read for left in each.left_out))


def _known(times: dict[int, tuple[datetime, ...]], left_out: Iterable[LeftOut]) -> WatchedTimes:
    """``times``, and those that were left out as watched at a time that nobody knows."""
    unreadable = frozenset(each.row_id for each in left_out if each.row_id is not None)
    return WatchedTimes(dict.fromkeys(unreadable, (UNKNOWN_TIME,)) | times, unreadable)


def minute_of(stamp: datetime | None) -> datetime:
    """A play's minute. A play that has no time is still a play."""
    return utc(stamp).replace(second=0, microsecond=0) if stamp else UNKNOWN_TIME


def _readable(raw: Raw) -> tuple[tuple[datetime, ...], str]:
    """One time for each play, ``UNKNOWN_TIME`` for those that cannot be right, and what is wrong with the last such."""
    times: list[datetime] = []
    why = ""
    try:
        stamps = _LIST.decode(raw)
        why = "" if stamps else "there is no time"
    except UNREADABLE as error:
        stamps, why = [], reason_of(error)
    for stamp in stamps[:MOST_PLAYS_COUNTED]:
        try:
            times.append(minute_of(_STAMP.decode(stamp)))
        except UNREADABLE as error:
            times.append(UNKNOWN_TIME)
            why = reason_of(error)
    return tuple(sorted(times)) or (UNKNOWN_TIME,), why


# --- what was watched, should Trakt know no extended=min --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberedPlay:
    """Plays of an episode that is named by its numbers only: the last one's time, and how many there are.

    ``readable`` is whether that can be right.
    """

    season: int
    number: int
    last_at: datetime = UNKNOWN_TIME
    plays: int = 1
    readable: bool = True

    @property
    def times(self) -> tuple[datetime, ...]:
        """One time for each play; of the earlier ones only the number is known."""
        return _repeated(self.last_at, self.plays)


class WatchedEpisode(Struct, gc=False):
    """An episode in ``/sync/watched/shows``."""

    number: Count
    plays: Total | None = None
    last_watched_at: datetime | None = None

    def __post_init__(self) -> None:
        self.last_watched_at = minute_of(self.last_watched_at)


class WatchedSeason(Struct, gc=False):
    """A season there."""

    number: Count
    episodes: Raw


class WatchedShow(Struct, gc=False):
    """A row there; without ``extended=progress`` it has no seasons."""

    show: OwnIds
    seasons: Raw


class WatchedMovie(Struct, gc=False):
    """A row of ``/sync/watched/movies``."""

    movie: OwnIds
    plays: Total | None = None
    last_watched_at: datetime | None = None

    def __post_init__(self) -> None:
        self.last_watched_at = minute_of(self.last_watched_at)


_WATCHED_SHOWS, _WATCHED_SEASONS, _WATCHED_EPISODES = (
    RowReader(WatchedShow),
    RowReader(WatchedSeason),
    RowReader(WatchedEpisode),
)
_WATCHED_MOVIES = RowReader(WatchedMovie)


def parse_progress_page(body: bytes) -> Read[dict[int, tuple[NumberedPlay, ...]]]:
    """A page of ``/sync/watched/shows?extended=progress``: by show id, its episodes by season and number."""
    rows, bad = framed(_WATCHED_SHOWS.read, body, "watched shows that are no list")
    if bad:
        raise suspicious(f"a watched show without its seasons ({bad[0].why})")
    read = {row.show.ids.trakt: _numbered_plays(row) for row in rows}
    left_out = tuple(left for each in read.values() for left in each.left_out)
    return Read({show_id: each.value for show_id, each in read.items()}, left_out)


def _numbered_plays(row: WatchedShow) -> Read[tuple[NumberedPlay, ...]]:
    show = f"watched show {row.show.ids.trakt}"
    seasons, odd = framed(_WATCHED_SEASONS.read, row.seasons, f"{show} without its seasons")
    if odd or not seasons:
        raise suspicious(f"{show} without its seasons")
    plays: list[NumberedPlay] = []
    left_out: list[LeftOut] = []
    for season in seasons:
        episodes, bad = framed(_WATCHED_EPISODES.read, season.episodes, f"{show} without its episodes")
        plays += [
            NumberedPlay(season.number, each.number, each.last_watched_at or UNKNOWN_TIME, each.plays or 1)
            for each in episodes
        ]
        for each in bad:
            number = number_at(each.raw)
            if number is None:
                raise suspicious(f"an episode of {show} without its number")
            plays.append(NumberedPlay(season.number, number, readable=False))
            left_out.append(each.left_out(f"times of {show}, season {season.number}", "number"))
    return Read(tuple(plays), tuple(left_out))


def parse_movie_page(body: bytes) -> Read[WatchedTimes]:
    """A page of ``/sync/watched/movies`` without ``extended=min``: the last time, and how many plays there are."""
    rows, bad = framed(_WATCHED_MOVIES.read, body, "watched movies that are no list")
    times = {row.movie.ids.trakt: _repeated(row.last_watched_at or UNKNOWN_TIME, row.plays or 1) for row in rows}
    left_out = tuple(each.left_out("times of watched movies", "movie", "ids", "trakt") for each in bad)
    if any(each.row_id is None for each in left_out):
        raise suspicious("a watched movie without its id")
    return Read(_known(times, left_out), left_out)


def _repeated(at: datetime, plays: int) -> tuple[datetime, ...]:
    return (at,) * min(max(1, plays), MOST_PLAYS_COUNTED)
