"""When each episode of an entry was watched, to the minute.

What is known best dates an episode: the activity that logged it; else the start and finish dates (as far as the logs
leave room); else ``UndatedPlays``. A log of several episodes dates the last; the earlier ones were watched one running
time apart before it. A date is a day of the user's own, and stands for its noon, which is on that day nearly wherever
the user is. A date of which only year or month is known is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync.model.anilist import WHOLE, FuzzyDate, ListActivity, MediaListEntry, watched_count
from sync.model.plan import PlayTarget, Targets, TimeSource, UndatedPlays
from sync.model.trakt import WatchedAt
from sync.planning.times.activity_log import Logged, logged_watches
from sync.planning.times.minutes import ceil_minute, floor_minute, to_time
from sync.planning.times.timeline import Slot, Timeline, in_order

USUAL_RUNNING_TIME = 24
"""Minutes of an episode of which nobody says how long it is."""


@dataclass(frozen=True, slots=True)
class Timed:
    """When one play happened, and how that is known."""

    watched_at: WatchedAt
    source: TimeSource


@dataclass(frozen=True, slots=True)
class TimeHints:
    """What dates the plays: activities of any entries in any order, the user's time zone, the choice for the rest."""

    activities: Iterable[ListActivity] = ()
    utc_offset: timedelta | None = None
    undated: UndatedPlays = UndatedPlays.UNKNOWN


NO_HINTS = TimeHints()


def watched_times(
    entry: MediaListEntry,
    *,
    watched: int,
    targets: Targets,
    activities: Iterable[ListActivity] = (),
    utc_offset: timedelta | None = None,
    undated: UndatedPlays = UndatedPlays.UNKNOWN,
    now: datetime,
) -> Mapping[int, tuple[Timed, ...]]:
    """The times of episodes 1–``watched``, each with as many as it has ``targets`` (one if it has none).

    ``activities`` are the entry's own, in any order. The times are in episode order, never before the episode aired
    and never after ``now``; an episode that is yet to air according to Trakt must not be posted with its time here.
    The word "released" is never used: the minute it stands for is worked out, so that the play can be found again.
    """
    slots = _slots(entry, watched, targets, floor_minute(now))
    logs = _logs(entry, watched, slots, list(activities))
    return _timed(entry, slots, logs, utc_offset or timedelta(0), undated, now=floor_minute(now))


def rewatch_times(
    entry: MediaListEntry,
    *,
    watched: int,
    targets: Targets,
    logs: Sequence[Logged],
    after: Mapping[tuple[int, int], int],
    undated: UndatedPlays,
    now: datetime,
) -> Mapping[int, tuple[Timed, ...]]:
    """The times of one rewatch, by its own ``logs`` alone: start and finish dates are those of the first watch.

    ``after`` is, by episode and index of its target, the minute after which it can only have been watched again.
    """
    slots: list[Slot] = []
    index = 0
    for slot in _slots(entry, watched, targets, floor_minute(now)):
        index = index + 1 if slots and slots[-1].episode == slot.episode else 0
        earliest = after.get((slot.episode, index))
        if earliest is not None and earliest < floor_minute(now):
            slots.append(replace(slot, aired=max(slot.aired or 0, earliest + 1)))
        else:
            slots.append(slot)
    dateless = replace(entry, started_at=FuzzyDate(), completed_at=FuzzyDate())
    return _timed(dateless, slots, logs, timedelta(0), undated, now=floor_minute(now))


def _timed(
    entry: MediaListEntry,
    slots: Sequence[Slot],
    logs: Sequence[Logged],
    utc_offset: timedelta,
    undated: UndatedPlays,
    *,
    now: int,
) -> Mapping[int, tuple[Timed, ...]]:
    timeline = Timeline(entry, slots, utc_offset, undated, now=now)
    timeline.fill(logs)
    minutes = in_order(timeline.minutes, [slot.aired for slot in slots], now)
    times: dict[int, tuple[Timed, ...]] = {}
    for slot, minute, source in zip(slots, minutes, timeline.sources, strict=True):
        timed = Timed("unknown", TimeSource.UNKNOWN) if minute is None else Timed(to_time(minute), source)
        times[slot.episode] = (*times.get(slot.episode, ()), timed)
    return times


def _slots(entry: MediaListEntry, watched: int, targets: Targets, now: int) -> list[Slot]:
    usual = entry.media.duration or USUAL_RUNNING_TIME
    slots: list[Slot] = []
    for episode in range(1, watched + 1):
        here = targets.get(episode, ())
        for target in here:
            aired = None if target.first_aired is None else ceil_minute(target.first_aired)
            slots.append(Slot(episode, aired if aired is not None and aired <= now else None, target.runtime or usual))
        if not here:
            slots.append(Slot(episode, None, usual))
    return slots


def _logs(
    entry: MediaListEntry, watched: int, slots: Sequence[Slot], activities: Sequence[ListActivity]
) -> list[Logged]:
    if not activities:
        return []
    running_times: dict[int, int] = {}
    for slot in slots:
        running_times[slot.episode] = running_times.get(slot.episode, 0) + slot.running_time
    usual = entry.media.duration or USUAL_RUNNING_TIME
    return logged_watches(
        activities,
        watched=watched,
        final=entry.media.episodes or (watched if entry.status in WHOLE else 0),
        running_time=lambda episode: running_times.get(episode, usual),
    )


class PlayTimes:
    """The times of the entries that have something to add; each entry's are worked out once."""

    def __init__(
        self, entries: Iterable[MediaListEntry], targets: Mapping[int, Targets], hints: TimeHints, now: datetime
    ) -> None:
        self._entries = {entry.anilist_id: entry for entry in entries}
        self._targets = targets
        self._hints = hints
        self._now = now
        self._known: dict[int, Mapping[int, tuple[Timed, ...]]] = {}
        self._activities: dict[int, list[ListActivity]] = {}
        for activity in hints.activities:
            self._activities.setdefault(activity.anilist_id, []).append(activity)

    def of(self, anilist_id: int, episode: int, target: PlayTarget) -> Timed:
        """When the AniList episode was watched, as the play of ``target``."""
        targets = self._targets[anilist_id]
        if anilist_id not in self._known:
            entry = self._entries[anilist_id]
            self._known[anilist_id] = watched_times(
                entry,
                watched=watched_count(entry, listed=max(targets, default=0)),
                targets=targets,
                activities=self._activities.get(anilist_id, ()),
                utc_offset=self._hints.utc_offset,
                undated=self._hints.undated,
                now=self._now,
            )
        return self._known[anilist_id][episode][targets[episode].index(target)]
