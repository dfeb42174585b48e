"""Taking plays back: exactly those that the journal names, found on Trakt by item and minute, removed by history id."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.model.budget import BATCH
from sync.model.plan import Ledger, LedgerPlay
from sync.model.trakt import UNKNOWN_TIME, PlayKind, WatchedAt
from sync.services.clock import Deadline
from sync.services.state import JournalPlay
from sync.services.trakt.client import TraktClient
from sync.steps.settling import Receipt, Write, settle_all

FEW = 20
"""Up to this many items are looked up one by one; beyond, the whole history takes fewer requests (250 plays a page)."""

Item = tuple[PlayKind, int]


@dataclass(frozen=True, slots=True)
class FoundPlay:
    """A play of the journal that is on Trakt, and its history id there."""

    play: JournalPlay
    history_id: int


def find_plays(plays: Iterable[JournalPlay], trakt: TraktClient, deadline: Deadline) -> tuple[FoundPlay, ...]:
    """Those of ``plays`` that are on Trakt, told by item and minute. Each history id is given once, to one of them."""
    plays = tuple(plays)
    there = _history({(play.kind, play.trakt_id) for play in plays}, trakt, deadline)
    found: list[FoundPlay] = []
    for play in plays:
        ids = there.get((play.kind, play.trakt_id, _as_read_back(play.watched_at)))
        if ids:
            found.append(FoundPlay(play, ids.pop()))
    return tuple(found)


def remove_plays(found: Sequence[FoundPlay], trakt: TraktClient, deadline: Deadline) -> Iterator[tuple[FoundPlay, ...]]:
    """Removes them by history id, at most 100 at a time, and gives those that are gone for certain.

    Raises ``UnknownOutcome`` if Trakt does not say what it did, or did not do it.
    """

    def send(some: Sequence[FoundPlay]) -> Receipt[FoundPlay]:
        trakt.remove_history([each.history_id for each in some], deadline)
        return Receipt(tuple(some))

    def fetch_missing(some: Sequence[FoundPlay], until: Deadline) -> Sequence[FoundPlay]:
        still = {each.history_id for each in find_plays([each.play for each in some], trakt, until)}
        return [each for each in some if each.history_id in still]

    write = Write(send, fetch_missing, "remove {} plays", "Run the undo again: it removes only what is left.")
    for start in range(0, len(found), BATCH):
        yield from settle_all(write, found[start : start + BATCH], deadline)


def _history(
    items: set[Item], trakt: TraktClient, deadline: Deadline
) -> dict[tuple[PlayKind, int, datetime], list[int]]:
    there: dict[tuple[PlayKind, int, datetime], list[int]] = defaultdict(list)
    for kind in PlayKind:
        ids = sorted(trakt_id for item_kind, trakt_id in items if item_kind is kind)
        asked: Iterable[int | None] = ids if len(ids) <= FEW else (None,)
        for trakt_id in asked:
            for play in trakt.fetch_history(kind, deadline, trakt_id=trakt_id):
                there[kind, play.trakt_id, play.watched_at].append(play.history_id)
    return there


def lines_of(plays: Iterable[JournalPlay], ledger: Ledger) -> tuple[tuple[int, LedgerPlay], ...]:
    """The ledger's lines (AniList id, line) for plays of the journal, one for each play."""
    wanted = Counter((play.anilist_id, play.episode, play.kind, play.trakt_id) for play in plays)
    lines: list[tuple[int, LedgerPlay]] = []
    for anilist_id, line in ledger:
        key = (anilist_id, line.episode, line.kind, line.trakt_id)
        if wanted[key] > 0:
            wanted[key] -= 1
            lines.append((anilist_id, line))
    return tuple(lines)


def _as_read_back(watched_at: WatchedAt) -> datetime:
    """The time as Trakt's history names it: a play without a date is of the year 1970."""
    return watched_at.astimezone(UTC) if isinstance(watched_at, datetime) else UNKNOWN_TIME
