"""The bodies that Trakt's contract allows, item by item; whatever else is in one makes the whole request a 422.

Source: github.com/trakt/trakt-api, projects/api/src/contracts (bulkMediaRequestSchema, idsRequestSchema,
ratingsParamSchema, historyRemoveRequestSchema, hiddenSectionSchema; 2026-07-30 and 2026-08-02).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from demo.server import JsonObject

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Rating = Annotated[int, Meta(ge=1, le=10)]
Note = Annotated[str, Meta(max_length=500)]
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z")
HIDDEN_SECTIONS = ("calendar", "progress_watched", "progress_collected", "recommendations", "comments", "dropped")

T = TypeVar("T")
IdsT = TypeVar("IdsT")


class BadBodyError(Exception):
    """A body that Trakt refuses (422); says where and why."""


class _Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the contract names, and nothing else."""


class ShowIds(_Part, frozen=True):
    """How a show may be named."""

    trakt: Id | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    imdb: str | UnsetType = UNSET
    tmdb: Id | UnsetType = UNSET
    tvdb: Id | UnsetType = UNSET


class FilmIds(_Part, frozen=True):
    """How a film may be named: not by a TVDB id."""

    trakt: Id | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    imdb: str | UnsetType = UNSET
    tmdb: Id | UnsetType = UNSET


class SeasonIds(_Part, frozen=True):
    """How a season may be named."""

    trakt: Id | UnsetType = UNSET
    tmdb: Id | str | UnsetType = UNSET
    tvdb: Id | UnsetType = UNSET


class EpisodeIds(_Part, frozen=True):
    """How an episode may be named: not by a TMDB id."""

    trakt: Id | UnsetType = UNSET
    tvdb: Id | UnsetType = UNSET


class NumberedEpisode(_Part, frozen=True):
    """An episode of a season that is named by its number."""

    number: int
    watched_at: str | None = None


class NumberedSeason(_Part, frozen=True):
    """A season of a show that is named by its number; without ``episodes`` it is the whole season."""

    number: int
    episodes: list[NumberedEpisode] | None = None
    watched_at: str | None = None


class ShowItem(_Part, frozen=True):
    """A show, by its ids or by title and year; without ``seasons`` it is the whole show."""

    ids: ShowIds | UnsetType = UNSET
    title: str | UnsetType = UNSET
    year: int | UnsetType = UNSET
    seasons: list[NumberedSeason] | None = None
    watched_at: str | None = None


class FilmItem(_Part, frozen=True):
    """A film, by its ids or by title and year."""

    ids: FilmIds | UnsetType = UNSET
    title: str | UnsetType = UNSET
    year: int | UnsetType = UNSET
    watched_at: str | None = None


class WatchedItem(_Part, Generic[IdsT], frozen=True):
    """A season or an episode that was watched."""

    ids: IdsT
    watched_at: str | None = None


class RatedItem(_Part, Generic[IdsT], frozen=True):
    """Something with its rating."""

    ids: IdsT
    rating: Rating
    rated_at: str | None = None


class ListedItem(_Part, Generic[IdsT], frozen=True):
    """Something for the watchlist; ``notes`` are a VIP's."""

    ids: IdsT
    notes: Note | None = None


class HiddenItem(_Part, Generic[IdsT], frozen=True):
    """Something to hide."""

    ids: IdsT
    hidden_at: str | None = None


class HistoryBody(_Part, frozen=True):
    """``POST /sync/history``."""

    movies: list[FilmItem] | None = None
    shows: list[ShowItem] | None = None
    seasons: list[WatchedItem[SeasonIds]] | None = None
    episodes: list[WatchedItem[EpisodeIds]] | None = None


class HistoryRemoveBody(HistoryBody, frozen=True):
    """``POST /sync/history/remove``: single plays by history id, all plays of what else is named."""

    ids: list[Id] | None = None


class RatingsBody(_Part, frozen=True):
    """``POST /sync/ratings``."""

    movies: list[RatedItem[FilmIds]] | None = None
    shows: list[RatedItem[ShowIds]] | None = None
    seasons: list[RatedItem[SeasonIds]] | None = None
    episodes: list[RatedItem[EpisodeIds]] | None = None


class ListBody(_Part, frozen=True):
    """``POST /sync/watchlist``, and what takes things off a list."""

    movies: list[ListedItem[FilmIds]] | None = None
    shows: list[ListedItem[ShowIds]] | None = None
    seasons: list[ListedItem[SeasonIds]] | None = None
    episodes: list[ListedItem[EpisodeIds]] | None = None


class HiddenBody(_Part, frozen=True):
    """``POST /users/hidden/:section``."""

    movies: list[HiddenItem[FilmIds]] | None = None
    shows: list[HiddenItem[ShowIds]] | None = None
    seasons: list[HiddenItem[SeasonIds]] | None = None


class DroppedBody(_Part, frozen=True):
    """``POST /users/hidden/dropped``: only shows can be dropped."""

    shows: list[HiddenItem[ShowIds]]


def check_body(body: JsonObject, kind: type[T], now: datetime) -> T:
    """The body, if the contract allows it: every item named somehow, every stamp a time in UTC that is not ahead of
    ``now``. Raises ``BadBodyError``."""
    try:
        checked = msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise BadBodyError(str(error)) from error
    for group, items in body.items():
        for item in items if isinstance(items, list) and group != "ids" else ():
            if not item.get("ids") and not (item.get("title") and item.get("year")):
                raise BadBodyError(f"{group}: an item without an id")
            _check_times(item, {"unknown"} if group == "movies" else {"unknown", "released"}, now)
    return checked


def _check_times(item: JsonObject, words: set[str], now: datetime) -> None:
    """``words`` may stand for a time; ``released`` does so for episodes only."""
    for stamp in ("watched_at", "rated_at", "hidden_at"):
        sent = item.get(stamp)
        if sent is not None and not (stamp == "watched_at" and sent in words) and utc_time(sent) > now:
            raise BadBodyError(f"{stamp} {sent!r} is in the future")
    for below in ("seasons", "episodes"):
        inner = item.get(below)
        for each in inner if isinstance(inner, list) else ():
            _check_times(each, words, now)


def utc_time(text: object) -> datetime:
    """A time as the contract wants it, ``2026-01-02T03:04:00.000Z``. Raises ``BadBodyError``, also without a zone."""
    if isinstance(text, str) and UTC_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise BadBodyError(f"{text!r} is no time in UTC")
