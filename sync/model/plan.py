"""What the job remembers of its plays, and what it means to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from sync.model.trakt import PlayKind, WatchedAt


class UndatedPlays(StrEnum):
    """What to post for an episode of which AniList does not know when it was watched."""

    UNKNOWN = "unknown"
    RELEASED = "released"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class PlayTarget:
    """The Trakt episode or film that an AniList episode stands for, as Trakt lists it now.

    ``season`` and ``number`` are Trakt's, ``None`` for a film; ``first_aired`` is a film's release day at 00:00 UTC;
    ``runtime`` is minutes.
    """

    kind: PlayKind
    trakt_id: int
    season: int | None = None
    number: int | None = None
    first_aired: datetime | None = None
    runtime: int | None = None


Targets = Mapping[int, tuple[PlayTarget, ...]]
"""AniList episode (1-based) → the Trakt episodes or film it stands for; none while Trakt does not list it."""


class PlayState(StrEnum):
    """What became of a play that an entry asks for; the letter is how ``state/plays.json`` spells it."""

    CONFIRMED = "c"
    """This job added it, and Trakt took it."""
    ADOPTED = "a"
    """It was on Trakt already: another app's, or ours whose record was lost."""
    PENDING = "p"
    """It was sent, and how that ended is not known; only a fresh read of Trakt settles it."""
    REMOVED = "r"
    """It was confirmed or adopted and is no longer on Trakt: the user took it away, which is respected."""
    UNDONE = "u"
    """``undo`` took it away, or it was never there; it is not added again unless asked."""
    DISPLACED = "d"
    """This job added it, and the mapping has changed since: it stands where its episode no longer belongs."""


class LedgerPlay(msgspec.Struct, frozen=True, order=True, gc=False):
    """One play that the ledger knows: AniList episode (1-based; 1 for a film) and the Trakt id it stands for.

    ``rewatch`` is 0 for the first time it was watched, 1 for the first rewatch, and so on.
    """

    episode: int
    kind: PlayKind
    trakt_id: int
    state: PlayState
    rewatch: int = 0

    @property
    def place(self) -> tuple[int, PlayKind, int, int]:
        """What tells it from the entry's other plays: everything but its state."""
        return (self.episode, self.kind, self.trakt_id, self.rewatch)

    def become(self, state: PlayState) -> LedgerPlay:
        """What is known of it now."""
        return LedgerPlay(self.episode, self.kind, self.trakt_id, state, self.rewatch)


@dataclass(frozen=True, slots=True)
class Ledger:
    """``state/plays.json``: per AniList id what is known of its plays. Memory only: Trakt is the truth."""

    plays: Mapping[int, tuple[LedgerPlay, ...]] = field(default_factory=dict)

    def of(self, anilist_id: int) -> tuple[LedgerPlay, ...]:
        """The plays of one entry, in episode order; empty if none is known."""
        return self.plays.get(anilist_id, ())

    def __iter__(self) -> Iterator[tuple[int, LedgerPlay]]:
        """Every play with its AniList id."""
        for anilist_id, plays in self.plays.items():
            for play in plays:
                yield anilist_id, play

    def noting(self, lines: Iterable[tuple[int, LedgerPlay]]) -> Ledger:
        """This ledger with ``lines`` (AniList id, play) written into it; a line replaces the one with its key."""
        changed: dict[int, dict[tuple[int, PlayKind, int, int], LedgerPlay]] = {}
        for anilist_id, line in lines:
            if anilist_id not in changed:
                changed[anilist_id] = {known.place: known for known in self.of(anilist_id)}
            changed[anilist_id][line.place] = line
        fresh = {anilist_id: tuple(sorted(lines.values())) for anilist_id, lines in changed.items()}
        return Ledger({**self.plays, **fresh})

    def undoing(self, lines: Iterable[tuple[int, LedgerPlay]]) -> Ledger:
        """This ledger after the plays of ``lines`` (AniList id, play) were removed from Trakt by ``undo``.

        They are remembered as UNDONE, for every entry that counted on the same play. A DISPLACED one is forgotten
        instead, together with what other entries adopted of it: the next run puts each where it belongs.
        """
        # By play, not by entry: one play may stand for episodes of several.
        undone: set[tuple[PlayKind, int, int]] = set()
        moved: set[tuple[PlayKind, int, int]] = set()
        for _, line in lines:
            (moved if line.state is PlayState.DISPLACED else undone).add((line.kind, line.trakt_id, line.rewatch))
        plays: dict[int, tuple[LedgerPlay, ...]] = {}
        for anilist_id, known in self.plays.items():
            left = []
            for line in known:
                play = (line.kind, line.trakt_id, line.rewatch)
                if play in moved and line.state not in (PlayState.REMOVED, PlayState.UNDONE):
                    continue
                left.append(line.become(PlayState.UNDONE) if play in undone else line)
            if left:
                plays[anilist_id] = tuple(left)
        return Ledger(plays)


class TimeSource(StrEnum):
    """Where a play's time came from, in the words the report uses."""

    ACTIVITY = "from your AniList activity"
    SPREAD = "spread between times that AniList knows"
    DATES = "spread between your start and finish dates"
    COMPLETED = "counted back from your finish date"
    STARTED = "counted on from your start date"
    RELEASED = "when it aired"
    UPDATED = "when you last updated the entry"
    UNKNOWN = "without a date"


@dataclass(frozen=True, slots=True)
class NewPlay:
    """A play to post: AniList episode ``episode`` of ``anilist_id`` as Trakt's ``kind`` ``trakt_id``.

    ``season`` and ``number`` are Trakt's, ``None`` for a film. ``rewatch`` is 0 for the first time it was watched.
    ``also`` are other AniList episodes, as (AniList id, episode), that the same Trakt episode stands for.
    """

    anilist_id: int
    episode: int
    kind: PlayKind
    trakt_id: int
    watched_at: WatchedAt
    source: TimeSource
    season: int | None = None
    number: int | None = None
    rewatch: int = 0
    also: tuple[tuple[int, int], ...] = ()

    def lines(self, state: PlayState) -> tuple[tuple[int, LedgerPlay], ...]:
        """The ledger lines (AniList id, play) that say what became of it, one for each episode it stands for."""
        return tuple(
            (anilist_id, LedgerPlay(episode, self.kind, self.trakt_id, state, self.rewatch))
            for anilist_id, episode in ((self.anilist_id, self.episode), *self.also)
        )


class WaitingFor(StrEnum):
    """What keeps a watched episode from being added, in the words the report uses."""

    LISTING = "Trakt does not list them yet"
    AIRING = "Trakt says that they are yet to air"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Watched episodes that Trakt does not list (yet): neither written nor lost."""

    anilist_id: int
    episodes: tuple[int, ...]
    reason: WaitingFor


@dataclass(frozen=True, slots=True)
class Displaced:
    """A play of ours that stands under a mapping which no longer holds, with where it would belong now.

    ``old`` and ``new`` are Trakt ids; ``new`` is ``None`` when the episode is nowhere on Trakt any more.
    """

    anilist_id: int
    episode: int
    kind: PlayKind
    old: int
    new: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run means to do. ``adds`` is in the order of posting.

    ``noted`` are ledger lines to write without posting anything (adopted, confirmed, displaced, removed by the user),
    each with its AniList id. ``decreased`` are entries whose progress went down, ``beyond`` those whose progress
    is more than AniList's own count. Counts are plays.
    """

    adds: tuple[NewPlay, ...] = ()
    noted: tuple[tuple[int, LedgerPlay], ...] = ()
    kept: int = 0
    waiting: tuple[Waiting, ...] = ()
    displaced: tuple[Displaced, ...] = ()
    decreased: tuple[int, ...] = ()
    beyond: tuple[int, ...] = ()

    def noted_as(self, state: PlayState) -> tuple[tuple[int, LedgerPlay], ...]:
        """The noted plays that end in ``state``."""
        return tuple(item for item in self.noted if item[1].state is state)
