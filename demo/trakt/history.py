"""Trakt's history in miniature: reading it in its several shapes, adding to it and removing from it.

As the real one, it does not look whether a play is there already: what is sent twice is stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from demo.library import DemoEpisode, DemoTitle
from demo.server import JsonObject
from demo.trakt.account import EPOCH, DemoAccount, DemoPlay
from demo.trakt.catalogue import DemoCatalogue, episode_view, moment, released_at, title_view

KINDS = ("movies", "shows", "seasons", "episodes")
Target = tuple[DemoTitle | None, DemoEpisode | None, object]
"""A film (no episode) or an episode, with the ``watched_at`` that was sent for it."""


class BadItemError(Exception):
    """An item that Trakt cannot make sense of: the whole request is a 422."""


class History:
    """The history of any account, over one catalogue."""

    def __init__(self, catalogue: DemoCatalogue, now: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def add(self, account: DemoAccount, body: JsonObject) -> JsonObject:
        """``POST /sync/history``: every target becomes a play. Raises ``BadItemError``."""
        missing = _nothing_missing()
        targets = list(self._targets(body, missing))
        times = [self._watched_at(episode, sent) for _, episode, sent in targets]
        added = {"movies": 0, "episodes": 0}
        for (title, episode, _), at in zip(targets, times, strict=True):
            kind, trakt_id = _key(title, episode)
            if account.watch_only_once and any(p.trakt_id == trakt_id for p in account.of(kind)):
                continue
            account.add(kind, trakt_id, at)
            added[f"{kind}s"] += 1
        self._touch(account, added)
        return {"added": added, "updated": {"movies": 0, "episodes": 0}, "not_found": missing}

    def remove(self, account: DemoAccount, body: JsonObject) -> JsonObject:
        """``POST /sync/history/remove``: single plays by history id; all plays of what else is named."""
        missing = _nothing_missing()
        keys = {_key(title, episode) for title, episode, _ in self._targets(body, missing)}
        sent = body.get("ids")
        ids = sent if isinstance(sent, list) else []
        gone = [p for p in account.plays if p.history_id in ids or (p.kind, p.trakt_id) in keys]
        account.plays = [p for p in account.plays if p not in gone]
        deleted = {"movies": sum(p.kind == "movie" for p in gone), "episodes": sum(p.kind == "episode" for p in gone)}
        missing["ids"] = [i for i in ids if i not in {p.history_id for p in gone}]
        self._touch(account, deleted)
        return {"deleted": deleted, "not_found": missing}

    def rows(self, account: DemoAccount, kind: str, trakt_id: int | None, query: Mapping[str, str]) -> list[object]:
        """``GET /sync/history/…``, newest first. ``None`` stands for a play whose item Trakt hides."""
        start, end = _bound(query.get("start_at")), _bound(query.get("end_at"))
        wanted = {"movies": "movie", "episodes": "episode", "shows": "episode"}.get(kind)
        plays = [p for p in account.plays if wanted in {None, p.kind}]
        if trakt_id is not None:
            plays = [p for p in plays if self._belongs(p, kind, trakt_id)]
        plays = [p for p in plays if (start is None or p.watched_at >= start) and (end is None or p.watched_at <= end)]
        plays.sort(key=lambda p: (p.watched_at, p.history_id), reverse=True)
        return [None if (p.kind, p.trakt_id) in account.unlisted else self._row(p) for p in plays]

    def by_item(self, account: DemoAccount, kind: str, *, specials: bool) -> JsonObject:
        """``/sync/watched/{kind}s?extended=min``: every play's time, by id; season 0 only on request."""
        found: dict[str, list[object]] = {}
        for play in account.of(kind):
            known = self._catalogue.episode(play.trakt_id) if kind == "episode" else None
            if specials or known is None or known[1].season:
                found.setdefault(str(play.trakt_id), []).append(moment(play.watched_at))
        return dict(found)

    def by_show(self, account: DemoAccount, *, seasons: bool, specials: bool) -> list[JsonObject]:
        """``/sync/watched/shows``: one row a show; its seasons only with ``extended=progress``."""
        shows: dict[int, list[tuple[DemoEpisode, DemoPlay]]] = {}
        for play in account.of("episode"):
            known = self._catalogue.episode(play.trakt_id)
            if known:
                shows.setdefault(known[0].trakt_id, []).append((known[1], play))
        rows: list[JsonObject] = []
        for trakt_id, plays in shows.items():
            last = moment(max(play.watched_at for _, play in plays))
            show = self._catalogue.find("show", {"trakt": trakt_id})
            row: JsonObject = {"plays": len(plays), "last_watched_at": last, "last_updated_at": last, "reset_at": None}
            row["show"] = title_view(show) if show else None
            if seasons:
                row["seasons"] = _seasons(plays, specials=specials)
            rows.append(row)
        return rows

    def _targets(self, body: JsonObject, missing: dict[str, list[object]]) -> Iterator[Target]:
        """What the items of a request name; what Trakt does not know goes to ``missing`` as it was sent."""
        for item in _rows(body, "movies"):
            movie = self._catalogue.find("movie", _ids(item))
            if movie:
                yield movie, None, item.get("watched_at")
            else:
                missing["movies"].append(item)
        for item in _rows(body, "shows"):
            show = self._catalogue.find("show", _ids(item))
            if show:
                yield from self._in_show(show, item, missing)
            else:
                missing["shows"].append(item)
        for item in _rows(body, "seasons"):
            episodes = self._catalogue.season(_ids(item).get("trakt"))
            yield from ((None, episode, item.get("watched_at")) for episode in episodes)
            missing["seasons"] += [] if episodes else [item]
        for item in _rows(body, "episodes"):
            known = self._catalogue.episode(_ids(item).get("trakt"))
            if known:
                yield None, known[1], item.get("watched_at")
            else:
                missing["episodes"].append(item)

    def _in_show(self, show: DemoTitle, item: JsonObject, missing: dict[str, list[object]]) -> Iterator[Target]:
        """A show without seasons means all of it; a season without episodes, the whole season."""
        seasons = _rows(item, "seasons")
        if not seasons:
            yield from ((None, e, item.get("watched_at")) for e in show.episodes)
        for season in seasons:
            episodes = [e for e in show.episodes if e.season == season.get("number")]
            wanted = _rows(season, "episodes")
            sent = season.get("watched_at", item.get("watched_at"))
            if not wanted:
                yield from ((None, e, sent) for e in episodes)
            for row in wanted:
                known = [e for e in episodes if e.number == row.get("number")]
                yield from ((None, e, row.get("watched_at", sent)) for e in known)
                if not known:
                    missing["episodes"].append({"season": season.get("number"), **row, "ids": _ids(item)})

    def _watched_at(self, episode: DemoEpisode | None, sent: object) -> datetime:
        now = self._now()
        if sent is None:
            return now
        if sent == "unknown":
            return EPOCH
        if sent == "released":
            return released_at(episode, now)
        at = _bound(sent if isinstance(sent, str) else None)
        if at is None:
            raise BadItemError(f"watched_at {sent!r} is no time")
        return at

    def _belongs(self, play: DemoPlay, kind: str, trakt_id: int) -> bool:
        if kind != "shows":
            return play.trakt_id == trakt_id
        known = self._catalogue.episode(play.trakt_id)
        return known is not None and known[0].trakt_id == trakt_id

    def _row(self, play: DemoPlay) -> JsonObject:
        row: JsonObject = {"id": play.history_id, "watched_at": moment(play.watched_at), "action": play.action}
        row["type"] = play.kind
        if play.kind == "movie":
            movie = self._catalogue.find("movie", {"trakt": play.trakt_id})
            row["movie"] = title_view(movie) if movie else None
        else:
            known = self._catalogue.episode(play.trakt_id)
            row["episode"] = episode_view(known[1]) if known else None
            row["show"] = title_view(known[0]) if known else None
        return row

    def _touch(self, account: DemoAccount, counts: Mapping[str, int]) -> None:
        stamp = moment(self._now()) or ""
        account.activity |= {f"{kind}.watched_at": stamp for kind, count in counts.items() if count}


def _seasons(plays: list[tuple[DemoEpisode, DemoPlay]], *, specials: bool) -> list[JsonObject]:
    seasons: dict[int, dict[int, list[DemoPlay]]] = {}
    for episode, play in plays:
        if episode.season or specials:
            seasons.setdefault(episode.season, {}).setdefault(episode.number, []).append(play)
    return [
        {
            "number": season,
            "episodes": [
                {"number": number, "plays": len(found), "last_watched_at": moment(max(p.watched_at for p in found))}
                for number, found in sorted(episodes.items())
            ],
        }
        for season, episodes in sorted(seasons.items())
    ]


def _key(title: DemoTitle | None, episode: DemoEpisode | None) -> tuple[str, int]:
    if episode is not None:
        return "episode", episode.trakt_id
    return "movie", title.trakt_id if title else 0


def _nothing_missing() -> dict[str, list[object]]:
    return {kind: [] for kind in KINDS}


def _rows(body: JsonObject, key: str) -> list[JsonObject]:
    rows = body.get(key) or []
    if not isinstance(rows, list):
        raise BadItemError(f"{key} is no list")
    return rows


def _ids(item: JsonObject) -> JsonObject:
    ids = item.get("ids")
    return ids if isinstance(ids, dict) else {}


def _bound(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
