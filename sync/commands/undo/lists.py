"""Taking changes of ratings, watchlist and dropped shows back: each item becomes what it was, if it is still as set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.model.budget import BATCH
from sync.model.lists import ListChange, ListItem, Noted, Standing, TraktList
from sync.services.clock import Deadline
from sync.services.trakt.client import TraktClient
from sync.steps.settling import settle_all
from sync.steps.writing import list_write


@dataclass(frozen=True, slots=True)
class Restoring:
    """The change that makes an item what it was; ``undone`` are the changes that this takes back, the newest first."""

    change: ListChange
    undone: tuple[ListChange, ...]

    @property
    def note(self) -> Noted | None:
        """What is to be remembered of the item: what was set is not set again by itself; what was taken away is no
        longer among the items that this job answers for."""
        newest = self.undone[0]
        return None if newest.after is None else Noted(newest.after, Standing.UNDONE, newest.anilist_ids)


def find_restorings(changes: Sequence[ListChange], trakt: TraktClient, deadline: Deadline) -> tuple[Restoring, ...]:
    """What is to be restored of ``changes``, which are in the order in which they were made. An item that somebody
    changed since is left alone."""
    by_item: dict[tuple[TraktList, ListItem], list[ListChange]] = defaultdict(list)
    for change in reversed(changes):
        by_item[change.which, change.item].append(change)
    found: list[Restoring] = []
    for which in sorted({which for which, _ in by_item}):
        items = sorted(item for of, item in by_item if of is which)
        there = trakt.lists.fetch(which, deadline, kinds={item.kind for item in items})
        for item in items:
            value, undone = there.get(item), list[ListChange]()
            for change in by_item[which, item]:
                if change.after == value:
                    value = change.before
                    undone.append(change)
            if undone:
                found.append(Restoring(ListChange(which, item, there.get(item), value), tuple(undone)))
    return tuple(found)


def restore(found: Sequence[Restoring], trakt: TraktClient, deadline: Deadline) -> Iterator[tuple[Restoring, ...]]:
    """Restores ``found``, at most 100 at a time, and gives those that are as they were for certain.

    Raises ``UnknownOutcome`` if Trakt does not say what it did.
    """
    by_change = {each.change: each for each in found}
    for which in TraktList:
        write = list_write(
            trakt,
            which,
            deadline,
            doing="restore {} items of the",
            remedy="Run the undo again: it restores only what is left.",
        )
        mine = [each.change for each in found if each.change.which is which]
        for taking in (True, False):
            group = [change for change in mine if (change.after is None) is taking]
            for start in range(0, len(group), BATCH):
                for changes in settle_all(write, group[start : start + BATCH], deadline):
                    yield tuple(by_change[change] for change in changes)
