"""A miniature of ``api.trakt.tv``, as strict as the real one (Trakt API docs, 2026-07 to 2026-10).

What the docs require is required; what they warn of happens: pages of 100 unless asked, limits clamped, seasons left
out, seconds dropped, duplicates stored.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from demo.server import Reply, Request
from demo.trakt.account import DemoAccount
from demo.trakt.bodies import HIDDEN_SECTIONS, BadBodyError
from demo.trakt.catalogue import ID_TYPES, DemoCatalogue, names, title_view
from demo.trakt.edge import TraktLimits, turned_away
from demo.trakt.history import History
from demo.trakt.lists import KeptLists
from demo.trakt.logins import CLIENT_ID, TraktLogins
from demo.trakt.profile import last_activities_view, profile_view, settings_view
from demo.world import DemoWorld

LARGEST_PAGE = 250
DEFAULT_PAGE = 100
PROGRESS_PAGE = 100
SEARCH_PAGE = 50
LARGEST_MINIMAL_PAGE = 10_000
"""``extended=min`` is served in large pieces: Trakt's own web client asks for so many films at once."""


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
    """Answers Trakt's API. ``limits`` may be loosened; ``vip_only`` makes writing a VIP method (426).

    ``minimal`` says whether ``extended=min`` is known: it is documented only on a branch of the contract that was never
    merged, and without it the answers are the lists that the contract has.
    """

    name = "trakt"

    def __init__(self, world: DemoWorld, logins: TraktLogins, *, leeway: float = 0.0) -> None:
        self._world = world
        self._logins = logins
        self.catalogue = DemoCatalogue(world)
        self._history = History(self.catalogue, world.clock.now)
        self._lists = KeptLists(self.catalogue, world.clock.now)
        self.limits = TraktLimits(world.clock, leeway=leeway)
        self.vip_only = False
        self.minimal = True
        user, kind = r"/users/([^/]+)", r"(?:/(all|movies|shows|seasons|episodes)(?:/(\d+))?)?"
        self._routes: list[tuple[str, re.Pattern[str], Handler, bool]] = [
            (method, re.compile(pattern), handler, private)
            for method, pattern, handler, private in (
                ("GET", r"/users/settings", self._settings, True),
                ("GET", r"/users/hidden/(\w+)", self._hidden, True),
                ("POST", r"/users/hidden/(\w+)(/remove)?", self._hide, True),
                ("GET", r"/sync/last_activities", self._last_activities, True),
                ("GET", r"/sync/watched/(movies|episodes|shows)", self._watched, True),
                ("GET", rf"/sync/history{kind}", self._read_history, True),
                ("POST", r"/sync/history", self._add_history, True),
                ("POST", r"/sync/history/remove", self._remove_history, True),
                ("GET", r"/sync/(ratings|watchlist)(?:/([\w,]+)(?:/\w+)*)?", self._list, True),
                ("POST", r"/sync/(ratings|watchlist)(/remove)?", self._put_on_list, True),
                ("GET", user, self._profile, False),
                ("GET", rf"{user}/watched/(movies|episodes|shows)", self._watched_by, False),
                ("GET", rf"{user}/history{kind}", self._history_of, False),
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
        except BadBodyError as error:
            answer = Reply(422, {"errors": [str(error)]})
        return replace(answer, headers={**headers, **answer.headers})

    def _settings(self, call: TraktRequest) -> Reply:
        return Reply(200, settings_view(call.owner, browsing="browsing" in call.extended))

    def _last_activities(self, call: TraktRequest) -> Reply:
        return Reply(200, last_activities_view(call.owner))

    def _watched(self, call: TraktRequest) -> Reply:
        return self._watched_of(call.owner, call.parts[0], call)

    def _watched_of(self, account: DemoAccount, kind: str, call: TraktRequest) -> Reply:
        """What was watched, in the shape that ``extended`` asks for: maps of times with ``min``, rows otherwise."""
        query, full = call.query, "full" in call.extended
        if "min" in call.extended and self.minimal:
            times = self._history.times(account, kind, query)
            if not {"page", "limit"} & query.keys():
                return Reply(200, times)
            shown, headers = _paged(list(times), query, largest=LARGEST_MINIMAL_PAGE)
            return Reply(200, {str(key): times[str(key)] for key in shown}, headers=headers)
        if kind == "movies":
            return _page(self._history.movie_rows(account, full=full), query)
        if kind == "episodes":
            return _page(self._history.episode_rows(account, query, full=full), query)
        progress = "progress" in call.extended
        rows = self._history.show_rows(account, query, seasons=progress, full=full)
        return _page(rows, query, largest=PROGRESS_PAGE if progress else LARGEST_PAGE)

    def _read_history(self, call: TraktRequest) -> Reply:
        kind, trakt_id = call.parts
        return self._history_rows(call.owner, kind, trakt_id, call)

    def _history_rows(self, account: DemoAccount, kind: str, trakt_id: str, call: TraktRequest) -> Reply:
        rows = self._history.rows(account, kind or "all", int(trakt_id) if trakt_id else None, call.query)
        shown, headers = _paged(rows, call.query)
        return Reply(200, [row for row in shown if row is not None], headers=headers)

    def _profile(self, call: TraktRequest) -> Reply:
        account = self._account_of(call)
        return Reply(200, profile_view(account)) if account else Reply(404, text="")

    def _watched_by(self, call: TraktRequest) -> Reply:
        account = self._account_of(call)
        return self._closed_to(call, account) or self._watched_of(account or call.owner, call.parts[1], call)

    def _history_of(self, call: TraktRequest) -> Reply:
        account = self._account_of(call)
        refusal = self._closed_to(call, account)
        return refusal or self._history_rows(account or call.owner, call.parts[1], call.parts[2], call)

    def _account_of(self, call: TraktRequest) -> DemoAccount | None:
        """The account that a path names by its slug, or as ``me``."""
        if call.parts[0] == "me":
            return call.account
        return next((a for a in self._world.trakt.values() if a.slug == call.parts[0].lower()), None)

    @staticmethod
    def _closed_to(call: TraktRequest, account: DemoAccount | None) -> Reply | None:
        """The answer to those who may not see what an account watched: a private one shows it to its owner alone."""
        if account is None:
            return Reply(401 if call.parts[0] == "me" else 404, text="")
        return Reply(401, text="") if account.private and account is not call.account else None

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
        _check_section(call.parts[0])
        return _page(self._lists.rows(call.owner, f"hidden/{call.parts[0]}", call.query.get("type", "")), call.query)

    def _hide(self, call: TraktRequest) -> Reply:
        section, removing = call.parts
        _check_section(section)
        change = self._lists.remove if removing else self._lists.add
        return Reply(200, change(call.owner, f"hidden/{section}", call.request.json() or {}))

    def _title(self, call: TraktRequest) -> Reply:
        found = self.catalogue.by_path(call.parts[0][:-1], call.parts[1])
        if found is None:
            return Reply(404, text="")
        return Reply(200, title_view(found, full="full" in call.extended, now=self._world.clock.now()))

    def _aliases(self, call: TraktRequest) -> Reply:
        found = self.catalogue.by_path(call.parts[0][:-1], call.parts[1])
        return Reply(200, [{"title": n, "country": "jp"} for n in names(found)]) if found else Reply(404, text="")

    def _seasons(self, call: TraktRequest) -> Reply:
        found = self.catalogue.by_path("show", call.parts[1])
        if found is None:
            return Reply(404, text="")
        return Reply(200, self.catalogue.seasons_view(found, call.extended, self._world.clock.now()))

    def _search_id(self, call: TraktRequest) -> Reply:
        owner, value = call.parts
        kinds = [kind for kind in call.query.get("type", "").split(",") if kind and owner != "imdb"]
        hits = self.catalogue.search_id(owner, value, kinds) if owner in ID_TYPES else []
        return _page(hits, call.query, default=SEARCH_PAGE)

    def _search_text(self, call: TraktRequest) -> Reply:
        query = call.query.get("query", "")
        if not query:
            return Reply(400, {"error": "query is required"})
        return _page(self.catalogue.search_text(query, call.parts[0].split(",")), call.query, default=SEARCH_PAGE)


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


def _check_section(section: str) -> None:
    if section not in HIDDEN_SECTIONS:
        raise BadBodyError(f"{section} is not a section of hidden items")
