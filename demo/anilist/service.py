"""A miniature of AniList's GraphQL service, as strict as the real one.

Its limits, bodies and gates follow AniList's documentation (rate limiting, errors, considerations; 2025-08 to 2026-03)
and what clients measured in 2026 (the Referer gate, page depth, sibling roots nulled by a 404).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from demo.anilist.account import DemoEntry, DemoUser
from demo.anilist.query import JsonObject, Problem, QueryError, Selection, check_query, select
from demo.anilist.rows import matching, ordered
from demo.anilist.views import AniListViews
from demo.server import Reply, Request, html
from demo.world import DemoWorld

WINDOW_SECONDS = 60
BURST_SECONDS = 1.0
LARGEST_CHUNK = 500
LARGEST_PAGE = 50
DEEPEST_ENTRY = 5000
LARGEST_LIST = 11_000
DISABLED = "The AniList API has been temporarily disabled due to severe stability issues. Please try again later."
NO_QUERY = "No query or mutation provided. Please view https://docs.anilist.co/ for help."


class NotFoundError(Exception):
    """A root field has nothing to show: the whole answer becomes a 404."""


class AniListService:
    """Answers ``POST /``. The switches are plain attributes, to be set by a test.

    ``disabled`` and ``cloudflare`` are the two kinds of outage; ``referer_gate`` refuses anonymous requests without a
    ``Referer``; ``retry_after`` says whether a 429 carries the header.
    """

    name = "anilist"

    def __init__(self, world: DemoWorld) -> None:
        self._world = world
        self._arrivals: deque[float] = deque()
        self._window_start = float("-inf")
        self._window_used = 0
        self.rate_limit = 30
        self.burst_limit = 10
        self.referer_gate = True
        self.retry_after = True
        self.disabled = False
        self.cloudflare = False

    def answer(self, request: Request) -> Reply:
        """One request: edge, limits, gate, token, query, in that order."""
        if self.cloudflare:
            return html(403, "Just a moment...")
        if request.method != "POST":
            return _errors(405, "Method Not Allowed")
        limited = self._limited()
        answer = limited or self._gated(request)
        headers = {
            "X-RateLimit-Limit": str(self.rate_limit),
            "X-RateLimit-Remaining": str(max(0, self.rate_limit - 1 - self._window_used)),
        }
        return Reply(answer.status, answer.value, answer.text, {**headers, **answer.headers})

    def _limited(self) -> Reply | None:
        now = self._world.clock.monotonic()
        if now - self._window_start >= WINDOW_SECONDS:
            self._window_start, self._window_used = now, 0
        self._window_used += 1
        self._arrivals.append(now)
        while self._arrivals and now - self._arrivals[0] > BURST_SECONDS:
            self._arrivals.popleft()
        if self._window_used <= self.rate_limit and len(self._arrivals) <= self.burst_limit:
            return None
        wait = max(1, int(self._window_start + WINDOW_SECONDS - now))
        reset = int(self._world.clock.now().timestamp()) + wait
        headers = {"Retry-After": str(wait), "X-RateLimit-Reset": str(reset)} if self.retry_after else {}
        return _errors(429, "Too Many Requests.", headers=headers)

    def _gated(self, request: Request) -> Reply:
        if self.disabled or (self.referer_gate and not request.bearer and not request.header("Referer")):
            return _errors(403, DISABLED)
        body = request.json()
        query, variables = (body or {}).get("query"), (body or {}).get("variables") or {}
        is_json = request.header("Content-Type").partition(";")[0] == "application/json"
        if not is_json or not isinstance(query, str) or not isinstance(variables, dict):
            return _errors(400, NO_QUERY)
        try:
            roots = check_query(query).roots(variables, (body or {}).get("operationName"))
        except QueryError as error:
            return _refusal(error)
        nulls: JsonObject = {root.key: None for root in roots}
        viewer = self._viewer(request)
        if request.bearer and viewer is None:
            return _errors(400, "Invalid token", data=nulls)
        return self._run(roots, viewer, nulls)

    def _run(self, roots: tuple[Selection, ...], viewer: DemoUser | None, nulls: JsonObject) -> Reply:
        if viewer is None and any(root.name == "Viewer" for root in roots):
            return _errors(401, "Unauthorized.", data=nulls)
        answering = _Roots(self._world, viewer)
        try:
            return Reply(200, {"data": {root.key: select(answering.value(root), root.selections) for root in roots}})
        except NotFoundError:
            return _errors(404, "Not Found.", data=nulls)
        except QueryError as error:
            return _refusal(error)

    def _viewer(self, request: Request) -> DemoUser | None:
        """Whose token it is; ``None`` for no token, a wrong one and one that is over a year old."""
        now = self._world.clock.now()
        users = self._world.anilist.values()
        return next((u for u in users if u.token == request.bearer and now < u.token_expires_at), None)


class _Roots:
    """What the fields at the root of a query hold, for one viewer at one moment."""

    def __init__(self, world: DemoWorld, viewer: DemoUser | None) -> None:
        self._world = world
        self._viewer = viewer
        self._views = AniListViews(world.seen_by("anilist"), world.clock.now())

    def value(self, root: Selection) -> object:
        """The value to select from. Raises ``NotFoundError`` and ``QueryError``."""
        arguments = root.arguments
        if root.name == "__typename":
            return "Query"
        if root.name == "Viewer" and self._viewer:
            return self._views.user(self._viewer, mine=True)
        if root.name == "User":
            user = self._user(arguments.get("id"), arguments.get("name"))
            return self._views.user(user, mine=user is self._viewer)
        if root.name in {"Media", "AiringSchedule"}:
            of = "media" if root.name == "Media" else "airingSchedules"
            found = self._rows(of, arguments)
            if not found or not arguments:
                raise NotFoundError
            return found[0]
        if root.name == "MediaListCollection":
            return self._collection(arguments)
        if root.name == "Page":
            return self._page(root)
        raise QueryError(Problem(f"The stand-in does not answer {root.name}.", *root.place))

    def _user(self, user_id: object, name: object) -> DemoUser:
        """The user asked for; a private profile is there for its owner alone."""
        for user in self._world.anilist.values():
            asked = user.user_id == user_id if user_id is not None else user.name == str(name).lower()
            if asked and (not user.private_profile or user is self._viewer):
                return user
        raise NotFoundError

    def _entries(self, arguments: Mapping[str, object]) -> tuple[DemoUser, list[DemoEntry]]:
        """A user's entries that the filters let through: in the order asked for, or the last updated first."""
        user = self._user(arguments.get("userId"), arguments.get("userName"))
        if arguments.get("type") == "MANGA":
            return user, []
        mine = [entry for entry in user.entries.values() if not entry.private or user is self._viewer]
        by_id = {entry.entry_id: entry for entry in sorted(mine, key=lambda entry: -entry.updated_at)}
        rows = matching((self._views.entry(entry, user) for entry in by_id.values()), arguments)
        found = [by_id[entry_id] for row in ordered(rows, arguments.get("sort")) if (entry_id := row["id"]) in by_id]
        return user, found[:LARGEST_LIST]

    def _collection(self, arguments: Mapping[str, object]) -> object:
        user, entries = self._entries(arguments)
        if arguments.get("chunk") is None:
            return self._views.collection(entries, user, more=False)
        size = min(_whole(arguments.get("perChunk"), LARGEST_CHUNK), LARGEST_CHUNK)
        begin = (_whole(arguments.get("chunk"), 1) - 1) * size
        return self._views.collection(entries[begin : begin + size], user, more=len(entries) > begin + size)

    def _page(self, root: Selection) -> object:
        fields = [node for node in root.selections if node.name not in {"pageInfo", "__typename"}]
        if len(fields) > 1:
            raise QueryError(Problem("Page may only contain one data field.", *fields[1].place))
        size = min(_whole(root.arguments.get("perPage"), LARGEST_PAGE), LARGEST_PAGE)
        begin = (_whole(root.arguments.get("page"), 1) - 1) * size
        rows = self._rows(fields[0].name, fields[0].arguments)[:DEEPEST_ENTRY] if fields else []
        info = {
            "total": DEEPEST_ENTRY,
            "perPage": size,
            "currentPage": begin // size + 1,
            "lastPage": DEEPEST_ENTRY // size,
            "hasNextPage": len(rows) > begin + size,
        }
        page: JsonObject = {"__typename": "Page", "pageInfo": info}
        return page | ({fields[0].name: rows[begin : begin + size]} if fields else {})

    def _rows(self, of: str, arguments: Mapping[str, object]) -> list[JsonObject]:
        if of == "mediaList":
            user, entries = self._entries(arguments)
            return [self._views.entry(entry, user) for entry in entries]
        if of == "media":
            rows = self._views.media_rows(arguments.get("id_in"))
        elif of == "airingSchedules":
            rows = self._views.airing_rows(arguments.get("mediaId_in"))
        else:
            rows = self._activities(arguments.get("userId"))
            if arguments.get("type") == "MEDIA_LIST":
                arguments = {**arguments, "type": None}  # lists of both kinds
        return ordered(matching(rows, arguments), arguments.get("sort"))

    def _activities(self, user_id: object) -> list[JsonObject]:
        """The feed of one user, or of everybody whose profile is shown; oldest first."""
        shown = [user for user in self._world.anilist.values() if not user.private_profile or user is self._viewer]
        users = [user for user in shown if user_id in {None, user.user_id}]
        return [self._views.activity(line, user) for user in users for line in user.activities]


def _refusal(error: QueryError) -> Reply:
    """All that is wrong with a query, in one 400."""
    errors = [
        {"message": p.message, "status": 400, "locations": [{"line": p.line, "column": p.column}]}
        for p in error.problems
    ]
    return Reply(400, {"errors": errors, "data": None})


def _errors(
    status: int, message: str, *, data: JsonObject | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    error: JsonObject = {"message": message, "status": status}
    if status != 429:
        error["locations"] = [{"line": 2, "column": 3}]
    return Reply(status, {"errors": [error], "data": data}, headers=headers or {})


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and value > 0 else default
