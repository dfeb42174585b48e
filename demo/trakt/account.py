"""A person on the demo's Trakt: plays, ratings, watchlist, hidden shows, and the log-in that may act for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zlib import crc32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""How a play without a date reads back."""
FIRST_USER_ID = 3_000_000


@dataclass(frozen=True, slots=True)
class DemoPlay:
    """One line of the history. ``kind`` is ``episode`` or ``movie``; times are UTC, to the minute."""

    history_id: int
    kind: str
    trakt_id: int
    watched_at: datetime
    action: str = "watch"


@dataclass(slots=True)
class DemoAccount:
    """An account. ``locked`` and ``watch_only_once`` are what Trakt's support and the user's settings make of it.

    ``unlisted`` are items whose plays count in the paging headers but do not appear in the rows, as happens with
    titles that Trakt hid or merged. ``private`` keeps the history from everybody else.
    """

    username: str
    plays: list[DemoPlay] = field(default_factory=list)
    ratings: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    watchlist: dict[tuple[str, int], str] = field(default_factory=dict)
    hidden: dict[tuple[str, int], str] = field(default_factory=dict)
    activity: dict[str, str] = field(default_factory=dict)
    unlisted: set[tuple[str, int]] = field(default_factory=set)
    vip: bool = True
    private: bool = False
    locked: bool = False
    watch_only_once: bool = False
    history_limit: int = 100_000
    watchlist_limit: int = 5_000
    _next_id: int = 9_000_000_001

    @property
    def slug(self) -> str:
        """The account's name in addresses."""
        return self.username.lower()

    @property
    def trakt_id(self) -> int:
        """Trakt's own number of the account."""
        return FIRST_USER_ID + crc32(self.slug.encode()) % 1_000_000

    def add(self, kind: str, trakt_id: int, watched_at: datetime, action: str = "watch") -> DemoPlay:
        """Stores a play, cut to the minute; a repeated one is stored again, as Trakt does."""
        play = DemoPlay(self._next_id, kind, trakt_id, watched_at.replace(second=0, microsecond=0), action)
        self._next_id += 1
        self.plays.append(play)
        return play

    def scrobble(self, times: Mapping[tuple[str, int], datetime]) -> None:
        """Another app puts these plays there, by (kind, Trakt id); their times are whole minutes."""
        first = self._next_id
        rows = enumerate(times.items(), start=first)
        self.plays += [DemoPlay(number, kind, key, at, "scrobble") for number, ((kind, key), at) in rows]
        self._next_id = first + len(times)

    def of(self, kind: str) -> Iterator[DemoPlay]:
        """The plays of one kind, oldest entry first."""
        return (play for play in self.plays if play.kind == kind)

    def counts(self) -> Counter[tuple[str, int]]:
        """How often each episode or film was played."""
        return Counter((play.kind, play.trakt_id) for play in self.plays)
