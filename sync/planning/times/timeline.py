"""An entry's plays on a line of minutes: first where they may lie, then moved until they keep the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sync.model.anilist import WHOLE, FuzzyDate, MediaListEntry
from sync.model.plan import TimeSource, UndatedPlays
from sync.planning.times.activity_log import Logged
from sync.planning.times.minutes import DAY, floor_minute, midnight

NOON = DAY // 2
AT_ODDS = DAY
"""How many minutes an air date may push later episodes on before it is the air date that is not believed."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One play to date: its AniList episode, the minute it aired, its minutes of running time."""

    episode: int
    aired: int | None
    running_time: int


class Timeline:
    """Estimates a minute for each slot, between what is known for certain; ``None`` where nothing is."""

    def __init__(
        self,
        entry: MediaListEntry,
        slots: Sequence[Slot],
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

    def fill(self, logs: Sequence[Logged]) -> None:
        """Fills in every slot around ``logs``, which are in episode order."""
        if not logs:
            self._fill_by_dates()
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
                self._fill_before(covered)
            elif covered > begun and before is not None:
                self._spread(begun, covered, before)
            before = here
        if before is not None and before + 1 < len(self._slots):
            self._fill_after(before)

    def _set(self, i: int, minute: int, source: TimeSource) -> None:
        self.minutes[i] = minute
        self.sources[i] = source

    def _at(self, i: int) -> int:
        minute = self.minutes[i]
        if minute is None:
            raise ValueError(f"slot {i} has no minute yet")
        return minute

    def _running(self, begin: int, end: int) -> int:
        return sum(slot.running_time for slot in self._slots[begin:end])

    def _count_back(self, begin: int, anchor: int, before: int | None) -> None:
        """Slots from ``begin`` up to ``anchor`` were watched right before it; closer together if there is no room."""
        high, count = self._at(anchor), anchor - begin
        low = None if before is None else self._at(before)
        # There is not the time to have watched them one after the other.
        if low is not None and high - self._running(begin + 1, anchor + 1) <= low:
            for i in range(begin, anchor):
                self._set(i, low + (high - low) * (i - begin + 1) // (count + 1), TimeSource.ACTIVITY)
            return
        for i in reversed(range(begin, anchor)):
            self._set(i, self._at(i + 1) - self._slots[i + 1].running_time, TimeSource.ACTIVITY)

    def _spread(self, begin: int, end: int, before: int) -> None:
        """Slots from ``begin`` up to ``end`` lie evenly between two that have one."""
        low, high, count = self._at(before), self._at(end), end - begin
        for i in range(begin, end):
            self._set(i, low + (high - low) * (i - begin + 1) // (count + 1), TimeSource.SPREAD)

    def _fill_before(self, end: int) -> None:
        """The slots before the first log: from the start date on, if that is before it."""
        high = self._at(end)
        if self._start is None or self._start >= high:
            self._fill_undated(0, end, high=high)
            return
        low = max(self._start, min(self._start + NOON, high - self._running(1, end + 1)))
        for i in range(end):
            self._set(i, low + (high - low) * i // end, TimeSource.SPREAD)

    def _fill_after(self, before: int) -> None:
        """The slots after the last log: up to the finish date, if that is after it."""
        low, begin, end = self._at(before), before + 1, len(self._slots)
        if self._finish is None or self._finish + DAY <= low:
            self._fill_undated(begin, end, low=low)
            return
        # Noon of the finish day, or as late on it as watching them after the last log takes.
        high = min(self._finish + DAY - 1, max(self._finish + NOON, low + self._running(begin, end)))
        for i in range(begin, end):
            self._set(i, low + (high - low) * (i - before) // (end - begin), TimeSource.SPREAD)

    def _fill_by_dates(self) -> None:
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
            self._fill_undated(0, end)

    def _fill_undated(self, begin: int, end: int, *, low: int | None = None, high: int | None = None) -> None:
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


def in_order(estimates: Sequence[int | None], aired: Sequence[int | None], now: int) -> list[int | None]:
    """The estimates, each moved as little as the rules ask; all are minutes, in the order of the episodes.

    None is before ``aired`` (``None``: not known; never after ``now``) or after ``now``. None is before an earlier
    one, and two share a minute only where there is no other between its airing and now. An estimate may come back
    as ``None``: its air date says that it was watched long after episodes that follow it and are well dated.
    """
    times = [estimate if estimate is not None and estimate >= DAY else None for estimate in estimates]
    # Pulled back before pushed on: a log says for certain by when an episode had been watched.
    _pull_back(times)
    _drop_those_at_odds(times, aired)
    _push_on(times, aired)
    _keep_from_the_future(times, aired, now)
    return times


def _pull_back(times: list[int | None]) -> None:
    """An episode was watched before the one after it."""
    following: int | None = None
    for i in reversed(range(len(times))):
        time = times[i]
        if time is None:
            continue
        if following is not None and time >= following:
            time = following - 1
        times[i] = following = time


def _drop_those_at_odds(times: list[int | None], aired: Sequence[int | None]) -> None:
    """Trakt's air date of a single episode may be years off; it must not move all that follow."""
    well_dated: int | None = None
    for i in reversed(range(len(times))):
        time, air = times[i], aired[i]
        if time is None or air is None:
            continue
        if time >= air:
            well_dated = time
        elif well_dated is not None and well_dated + AT_ODDS < air:
            times[i] = None


def _push_on(times: list[int | None], aired: Sequence[int | None]) -> None:
    earliest: int | None = None
    for i, time in enumerate(times):
        if time is None:
            continue
        moved = max(time, aired[i] or time, time if earliest is None else earliest)
        times[i] = moved
        earliest = moved + 1


def _keep_from_the_future(times: list[int | None], aired: Sequence[int | None], now: int) -> None:
    floors: list[int | None] = []
    floor: int | None = None
    for i, time in enumerate(times):
        air = aired[i] if time is not None else None
        if air is not None:
            floor = air if floor is None else max(floor, air)
        floors.append(floor)
    latest = now
    for i in reversed(range(len(times))):
        time, lowest = times[i], floors[i]
        if time is None:
            continue
        moved = min(time, latest)
        times[i] = moved = moved if lowest is None else max(moved, lowest)
        latest = moved - 1
