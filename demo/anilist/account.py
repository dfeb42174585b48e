"""A person on the demo's AniList: their list and their activity feed, made from the library's listings."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from demo.library import DemoAnime, SampleLibrary

AS_OF = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
"""The day whose facts the library holds; nothing in it happened later."""
TOKEN_LIFETIME = timedelta(days=365)
FIRST_ENTRY_ID = 300_000_001
FIRST_ACTIVITY_ID = 900_000_001
ORPHAN_ENTRY_ID = 300_009_999
MERGED = 3
"""How many episodes one activity covers for a person whose activities are merged."""

Parts = tuple[int | None, int | None, int | None]


@dataclass(slots=True)
class DemoEntry:
    """One row of a list. ``anime`` is ``None`` where AniList has deleted the media."""

    entry_id: int
    anime: DemoAnime | None
    status: str = "CURRENT"
    progress: int = 0
    repeat: int = 0
    score: int = 0
    private: bool = False
    hidden: bool = False
    custom: tuple[str, ...] = ()
    started: Parts = (None, None, None)
    completed: Parts = (None, None, None)
    updated_at: int = 0
    created_at: int = 0

    @property
    def media_id(self) -> int:
        """AniList's id of the media, also of a deleted one."""
        return self.anime.anilist_id if self.anime else 1


@dataclass(frozen=True, slots=True)
class DemoActivity:
    """One line of the feed, worded as AniList does; ``created_at`` is unix seconds."""

    activity_id: int
    anime: DemoAnime
    status: str
    progress: str | None
    created_at: int


@dataclass(slots=True)
class DemoUser:
    """An account with its list, by media id, and its feed, oldest first."""

    user_id: int
    name: str
    token: str = ""
    token_expires_at: datetime = AS_OF
    private_profile: bool = False
    timezone: str | None = "01:00"
    score_format: str = "POINT_10"
    entries: dict[int, DemoEntry] = field(default_factory=dict)
    activities: list[DemoActivity] = field(default_factory=list)

    def log_in(self, now: datetime) -> None:
        """A fresh token, as AniList makes them: a JWT that names the user and dies after a year (unsigned here)."""
        self.token_expires_at = now + TOKEN_LIFETIME
        claims = {"sub": str(self.user_id), "iat": _unix(now), "exp": _unix(self.token_expires_at)}
        parts = ({"typ": "JWT", "alg": "RS256"}, claims)
        encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        self.token = ".".join([*encoded, "demo-signature"])

    def log(self, anime: DemoAnime, status: str, progress: str | None, at: datetime) -> None:
        """Adds a line to the feed."""
        self.activities.append(
            DemoActivity(FIRST_ACTIVITY_ID + len(self.activities), anime, status, progress, _unix(at))
        )


def sample_user(library: SampleLibrary, *, name: str = "misaki", user_id: int = 5_000_123) -> DemoUser:
    """The person of the library's listings, with one entry more whose media AniList has deleted."""
    user = DemoUser(user_id, name)
    for number, (_, anime) in enumerate(library.anime()):
        user.entries[anime.anilist_id] = _entry(FIRST_ENTRY_ID + number, anime)
    user.entries[1_000_000_001] = DemoEntry(ORPHAN_ENTRY_ID, None, "COMPLETED", 12, updated_at=_unix(AS_OF))
    user.activities += _sample_feed(library)
    return user


@lru_cache(maxsize=16)
def _sample_feed(library: SampleLibrary) -> tuple[DemoActivity, ...]:
    """What AniList has logged of the listings, oldest first."""
    lines = [(at, anime, said) for _, anime in library.anime() for at, *said in _feed_of(anime)]
    lines.sort(key=lambda line: (line[0], line[1].anilist_id))
    numbered = enumerate(lines, start=FIRST_ACTIVITY_ID)
    return tuple(DemoActivity(number, anime, str(s), p, _unix(at)) for number, (at, anime, (s, p)) in numbered)


def _entry(entry_id: int, anime: DemoAnime) -> DemoEntry:
    listing = anime.listing
    touched = _day(listing.completed) or _last_watched(anime) or AS_OF - timedelta(days=90)
    return DemoEntry(
        entry_id=entry_id,
        anime=anime,
        status=listing.status,
        progress=listing.progress,
        repeat=listing.repeat,
        score=listing.score,
        private=listing.private,
        hidden=listing.hidden,
        custom=listing.custom,
        started=parse_parts(listing.started),
        completed=parse_parts(listing.completed),
        updated_at=0 if listing.imported else _unix(touched),
        created_at=0 if listing.imported else _unix(_day(listing.started) or touched),
    )


def _feed_of(anime: DemoAnime) -> Iterator[tuple[datetime, str, str | None]]:
    """The activities that AniList would have logged. Private and imported entries leave none."""
    listing = anime.listing
    if listing.status == "PLANNING" and not listing.imported:
        yield AS_OF - timedelta(days=200), "plans to watch", None
    if not listing.log or listing.private:
        return
    done, last = listing.status in {"COMPLETED", "REPEATING"}, listing.progress
    if listing.status == "REPEATING":
        last = anime.episodes or last
    for first, until in _groups(listing.log, last):
        at = _watched(anime, until, last)
        if until == last and done:
            yield at, "completed", None
            if first < until:
                yield at - timedelta(minutes=1), "watched episode", _progress(first, until - 1)
        else:
            yield at, "watched episode", _progress(first, until)
    if listing.status == "REPEATING":
        yield AS_OF - timedelta(days=3), "rewatched episode", _progress(1, listing.progress)
    if listing.status in {"PAUSED", "DROPPED"}:
        wording = "paused watching" if listing.status == "PAUSED" else "dropped"
        yield _watched(anime, last, last) + timedelta(days=9), wording, None


def _groups(log: str, last: int) -> Iterator[tuple[int, int]]:
    size = MERGED if log == "merged" else 1
    start = max(1, last - 4) if log == "tail" else 1
    for first in range(start, last + 1, size):
        yield first, min(last, first + size - 1)


def _watched(anime: DemoAnime, episode: int, last: int) -> datetime:
    """When the person watched an episode: spread evenly over their dates, and before ``AS_OF``."""
    listing = anime.listing
    end = _day(listing.completed)
    start = _day(listing.started) or end or AS_OF - timedelta(days=30)
    if listing.log == "tail":
        return AS_OF - timedelta(days=7 * (last - episode) + 1, minutes=-episode % 60)
    if end is None:
        end = min(start + timedelta(days=2 * last), AS_OF - timedelta(hours=10))
    return start + (end - start) * episode / max(last, 1) + timedelta(minutes=episode % 7)


def _last_watched(anime: DemoAnime) -> datetime | None:
    listing = anime.listing
    return _watched(anime, listing.progress, listing.progress) if listing.log else _day(listing.started)


def _progress(first: int, last: int) -> str:
    return str(last) if first == last else f"{first} - {last}"


@cache
def parse_parts(text: str) -> Parts:
    """``"2017-03"`` → ``(2017, 3, None)``; empty → all ``None``."""
    parts: list[int | None] = [int(part) for part in text.split("-")] if text else []
    year, month, day = (*parts, None, None, None)[:3]
    return year, month, day


@cache
def _day(text: str) -> datetime | None:
    year, month, day = parse_parts(text)
    return datetime(year, month, day, 19, 40, tzinfo=UTC) if year and month and day else None


def _unix(at: datetime) -> int:
    return int(at.timestamp())
