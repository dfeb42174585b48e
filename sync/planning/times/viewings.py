"""The times of an entry's rewatches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sync.model.anilist import ListActivity, MediaListEntry
from sync.model.plan import PlayTarget, TimeSource, UndatedPlays
from sync.planning.decision import Targets
from sync.planning.progress import watched_count
from sync.planning.times.minutes import floor_minute
from sync.planning.times.rounds import Round, rewatch_count, rewatch_rounds
from sync.planning.times.watched_at import USUAL_RUNNING_TIME, Timed, rewatch_times

UNDATED = Timed("unknown", TimeSource.UNKNOWN)
Viewings = Mapping[tuple[int, PlayTarget], Sequence[Timed]]
"""By AniList episode and place on Trakt: the times of its rewatches 1, 2, …"""


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
    places = [(episode, index, target) for episode in counts for index, target in enumerate(targets.get(episode, ()))]
    viewings = {(episode, target): [UNDATED] * counts[episode] for episode, _, target in places}
    after = {(episode, i): minute for episode, i, target in places if (minute := first_play(target)) is not None}
    for number, seen in enumerate(rounds, start=1):
        choice = undated if number == len(rounds) and undated == UndatedPlays.UPDATED else UndatedPlays.UNKNOWN
        times = rewatch_times(
            entry, watched=watched, targets=targets, logs=seen.logs, after=after, undated=choice, now=now
        )
        for episode, index, target in places:
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
