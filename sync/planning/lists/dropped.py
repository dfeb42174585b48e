"""What was dropped on AniList → Trakt's dropped shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.model.lists import THERE, ItemKind, ListItem, MatchedEntry, Notes, Wish
from sync.model.mapping import CachedMapping
from sync.model.trakt import Kind


def dropped_wishes(matched: Iterable[MatchedEntry], doubtful: Collection[int] = ()) -> tuple[Wish, ...]:
    """The shows of which every entry on the list is dropped, at least one of them with regular episodes.

    ``matched`` are all entries with a certain match, whether or not they are synced; ``doubtful`` are Trakt ids of
    shows that an entry without one may belong to. Films cannot be dropped on Trakt.
    """
    shows: dict[int, list[MatchedEntry]] = {}
    for each in matched:
        if not each.is_film:
            shows.setdefault(each.title.ids.trakt, []).append(each)
    return tuple(
        Wish(ListItem(ItemKind.SHOW, trakt_id), THERE, tuple(each.anilist_id for each in entries))
        for trakt_id, entries in sorted(shows.items())
        if trakt_id not in doubtful
        and all(each.entry.status is MediaListStatus.DROPPED for each in entries)
        and any(each.regular for each in entries)
    )


def picked_up_again(notes: Notes, matched: Iterable[MatchedEntry]) -> frozenset[ListItem]:
    """The shows of ``notes`` of which an entry is on the list as anything but dropped.

    A show whose entries were only taken off the list stays dropped.
    """
    alive = {each.item for each in matched if each.entry.status is not MediaListStatus.DROPPED}
    return frozenset(item for item in notes if item in alive)


def doubtful_shows(
    entries: Iterable[MediaListEntry], mappings: Mapping[int, CachedMapping], matched: Iterable[MatchedEntry]
) -> frozenset[int]:
    """The shows, by Trakt id, that an entry which is not dropped and has no certain match may belong to."""
    shows = {each.title.ids.trakt for each in matched if not each.is_film}
    found: set[int] = set()
    for entry in entries:
        mapping = mappings.get(entry.anilist_id)
        if mapping is None or entry.status is MediaListStatus.DROPPED or mapping.verdict.is_certain:
            continue
        found |= {each.title.ids.trakt for each in mapping.candidates if each.title.kind is Kind.SHOW}
    return frozenset(found & shows)
