"""What to write: what was watched, less what Trakt has, less what was taken away on purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync.model.anilist import MediaListEntry, is_beyond_count, watched_count
from sync.model.plan import (
    Displaced,
    Ledger,
    LedgerPlay,
    NewPlay,
    Plan,
    PlayState,
    PlayTarget,
    Targets,
    Waiting,
    WaitingFor,
)
from sync.model.trakt import UNKNOWN_TIME, PlayKind, TraktPlays
from sync.planning.decision import Action, TraktKey, decide, taken_away
from sync.planning.times.minutes import ceil_minute, floor_minute
from sync.planning.times.watched_at import NO_HINTS, PlayTimes, TimeHints


def plan_plays(
    entries: Iterable[MediaListEntry],
    *,
    targets: Mapping[int, Targets],
    plays: TraktPlays,
    ledger: Ledger,
    now: datetime,
    hints: TimeHints = NO_HINTS,
    again: Collection[int] = frozenset(),
) -> Plan:
    """What this run should write, in the order of AniList id, episode, and Trakt's own order within it.

    ``targets`` has, by AniList id, the entries whose mapping is certain and whose Trakt layout was read this run; an
    episode that has no target is waiting. The other entries are judged by the ledger alone, and get no new plays.
    ``again`` are the entries of which plays that were removed or undone shall be added once more. ``hints`` decide the
    times, never which plays are added.
    """
    draft = _PlanDraft(plays, now, frozenset(again))
    # The plan must not depend on the order in which AniList lists the entries.
    ordered = sorted(entries, key=lambda entry: entry.anilist_id)
    for entry in ordered:
        # Rewatches are planned by themselves (rewatches.py), on top of this.
        known = [line for line in ledger.of(entry.anilist_id) if line.rewatch == 0]
        if is_beyond_count(entry):
            draft.beyond.append(entry.anilist_id)
        here = targets.get(entry.anilist_id)
        if here is None:
            _plan_from_memory(draft, entry, known)
        else:
            _plan_mapped(draft, entry, here, known)
    # Last, when all that is asked for is known: another entry may ask for what was taken away from one.
    draft.respect(taken_away(ledger, plays, targets, again))
    times = PlayTimes(ordered, targets, hints, now)
    return draft.finish([_new_play(asks, draft.pending.get(key, ()), times) for key, asks in draft.wanted.items()])


def _plan_mapped(draft: _PlanDraft, entry: MediaListEntry, targets: Targets, known: Sequence[LedgerPlay]) -> None:
    """An entry whose episodes have known targets on Trakt. What is one film there is watched as one."""
    watched = watched_count(entry, listed=max(targets, default=0))
    if any(target.kind is PlayKind.MOVIE for target in targets.get(1, ())):
        watched = min(watched, 1)
    lines: dict[int, dict[TraktKey, LedgerPlay]] = {}
    for line in known:
        lines.setdefault(line.episode, {})[line.kind, line.trakt_id] = line
    for episode in range(1, watched + 1):
        here, before = targets.get(episode, ()), lines.get(episode, {})
        moved = _plan_moved(draft, entry.anilist_id, here, before) if before else False
        for target in here:
            known_here = before.get((target.kind, target.trakt_id))
            if known_here is None and moved:
                continue  # what stands in the wrong place goes first, or the episode would be there twice
            draft.judge(entry.anilist_id, episode, target, known_here)
        if not here and not moved:
            draft.wait(entry.anilist_id, episode, WaitingFor.LISTING)
    draft.keep_rest(entry.anilist_id, watched, known)


def _plan_moved(
    draft: _PlanDraft, anilist_id: int, here: Sequence[PlayTarget], before: Mapping[TraktKey, LedgerPlay]
) -> bool:
    """Notes the plays of an episode that stand where it no longer belongs; true when it must not be added anew."""
    keys = {(target.kind, target.trakt_id) for target in here}
    stale = [line for key, line in before.items() if key not in keys]
    belongs = next((t.trakt_id for t in here if (t.kind, t.trakt_id) not in before), here[0].trakt_id if here else None)
    moved = False
    for line in stale:
        on_trakt = draft.on_trakt(line)
        if line.state is PlayState.REMOVED:
            moved |= anilist_id not in draft.again  # the user did not want it: a re-cut show is no reason to add it
        elif line.state is PlayState.ADOPTED and on_trakt:
            draft.kept += 1  # another app's: it may stand there for a reason of its own
        elif on_trakt and line.state is not PlayState.UNDONE:
            moved = True
            draft.displaced.append(Displaced(anilist_id, line.episode, line.kind, line.trakt_id, belongs))
            draft.note(anilist_id, line, PlayState.DISPLACED)
        else:
            draft.note(anilist_id, line, PlayState.UNDONE)
    return moved


def _plan_from_memory(draft: _PlanDraft, entry: MediaListEntry, known: Sequence[LedgerPlay]) -> None:
    """An entry that was not resolved in this run, or not for certain: only what is known of its plays is checked."""
    watched = watched_count(entry, listed=max((line.episode for line in known), default=0))
    for line in known:
        if line.episode > watched:
            continue
        on_trakt = draft.on_trakt(line)
        if line.state is PlayState.DISPLACED:
            if on_trakt:
                draft.displaced.append(Displaced(entry.anilist_id, line.episode, line.kind, line.trakt_id, None))
            else:
                draft.note(entry.anilist_id, line, PlayState.UNDONE)
            continue
        action = decide(on_trakt, line.state)
        if action is not Action.ADD:
            draft.take(entry.anilist_id, line, action)
        else:  # a pending play that is not there waits for its mapping, or for an entry that asks for the same one
            draft.pending.setdefault((line.kind, line.trakt_id), []).append((entry.anilist_id, line.episode))
    draft.keep_rest(entry.anilist_id, watched, known)


@dataclass(frozen=True, slots=True)
class Ask:
    """One AniList episode that asks for a play of ``target``; ``known`` is whether the ledger has a line for it."""

    anilist_id: int
    episode: int
    target: PlayTarget
    known: bool = False


def _new_play(asks: Sequence[Ask], pending: Sequence[tuple[int, int]], times: PlayTimes) -> NewPlay:
    """The one play for all that ask for one Trakt episode or film, at the earliest time that is known.

    ``pending`` are the episodes, as (AniList id, episode), whose own play of it was sent and is not on Trakt.
    """

    def preference(ask: Ask) -> tuple[bool, datetime, int, int]:
        watched_at = times.of(ask.anilist_id, ask.episode, ask.target).watched_at
        if isinstance(watched_at, datetime):
            return (False, watched_at, ask.anilist_id, ask.episode)
        return (True, UNKNOWN_TIME, ask.anilist_id, ask.episode)

    first, *others = sorted(asks, key=preference)
    timed = times.of(first.anilist_id, first.episode, first.target)
    return NewPlay(
        anilist_id=first.anilist_id,
        episode=first.episode,
        kind=first.target.kind,
        trakt_id=first.target.trakt_id,
        watched_at=timed.watched_at,
        source=timed.source,
        season=first.target.season,
        number=first.target.number,
        also=tuple(
            sorted(
                {*pending, *((other.anilist_id, other.episode) for other in others)}
                - {(first.anilist_id, first.episode)}
            )
        ),
    )


@dataclass(slots=True)
class _PlanDraft:
    """The plan while it is being made."""

    plays: TraktPlays
    now: datetime
    again: frozenset[int]
    kept: int = 0
    wanted: dict[TraktKey, list[Ask]] = field(default_factory=dict)
    pending: dict[TraktKey, list[tuple[int, int]]] = field(default_factory=dict)
    noted: list[tuple[int, LedgerPlay]] = field(default_factory=list)
    waiting: dict[tuple[int, WaitingFor], list[int]] = field(default_factory=dict)
    displaced: list[Displaced] = field(default_factory=list)
    decreased: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)

    def on_trakt(self, play: LedgerPlay | PlayTarget) -> bool:
        return bool(self.plays.of(play.kind, play.trakt_id))

    def note(self, anilist_id: int, line: LedgerPlay, state: PlayState) -> None:
        if line.state is not state:
            self.noted.append((anilist_id, line.become(state)))

    def wait(self, anilist_id: int, episode: int, reason: WaitingFor) -> None:
        self.waiting.setdefault((anilist_id, reason), []).append(episode)

    def judge(self, anilist_id: int, episode: int, target: PlayTarget, line: LedgerPlay | None) -> None:
        """One watched episode and one target of it."""
        known = None if line is None else line.state
        action = decide(self.on_trakt(target), known, again=anilist_id in self.again)
        if action is not Action.ADD:
            # PENDING stands for "no line yet": whatever is noted replaces it
            self.take(anilist_id, line or LedgerPlay(episode, target.kind, target.trakt_id, PlayState.PENDING), action)
        # Trakt would take a play before the airing; the entry is ahead, or Trakt knows another date.
        elif target.first_aired is not None and ceil_minute(target.first_aired) > floor_minute(self.now):
            self.wait(anilist_id, episode, WaitingFor.AIRING)
        else:
            ask = Ask(anilist_id, episode, target, known=line is not None)
            self.wanted.setdefault((target.kind, target.trakt_id), []).append(ask)

    def take(self, anilist_id: int, line: LedgerPlay, action: Action) -> None:
        """Carries out an action that posts nothing."""
        match action:
            case Action.ADOPT:
                self.note(anilist_id, line, PlayState.ADOPTED)
            case Action.CONFIRM:
                self.note(anilist_id, line, PlayState.CONFIRMED)
            case Action.RESPECT:
                self.note(anilist_id, line, PlayState.REMOVED)
            case Action.KEEP:
                self.kept += 1
            case _:
                pass

    def keep_rest(self, anilist_id: int, watched: int, known: Sequence[LedgerPlay]) -> None:
        """Plays past what the entry says now: they stay, and the entry is named."""
        stays = [
            line
            for line in known
            if line.episode > watched
            and line.state in (PlayState.CONFIRMED, PlayState.ADOPTED, PlayState.DISPLACED)
            and self.on_trakt(line)
        ]
        self.kept += len(stays)
        if stays:
            self.decreased.append(anilist_id)

    def respect(self, taken: Mapping[TraktKey, PlayState]) -> None:
        """Drops what the user took away when it is now asked for by another episode or entry for the first time."""
        for key in self.wanted.keys() & taken.keys():
            fresh = [ask for ask in self.wanted[key] if not ask.known and ask.anilist_id not in self.again]
            self.noted += [(ask.anilist_id, LedgerPlay(ask.episode, *key, taken[key])) for ask in fresh]
            self.wanted[key] = [ask for ask in self.wanted[key] if ask not in fresh]
            if not self.wanted[key]:
                del self.wanted[key]

    def finish(self, adds: Sequence[NewPlay]) -> Plan:
        order = {key: i for i, key in enumerate(self.wanted)}
        return Plan(
            adds=tuple(
                sorted(adds, key=lambda add: (add.anilist_id, add.episode, order[add.kind, add.trakt_id])),
            ),
            noted=tuple(sorted(self.noted)),
            kept=self.kept,
            waiting=tuple(
                Waiting(anilist_id, tuple(dict.fromkeys(episodes)), reason)
                for (anilist_id, reason), episodes in sorted(self.waiting.items())
            ),
            displaced=tuple(sorted(self.displaced, key=lambda d: (d.anilist_id, d.episode, d.kind, d.old))),
            decreased=tuple(self.decreased),
            beyond=tuple(self.beyond),
        )
