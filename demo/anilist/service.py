"""A miniature of AniList's GraphQL service, as strict as the real one.

Its limits, bodies and gates follow AniList's documentation (rate limiting, errors, considerations; 2025-08 to 2026-03)
and what clients measured in 2026 (the Referer gate, page depth, sibling roots nulled by a 404).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from demo.anilist.account import DemoEntry, DemoUser
from demo.anilist.graphql import FieldNode, JsonObject, QueryError, check_query, parse_query, select
from demo.anilist.schema import SCHEMA
from demo.anilist.views import activity_view, collection_view, entry_view, media_view, user_view
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
            roots = parse_query(query, variables)
            check_query(roots, SCHEMA)
        except QueryError as error:
            return _errors(400, error.message, line=error.line, column=error.column)
        nulls: JsonObject = {root.key: None for root in roots}
        viewer = self._viewer(request)
        if request.bearer and viewer is None:
            return _errors(400, "Invalid token", data=nulls)
        return self._run(roots, viewer, nulls)

    def _run(self, roots: tuple[FieldNode, ...], viewer: DemoUser | None, nulls: JsonObject) -> Reply:
        if viewer is None and any(root.name == "Viewer" for root in roots):
            return _errors(401, "Unauthorized.", data=nulls)
        try:
            data = {root.key: select(self._root(root, viewer), root.selections) for root in roots}
        except NotFoundError:
            return _errors(404, "Not Found.", data=nulls)
        except QueryError as error:
            return _errors(400, error.message, line=error.line, column=error.column)
        return Reply(200, {"data": data})

    def _viewer(self, request: Request) -> DemoUser | None:
        """Whose token it is; ``None`` for no token, a wrong one and one that is over a year old."""
        now = self._world.clock.now()
        users = self._world.anilist.values()
        return next((u for u in users if u.token == request.bearer and now < u.token_expires_at), None)

    def _root(self, root: FieldNode, viewer: DemoUser | None) -> object:
        arguments = root.arguments
        if root.name == "Viewer" and viewer:
            return user_view(viewer, mine=True)
        if root.name == "User":
            user = self._user(arguments.get("id"), arguments.get("name"), viewer)
            return user_view(user, mine=user is viewer)
        if root.name == "Media":
            found = self._media({"id_in": [arguments.get("id")]}) if "id" in arguments else []
            if not found:
                raise NotFoundError
            return found[0]
        if root.name == "MediaListCollection":
            return self._collection(arguments, viewer)
        return self._page(root, viewer)

    def _user(self, user_id: object, name: object, viewer: DemoUser | None) -> DemoUser:
        """The user asked for; a private profile is there for its owner alone."""
        for user in self._world.anilist.values():
            asked = user.user_id == user_id if user_id is not None else user.name == str(name).lower()
            if asked and (not user.private_profile or user is viewer):
                return user
        raise NotFoundError

    def _entries(self, arguments: Mapping[str, object], viewer: DemoUser | None) -> tuple[DemoUser, list[DemoEntry]]:
        user = self._user(arguments.get("userId"), arguments.get("userName"), viewer)
        if arguments.get("type") == "MANGA":
            return user, []
        found = [entry for entry in user.entries.values() if not entry.private or user is viewer]
        if arguments.get("status"):
            found = [entry for entry in found if entry.status == arguments["status"]]
        wanted = arguments.get("status_in")
        if isinstance(wanted, list):
            found = [entry for entry in found if entry.status in wanted]
        return user, sorted(found, key=lambda entry: -entry.updated_at)[:LARGEST_LIST]

    def _collection(self, arguments: Mapping[str, object], viewer: DemoUser | None) -> object:
        user, entries = self._entries(arguments, viewer)
        if arguments.get("chunk") is None:
            return collection_view(entries, user, self._world.clock.now(), more=False)
        size = min(_whole(arguments.get("perChunk"), LARGEST_CHUNK), LARGEST_CHUNK)
        begin = (max(1, _whole(arguments.get("chunk"), 1)) - 1) * size
        chunk = entries[begin : begin + size]
        return collection_view(chunk, user, self._world.clock.now(), more=len(entries) > begin + size)

    def _page(self, root: FieldNode, viewer: DemoUser | None) -> object:
        fields = [node for node in root.selections if node.name not in {"pageInfo", "__typename"}]
        if len(fields) > 1:
            raise QueryError("Page may only contain one data field.", fields[1].line, fields[1].column)
        size = min(_whole(root.arguments.get("perPage"), LARGEST_PAGE), LARGEST_PAGE)
        begin = (max(1, _whole(root.arguments.get("page"), 1)) - 1) * size
        rows = self._rows(fields[0], viewer)[:DEEPEST_ENTRY] if fields else []
        info = {
            "total": DEEPEST_ENTRY,
            "perPage": size,
            "currentPage": begin // size + 1,
            "lastPage": DEEPEST_ENTRY // size,
            "hasNextPage": len(rows) > begin + size,
        }
        page: JsonObject = {"pageInfo": info}
        if fields:
            page[fields[0].name] = rows[begin : begin + size]
        return page

    def _rows(self, node: FieldNode, viewer: DemoUser | None) -> list[object]:
        arguments, now = node.arguments, self._world.clock.now()
        if node.name == "media":
            return self._media(arguments)
        if node.name == "activities":
            return self._activities(arguments, viewer)
        if node.name == "mediaList":
            user, entries = self._entries(arguments, viewer)
            return [entry_view(entry, user, now) for entry in entries]
        wanted = arguments.get("mediaId_in") or [arguments.get("mediaId")]
        shown = [media_view(anime, now) for _, anime in self._world.library.anime() if anime.next_episode]
        airing = [media["nextAiringEpisode"] for media in shown]
        return [
            row for row in airing if isinstance(row, dict) and isinstance(wanted, list) and row["mediaId"] in wanted
        ]

    def _media(self, arguments: Mapping[str, object]) -> list[object]:
        """Media by id; ids that AniList does not know are simply absent."""
        ids, mal_ids = arguments.get("id_in") or [], arguments.get("idMal_in") or []
        if not isinstance(ids, list) or not isinstance(mal_ids, list):
            return []
        found = (
            anime for _, anime in self._world.library.anime() if anime.anilist_id in ids or anime.mal_id in mal_ids
        )
        return [media_view(anime, self._world.clock.now()) for anime in found]

    def _activities(self, arguments: Mapping[str, object], viewer: DemoUser | None) -> list[object]:
        try:
            user = self._user(arguments.get("userId"), None, viewer)
        except NotFoundError:
            return []
        only, after, before = (arguments.get(key) for key in ("mediaId_in", "createdAt_greater", "createdAt_lesser"))
        found = [
            activity
            for activity in user.activities
            if arguments.get("type") in {None, "ANIME_LIST", "MEDIA_LIST"}
            and arguments.get("mediaId") in {None, activity.anime.anilist_id}
            and (not isinstance(only, list) or activity.anime.anilist_id in only)
            and (not isinstance(after, int) or activity.created_at > after)
            and (not isinstance(before, int) or activity.created_at < before)
        ]
        order = arguments.get("sort") or []
        newest_first = "ID_DESC" in (order if isinstance(order, list) else [order])
        found.sort(key=lambda activity: activity.activity_id, reverse=newest_first)
        return [activity_view(activity, user, self._world.clock.now()) for activity in found]


def _errors(
    status: int,
    message: str,
    *,
    data: JsonObject | None = None,
    line: int = 2,
    column: int = 3,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    error: JsonObject = {"message": message, "status": status}
    if status != 429:
        error["locations"] = [{"line": line, "column": column}]
    return Reply(status, {"errors": [error], "data": data}, headers=headers or {})


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and value > 0 else default
