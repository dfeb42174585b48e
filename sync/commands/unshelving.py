"""Taking changes of ratings, watchlist and dropped shows back: each item becomes what it was, if it is still as set."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.errors import UnknownOutcome
from sync.model.lists import ListChange, ListItem, Noted, Standing, TraktList
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.transport import OutcomeUnknown
from sync.services.state import JournalAction, JournalLine, StateFolder
from sync.services.trakt.client import TraktClient
from sync.services.trakt.lists import MOST_ITEMS

TRIES = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restoring:
    """An item that goes back to ``value`` (``None``: off the list); ``undone`` are the changes that this undoes, the
    newest first."""

    which: TraktList
    item: ListItem
    value: int | None
    undone: tuple[ListChange, ...]


class ListEraser:
    """Finds and undoes changes; an item that somebody changed since is left alone."""

    def __init__(self, trakt: TraktClient, folder: StateFolder, deadline: Deadline) -> None:
        self._trakt = trakt
        self._folder = folder
        self._deadline = deadline

    def find(self, changes: Sequence[ListChange]) -> tuple[Restoring, ...]:
        """What is to be restored of ``changes``, which are in the order in which they were made."""
        by_item: dict[tuple[TraktList, ListItem], list[ListChange]] = defaultdict(list)
        for change in reversed(changes):
            by_item[change.which, change.item].append(change)
        found: list[Restoring] = []
        for which in sorted({which for which, _ in by_item}):
            there = self._fetch(which, [item for of, item in by_item if of is which])
            for (of, item), made in sorted(by_item.items(), key=lambda each: each[0]):
                value, undone = there.get(item), list[ListChange]()
                for change in made if of is which else ():
                    if change.after == value:
                        value = change.before
                        undone.append(change)
                if undone:
                    found.append(Restoring(which, item, value, tuple(undone)))
        return tuple(found)

    def restore(
        self, found: Sequence[Restoring], changes: Sequence[ListChange], *, run_id: str, undoes: str | None
    ) -> None:
        """Restores ``found`` batch by batch, each written down once it is done; those of ``changes`` that had been
        changed since are settled at the end. Raises ``UnknownOutcome`` if Trakt does not say what it did."""
        for which in TraktList:
            mine = [each for each in found if each.which is which]
            for taking in (True, False):
                group = [each for each in mine if (each.value is None) is taking]
                for start in range(0, len(group), MOST_ITEMS):
                    batch = group[start : start + MOST_ITEMS]
                    self._send(which, batch)
                    self._write_down([c for each in batch for c in each.undone], run_id, undoes)
                    self._note(which, batch)
        done = {change for each in found for change in each.undone}
        self._write_down([change for change in changes if change not in done], run_id, undoes)

    def _send(self, which: TraktList, batch: Sequence[Restoring]) -> None:
        left = list(batch)
        for _ in range(TRIES):
            try:
                values = {each.item: each.value for each in left if each.value is not None}
                if values:
                    self._trakt.lists.put(which, values, self._deadline)
                else:
                    self._trakt.lists.take(which, [each.item for each in left], self._deadline)
                return
            except OutcomeUnknown as trouble:
                log.warning("%s Looking again in %.0f s.", trouble, trouble.wait)
                try:
                    self._deadline.sleep(trouble.wait, trouble.service, trouble.reason)
                except OutOfTime:
                    break
                there = self._fetch(which, [each.item for each in left])
                left = [each for each in left if there.get(each.item) != each.value]
                if not left:
                    return
        raise UnknownOutcome(
            f"Trakt does not say whether it restored the {which.value}.",
            "Run the undo again: it restores only what is left.",
        )

    def _fetch(self, which: TraktList, items: Sequence[ListItem]) -> Mapping[ListItem, int]:
        return self._trakt.lists.fetch(which, self._deadline, kinds={item.kind for item in items})

    def _note(self, which: TraktList, batch: Sequence[Restoring]) -> None:
        """What was set is not set again by itself; what was taken away is nobody's business any more."""
        lines: dict[ListItem, Noted | None] = {}
        for each in batch:
            newest = each.undone[0]
            undone = None if newest.after is None else Noted(newest.after, Standing.UNDONE, newest.anilist_ids)
            lines[each.item] = undone
        self._folder.save_lists(self._folder.load().lists.noting(which, lines))

    def _write_down(self, changes: Sequence[ListChange], run_id: str, undoes: str | None) -> None:
        if changes:
            now = self._deadline.clock.now()
            self._folder.append_journal(JournalLine(run_id, now, JournalAction.UNDO, (), undoes, tuple(changes)))
