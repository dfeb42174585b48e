"""The decision table of the lists: what AniList asks, what Trakt holds and what is known of it → what to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum, auto

from sync.model.lists import DesiredItem, ListChange, ListItem, ListPlan, Noted, Notes, Standing, TraktList

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


def open_items(wishes: Sequence[DesiredItem], released: Collection[ListItem], notes: Notes) -> frozenset[ListItem]:
    """The items about which something may have to be changed."""
    asked = {wish.item for wish in wishes if is_open(wish.value, notes.get(wish.item))}
    return frozenset(asked | {item for item in released if is_open(None, notes.get(item))})


def plan_list(
    which: TraktList,
    wishes: Sequence[DesiredItem],
    released: Collection[ListItem],
    notes: Notes,
    there: Mapping[ListItem, int] | None,
) -> ListPlan:
    """What to change on one list. ``released`` are the known items that nobody asks for any more; ``there`` is what
    the list holds, ``None`` where it was not read because nothing is open."""
    changes: list[ListChange] = []
    theirs: list[ListChange] = []
    noted: dict[ListItem, Noted | None] = {}
    for wish in wishes:
        known = notes.get(wish.item)
        if there is None:
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
    for item in sorted(released):
        known = notes.get(item)
        before = None if there is None else there.get(item)
        if decide(None, known, before) is Move.TAKE:
            changes.append(ListChange(which, item, before, None, known.anilist_ids if known else ()))
        else:
            noted[item] = None
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
