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


class Watched(_Part, Generic[IdsT], frozen=True):
    """A season or an episode that was watched."""

    ids: IdsT
    watched_at: str | None = None


class Rated(_Part, Generic[IdsT], frozen=True):
    """Something with its rating."""

    ids: IdsT
    rating: Rating
    rated_at: str | None = None


class Listed(_Part, Generic[IdsT], frozen=True):
    """Something for the watchlist; ``notes`` are a VIP's."""

    ids: IdsT
    notes: Note | None = None


class Hidden(_Part, Generic[IdsT], frozen=True):
    """Something to hide."""

    ids: IdsT
    hidden_at: str | None = None


class HistoryBody(_Part, frozen=True):
    """``POST /sync/history``."""

    movies: list[FilmItem] | None = None
    shows: list[ShowItem] | None = None
    seasons: list[Watched[SeasonIds]] | None = None
    episodes: list[Watched[EpisodeIds]] | None = None


class HistoryRemoveBody(HistoryBody, frozen=True):
    """``POST /sync/history/remove``: single plays by history id, all plays of what else is named."""

    ids: list[Id] | None = None


class RatingsBody(_Part, frozen=True):
    """``POST /sync/ratings``."""

    movies: list[Rated[FilmIds]] | None = None
    shows: list[Rated[ShowIds]] | None = None
    seasons: list[Rated[SeasonIds]] | None = None
    episodes: list[Rated[EpisodeIds]] | None = None


class ListBody(_Part, frozen=True):
    """``POST /sync/watchlist``, and what takes things off a list."""

    movies: list[Listed[FilmIds]] | None = None
    shows: list[Listed[ShowIds]] | None = None
    seasons: list[Listed[SeasonIds]] | None = None
    episodes: list[Listed[EpisodeIds]] | None = None


class HiddenBody(_Part, frozen=True):
    """``POST /users/hidden/:section``."""

    movies: list[Hidden[FilmIds]] | None = None
    shows: list[Hidden[ShowIds]] | None = None
    seasons: list[Hidden[SeasonIds]] | None = None


class DroppedBody(_Part, frozen=True):
    """``POST /users/hidden/dropped``: only shows can be dropped."""

    shows: list[Hidden[ShowIds]]


def check_body(body: JsonObject, kind: type[T]) -> T:
    """The body, if the contract allows it: every item named somehow, every stamp a time in UTC. Raises
    ``BadBodyError``."""
    try:
        checked = msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise BadBodyError(str(error)) from error
    for group, items in body.items():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                _check_item(group, item)
    return checked


def _check_item(group: str, item: JsonObject) -> None:
    if not item.get("ids") and not (item.get("title") and item.get("year")):
        raise BadBodyError(f"{group}: an item without an id")
    for stamp in ("rated_at", "hidden_at"):
        if item.get(stamp) is not None:
            utc_time(item[stamp])


def utc_time(text: object) -> datetime:
    """A time as the contract wants it, ``2026-01-02T03:04:00.000Z``. Raises ``BadBodyError``, also without a zone."""
    if isinstance(text, str) and UTC_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise BadBodyError(f"{text!r} is no time in UTC")
