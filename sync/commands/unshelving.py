"""Taking changes of ratings, watchlist and dropped shows back: each item becomes what it was, if it is still as set."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.errors import UnknownOutcome
from sync.model.shelves import Noted, Shelf, ShelfChange, ShelfItem, Standing
from sync.services.deadline import Deadline, OutOfTime
from sync.services.state import JournalAction, JournalLine, StateFolder
from sync.services.trakt import TraktClient
from sync.services.trakt_lists import MOST_ITEMS
from sync.services.transport import OutcomeUnknown

TRIES = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restoring:
    """An item that goes back to ``value`` (``None``: off the shelf); ``undone`` are the changes that this undoes, the
    newest first."""

    shelf: Shelf
    item: ShelfItem
    value: int | None
    undone: tuple[ShelfChange, ...]


class ShelfEraser:
    """Finds and undoes changes; an item that somebody changed since is left alone."""

    def __init__(self, trakt: TraktClient, folder: StateFolder, deadline: Deadline) -> None:
        self._trakt = trakt
        self._folder = folder
        self._deadline = deadline

    def find(self, changes: Sequence[ShelfChange]) -> tuple[Restoring, ...]:
        """What is to be restored of ``changes``, which are in the order in which they were made."""
        by_item: dict[tuple[Shelf, ShelfItem], list[ShelfChange]] = defaultdict(list)
        for change in reversed(changes):
            by_item[change.shelf, change.item].append(change)
        found: list[Restoring] = []
        for shelf in sorted({shelf for shelf, _ in by_item}):
            there = self._fetch(shelf, [item for of, item in by_item if of is shelf])
            for (of, item), made in sorted(by_item.items(), key=lambda each: each[0]):
                value, undone = there.get(item), list[ShelfChange]()
                for change in made if of is shelf else ():
                    if change.after == value:
                        value = change.before
                        undone.append(change)
                if undone:
                    found.append(Restoring(shelf, item, value, tuple(undone)))
        return tuple(found)

    def restore(
        self, found: Sequence[Restoring], changes: Sequence[ShelfChange], *, run_id: str, undoes: str | None
    ) -> None:
        """Restores ``found`` batch by batch, each written down once it is done; those of ``changes`` that had been
        changed since are settled at the end. Raises ``UnknownOutcome`` if Trakt does not say what it did."""
        for shelf in Shelf:
            mine = [each for each in found if each.shelf is shelf]
            for taking in (True, False):
                group = [each for each in mine if (each.value is None) is taking]
                for start in range(0, len(group), MOST_ITEMS):
                    batch = group[start : start + MOST_ITEMS]
                    self._send(shelf, batch)
                    self._write_down([c for each in batch for c in each.undone], run_id, undoes)
                    self._note(shelf, batch)
        done = {change for each in found for change in each.undone}
        self._write_down([change for change in changes if change not in done], run_id, undoes)

    def _send(self, shelf: Shelf, batch: Sequence[Restoring]) -> None:
        left = list(batch)
        for _ in range(TRIES):
            try:
                values = {each.item: each.value for each in left if each.value is not None}
                if values:
                    self._trakt.lists.put(shelf, values, self._deadline)
                else:
                    self._trakt.lists.take(shelf, [each.item for each in left], self._deadline)
                return
            except OutcomeUnknown as trouble:
                log.warning("%s Looking again in %.0f s.", trouble, trouble.wait)
                try:
                    self._deadline.sleep(trouble.wait, trouble.service, trouble.reason)
                except OutOfTime:
                    break
                there = self._fetch(shelf, [each.item for each in left])
                left = [each for each in left if there.get(each.item) != each.value]
                if not left:
                    return
        raise UnknownOutcome(
            f"Trakt does not say whether it restored the {shelf.value}.",
            "Run the undo again: it restores only what is left.",
        )

    def _fetch(self, shelf: Shelf, items: Sequence[ShelfItem]) -> Mapping[ShelfItem, int]:
        return self._trakt.lists.fetch(shelf, self._deadline, kinds={item.kind for item in items})

    def _note(self, shelf: Shelf, batch: Sequence[Restoring]) -> None:
        """What was set is not set again by itself; what was taken away is nobody's business any more."""
        lines: dict[ShelfItem, Noted | None] = {}
        for each in batch:
            newest = each.undone[0]
            undone = None if newest.after is None else Noted(newest.after, Standing.UNDONE, newest.anilist_ids)
            lines[each.item] = undone
        self._folder.save_shelves(self._folder.load().shelves.noting(shelf, lines))

    def _write_down(self, changes: Sequence[ShelfChange], run_id: str, undoes: str | None) -> None:
        if changes:
            now = self._deadline.clock.now()
            self._folder.append_journal(JournalLine(run_id, now, JournalAction.UNDO, (), undoes, tuple(changes)))
