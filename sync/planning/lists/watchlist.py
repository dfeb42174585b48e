"""What is planned on AniList → the Trakt watchlist."""

from __future__ import annotations

from collections.abc import Iterable

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.model.lists import THERE, ItemKind, ListItem, MatchedEntry, Notes, Wish


def watchlist_wishes(matched: Iterable[MatchedEntry]) -> tuple[Wish, ...]:
    """The items that planned entries ask for: a film; a show, by the entry that begins it (or runs over several of its
    seasons); a season, by one that lies in it. An entry of specials alone asks for nothing: the watchlist takes
    specials only all together. While a show's seasons are not known, an entry that needs them asks for nothing yet.
    """
    asked: dict[ListItem, list[int]] = {}
    seasons: dict[ListItem, int] = {}
    for each in matched:
        if each.entry.status is not MediaListStatus.PLANNING:
            continue
        found = _item_of(each)
        if found is not None:
            item, season = found
            asked.setdefault(item, []).append(each.anilist_id)
            if season is not None:
                seasons[item] = season
    return tuple(Wish(item, THERE, tuple(asked[item]), seasons.get(item)) for item in sorted(asked))


def _item_of(matched: MatchedEntry) -> tuple[ListItem, int | None] | None:
    if matched.is_film or begins_show(matched) or len(matched.regular) > 1:
        return matched.item, None
    season = matched.season
    if season is None:
        return None
    # A show of one season is planned as the show, as a person would do it on Trakt.
    if sum(other.number > 0 for other in matched.seasons or ()) == 1:
        return matched.item, None
    return ListItem(ItemKind.SEASON, season.trakt_id), season.number


def begins_show(matched: MatchedEntry) -> bool:
    """Whether the entry has the first episode of the show, as Trakt numbers nearly all."""
    return any((span.season, span.first_episode) == (1, 1) for span in matched.spans)


def left_the_plan(
    notes: Notes, wishes: Iterable[Wish], library: Iterable[MediaListEntry], matched: Iterable[MatchedEntry]
) -> frozenset[ListItem]:
    """The items of ``notes`` that are planned no longer.

    ``library`` is the whole list. An entry that is still planned but has lost its certain match, or is no longer
    synced, keeps its item: nobody has said that it left the plan.
    """
    wanted = {wish.item for wish in wishes}
    certain = {each.anilist_id for each in matched if _item_of(each) is not None}
    planned = {entry.anilist_id for entry in library if entry.status is MediaListStatus.PLANNING}
    open_ones = planned - certain
    return frozenset(
        item for item, note in notes.items() if item not in wanted and not open_ones.intersection(note.anilist_ids)
    )


def needs_seasons(matched: MatchedEntry) -> bool:
    """Whether it takes the show's seasons to say what the entry asks for."""
    planned = matched.entry.status is MediaListStatus.PLANNING
    return planned and not begins_show(matched) and len(matched.regular) == 1
