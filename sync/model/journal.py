"""What each run wrote to Trakt, and what of it still stands: the values of ``state/journal/``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from sync.model.lists import ListChange
from sync.model.plan import NewPlay
from sync.model.trakt import PlayKind, WatchedAt


class JournalAction(StrEnum):
    """What a line says was done on Trakt."""

    ADD = "add"
    """Sent to Trakt, or about to be: what Trakt did not take is named by a VOID line behind it."""
    VOID = "void"
    """Sent, but not on Trakt."""
    UNDO = "undo"
    """Taken away by ``undo``."""


class JournalPlay(msgspec.Struct, frozen=True):
    """One play that was added or removed. ``watched_at`` is to the minute, or the word that was sent; ``rewatch`` is
    0 for the first time it was watched."""

    anilist_id: int
    episode: int
    kind: PlayKind
    trakt_id: int
    watched_at: WatchedAt
    rewatch: int = 0

    @classmethod
    def of(cls, play: NewPlay) -> JournalPlay:
        """``play`` as the journal keeps it; Trakt drops the seconds, so they are cut here too."""
        at = play.watched_at
        at = at if isinstance(at, str) else at.astimezone(UTC).replace(second=0, microsecond=0)
        return cls(play.anilist_id, play.episode, play.kind, play.trakt_id, at, play.rewatch)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One batch of plays or of other changes, and what became of it. ``undoes`` is the run whose plays a VOID or UNDO
    line takes off the list, ``None`` if they were an entry's over all runs."""

    run_id: str
    at: datetime
    action: JournalAction
    plays: tuple[JournalPlay, ...]
    undoes: str | None = None
    changes: tuple[ListChange, ...] = ()


def standing_changes(
    lines: Iterable[JournalLine], *, run_id: str | None = None, anilist_id: int | None = None
) -> tuple[ListChange, ...]:
    """The changes of ratings, watchlist and dropped shows that the lines made and no later line took back, in their
    order. The same change made by two runs is the later one's: the first did not reach Trakt."""
    standing: dict[ListChange, str] = {}
    for line in lines:
        for change in line.changes:
            if line.action is JournalAction.ADD:
                standing.pop(change, None)
                standing[change] = line.run_id
            elif line.undoes in (None, standing.get(change)):
                standing.pop(change, None)
    return tuple(
        change
        for change, run in standing.items()
        if run_id in (None, run) and (anilist_id is None or anilist_id in change.anilist_ids)
    )


def standing_plays(
    lines: Iterable[JournalLine], *, run_id: str | None = None, anilist_id: int | None = None
) -> tuple[JournalPlay, ...]:
    """What the lines added and no later line took back, of one run, one entry or both, in the order of adding.

    The same play at the same minute is on Trakt once. If two runs name it, the first was cut off before it was sent
    (or before it knew), so it is the later one's.
    """
    standing: dict[JournalPlay, str] = {}
    for line in lines:
        for play in line.plays:
            if line.action is JournalAction.ADD:
                standing.pop(play, None)
                standing[play] = line.run_id
            elif line.undoes in (None, standing.get(play)):
                standing.pop(play, None)
    return tuple(
        play for play, run in standing.items() if run_id in (None, run) and anilist_id in (None, play.anilist_id)
    )
