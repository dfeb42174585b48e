"""How often an entry was watched again, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.model.anilist import WHOLE, ActivityKind, ListActivity, MediaListEntry, MediaListStatus, watched_count
from sync.model.plan import PlayTarget, Targets, TimeSource, UndatedPlays
from sync.planning.times.activity_log import Logged, log_of
from sync.planning.times.minutes import DAY, floor_minute
from sync.planning.times.watched_at import USUAL_RUNNING_TIME, Timed, rewatch_times

SAME_LOG = DAY // 2
"""An episode logged again within this many minutes was not watched again."""
UNDATED = Timed("unknown", TimeSource.UNKNOWN)
Viewings = Mapping[tuple[int, PlayTarget], Sequence[Timed]]
"""By AniList episode and Trakt target: the times of its rewatches 1, 2, …"""


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


def rewatch_viewings(
    entry: MediaListEntry,
    targets: Targets,
    *,
    activities: Sequence[ListActivity],
    first_play: Callable[[PlayTarget], int | None],
    undated: UndatedPlays,
    now: datetime,
) -> Viewings:
    """When each episode was watched again, as often as the list or the activities (the entry's own) say it was.

    ``first_play`` gives the minute of a target's first play. The rewatches that were logged are the latest ones,
    since older logs are lost first; of the others the last one may be dated by ``UndatedPlays.UPDATED``, and the
    rest have no date: an air date says nothing of a rewatch.
    """
    watched = watched_count(entry, listed=max(targets, default=0))
    rounds = _rounds(entry, targets, activities, watched)
    counts = {
        episode: max(rewatch_count(entry, episode), sum(seen.covers(episode) for seen in rounds))
        for episode in range(1, watched + 1)
    }
    if not rounds and undated == UndatedPlays.UPDATED and any(counts.values()):
        rounds = [Round((), 1, watched)]
    slots = [(episode, index, target) for episode in counts for index, target in enumerate(targets.get(episode, ()))]
    viewings = {(episode, target): [UNDATED] * counts[episode] for episode, _, target in slots}
    after = {(episode, i): minute for episode, i, target in slots if (minute := first_play(target)) is not None}
    for number, seen in enumerate(rounds, start=1):
        # ``updatedAt`` is of the last change, so it can only date the last rewatch.
        choice = undated if number == len(rounds) and undated == UndatedPlays.UPDATED else UndatedPlays.UNKNOWN
        times = rewatch_times(
            entry, watched=watched, targets=targets, logs=seen.logs, after=after, undated=choice, now=now
        )
        for episode, index, target in slots:
            rewatch = counts[episode] - sum(later.covers(episode) for later in rounds[number:])
            if not seen.covers(episode) or rewatch < 1:
                continue
            timed = times[episode][index]
            viewings[episode, target][rewatch - 1] = timed
            if isinstance(timed.watched_at, datetime):
                after[episode, index] = floor_minute(timed.watched_at)
    return viewings


def _rounds(entry: MediaListEntry, targets: Targets, activities: Sequence[ListActivity], watched: int) -> list[Round]:
    usual = entry.media.duration or USUAL_RUNNING_TIME
    return rewatch_rounds(
        activities,
        watched=watched,
        final=entry.media.episodes or watched,
        running_time=lambda episode: sum(target.runtime or usual for target in targets.get(episode, ())) or usual,
    )
