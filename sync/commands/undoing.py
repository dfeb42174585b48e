"""Taking plays back: exactly those that the journal names, found on Trakt by item and minute, removed by history id."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.errors import UnknownOutcome
from sync.model.plan import Ledger, LedgerPlay
from sync.model.trakt import UNKNOWN_TIME, PlayKind, WatchedAt
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.transport import OutcomeUnknown
from sync.services.state import JournalPlay
from sync.services.trakt.client import TraktClient

FEW = 20
"""Up to this many items are looked up one by one; beyond, the whole history takes fewer requests (250 plays a page)."""
BATCH = 100
TRIES = 3

Item = tuple[PlayKind, int]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A play of the journal that is on Trakt, and its history id there."""

    play: JournalPlay
    history_id: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of an undo: the plays that are gone now, and those that were no longer there to begin with."""

    removed: tuple[JournalPlay, ...] = ()
    absent: tuple[JournalPlay, ...] = ()


class Eraser:
    """Finds and removes plays; it never touches one that it cannot tell from its item and its minute."""

    def __init__(self, trakt: TraktClient, deadline: Deadline) -> None:
        self._trakt = trakt
        self._deadline = deadline

    def find(self, plays: Sequence[JournalPlay]) -> tuple[Found, ...]:
        """Those of ``plays`` that are on Trakt. Each history id is given once, to one of them."""
        there = self._history({(play.kind, play.trakt_id) for play in plays})
        found: list[Found] = []
        for play in plays:
            ids = there.get((play.kind, play.trakt_id, _as_read_back(play.watched_at)))
            if ids:
                found.append(Found(play, ids.pop()))
        return tuple(found)

    def remove(self, found: Sequence[Found]) -> None:
        """Removes them by history id. Raises ``UnknownOutcome`` if Trakt does not say what it did, or did not do it."""
        for start in range(0, len(found), BATCH):
            self._remove_batch(found[start : start + BATCH])

    def _remove_batch(self, batch: Sequence[Found]) -> None:
        left = list(batch)
        for _ in range(TRIES):
            try:
                self._trakt.remove_history([each.history_id for each in left], self._deadline)
                return
            except OutcomeUnknown as trouble:
                # Removing by history id again is harmless, but what is left has to be known.
                log.warning("%s Looking again in %.0f s.", trouble, trouble.wait)
                try:
                    self._deadline.sleep(trouble.wait, trouble.service, trouble.reason)
                except OutOfTime:
                    break
                still = {each.history_id for each in self.find([each.play for each in left])}
                left = [each for each in left if each.history_id in still]
                if not left:
                    return
        raise UnknownOutcome(
            "Trakt does not say whether it removed the plays.", "Run the undo again: it removes only what is left."
        )

    def _history(self, items: set[Item]) -> dict[tuple[PlayKind, int, datetime], list[int]]:
        there: dict[tuple[PlayKind, int, datetime], list[int]] = defaultdict(list)
        for kind in PlayKind:
            ids = sorted(trakt_id for item_kind, trakt_id in items if item_kind is kind)
            asked: Iterable[int | None] = ids if len(ids) <= FEW else (None,)
            for trakt_id in asked:
                for play in self._trakt.fetch_history(kind, self._deadline, trakt_id=trakt_id):
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
