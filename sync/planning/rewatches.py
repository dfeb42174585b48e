"""Rewatches: further plays of what was watched more than once, beyond those that Trakt already has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.model.anilist import WHOLE, ListActivity, MediaListEntry
from sync.model.plan import Ledger, LedgerPlay, NewPlay, Plan, PlayState, PlayTarget, Targets
from sync.model.trakt import UNKNOWN_TIME, TraktPlays, WatchedAt
from sync.planning.decision import Action, TraktKey, decide
from sync.planning.times.minutes import ceil_minute, floor_minute, to_time
from sync.planning.times.viewings import rewatch_count, rewatch_viewings
from sync.planning.times.watched_at import NO_HINTS, Timed, TimeHints

SAME_VIEWING = 12 * 60
"""A play on Trakt within this many minutes of a logged rewatch is that rewatch."""
_LIVE = (PlayState.CONFIRMED, PlayState.ADOPTED)
_NOTED_AS = {Action.ADOPT: PlayState.ADOPTED, Action.CONFIRM: PlayState.CONFIRMED, Action.RESPECT: PlayState.REMOVED}


def plan_rewatches(
    plan: Plan,
    entries: Iterable[MediaListEntry],
    *,
    targets: Mapping[int, Targets],
    plays: TraktPlays,
    ledger: Ledger,
    now: datetime,
    hints: TimeHints = NO_HINTS,
) -> Plan:
    """``plan`` (made of the same values) with the rewatches of the entries in ``targets``.

    An episode is wanted as many times more as the list or its activities say it was watched again. Plays that Trakt
    has beyond the first count for that, whoever made them; those that were removed or undone stay away. An episode
    whose first play is not on Trakt and not being added gets none. Of two AniList episodes that are one on Trakt, the
    first counts. An account that keeps only one play of each item is not to be asked for any: see its settings first.

    A rewatch of which no time is known is posted "unknown" only where no other play of the episode is undated, so
    that no two plays are alike; else it is noted as UNDONE, that is, left out.
    """
    draft = _RewatchDraft(plays, {(add.kind, add.trakt_id): add.watched_at for add in plan.adds}, floor_minute(now))
    by_entry: dict[int, list[ListActivity]] = {}
    for activity in hints.activities:
        by_entry.setdefault(activity.anilist_id, []).append(activity)
    for entry in sorted(entries, key=lambda entry: entry.anilist_id):
        here = targets.get(entry.anilist_id)
        # ``repeat`` means something only once the entry was finished.
        if here is None or entry.status not in WHOLE:
            continue
        viewings = rewatch_viewings(
            entry,
            here,
            activities=by_entry.get(entry.anilist_id, ()),
            first_play=draft.first_play,
            undated=hints.undated,
            now=now,
        )
        for (episode, target), times in viewings.items():
            draft.plan_target(entry.anilist_id, episode, target, times, ledger.of(entry.anilist_id))
    return replace(plan, adds=(*plan.adds, *draft.adds), noted=tuple(sorted((*plan.noted, *draft.noted))))


def has_unnoted_rewatches(entry: MediaListEntry, known: Sequence[LedgerPlay]) -> bool:
    """Whether the list says of an episode on Trakt that it was watched again more often than the ledger knows."""
    if rewatch_count(entry, 1) == 0:
        return False
    noted = {line.place for line in known}
    return any(
        (line.episode, line.kind, line.trakt_id, rewatch) not in noted
        for line in known
        if line.rewatch == 0 and line.state in _LIVE
        for rewatch in range(1, rewatch_count(entry, line.episode) + 1)
    )


@dataclass(slots=True)
class _RewatchDraft:
    """The rewatches while they are being planned; ``added`` are the first plays that this run adds."""

    plays: TraktPlays
    added: Mapping[TraktKey, WatchedAt]
    now: int
    adds: list[NewPlay] = field(default_factory=list)
    noted: list[tuple[int, LedgerPlay]] = field(default_factory=list)
    taken: set[TraktKey] = field(default_factory=set)

    def first_play(self, target: PlayTarget) -> int | None:
        """The minute of the first play, if it has one."""
        known: list[WatchedAt] = [*self.plays.of(target.kind, target.trakt_id)]
        known += [self.added[key] for key in [(target.kind, target.trakt_id)] if key in self.added]
        dated = [floor_minute(time) for time in known if isinstance(time, datetime) and time != UNKNOWN_TIME]
        return min(dated, default=None)

    def plan_target(
        self, anilist_id: int, episode: int, target: PlayTarget, times: Sequence[Timed], known: Sequence[LedgerPlay]
    ) -> None:
        """The rewatches of one episode at one target; ``times`` are those of its rewatches 1, 2, …"""
        key = (target.kind, target.trakt_id)
        states = {
            line.rewatch: line.state
            for line in known
            if line.rewatch and (line.episode, line.kind, line.trakt_id) == (episode, *key)
        }
        on_trakt = self.plays.of(*key)
        # What is yet to air was not watched twice.
        if target.first_aired is not None and ceil_minute(target.first_aired) > self.now:
            return
        if (not on_trakt and key not in self.added) or not (times or states):
            return
        # Another AniList episode is the same one on Trakt, and its rewatches are planned already.
        if key in self.taken:
            for rewatch in range(1, len(times) + 1):
                if rewatch not in states:
                    self._note(anilist_id, LedgerPlay(episode, *key, PlayState.UNDONE, rewatch))
            return
        self.taken.add(key)
        minutes = {floor_minute(time) for time in on_trakt}
        if key in self.added:
            first = self.added[key]
            minutes.add(floor_minute(first if isinstance(first, datetime) else UNKNOWN_TIME))
        for rewatch, action in _judge(times, sorted(map(floor_minute, on_trakt))[1:], states).items():
            line = LedgerPlay(episode, *key, PlayState.PENDING, rewatch)
            if action is Action.ADD and rewatch <= len(times):
                self._add(anilist_id, line, target, times[rewatch - 1], minutes)
            elif action in _NOTED_AS:
                self._note(anilist_id, line.become(_NOTED_AS[action]))

    def _note(self, anilist_id: int, line: LedgerPlay) -> None:
        self.noted.append((anilist_id, line))

    def _add(self, anilist_id: int, line: LedgerPlay, target: PlayTarget, timed: Timed, minutes: set[int]) -> None:
        """Adds the play at a minute that no other play of it has; ``minutes`` are theirs."""
        minute = floor_minute(timed.watched_at if isinstance(timed.watched_at, datetime) else UNKNOWN_TIME)
        dated = isinstance(timed.watched_at, datetime)
        # Two plays of one episode at the same minute could not be told apart, by an undo or by the next run.
        while dated and minute in minutes:
            minute += 1
        if minute in minutes or minute > self.now:
            self._note(anilist_id, line.become(PlayState.UNDONE))
            return
        minutes.add(minute)
        play = NewPlay(
            anilist_id=anilist_id,
            episode=line.episode,
            kind=line.kind,
            trakt_id=line.trakt_id,
            watched_at=to_time(minute) if dated else "unknown",
            source=timed.source,
            season=target.season,
            number=target.number,
            rewatch=line.rewatch,
        )
        self.adds.append(play)


def _judge(times: Sequence[Timed], on_trakt: Sequence[int], states: Mapping[int, PlayState]) -> dict[int, Action]:
    """What becomes of each rewatch of an episode.

    ``on_trakt`` are the minutes of its further plays. Each stands for one rewatch: those the ledger knows before
    others, those of about the same time before others, earlier before later.
    """
    left = list(on_trakt)
    # What the ledger knows comes first: those plays are on Trakt if any are.
    live = sorted(rewatch for rewatch, state in states.items() if state in _LIVE)
    pending = {rewatch for rewatch, state in states.items() if state is PlayState.PENDING}
    unknown = {rewatch for rewatch in range(1, len(times) + 1) if rewatch not in states}
    found: set[int] = set()
    for group in (live, sorted(pending | unknown)):
        for rewatch in group:
            near = _nearest(times[rewatch - 1], left) if rewatch <= len(times) else None
            if near is not None:
                left.remove(near)
                found.add(rewatch)
        for rewatch in group:
            if rewatch not in found and left:
                left.pop(0)
                found.add(rewatch)
    return {rewatch: decide(rewatch in found, states.get(rewatch)) for rewatch in sorted({*live, *pending, *unknown})}


def _nearest(timed: Timed, minutes: Sequence[int]) -> int | None:
    if not isinstance(timed.watched_at, datetime) or not minutes:
        return None
    minute = floor_minute(timed.watched_at)
    near = min(minutes, key=lambda other: (abs(other - minute), other))
    return near if abs(near - minute) <= SAME_VIEWING else None
