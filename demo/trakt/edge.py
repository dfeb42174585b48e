"""What stands before Trakt: Cloudflare's view of clients, and the rate limits (Trakt API docs, 2026-10-07)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from demo.server import Reply, Request, html
from sync.services.clock import Clock

DEFAULT_AGENTS = re.compile(r"(python-requests|python-urllib|node|undici|axios|go-http-client|okhttp)\b", re.IGNORECASE)
GET_PERIOD = 300
POST_PERIOD = 1


def turned_away(request: Request) -> Reply | None:
    """Cloudflare's 403 page for a client without a name of its own."""
    agent = request.header("User-Agent")
    return html(403, "Attention Required! | Cloudflare") if not agent or DEFAULT_AGENTS.match(agent) else None


@dataclass(slots=True)
class _Window:
    """Five minutes that began with a read, and how many were made in them."""

    began: float
    made: int = 0


class TraktLimits:
    """Counts requests per account (or per app, without a log-in), on the services' clock.

    ``leeway`` seconds are forgiven between two POSTs, for clocks that run fast over a real network.
    """

    def __init__(self, clock: Clock, *, get_limit: int = 500, leeway: float = 0.0) -> None:
        self._clock = clock
        self._gets: dict[str, _Window] = {}
        self._posts: dict[str, float] = {}
        self.get_limit = get_limit
        self.leeway = leeway

    def pass_windows(self) -> None:
        """As if five minutes went by in which nobody asked anything."""
        self._gets.clear()
        self._posts.clear()

    def check(self, request: Request, username: str | None) -> tuple[Reply | None, dict[str, str]]:
        """The 429 if this request is one too many, and the headers for its answer if it is not."""
        now = self._clock.monotonic()
        if request.method == "GET":
            name = "AUTHED_API_GET_LIMIT" if username else "UNAUTHED_API_GET_LIMIT"
            window = self._gets.get(username or "")
            if window is None or now - window.began >= GET_PERIOD:
                window = self._gets[username or ""] = _Window(now)
            until = window.began + GET_PERIOD - now
            if window.made >= self.get_limit:
                return self._too_many(name, GET_PERIOD, self.get_limit, until), {}
            window.made += 1
            left = self.get_limit - window.made
            return None, {"X-Ratelimit": self._header(name, GET_PERIOD, self.get_limit, left, until)}
        name = "AUTHED_API_POST_LIMIT"
        since = now - self._posts.get(username or "", float("-inf"))
        if since < POST_PERIOD - self.leeway:
            return self._too_many(name, POST_PERIOD, 1, POST_PERIOD - since), {}
        self._posts[username or ""] = now
        return None, {"X-Ratelimit": self._header(name, POST_PERIOD, 1, 0, POST_PERIOD)}

    def _header(self, name: str, period: int, limit: int, remaining: int, until: float) -> str:
        moment = (self._clock.now() + timedelta(seconds=until)).strftime("%Y-%m-%dT%H:%M:%SZ")
        values = {"name": name, "period": period, "limit": limit, "remaining": remaining, "until": moment}
        return json.dumps(values)

    def _too_many(self, name: str, period: int, limit: int, wait: float) -> Reply:
        headers = {"X-Ratelimit": self._header(name, period, limit, 0, wait), "Retry-After": str(int(wait) + 1)}
        return Reply(429, text="", headers=headers)
