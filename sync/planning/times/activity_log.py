"""What the activity feed says of when an entry's episodes were watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sync.model.anilist import ActivityKind, ListActivity
from sync.planning.times.minutes import floor_minute

AT_ONCE = 2
"""Episodes logged less than this many minutes apart were logged together, not watched then."""


@dataclass(frozen=True, slots=True)
class Logged:
    """Episodes ``first``–``last`` were logged at ``minute``, by when ``last`` had been watched."""

    last: int
    minute: int
    first: int


def logged_watches(
    activities: Iterable[ListActivity], *, watched: int, final: int, running_time: Callable[[int], int]
) -> list[Logged]:
    """The trustworthy logs of an entry's first watch, in episode order and never going back in time.

    ``activities`` are the entry's, in any order; ``watched`` is how many of its episodes count, ``final`` the last
    episode it has, ``running_time`` an episode's minutes. AniList logs the last episode as "completed".

    The earliest log of an episode counts, since tools log whole entries again. A log that comes later than one of a
    later episode is such a repetition, and is dropped. Rewatches date no first watch.
    """
    earliest = _earliest_logs(activities, watched, running_time)
    completions = sorted(floor_minute(a.created_at) for a in activities if a.kind is ActivityKind.COMPLETED)
    if completions and 0 < final <= watched:
        _add_completion(earliest, final, completions)
    return _together(_never_back(earliest))


def _earliest_logs(
    activities: Iterable[ListActivity], watched: int, running_time: Callable[[int], int]
) -> dict[int, Logged]:
    earliest: dict[int, Logged] = {}
    for activity in activities:
        log = log_of(activity, watched, running_time) if activity.kind is ActivityKind.WATCHED else None
        if log is None:
            continue
        known = earliest.get(log.last)
        if known is None or (log.minute, log.first) < (known.minute, known.first):
            earliest[log.last] = log
    return earliest


def log_of(activity: ListActivity, watched: int, running_time: Callable[[int], int]) -> Logged | None:
    """What one activity says of episodes 1–``watched``, ``None`` for nothing; those taken back came after them."""
    named = [episode for episode in (activity.first_episode, activity.last_episode) if episode is not None]
    if not named or max(named) < 1:
        return None
    first, last = max(min(named), 1), min(max(named), watched)
    if first > last:
        return None
    taken_back = max(named) - last
    return Logged(last, floor_minute(activity.created_at) - taken_back * running_time(last + 1), first)


def _add_completion(earliest: dict[int, Logged], final: int, completions: list[int]) -> None:
    """Dates the final episode: the first completion that follows the log before it, else the first of all.

    An entry is completed by a slip and set back, or completed again years later: neither is when it was finished.
    """
    before = max((episode for episode in earliest if episode < final), default=None)
    after = earliest[before].minute if before is not None else completions[0]
    minute = next((minute for minute in completions if minute >= after), completions[0])
    known = earliest.get(final)
    if known is None or minute < known.minute:
        earliest[final] = Logged(final, minute, final)


def _never_back(earliest: dict[int, Logged]) -> list[Logged]:
    kept: list[Logged] = []
    # From the end, since a whole entry that is logged again begins with its first episodes.
    for episode in sorted(earliest, reverse=True):
        if not kept or earliest[episode].minute <= kept[-1].minute:
            kept.append(earliest[episode])
    return kept[::-1]


def _together(logs: list[Logged]) -> list[Logged]:
    """Logs of neighbouring episodes made at once become one, as AniList itself merges them if told to."""
    merged: list[Logged] = []
    for log in logs:
        before = merged[-1] if merged else None
        if before is not None and log.first <= before.last + 1 and log.minute - before.minute < AT_ONCE:
            merged[-1] = replace(log, first=min(before.first, log.first))
        else:
            merged.append(log)
    return merged
