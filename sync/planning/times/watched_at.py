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

from sync.model.anilist import FuzzyDate, ListActivity, MediaListEntry
from sync.model.plan import PlayTarget, TimeSource, UndatedPlays
from sync.model.trakt import WatchedAt
from sync.planning.progress import WHOLE
from sync.planning.times.activity_log import Logged, logged_watches
from sync.planning.times.minutes import DAY, ceil_minute, floor_minute, midnight, to_time
from sync.planning.times.order import in_order

USUAL_RUNNING_TIME = 24
"""Minutes of an episode of which nobody says how long it is."""
NOON = DAY // 2


@dataclass(frozen=True, slots=True)
class Timed:
    """When one play happened, and how that is known."""

    watched_at: WatchedAt
    source: TimeSource


def watched_times(
    entry: MediaListEntry,
    *,
    watched: int,
    targets: Mapping[int, tuple[PlayTarget, ...]],
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
    return _placed(entry, slots, logs, utc_offset or timedelta(0), undated, now=floor_minute(now))


def rewatch_times(
    entry: MediaListEntry,
    *,
    watched: int,
    targets: Mapping[int, tuple[PlayTarget, ...]],
    logs: Sequence[Logged],
    after: Mapping[tuple[int, int], int],
    undated: UndatedPlays,
    now: datetime,
) -> Mapping[int, tuple[Timed, ...]]:
    """The same for one rewatch, by its own ``logs``: start and finish dates are those of the first watch.

    ``after`` is, by episode and index of its target, the minute after which it can only have been watched again.
    """
    slots: list[_Slot] = []
    index = 0
    for slot in _slots(entry, watched, targets, floor_minute(now)):
        index = index + 1 if slots and slots[-1].episode == slot.episode else 0
        earliest = after.get((slot.episode, index))
        if earliest is not None and earliest < floor_minute(now):
            slots.append(replace(slot, aired=max(slot.aired or 0, earliest + 1)))
        else:
            slots.append(slot)
    dateless = replace(entry, started_at=FuzzyDate(), completed_at=FuzzyDate())
    return _placed(dateless, slots, logs, timedelta(0), undated, now=floor_minute(now))


def _placed(
    entry: MediaListEntry,
    slots: Sequence[_Slot],
    logs: Sequence[Logged],
    utc_offset: timedelta,
    undated: UndatedPlays,
    *,
    now: int,
) -> Mapping[int, tuple[Timed, ...]]:
    timeline = _Timeline(entry, slots, utc_offset, undated, now=now)
    timeline.place(logs)
    minutes = in_order(timeline.minutes, [slot.aired for slot in slots], now)
    times: dict[int, tuple[Timed, ...]] = {}
    for slot, minute, source in zip(slots, minutes, timeline.sources, strict=True):
        timed = Timed("unknown", TimeSource.UNKNOWN) if minute is None else Timed(to_time(minute), source)
        times[slot.episode] = (*times.get(slot.episode, ()), timed)
    return times


@dataclass(frozen=True, slots=True)
class _Slot:
    """One play to date: its AniList episode, the minute it aired, its minutes of running time."""

    episode: int
    aired: int | None
    running_time: int


def _slots(entry: MediaListEntry, watched: int, targets: Mapping[int, tuple[PlayTarget, ...]], now: int) -> list[_Slot]:
    usual = entry.media.duration or USUAL_RUNNING_TIME
    slots: list[_Slot] = []
    for episode in range(1, watched + 1):
        here = targets.get(episode, ())
        for target in here:
            aired = None if target.first_aired is None else ceil_minute(target.first_aired)
            slots.append(_Slot(episode, aired if aired is not None and aired <= now else None, target.runtime or usual))
        if not here:
            slots.append(_Slot(episode, None, usual))
    return slots


def _logs(
    entry: MediaListEntry, watched: int, slots: Sequence[_Slot], activities: Sequence[ListActivity]
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


class _Timeline:
    """Estimates a minute for each slot, between what is known for certain; ``None`` where nothing is."""

    def __init__(
        self,
        entry: MediaListEntry,
        slots: Sequence[_Slot],
        utc_offset: timedelta,
        undated: UndatedPlays,
        *,
        now: int,
    ) -> None:
        self.minutes: list[int | None] = [None] * len(slots)
        self.sources = [TimeSource.UNKNOWN] * len(slots)
        self._slots = slots
        self._undated = undated
        self._now = now
        self._updated = None if entry.updated_at is None else floor_minute(entry.updated_at)
        self._start = _day(entry.started_at, utc_offset)
        self._finish = _day(entry.completed_at, utc_offset) if entry.status in WHOLE else None
        if self._start is not None and self._finish is not None and self._finish < self._start:
            self._start = None  # trackers set the start anew at a rewatch; the finish stands

    def place(self, logs: Sequence[Logged]) -> None:
        """Fills in every slot around ``logs``, which are in episode order."""
        if not logs:
            self._place_by_dates()
            return
        firsts: dict[int, int] = {}
        lasts: dict[int, int] = {}
        for i, slot in enumerate(self._slots):
            firsts.setdefault(slot.episode, i)
            lasts[slot.episode] = i
        before: int | None = None
        for log in logs:
            here = lasts[log.last]
            self._set(here, log.minute, TimeSource.ACTIVITY)
            begun = 0 if before is None else before + 1
            covered = max(begun, firsts[log.first])
            self._count_back(covered, here, before)
            if covered > begun and before is None:
                self._place_before(covered)
            elif covered > begun and before is not None:
                self._spread(begun, covered, before)
            before = here
        if before is not None and before + 1 < len(self._slots):
            self._place_after(before)

    def _set(self, i: int, minute: int, source: TimeSource) -> None:
        self.minutes[i] = minute
        self.sources[i] = source

    def _at(self, i: int) -> int:
        minute = self.minutes[i]
        if minute is None:
            raise ValueError(f"slot {i} is not placed yet")
        return minute

    def _running(self, begin: int, end: int) -> int:
        return sum(slot.running_time for slot in self._slots[begin:end])

    def _count_back(self, begin: int, anchor: int, before: int | None) -> None:
        """Slots from ``begin`` up to ``anchor`` were watched right before it; closer together if there is no room."""
        high, count = self._at(anchor), anchor - begin
        low = None if before is None else self._at(before)
        if low is not None and high - self._running(begin + 1, anchor + 1) <= low:
            for i in range(begin, anchor):
                self._set(i, low + (high - low) * (i - begin + 1) // (count + 1), TimeSource.ACTIVITY)
            return
        for i in reversed(range(begin, anchor)):
            self._set(i, self._at(i + 1) - self._slots[i + 1].running_time, TimeSource.ACTIVITY)

    def _spread(self, begin: int, end: int, before: int) -> None:
        """Slots from ``begin`` up to ``end`` lie evenly between two that are placed."""
        low, high, count = self._at(before), self._at(end), end - begin
        for i in range(begin, end):
            self._set(i, low + (high - low) * (i - begin + 1) // (count + 1), TimeSource.SPREAD)

    def _place_before(self, end: int) -> None:
        """The slots before the first log: from the start date on, if that is before it."""
        high = self._at(end)
        if self._start is None or self._start >= high:
            self._place_undated(0, end, high=high)
            return
        low = max(self._start, min(self._start + NOON, high - self._running(1, end + 1)))
        for i in range(end):
            self._set(i, low + (high - low) * i // end, TimeSource.SPREAD)

    def _place_after(self, before: int) -> None:
        """The slots after the last log: up to the finish date, if that is after it."""
        low, begin, end = self._at(before), before + 1, len(self._slots)
        if self._finish is None or self._finish + DAY <= low:
            self._place_undated(begin, end, low=low)
            return
        high = min(self._finish + DAY - 1, max(self._finish + NOON, low + self._running(begin, end)))
        for i in range(begin, end):
            self._set(i, low + (high - low) * (i - before) // (end - begin), TimeSource.SPREAD)

    def _place_by_dates(self) -> None:
        end = len(self._slots)
        if self._start is not None and self._finish is not None:
            high = min(self._finish + NOON, self._now)
            low = max(self._start, min(self._start + NOON, high - self._running(1, end)))
            for i in range(end):
                self._set(i, low + (high - low) * i // (end - 1) if end > 1 else high, TimeSource.DATES)
        elif self._finish is not None:
            minute = min(self._finish + NOON, self._now) - self._running(1, end)
            for i in range(end):
                self._set(i, minute, TimeSource.COMPLETED)
                minute += self._running(i + 1, i + 2)
        elif self._start is not None:
            minute = self._start + NOON
            for i in range(end):
                self._set(i, minute, TimeSource.STARTED)
                minute += self._running(i + 1, i + 2)
        else:
            self._place_undated(0, end)

    def _place_undated(self, begin: int, end: int, *, low: int | None = None, high: int | None = None) -> None:
        """The slots of which nothing is known, but that they come after minute ``low`` and before slot ``end``'s."""
        if self._undated == UndatedPlays.RELEASED:
            for i in range(begin, end):
                slot = self._slots[i]
                if slot.aired is not None:
                    over = slot.aired + slot.running_time
                    self._set(i, over if low is None else max(over, low + i - begin + 1), TimeSource.RELEASED)
        elif self._undated == UndatedPlays.UPDATED and self._updated is not None:
            minute = self._updated
            if low is not None:
                minute = max(minute, low + self._running(begin, end))
            if high is not None:
                minute = min(minute, high - self._slots[end].running_time)
            for i in reversed(range(begin, end)):
                self._set(i, minute, TimeSource.UPDATED)
                minute -= self._slots[i].running_time


def _day(date: FuzzyDate, utc_offset: timedelta) -> int | None:
    """The minute at which the day begins, ``None`` for none and for days before there was a list to log them in."""
    day = date.to_date()
    return None if day is None or day.year < 1971 else midnight(day, utc_offset)
