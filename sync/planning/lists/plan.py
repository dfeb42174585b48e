"""The lists: what AniList asks of each, what Trakt holds and what is known of it → what to change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from sync.model.anilist import AniListLibrary, MediaListEntry
from sync.model.lists import (
    UNREADABLE_VALUE,
    ListChange,
    ListItem,
    ListMemory,
    ListPlan,
    MatchedEntry,
    Noted,
    Notes,
    Standing,
    TraktList,
    Wish,
)
from sync.model.mapping import CachedMapping, Verdict
from sync.model.trakt import Kind, TraktSeason
from sync.planning.lists.dropped import doubtful_shows, dropped_wishes, picked_up_again
from sync.planning.lists.ratings import rating_wishes
from sync.planning.lists.watchlist import left_the_plan, watchlist_wishes

_OURS = (Standing.SET, Standing.PENDING)


class Move(Enum):
    """What becomes of one item."""

    PUT = auto()
    """Put it there, or set its value."""
    TAKE = auto()
    """Take it away again."""
    NOTE_SET = auto()
    """Note that ours is there."""
    NOTE_FOUND = auto()
    """Note that it was there already."""
    RESPECT = auto()
    """Note that the user changed it on Trakt; it is theirs from now on."""
    KEEP = auto()
    """All is as it should be, or as the user wants it."""
    FORGET = auto()
    """Nobody asks for it any more."""


@dataclass(frozen=True, slots=True)
class ListWishes:
    """What AniList asks of each list, as far as the mappings in ``cache`` are certain.

    ``used`` are the entries of ``library`` that the lists are made from.
    """

    library: AniListLibrary
    used: tuple[MediaListEntry, ...]
    cache: Mapping[int, CachedMapping]

    def matched(self, memory: ListMemory) -> tuple[MatchedEntry, ...]:
        """The entries with a certain match, and with the seasons of their shows as ``memory`` has them."""
        return matched_entries(self.used, self.cache, memory.seasons)

    def of(self, which: TraktList, memory: ListMemory) -> tuple[tuple[Wish, ...], frozenset[ListItem]]:
        """The wishes for one list, and the noted items of it that nobody asks for any more."""
        matched, notes = self.matched(memory), memory.of(which)
        if which is TraktList.RATINGS:
            return rating_wishes(matched, self.library.user.score_format), frozenset()
        if which is TraktList.WATCHLIST:
            wishes = watchlist_wishes(matched)
            return wishes, left_the_plan(notes, wishes, self.library.entries, matched)
        # Also entries that are left out speak for their show, as far as their match is known.
        everywhere = matched_entries(self.library.entries, self.cache, {})
        return self._dropped(everywhere), picked_up_again(notes, everywhere)

    def _dropped(self, everywhere: tuple[MatchedEntry, ...]) -> tuple[Wish, ...]:
        if any(entry.anilist_id not in self.cache for entry in self.used):
            return ()  # while an entry was not resolved, it may belong to any show
        used = {entry.anilist_id for entry in self.used}
        asked = dropped_wishes(everywhere, doubtful_shows(self.library.entries, self.cache, everywhere))
        mine = (replace(wish, anilist_ids=tuple(key for key in wish.anilist_ids if key in used)) for wish in asked)
        return tuple(wish for wish in mine if wish.anilist_ids)

    def unmatched(self) -> tuple[int, ...]:
        """The AniList ids of entries that ask for something and have no certain match."""
        known = ((entry.anilist_id, self.cache.get(entry.anilist_id)) for entry in self.used)
        uncertain = (Verdict.UNRESOLVED, Verdict.AMBIGUOUS)
        return tuple(anilist_id for anilist_id, mapping in known if mapping and mapping.verdict in uncertain)


def matched_entries(
    entries: Iterable[MediaListEntry],
    mappings: Mapping[int, CachedMapping],
    seasons: Mapping[int, tuple[TraktSeason, ...]],
) -> tuple[MatchedEntry, ...]:
    """The entries with a certain mapping, in the order of ``anilist_id``; ``seasons`` are by Trakt show id."""
    matched: list[MatchedEntry] = []
    for entry in sorted(entries, key=lambda entry: entry.anilist_id):
        mapping = mappings.get(entry.anilist_id)
        if mapping is None or not mapping.verdict.is_certain or mapping.title is None:
            continue
        title = mapping.title
        known = () if title.kind is Kind.MOVIE else seasons.get(title.ids.trakt)
        matched.append(MatchedEntry(entry, title, mapping.spans, known))
    return tuple(matched)


def decide(wanted: int | None, known: Noted | None, there: int | None) -> Move:
    """What becomes of an item: ``wanted`` is what AniList asks (``None``: no longer), ``there`` what Trakt holds."""
    if wanted is None:
        ours = known is not None and known.standing in _OURS
        return Move.TAKE if ours and there is not None else Move.FORGET
    standing = None if known is None else known.standing
    if there == wanted:
        return Move.NOTE_SET if standing in _OURS else Move.NOTE_FOUND
    if known is None or standing is Standing.PENDING:
        return Move.PUT
    if standing is Standing.THEIRS:
        return Move.KEEP
    if standing is Standing.UNDONE:
        return Move.KEEP if known.value == wanted else Move.PUT
    return Move.PUT if there == known.value else Move.RESPECT


def is_open(wanted: int | None, known: Noted | None) -> bool:
    """Whether it depends on what Trakt holds now; if not, the list need not be read for this item."""
    if wanted is None:
        return known is not None and known.standing in _OURS
    if known is None or known.standing is Standing.PENDING:
        return True
    return known.standing is not Standing.THEIRS and known.value != wanted


def open_items(wishes: Sequence[Wish], unwanted: Collection[ListItem], notes: Notes) -> frozenset[ListItem]:
    """The items about which something may have to be changed."""
    asked = {wish.item for wish in wishes if is_open(wish.value, notes.get(wish.item))}
    return frozenset(asked | {item for item in unwanted if is_open(None, notes.get(item))})


def plan_list(
    which: TraktList,
    wishes: Sequence[Wish],
    unwanted: Collection[ListItem],
    notes: Notes,
    there: Mapping[ListItem, int] | None,
) -> ListPlan:
    """What to change on one list. ``unwanted`` are the known items that nobody asks for any more; ``there`` is what
    the list holds, ``None`` where it was not read because nothing is open. An item that the list holds in a way that
    cannot be read is left alone."""
    changes: list[ListChange] = []
    theirs: list[ListChange] = []
    noted: dict[ListItem, Noted | None] = {}
    for wish in wishes:
        known = notes.get(wish.item)
        if there is None or there.get(wish.item) == UNREADABLE_VALUE:
            continue
        before = there.get(wish.item)
        change = ListChange(which, wish.item, before, wish.value, wish.anilist_ids, wish.season)
        match decide(wish.value, known, before):
            case Move.PUT:
                changes.append(change)
            case Move.NOTE_SET:
                noted[wish.item] = Noted(wish.value, Standing.SET, wish.anilist_ids)
            case Move.NOTE_FOUND:
                noted[wish.item] = Noted(wish.value, Standing.FOUND, wish.anilist_ids)
            case Move.RESPECT:
                theirs.append(change)
                noted[wish.item] = Noted(wish.value, Standing.THEIRS, wish.anilist_ids)
            case _:
                pass
    # Without a wish there is no value to compare: ours is taken away, anything else is forgotten.
    for item in sorted(unwanted):
        known = notes.get(item)
        before = None if there is None else there.get(item)
        if before == UNREADABLE_VALUE:
            continue
        if decide(None, known, before) is Move.TAKE:
            changes.append(ListChange(which, item, before, None, known.anilist_ids if known else ()))
        else:
            noted[item] = None
    # What is noted already is no news, and no reason for a commit.
    fresh = {item: note for item, note in noted.items() if notes.get(item) != note}
    return ListPlan(tuple(changes), {which: fresh} if fresh else {}, tuple(theirs))


def joined_plans(plans: Sequence[ListPlan]) -> ListPlan:
    """The plans of several lists as one."""
    noted: dict[TraktList, Mapping[ListItem, Noted | None]] = {}
    for plan in plans:
        noted |= plan.noted
    return ListPlan(
        changes=tuple(change for plan in plans for change in plan.changes),
        noted=noted,
        theirs=tuple(change for plan in plans for change in plan.theirs),
        waiting=tuple(change for plan in plans for change in plan.waiting),
    )
