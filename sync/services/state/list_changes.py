"""Changes of lists in the journal: ``"ratings season:20003 8>9 104578,112641"``, 0 where the item is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sync.model.lists import ListChange, TraktList
from sync.services.state.document import Damage
from sync.services.state.lists_file import parse_ids, parse_item, render_ids, render_item

_CHANGE = re.compile(r"(ratings|watchlist|dropped) (\S{1,40}) ([0-9]{1,2})>([0-9]{1,2}) ([0-9,]*)")


def render_changes(changes: Iterable[ListChange]) -> list[str]:
    """A line for each, in their order."""
    return [
        f"{each.which.value} {render_item(each.item)} {_values(each)} {render_ids(each.anilist_ids)}"
        for each in changes
    ]


def parse_changes(lines: Iterable[str]) -> tuple[ListChange, ...]:
    """The inverse of ``render_changes``; a season's number is not kept. Raises ``Damage``."""
    return tuple(map(_parse_change, lines))


def _parse_change(text: str) -> ListChange:
    match = _CHANGE.fullmatch(text)
    if match is None:
        raise Damage(f"{text[:60]!r} is no change of a list")
    which, item, before, after, ids = match.groups()
    return ListChange(TraktList(which), parse_item(item), int(before) or None, int(after) or None, parse_ids(ids))


def _values(change: ListChange) -> str:
    return f"{change.before or 0}>{change.after or 0}"
