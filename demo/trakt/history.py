"""Trakt's history in miniature: reading it in its several shapes, adding to it and removing from it.

As the real one, it does not look whether a play is there already: what is sent twice is stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from demo.library import DemoEpisode, DemoTitle
from demo.server import JsonObject
from demo.trakt.account import EPOCH, DemoAccount, DemoPlay
from demo.trakt.bodies import BadBodyError, HistoryBody, HistoryRemoveBody, check_body, utc_time
from demo.trakt.catalogue import DemoCatalogue, episode_view, moment, released_at, title_view

KINDS = ("movies", "shows", "seasons", "episodes")
Target = tuple[DemoTitle, DemoEpisode | None, object]
"""A film (no episode) or a show's episode, with the ``watched_at`` that was sent for it."""
Watched = tuple[DemoTitle, DemoEpisode | None, list[DemoPlay]]
"""A film or a show's episode with its plays."""


class History:
    """The history of any account, over one catalogue."""

    def __init__(self, catalogue: DemoCatalogue, now: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def add(self, account: DemoAccount, body: JsonObject) -> JsonObject:
        """``POST /sync/history``: every target becomes a play, and leaves the watchlist. Raises ``BadBodyError``."""
        check_body(body, HistoryBody, self._now())
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
            self._take_off_watchlist(account, title, episode)
        self._touch(account, added)
        return {"added": added, "updated": {"movies": 0, "episodes": 0}, "not_found": missing}

    def remove(self, account: DemoAccount, body: JsonObject) -> JsonObject:
        """``POST /sync/history/remove``: single plays by history id; all plays of what else is named. Raises
        ``BadBodyError``."""
        ids = check_body(body, HistoryRemoveBody, self._now()).ids or []
        missing = _nothing_missing()
        keys = {_key(title, episode) for title, episode, _ in self._targets(body, missing)}
        gone = [p for p in account.plays if p.history_id in ids or (p.kind, p.trakt_id) in keys]
        account.plays = [p for p in account.plays if p not in gone]
        deleted = {"movies": sum(p.kind == "movie" for p in gone), "episodes": sum(p.kind == "episode" for p in gone)}
        missing["ids"] = [i for i in ids if i not in {p.history_id for p in gone}]
        self._touch(account, deleted)
        return {"deleted": deleted, "not_found": missing}

    def rows(self, account: DemoAccount, kind: str, trakt_id: int | None, query: Mapping[str, str]) -> list[object]:
        """``GET /sync/history/…``, newest first. ``None`` stands for a play whose item Trakt hides."""
        start, end = _bounds(query)
        wanted = {"movies": "movie", "episodes": "episode", "shows": "episode", "seasons": "episode"}.get(kind)
        plays = [p for p in account.plays if wanted in {None, p.kind}]
        if trakt_id is not None:
            plays = [p for p in plays if self._belongs(p, kind, trakt_id)]
        plays = [p for p in plays if start <= p.watched_at <= end]
        plays.sort(key=lambda p: (p.watched_at, p.history_id), reverse=True)
        return [None if (p.kind, p.trakt_id) in account.unlisted else self._row(p) for p in plays]

    # --- what was watched, in each shape ------------------------------------------------------------------------------

    def times(self, account: DemoAccount, kind: str, query: Mapping[str, str]) -> JsonObject:
        """``/sync/watched/{kind}?extended=min``: the times of every play, by Trakt id, of shows by season below each;
        a season is named by its id, with ``season_numbers=true`` by id and number."""
        found: JsonObject = {}
        for title, episode, plays in self._watched(account, kind, query):
            stamps = [moment(play.watched_at) for play in plays]
            if kind != "shows" or episode is None:
                found[str(plays[0].trakt_id)] = stamps
                continue
            season = str(self._catalogue.season_id(title, episode.season))
            if query.get("season_numbers") == "true":
                season = f"{season}|{episode.season}"
            seasons = found.setdefault(str(title.trakt_id), {})
            if isinstance(seasons, dict):
                seasons.setdefault(season, {})[str(episode.trakt_id)] = stamps
        return found

    def movie_rows(self, account: DemoAccount, *, full: bool) -> list[JsonObject]:
        """``/sync/watched/movies``: a row a film."""
        watched = self._watched(account, "movies", {})
        return [{**_counted(plays), "movie": title_view(title, full=full)} for title, _, plays in watched]

    def episode_rows(self, account: DemoAccount, query: Mapping[str, str], *, full: bool) -> list[JsonObject]:
        """``/sync/watched/episodes``: a row an episode; season 0 only on request."""
        watched = self._watched(account, "episodes", query)
        return [{**_counted(plays), "episode": episode_view(e, full=full)} for _, e, plays in watched if e]

    def show_rows(
        self, account: DemoAccount, query: Mapping[str, str], *, seasons: bool, full: bool
    ) -> list[JsonObject]:
        """``/sync/watched/shows``: a row a show; its seasons only with ``extended=progress``, season 0 on request."""
        shows: dict[int, list[Watched]] = {}
        for each in self._watched(account, "shows", query):
            shows.setdefault(each[0].trakt_id, []).append(each)
        rows: list[JsonObject] = []
        for watched in shows.values():
            counted = _counted([play for _, _, plays in watched for play in plays])
            row: JsonObject = {
                **counted,
                "reset_at": None,
                "show": title_view(watched[0][0], full=full, now=self._now()),
            }
            rows.append(row | ({"seasons": _seasons(watched)} if seasons else {}))
        return rows

    def _watched(self, account: DemoAccount, kind: str, query: Mapping[str, str]) -> Iterator[Watched]:
        """What of the kind was watched, with its plays; of season 0 only with ``specials=true``."""
        start, end = _bounds(query)
        by_item: dict[int, list[DemoPlay]] = {}
        for play in account.of("movie" if kind == "movies" else "episode"):
            if start <= play.watched_at <= end:
                by_item.setdefault(play.trakt_id, []).append(play)
        for trakt_id, plays in by_item.items():
            if kind == "movies":
                film = self._catalogue.find("movie", {"trakt": trakt_id})
                if film:
                    yield film, None, plays
                continue
            known = self._catalogue.episode({"trakt": trakt_id})
            if known and (known[1].season or query.get("specials") == "true"):
                yield known[0], known[1], plays

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
            season = self._catalogue.season(_ids(item).get("trakt"))
            episodes = [e for e in season[0].episodes if e.season == season[1]] if season else []
            yield from ((season[0], episode, item.get("watched_at")) for episode in episodes if season)
            missing["seasons"] += [] if season else [item]
        for item in _rows(body, "episodes"):
            known = self._catalogue.episode(_ids(item))
            if known:
                yield known[0], known[1], item.get("watched_at")
            else:
                missing["episodes"].append(item)

    def _in_show(self, show: DemoTitle, item: JsonObject, missing: dict[str, list[object]]) -> Iterator[Target]:
        """A show without seasons means all of it; a season without episodes, the whole season."""
        seasons = _rows(item, "seasons")
        if not seasons:
            yield from ((show, e, item.get("watched_at")) for e in show.episodes)
        for season in seasons:
            episodes = [e for e in show.episodes if e.season == season.get("number")]
            wanted = _rows(season, "episodes")
            sent = season.get("watched_at", item.get("watched_at"))
            if not wanted:
                yield from ((show, e, sent) for e in episodes)
            for row in wanted:
                known = [e for e in episodes if e.number == row.get("number")]
                yield from ((show, e, row.get("watched_at", sent)) for e in known)
                if not known:
                    missing["episodes"].append({"season": season.get("number"), **row, "ids": _ids(item)})

    def _watched_at(self, episode: DemoEpisode | None, sent: object) -> datetime:
        """When a target was watched: ``unknown`` is no date, ``released`` the end of the first broadcast; nothing sent
        is now."""
        now = self._now()
        if sent is None:
            return now
        if sent == "unknown":
            return EPOCH
        return released_at(episode, now) if sent == "released" else utc_time(sent)

    def _take_off_watchlist(self, account: DemoAccount, title: DemoTitle, episode: DemoEpisode | None) -> None:
        """What was watched is no longer to be watched: the film, or the episode with its season and show."""
        watched = {(title.kind, title.trakt_id)}
        if episode is not None:
            season_id = self._catalogue.season_id(title, episode.season)
            watched |= {("episode", episode.trakt_id), ("season", season_id)}
        if watched & account.watchlist.keys():
            account.watchlist = {key: at for key, at in account.watchlist.items() if key not in watched}
            account.activity["watchlist.updated_at"] = moment(self._now()) or ""

    def _belongs(self, play: DemoPlay, kind: str, trakt_id: int) -> bool:
        if kind not in {"shows", "seasons"}:
            return play.trakt_id == trakt_id
        show, episode = self._catalogue.episode({"trakt": play.trakt_id}) or (None, None)
        if show is None or episode is None:
            return False
        return trakt_id == (show.trakt_id if kind == "shows" else self._catalogue.season_id(show, episode.season))

    def _row(self, play: DemoPlay) -> JsonObject:
        row: JsonObject = {"id": play.history_id, "watched_at": moment(play.watched_at), "action": play.action}
        row["type"] = play.kind
        if play.kind == "movie":
            movie = self._catalogue.find("movie", {"trakt": play.trakt_id})
            row["movie"] = title_view(movie) if movie else None
        else:
            known = self._catalogue.episode({"trakt": play.trakt_id})
            row["episode"] = episode_view(known[1]) if known else None
            row["show"] = title_view(known[0]) if known else None
        return row

    def _touch(self, account: DemoAccount, counts: Mapping[str, int]) -> None:
        stamp = moment(self._now()) or ""
        account.activity |= {f"{kind}.watched_at": stamp for kind, count in counts.items() if count}


def _seasons(watched: list[Watched]) -> list[JsonObject]:
    seasons: dict[int, list[JsonObject]] = {}
    for _, episode, plays in sorted(watched, key=lambda each: (each[1].season, each[1].number) if each[1] else (0, 0)):
        if episode:
            counted = _counted(plays)
            row = {"number": episode.number, "plays": len(plays), "last_watched_at": counted["last_watched_at"]}
            seasons.setdefault(episode.season, []).append(row)
    return [{"number": season, "episodes": episodes} for season, episodes in seasons.items()]


def _counted(plays: list[DemoPlay]) -> JsonObject:
    last = moment(max(play.watched_at for play in plays))
    return {"plays": len(plays), "last_watched_at": last, "last_updated_at": last}


def _key(title: DemoTitle, episode: DemoEpisode | None) -> tuple[str, int]:
    return ("movie", title.trakt_id) if episode is None else ("episode", episode.trakt_id)


def _nothing_missing() -> dict[str, list[object]]:
    return {kind: [] for kind in KINDS}


def _rows(body: JsonObject, key: str) -> list[JsonObject]:
    rows = body.get(key)
    return rows if isinstance(rows, list) else []


def _ids(item: JsonObject) -> JsonObject:
    ids = item.get("ids")
    return ids if isinstance(ids, dict) else {}


def _bounds(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    """``start_at`` and ``end_at``; a day without a time is its first moment. Raises ``BadBodyError``."""
    start, end = _time(query.get("start_at", "")), _time(query.get("end_at", ""))
    return start or datetime.min.replace(tzinfo=UTC), end or datetime.max.replace(tzinfo=UTC)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadBodyError(f"{text!r} is no date") from error
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at
