"""Makes estimated times keep the rules: in order, after airing, not in the future."""

from __future__ import annotations

from collections.abc import Sequence

from sync.planning.times.minutes import DAY

AT_ODDS = DAY
"""How many minutes an air date may push later episodes on before it is the air date that is not believed."""


def in_order(estimates: Sequence[int | None], aired: Sequence[int | None], now: int) -> list[int | None]:
    """The estimates, each moved as little as the rules ask; all are minutes, in the order of the episodes.

    None is before ``aired`` (``None``: not known; never after ``now``) or after ``now``. None is before an earlier
    one, and two share a minute only where there is no other between its airing and now. An estimate may come back
    as ``None``: its air date says that it was watched long after episodes that follow it and are well dated.
    """
    times = [estimate if estimate is not None and estimate >= DAY else None for estimate in estimates]
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
