"""How fast each service may be asked: one policy for each, fed by the headers of its answers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct
from msgspec.json import Decoder

from sync.model.bounds import UNREADABLE, Total
from sync.model.budget import ANILIST_LIMIT, ANILIST_WINDOW, TRAKT_LIMIT, TRAKT_WINDOW, WRITE_GAP
from sync.services.clock import Clock

Headers = Mapping[str, str]


class Pacing(Protocol):
    """What a transport asks its policy. All methods may be called from several threads."""

    one_at_a_time: bool
    """Whether a request has to end before the next one starts."""

    limit: int | None
    """How many requests the service allows in its window, once it said so."""

    def reserve(self, method: str) -> float:
        """Takes the next free slot and says how many seconds away it is."""

    def learn(self, method: str, headers: Headers) -> None:
        """Takes note of what an answer's headers say."""

    def default_wait(self, headers: Headers) -> float | None:
        """Seconds to wait after a 429 that has no ``Retry-After``; ``None`` leaves it to the usual backoff."""


class Unpaced:
    """For services without a limit that a run could reach: TMDB, the dataset hosts, Trakt's log-in."""

    one_at_a_time = False
    limit: int | None = None

    def reserve(self, method: str) -> float:
        """Always now."""
        return 0.0

    def learn(self, method: str, headers: Headers) -> None:
        """Nothing to learn."""

    def default_wait(self, headers: Headers) -> float | None:
        """The usual backoff."""
        return None


class AniListPacing:
    """One request at a time, quickly while two thirds of the minute's allowance last, then 2 s apart or more.

    AniList allows 30 a minute at present instead of 90, says what is left in each answer, and has an undocumented burst
    limiter besides (AniList API docs, rate limiting, 2025-08).
    """

    one_at_a_time = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = clock.monotonic()
        self._last_start = clock.monotonic()
        self._window_since = clock.monotonic()
        self._made = 0
        self._remaining: int | None = None
        self.limit: int | None = None

    def reserve(self, method: str) -> float:
        """Until the next slot: none in a burst, 2 s when the allowance gets low, the rest of the minute when spent."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._window_since >= ANILIST_WINDOW:
                self._window_since = now
            start = max(now, self._free_at)
            if self._remaining == 0:
                start = max(start, self._window_since + ANILIST_WINDOW)
                self._remaining = None
            self._made += 1
            self._last_start = start
            self._free_at = start + self._gap()
            return start - now

    def learn(self, method: str, headers: Headers) -> None:
        """``X-RateLimit-Limit`` and ``X-RateLimit-Remaining``."""
        with self._lock:
            self.limit = _whole(headers.get("X-RateLimit-Limit")) or self.limit
            self._remaining = _whole(headers.get("X-RateLimit-Remaining"))
            self._free_at = self._last_start + self._gap()

    def default_wait(self, headers: Headers) -> float | None:
        """Until ``X-RateLimit-Reset`` (unix seconds), else the whole minute that AniList blocks for."""
        reset = _whole(headers.get("X-RateLimit-Reset"))
        if reset is None:
            return ANILIST_WINDOW
        return min(ANILIST_WINDOW, max(1.0, reset - self._clock.now().timestamp() + 1))

    def _gap(self) -> float:
        """Seconds between the starts of two requests, a little over what the limit asks."""
        limit = self.limit or ANILIST_LIMIT
        paced = max(2.0, ANILIST_WINDOW / limit) + 0.05
        if self._remaining is None:
            return 0.0 if self._made < 5 and self.limit is None else paced
        return 0.0 if self._remaining > limit // 3 else paced


class TraktPacing:
    """Reads as fast as the window's allowance lets them, then as the window opens again; writes 1.1 s apart.

    Trakt allows 500 GETs in five minutes and one POST a second (Trakt API docs, rate limiting, 2026-10). A few reads of
    each window are left to the user's other apps, which share it.
    """

    one_at_a_time = False
    LEFT_TO_OTHERS = 10

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next_write = clock.monotonic()
        self._period = TRAKT_WINDOW
        self._left = TRAKT_LIMIT - self.LEFT_TO_OTHERS
        self._renewed_at = clock.monotonic() + self._period
        self.limit: int | None = None

    def reserve(self, method: str) -> float:
        """Until the next slot for this method."""
        with self._lock:
            now = self._clock.monotonic()
            return self._reserve_read(now) if method == "GET" else self._reserve_write(now)

    def _reserve_write(self, now: float) -> float:
        start = max(now, self._next_write)
        self._next_write = start + WRITE_GAP
        return start - now

    def _reserve_read(self, now: float) -> float:
        if now >= self._renewed_at:
            self._open_window(now)
        self._left -= 1
        if self._left >= 0:
            return 0.0
        windows_ahead = (-self._left - 1) // self._size
        return self._renewed_at - now + windows_ahead * self._period

    @property
    def _size(self) -> int:
        return max(1, (self.limit or TRAKT_LIMIT) - self.LEFT_TO_OTHERS)

    def _open_window(self, now: float) -> None:
        """A new window: those who were told to wait for it have their share of it already."""
        passed = int((now - self._renewed_at) // self._period) + 1
        self._left = min(self._size, self._left + passed * self._size)
        self._renewed_at += passed * self._period

    def learn(self, method: str, headers: Headers) -> None:
        """``X-Ratelimit``: a JSON object with ``period``, ``limit``, ``remaining`` and ``until``."""
        said = _decoded(headers.get("X-Ratelimit"))
        if method != "GET" or said is None:
            return
        with self._lock:
            now = self._clock.monotonic()
            if now >= self._renewed_at:
                self._open_window(now)
            self.limit = said.limit or self.limit
            self._period = float(said.period or self._period)
            if said.until is not None:
                ahead = (said.until.replace(tzinfo=said.until.tzinfo or UTC) - self._clock.now()).total_seconds()
                if ahead <= 0:
                    return  # an answer that was under way while its window closed says nothing of the next one
                self._renewed_at = now + min(self._period, ahead) + 1.0  # ``until`` is cut to the second
            if said.remaining is not None:
                self._left = min(self._left, max(0, said.remaining - self.LEFT_TO_OTHERS))

    def default_wait(self, headers: Headers) -> float | None:
        """The usual backoff: an edge rule that names no time tends to be a short one."""
        return None


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 20 else None


class RateLimit(Struct):
    """``X-Ratelimit``; ``period`` is seconds."""

    period: Total | None = None
    limit: Total | None = None
    remaining: Total | None = None
    until: datetime | None = None


_RATE_LIMIT = Decoder(RateLimit)


def _decoded(value: str | None) -> RateLimit | None:
    try:
        return _RATE_LIMIT.decode(value) if value else None
    except UNREADABLE:
        return None
