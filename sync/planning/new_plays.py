"""The plays to post, each with its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.model.anilist import ListActivity, MediaListEntry
from sync.model.plan import NewPlay, PlayTarget, UndatedPlays
from sync.model.trakt import UNKNOWN_TIME
from sync.planning.decision import Targets
from sync.planning.progress import watched_count
from sync.planning.times.watched_at import Timed, watched_times


@dataclass(frozen=True, slots=True)
class Ask:
    """One AniList episode that asks for a play of ``target``; ``known`` is whether the ledger has a line for it."""

    anilist_id: int
    episode: int
    target: PlayTarget
    known: bool = False


@dataclass(frozen=True, slots=True)
class TimeHints:
    """What dates the plays: activities of any entries in any order, the user's time zone, the choice for the rest."""

    activities: Iterable[ListActivity] = ()
    utc_offset: timedelta | None = None
    undated: UndatedPlays = UndatedPlays.UNKNOWN


NO_HINTS = TimeHints()


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

    def of(self, ask: Ask) -> Timed:
        """When the episode of ``ask`` was watched."""
        anilist_id, targets = ask.anilist_id, self._targets[ask.anilist_id]
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
        return self._known[anilist_id][ask.episode][targets[ask.episode].index(ask.target)]


def new_play(asks: Sequence[Ask], times: PlayTimes) -> NewPlay:
    """The one play for all that ask for the same Trakt episode or film, at the earliest time that is known."""

    def preference(ask: Ask) -> tuple[bool, datetime, int, int]:
        watched_at = times.of(ask).watched_at
        if isinstance(watched_at, datetime):
            return (False, watched_at, ask.anilist_id, ask.episode)
        return (True, UNKNOWN_TIME, ask.anilist_id, ask.episode)

    first, *others = sorted(asks, key=preference)
    timed = times.of(first)
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
            sorted({(other.anilist_id, other.episode) for other in others} - {(first.anilist_id, first.episode)})
        ),
    )
