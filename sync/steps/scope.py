"""Which entries of the list are synced at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sync.mapping.overrides.document import Overrides
from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.planning.progress import watched_count
from sync.settings import Settings


def entries_in_scope(
    entries: Iterable[MediaListEntry], settings: Settings, overrides: Overrides
) -> tuple[tuple[MediaListEntry, ...], Mapping[str, int]]:
    """The entries whose plays are synced, and how many were left out, by reason.

    An entry that is merely planned has no plays; it counts as left out unless the watchlist takes it.
    """
    kept: list[MediaListEntry] = []
    left_out: Counter[str] = Counter()
    for entry in entries:
        reason = reason_to_leave_out(entry, settings, overrides)
        if reason is not None:
            left_out[reason] += 1
        elif not _merely_planned(entry):
            kept.append(entry)
        elif not settings.sync_watchlist:
            left_out["planning"] += 1
    return tuple(kept), dict(sorted(left_out.items()))


def entries_for_lists(
    entries: Iterable[MediaListEntry], settings: Settings, overrides: Overrides
) -> tuple[MediaListEntry, ...]:
    """The entries that ratings, watchlist and dropped shows are made from: all that are not left out, also those that
    are merely planned."""
    return tuple(entry for entry in entries if reason_to_leave_out(entry, settings, overrides) is None)


def reason_to_leave_out(entry: MediaListEntry, settings: Settings, overrides: Overrides) -> str | None:
    """Why nothing of the entry is synced, in a word or two; ``None`` if it is."""
    override = overrides.entries.get(entry.anilist_id)
    if override is not None and override.skip is not None:
        return "by override"
    if entry.private and not settings.sync_private:
        return "private"
    if entry.media.is_adult and not settings.sync_adult:
        return "adult"
    if settings.sync_statuses and entry.status not in settings.sync_statuses:
        return "by status"
    if settings.sync_formats and entry.media.format not in settings.sync_formats:
        return "by format"
    return None


def _merely_planned(entry: MediaListEntry) -> bool:
    return entry.status is MediaListStatus.PLANNING and watched_count(entry) == 0
