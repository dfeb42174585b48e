"""What was dropped on AniList → Trakt's dropped shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.model.lists import THERE, DesiredItem, ItemKind, ListItem, Notes
from sync.model.mapping import CachedMapping
from sync.model.trakt import Kind
from sync.planning.lists.places import Placed


def wanted_as_dropped(placed: Iterable[Placed], doubtful: Collection[int] = ()) -> tuple[DesiredItem, ...]:
    """The shows of which every entry on the list is dropped, at least one of them with regular episodes.

    ``placed`` are all entries whose place is known, whether or not they are synced; ``doubtful`` are Trakt ids of shows
    that an entry without a certain match may belong to. Films cannot be dropped on Trakt.
    """
    shows: dict[int, list[Placed]] = {}
    for each in placed:
        if not each.is_film:
            shows.setdefault(each.title.ids.trakt, []).append(each)
    return tuple(
        DesiredItem(ListItem(ItemKind.SHOW, trakt_id), THERE, tuple(each.anilist_id for each in entries))
        for trakt_id, entries in sorted(shows.items())
        if trakt_id not in doubtful
        and all(each.entry.status is MediaListStatus.DROPPED for each in entries)
        and any(each.regular for each in entries)
    )


def picked_up_again(notes: Notes, placed: Iterable[Placed]) -> frozenset[ListItem]:
    """The shows of ``notes`` of which an entry is on the list as anything but dropped.

    A show whose entries were only taken off the list stays dropped.
    """
    alive = {each.item for each in placed if each.entry.status is not MediaListStatus.DROPPED}
    return frozenset(item for item in notes if item in alive)


def doubtful_shows(
    entries: Iterable[MediaListEntry], mappings: Mapping[int, CachedMapping], placed: Iterable[Placed]
) -> frozenset[int]:
    """The shows, by Trakt id, that an entry which is not dropped and has no certain match may belong to."""
    placed_in = {each.title.ids.trakt for each in placed}
    found: set[int] = set()
    for entry in entries:
        mapping = mappings.get(entry.anilist_id)
        if mapping is None or entry.status is MediaListStatus.DROPPED or mapping.verdict.is_certain:
            continue
        found |= {each.title.ids.trakt for each in mapping.candidates if each.title.kind is Kind.SHOW}
    return frozenset(found & placed_in)
