"""How often an entry was watched again, and what the activity feed says of when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sync.model.anilist import ActivityKind, ListActivity, MediaListEntry, MediaListStatus
from sync.planning.progress import WHOLE
from sync.planning.times.activity_log import Logged, log_of
from sync.planning.times.minutes import DAY, floor_minute

SAME_LOG = DAY // 2
"""An episode logged again within this many minutes was not watched again."""


@dataclass(frozen=True, slots=True)
class Round:
    """One rewatch, as logged: ``logs`` are in episode order, ``first``–``last`` what it covers."""

    logs: tuple[Logged, ...]
    first: int
    last: int

    def covers(self, episode: int) -> bool:
        """Whether the episode was watched in this rewatch."""
        return self.first <= episode <= self.last


def rewatch_count(entry: MediaListEntry, episode: int) -> int:
    """How often the list itself says that ``episode`` was watched again.

    ``repeat`` counts finished rewatches, and means something only once the entry was finished; while REPEATING,
    ``progress`` is that of one more.
    """
    if entry.status not in WHOLE:
        return 0
    running = entry.status is MediaListStatus.REPEATING and episode <= entry.progress
    return max(entry.repeat, 0) + running


def rewatch_rounds(
    activities: Iterable[ListActivity], *, watched: int, final: int, running_time: Callable[[int], int]
) -> list[Round]:
    """The rewatches in an entry's activities (in any order), oldest first.

    AniList logs "rewatched episode 3", and "rewatched" for the last one. A rewatch begins when an episode comes
    that is not after the one before it, or when the one before is finished.
    """
    begun: list[list[Logged]] = []
    for log in sorted(_logs(activities, watched, final, running_time), key=lambda log: (log.minute, log.last)):
        before = begun[-1][-1] if begun else None
        if before is None or (log.first <= before.last and log.minute - before.minute >= SAME_LOG):
            begun.append([log])
        elif log.last > before.last:
            begun[-1].append(log)
    return [Round(tuple(logs), 1 if logs[-1].last == final else logs[0].first, logs[-1].last) for logs in begun]


def _logs(
    activities: Iterable[ListActivity], watched: int, final: int, running_time: Callable[[int], int]
) -> Iterable[Logged]:
    for activity in activities:
        if activity.kind is ActivityKind.REWATCHED_EPISODE:
            log = log_of(activity, watched, running_time)
            if log is not None:
                yield log
        elif activity.kind is ActivityKind.REWATCHED and 0 < final <= watched:
            yield Logged(final, floor_minute(activity.created_at), final)
