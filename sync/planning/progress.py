"""How much of an entry was watched."""

from __future__ import annotations

from sync.model.anilist import MediaFormat, MediaListEntry, MediaListStatus

WHOLE = frozenset({MediaListStatus.COMPLETED, MediaListStatus.REPEATING})
"""Statuses that say the whole entry was watched at least once."""


def watched_count(entry: MediaListEntry, *, listed: int | None = None) -> int:
    """How many episodes, counted from 1, the entry says were watched; a film is one episode.

    A COMPLETED entry counts whole whatever its progress says, because imports leave that at 0; so does a REPEATING
    one, because its ``progress`` is the current rewatch's. ``listed`` is how many episodes the mapping knows the
    entry to have; it stands in only where AniList gives no count.
    """
    if entry.status not in WHOLE:
        watched = entry.progress
    elif entry.media.episodes is not None:
        watched = max(entry.progress, entry.media.episodes)
    elif entry.status is MediaListStatus.REPEATING:
        watched = max(entry.progress, listed or 0)
    else:
        watched = entry.progress or listed or 0
    if entry.media.format is MediaFormat.MOVIE:
        return 1 if watched > 0 or entry.status in WHOLE else 0
    return max(watched, 0)
