"""The decision table: what becomes of one watched episode."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum, auto

from sync.model.plan import Ledger, LedgerPlay, PlayState, Targets
from sync.model.trakt import PlayKind, TraktPlays

TraktKey = tuple[PlayKind, int]
"""A Trakt episode or film: their ids overlap."""


class Action(Enum):
    """What becomes of one watched episode on Trakt."""

    ADD = auto()
    """Post a play."""
    ADOPT = auto()
    """Note that it is there: another app was first, or our note of it was lost."""
    CONFIRM = auto()
    """Note that a play of ours is there."""
    KEEP = auto()
    """All is as it should be."""
    RESPECT = auto()
    """Note that the user took it away; it is not added again."""
    LEAVE = auto()
    """It was taken away on purpose, and that is known."""


_ON_TRAKT = {
    None: Action.ADOPT,
    PlayState.PENDING: Action.CONFIRM,
    PlayState.CONFIRMED: Action.KEEP,
    PlayState.ADOPTED: Action.KEEP,
    PlayState.DISPLACED: Action.CONFIRM,  # the mapping is back where it was
    PlayState.REMOVED: Action.ADOPT,
    PlayState.UNDONE: Action.LEAVE,
}
_NOT_ON_TRAKT = {
    None: Action.ADD,
    PlayState.PENDING: Action.ADD,
    PlayState.CONFIRMED: Action.RESPECT,
    PlayState.ADOPTED: Action.RESPECT,
    PlayState.DISPLACED: Action.RESPECT,
    PlayState.REMOVED: Action.LEAVE,
    PlayState.UNDONE: Action.LEAVE,
}


def decide(on_trakt: bool, known: PlayState | None, *, again: bool = False) -> Action:
    """What becomes of an episode that was watched.

    ``known`` is what the ledger says of its play, ``None`` for nothing; ``again`` is true when the user asked for
    plays that were taken away to be added once more.
    """
    if on_trakt:
        return _ON_TRAKT[known]
    return Action.ADD if again else _NOT_ON_TRAKT[known]


def taken_away(
    ledger: Ledger, plays: TraktPlays, targets: Mapping[int, Targets], again: Collection[int]
) -> dict[TraktKey, PlayState]:
    """The Trakt episodes and films that the user, or ``undo``, took away and that still mean the same episode."""
    taken: dict[TraktKey, PlayState] = {}
    for anilist_id, known in ledger.plays.items():
        if anilist_id in again:
            continue
        for line in known:
            # A pending play may never have been there, and a displaced one was meant to go.
            if line.rewatch or line.state in (PlayState.PENDING, PlayState.DISPLACED):
                continue
            if not plays.of(line.kind, line.trakt_id) and _still_meant(line, known, targets.get(anilist_id)):
                gone = PlayState.UNDONE if line.state is PlayState.UNDONE else PlayState.REMOVED
                taken[line.kind, line.trakt_id] = gone
    return taken


def _still_meant(line: LedgerPlay, known: Sequence[LedgerPlay], targets: Targets | None) -> bool:
    # Without its targets the entry cannot say: then a play elsewhere of the same episode speaks against it.
    if targets is not None:
        return any((t.kind, t.trakt_id) == (line.kind, line.trakt_id) for t in targets.get(line.episode, ()))
    return not any(
        other.episode == line.episode
        and other.trakt_id != line.trakt_id
        and other.state in (PlayState.CONFIRMED, PlayState.ADOPTED)
        for other in known
    )
