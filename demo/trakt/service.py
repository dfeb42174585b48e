"""A miniature of ``api.trakt.tv``, as strict as the real one (Trakt API docs, 2026-07 to 2026-10).

What the docs require is required; what they warn of happens: pages of 100 unless asked, limits clamped, seasons left
out, seconds dropped, duplicates stored.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from demo.server import JsonObject, Reply, Request
from demo.trakt.account import DemoAccount
from demo.trakt.catalogue import ID_TYPES, DemoCatalogue, names, title_view
from demo.trakt.edge import TraktLimits, turned_away
from demo.trakt.history import BadItemError, History
from demo.trakt.lists import KeptLists
from demo.trakt.logins import CLIENT_ID, TraktLogins
from demo.world import DemoWorld

LARGEST_PAGE = 250
DEFAULT_PAGE = 100
PROGRESS_PAGE = 100
SEARCH_PAGE = 50
STAMPS = {
    "movies": ("watched_at", "collected_at", "rated_at", "watchlisted_at", "favorited_at", "commented_at", "paused_at"),
    "episodes": ("watched_at", "collected_at", "rated_at", "watchlisted_at", "commented_at", "paused_at"),
    "shows": ("rated_at", "watchlisted_at", "favorited_at", "commented_at", "hidden_at", "dropped_at"),
    "seasons": ("rated_at", "watchlisted_at", "commented_at", "hidden_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
}
LONG_AGO = "2015-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class TraktRequest:
    """One request on its way through the service; ``account`` is ``None`` without a log-in."""

    request: Request
    parts: tuple[str, ...]
    account: DemoAccount | None

    @property
    def query(self) -> Mapping[str, str]:
        """The query string."""
        return self.request.query

    @property
    def extended(self) -> set[str]:
        """The words of ``extended=``."""
        return set(self.query.get("extended", "").split(","))

    @property
    def owner(self) -> DemoAccount:
        """The account. Only called behind the log-in check."""
        if self.account is None:
            raise LookupError("no log-in")
        return self.account


Handler = Callable[[TraktRequest], Reply]


class TraktService:
    """Answers Trakt's API. ``limits`` may be loosened; ``vip_only`` makes writing a VIP method (426)."""

    name = "trakt"

    def __init__(self, world: DemoWorld, logins: TraktLogins, *, leeway: float = 0.0) -> None:
        self._world = world
        self._logins = logins
        self._catalogue = DemoCatalogue(world.library)
        self._history = History(self._catalogue, world.clock.now)
        self._lists = KeptLists(self._catalogue, world.clock.now)
        self.limits = TraktLimits(world.clock, leeway=leeway)
        self.vip_only = False
        self._routes: list[tuple[str, re.Pattern[str], Handler, bool]] = [
            (method, re.compile(pattern), handler, private)
            for method, pattern, handler, private in (
                ("GET", r"/users/settings", self._settings, True),
                ("GET", r"/sync/last_activities", self._last_activities, True),
                ("GET", r"/sync/watched/(movies|episodes|shows)", self._watched, True),
                ("GET", r"/sync/history(?:/(all|movies|shows|episodes)(?:/(\d+))?)?", self._read_history, True),
                ("POST", r"/sync/history", self._add_history, True),
                ("POST", r"/sync/history/remove", self._remove_history, True),
                ("GET", r"/sync/(ratings|watchlist)(?:/(\w+))?", self._list, True),
                ("POST", r"/sync/(ratings|watchlist)(/remove)?", self._put_on_list, True),
                ("GET", r"/users/hidden/(\w+)", self._hidden, True),
                ("POST", r"/users/hidden/(\w+)(/remove)?", self._hide, True),
                ("GET", r"/(shows|movies)/([^/]+)", self._title, False),
                ("GET", r"/(shows|movies)/([^/]+)/aliases", self._aliases, False),
                ("GET", r"/(shows)/([^/]+)/seasons", self._seasons, False),
                ("GET", r"/search/(trakt|tmdb|tvdb|imdb)/([^/]+)", self._search_id, False),
                ("GET", r"/search/((?:show|movie)(?:,(?:show|movie))*)", self._search_text, False),
            )
        ]

    def answer(self, request: Request) -> Reply:
        """One request. Trakt's own answers carry ``X-Request-Id``; Cloudflare's do not."""
        edge = turned_away(request)
        if edge is not None:
            return edge
        answer = self._refused(request) or self._dispatch(request)
        return replace(answer, headers={"X-Request-Id": uuid.uuid4().hex, "X-Runtime": "0.01", **answer.headers})

    def _refused(self, request: Request) -> Reply | None:
        """The answer to a client that did not send what every call needs."""
        if request.header("trakt-api-key") != CLIENT_ID or self._logins.app_deleted:
            return Reply(403, text="")
        if request.header("trakt-api-version") != "2":
            return Reply(400, {"error": "invalid_api_version"})
        if request.header("Content-Type").partition(";")[0] != "application/json":
            return Reply(412, text="")
        return None

    def _dispatch(self, request: Request) -> Reply:
        found = [(method, match, h, p) for method, r, h, p in self._routes if (match := r.fullmatch(request.path))]
        if not found:
            return Reply(404, text="")
        for method, match, handler, private in found:
            if method == request.method:
                return self._authorised(request, handler, match.groups(""), private=private)
        return Reply(405, text="")

    def _authorised(self, request: Request, handler: Handler, parts: Sequence[str], *, private: bool) -> Reply:
        username = self._logins.whose(request.bearer)
        if (request.bearer or private) and username is None:
            return Reply(401, {"error": "invalid_token"}, headers={"WWW-Authenticate": "Bearer"})
        limited, headers = self.limits.check(request, username)
        if limited:
            return limited
        account = self._world.trakt[username] if username else None
        if account and account.locked:
            return Reply(423, text="", headers={"X-Account-Locked": "true", "X-Account-Deactivated": "false"})
        if request.method == "POST" and self.vip_only:
            return Reply(426, text="", headers={"X-Upgrade-URL": "https://app.trakt.tv/vip"})
        if request.method == "POST" and request.json() is None:
            return Reply(400, {"error": "bad_request"})
        try:
            answer = handler(TraktRequest(request, tuple(parts), account))
        except BadItemError as error:
            answer = Reply(422, {"errors": [str(error)]})
        return replace(answer, headers={**headers, **answer.headers})

    def _settings(self, call: TraktRequest) -> Reply:
        account = call.owner
        view: JsonObject = {
            "user": {
                "username": account.username,
                "private": False,
                "name": account.username.title(),
                "vip": account.vip,
                "ids": {"slug": account.username},
            },
            "account": {"timezone": "Europe/Berlin", "date_format": "dmy", "time_24hr": True},
            "limits": {
                "list": {"count": 100, "item_count": 5000},
                "watchlist": {"item_count": account.watchlist_limit},
            },
        }
        if "browsing" in call.extended:
            view["browsing"] = {"watch_only_once": account.watch_only_once}
        return Reply(200, view)

    def _last_activities(self, call: TraktRequest) -> Reply:
        stamps = call.owner.activity
        groups: JsonObject = {
            group: {key: stamps.get(f"{group}.{key}", LONG_AGO) for key in keys} for group, keys in STAMPS.items()
        }
        return Reply(200, {"all": max([LONG_AGO, *stamps.values()]), **groups})

    def _watched(self, call: TraktRequest) -> Reply:
        kind, specials = call.parts[0], call.query.get("specials") == "true"
        if "min" in call.extended and kind != "shows":
            plays = self._history.by_item(call.owner, kind[:-1], specials=specials)
            if "page" not in call.query and "limit" not in call.query:
                return Reply(200, plays)
            shown, headers = _paged(list(plays), call.query)
            return Reply(200, {key: plays[str(key)] for key in shown}, headers=headers)
        if kind == "shows":
            progress = "progress" in call.extended
            rows = self._history.by_show(call.owner, seasons=progress, specials=specials)
            return _page(rows, call.query, largest=PROGRESS_PAGE if progress else LARGEST_PAGE)
        plays = self._history.by_item(call.owner, kind[:-1], specials=specials)
        return _page([{"plays": len(times), "trakt": int(key)} for key, times in _lists(plays)], call.query)

    def _read_history(self, call: TraktRequest) -> Reply:
        kind, trakt_id = call.parts
        rows = self._history.rows(call.owner, kind or "all", int(trakt_id) if trakt_id else None, call.query)
        shown, headers = _paged(rows, call.query)
        return Reply(200, [row for row in shown if row is not None], headers=headers)

    def _add_history(self, call: TraktRequest) -> Reply:
        if len(call.owner.plays) >= call.owner.history_limit:
            return Reply(420, text="")
        return Reply(201, self._history.add(call.owner, call.request.json() or {}))

    def _remove_history(self, call: TraktRequest) -> Reply:
        return Reply(200, self._history.remove(call.owner, call.request.json() or {}))

    def _list(self, call: TraktRequest) -> Reply:
        return _page(self._lists.rows(call.owner, call.parts[0], call.parts[1]), call.query)

    def _put_on_list(self, call: TraktRequest) -> Reply:
        which, removing = call.parts
        body = call.request.json() or {}
        if removing:
            return Reply(200, self._lists.remove(call.owner, which, body))
        if which == "watchlist" and not self._lists.has_room(call.owner, body):
            return Reply(420, text="")
        return Reply(201, self._lists.add(call.owner, which, body))

    def _hidden(self, call: TraktRequest) -> Reply:
        return _page(self._lists.rows(call.owner, f"hidden/{call.parts[0]}", call.query.get("type", "")), call.query)

    def _hide(self, call: TraktRequest) -> Reply:
        section, removing = call.parts
        change = self._lists.remove if removing else self._lists.add
        return Reply(200 if removing else 201, change(call.owner, f"hidden/{section}", call.request.json() or {}))

    def _title(self, call: TraktRequest) -> Reply:
        found = self._catalogue.by_path(call.parts[0][:-1], call.parts[1])
        if found is None:
            return Reply(404, text="")
        return Reply(200, title_view(found, full="full" in call.extended, now=self._world.clock.now()))

    def _aliases(self, call: TraktRequest) -> Reply:
        found = self._catalogue.by_path(call.parts[0][:-1], call.parts[1])
        return Reply(200, [{"title": n, "country": "jp"} for n in names(found)]) if found else Reply(404, text="")

    def _seasons(self, call: TraktRequest) -> Reply:
        found = self._catalogue.by_path("show", call.parts[1])
        if found is None:
            return Reply(404, text="")
        return Reply(200, self._catalogue.seasons_view(found, call.extended, self._world.clock.now()))

    def _search_id(self, call: TraktRequest) -> Reply:
        owner, value = call.parts
        kinds = [kind for kind in call.query.get("type", "").split(",") if kind and owner != "imdb"]
        hits = self._catalogue.search_id(owner, value, kinds) if owner in ID_TYPES else []
        return _page(hits, call.query, default=SEARCH_PAGE)

    def _search_text(self, call: TraktRequest) -> Reply:
        query = call.query.get("query", "")
        if not query:
            return Reply(400, {"error": "query is required"})
        return _page(self._catalogue.search_text(query, call.parts[0].split(",")), call.query, default=SEARCH_PAGE)


def _page(
    rows: Sequence[object], query: Mapping[str, str], *, default: int = DEFAULT_PAGE, largest: int = LARGEST_PAGE
) -> Reply:
    shown, headers = _paged(rows, query, default=default, largest=largest)
    return Reply(200, shown, headers=headers)


def _paged(
    rows: Sequence[object], query: Mapping[str, str], *, default: int = DEFAULT_PAGE, largest: int = LARGEST_PAGE
) -> tuple[list[object], dict[str, str]]:
    """One page and its headers. A limit that is too large is clamped, not refused."""
    limit = min(_whole(query.get("limit"), default), largest)
    page = _whole(query.get("page"), 1)
    headers = {
        "X-Pagination-Page": str(page),
        "X-Pagination-Limit": str(limit),
        "X-Pagination-Page-Count": str(-(-len(rows) // limit)),
        "X-Pagination-Item-Count": str(len(rows)),
    }
    return list(rows[(page - 1) * limit : page * limit]), headers


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default


def _lists(plays: JsonObject) -> list[tuple[str, list[object]]]:
    return [(key, times) for key, times in plays.items() if isinstance(times, list)]
