"""Trakt's catalogue and account → values. Field names: Trakt API contract, 2026-07."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sync.errors import NEXT_RUN, SuspiciousRead
from sync.model.trakt import Kind, PlayKind, ShowLayout, TraktEpisode, TraktIds, TraktSeason, TraktTitle
from sync.services.shape import NOTHING, JsonObject, list_of, minute, moment, object_at, text, whole

log = logging.getLogger(__name__)


def suspicious(what: str) -> SuspiciousRead:
    """The error for an answer that is short or shapeless; it is never taken for "nothing there"."""
    return SuspiciousRead("Trakt", f"Trakt sent {what}.", NEXT_RUN)


@dataclass(frozen=True, slots=True)
class TraktAccount:
    """Whose account it is, and the settings that matter to a writer.

    ``watch_only_once`` is the user's setting that keeps a single play of each item. ``limits`` maps names such as
    ``watchlist.item_count`` to what the account may hold.
    """

    username: str
    slug: str | None = None
    vip: bool = False
    watch_only_once: bool = False
    timezone: str | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryPlay:
    """One play in the user's history, to the minute; ``history_id`` is what removes exactly this one."""

    history_id: int
    kind: PlayKind
    trakt_id: int
    watched_at: datetime
    action: str | None = None


def parse_title(kind: Kind, value: object) -> TraktTitle | None:
    """A show or movie object, ``None`` when it has no Trakt id or title."""
    item = object_at(value) or NOTHING
    given = object_at(item, "ids") or NOTHING
    trakt, title = whole(given.get("trakt")), text(item.get("title"))
    if trakt is None or title is None:
        return None
    original = text(item.get("original_title"))
    return TraktTitle(
        kind=kind,
        ids=TraktIds(
            trakt=trakt,
            slug=text(given.get("slug")),
            tmdb=whole(given.get("tmdb")),
            tvdb=whole(given.get("tvdb")),
            imdb=text(given.get("imdb")),
        ),
        title=title,
        year=whole(item.get("year")),
        released=_day(item.get("released")) if kind is Kind.MOVIE else None,
        runtime=(whole(item.get("runtime")) or None) if kind is Kind.MOVIE else None,
        aliases=(original,) if original and original != title else (),
    )


def parse_search(kind: Kind, value: object) -> tuple[TraktTitle, ...]:
    """Search results of one kind, in Trakt's order; results of another kind are left out."""
    rows = list_of(value)
    if rows is None:
        raise suspicious("a search result that is no list")
    matching = (row for item in rows if (row := object_at(item)) and row.get("type") == kind.value)
    return tuple(title for row in matching if (title := parse_title(kind, row.get(kind.value))) is not None)


def parse_layout(show: TraktTitle, value: object) -> ShowLayout:
    """``/shows/:id/seasons?extended=full,episodes``: every episode once, by season and number."""
    seasons = list_of(value)
    if seasons is None:
        raise suspicious(f"seasons of show {show.ids.trakt} that are no list")
    episodes: dict[int, TraktEpisode] = {}
    ids: dict[int, int] = {}
    for season in map(object_at, seasons):
        for episode in _episodes(season or NOTHING, show):
            episodes.setdefault(episode.trakt_id, episode)
        number, season_id = (
            whole((season or NOTHING).get("number")),
            whole((object_at(season, "ids") or NOTHING).get("trakt")),
        )
        if number is not None and season_id is not None:
            ids.setdefault(number, season_id)
    ordered = sorted(episodes.values(), key=lambda e: (e.season, e.number, e.trakt_id))
    numbers: dict[int, list[int]] = {}
    for episode in ordered:
        numbers.setdefault(episode.season, []).append(episode.number)
    return ShowLayout(
        show,
        tuple(ordered),
        tuple(TraktSeason(at, ids[at], found[0], len(found)) for at, found in numbers.items() if at in ids),
    )


def _episodes(season: JsonObject, show: TraktTitle) -> Iterator[TraktEpisode]:
    number, rows = whole(season.get("number")), list_of(season.get("episodes"))
    if number is None or (rows is None and season.get("episode_count") != 0):
        raise suspicious(f"a season of show {show.ids.trakt} without its episodes")
    for row in map(object_at, rows or ()):
        trakt_id = whole((object_at(row, "ids") or NOTHING).get("trakt"))
        episode = whole(row.get("number")) if row else None
        if row is None or trakt_id is None or episode is None:
            log.warning("Left out an episode of show %d, season %d, that has no id or number.", show.ids.trakt, number)
            continue
        yield TraktEpisode(
            trakt_id=trakt_id,
            season=number,
            number=episode,
            title=text(row.get("title")),
            first_aired=moment(row.get("first_aired")),
            runtime=whole(row.get("runtime")) or None,
        )


def parse_account(value: object) -> TraktAccount:
    """``/users/settings?extended=browsing``. Nothing else of it is kept: it holds personal data and a token."""
    user = object_at(value, "user") or NOTHING
    username = text(user.get("username"))
    if username is None:
        raise suspicious("account settings without a user name")
    limits = {
        f"{name}.{key}": count
        for name, group in (object_at(value, "limits") or NOTHING).items()
        for key, number in (object_at(group) or NOTHING).items()
        if (count := whole(number)) is not None
    }
    return TraktAccount(
        username=username,
        slug=text((object_at(user, "ids") or NOTHING).get("slug")),
        vip=user.get("vip") is True,
        watch_only_once=(object_at(value, "browsing") or NOTHING).get("watch_only_once") is True,
        timezone=text((object_at(value, "account") or NOTHING).get("timezone")),
        limits=limits,
    )


def parse_last_activities(value: object) -> dict[str, datetime]:
    """``/sync/last_activities`` as flat names: ``all``, ``episodes.watched_at``, ``movies.watched_at`` …"""
    groups = object_at(value)
    if groups is None or (latest := moment(groups.get("all"))) is None:
        raise suspicious("last activities without their times")
    found = {"all": latest}
    for name, group in groups.items():
        for key, stamp in (object_at(group) or NOTHING).items():
            if (at := moment(stamp)) is not None:
                found[f"{name}.{key}"] = at
    return found


def parse_history(value: object) -> tuple[HistoryPlay, ...]:
    """A page of ``/sync/history``; rows of other kinds than episodes and movies are left out."""
    rows = list_of(value)
    if rows is None:
        raise suspicious("a history page that is no list")
    return tuple(play for row in rows if (play := _history_play(object_at(row) or NOTHING)) is not None)


def _history_play(row: JsonObject) -> HistoryPlay | None:
    if row.get("type") not in (PlayKind.EPISODE.value, PlayKind.MOVIE.value):
        return None
    kind = PlayKind(str(row.get("type")))
    history_id, at = whole(row.get("id")), minute(row.get("watched_at"))
    trakt_id = whole((object_at(row, kind.value, "ids") or NOTHING).get("trakt"))
    if history_id is None or at is None or trakt_id is None:
        raise suspicious("a history row without its ids")
    return HistoryPlay(history_id, kind, trakt_id, at, text(row.get("action")))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
