"""The writing of ratings, watchlist and dropped shows, batch by batch, each on record before it is sent and after."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sync.errors import UnknownOutcome
from sync.model.shelves import Noted, Shelf, ShelfChange, ShelfItem, ShelfPlan, ShelfReport, Shelves, Standing
from sync.services.deadline import Deadline, OutOfTime
from sync.services.state import JournalAction, JournalLine, StateFolder
from sync.services.trakt import TraktClient
from sync.services.trakt_errors import AccountFull
from sync.services.trakt_lists import MOST_ITEMS
from sync.services.transport import OutcomeUnknown

RESERVE = 100.0
"""Seconds of the time budget that a batch may need: the longest answer (60 s), the pause (30 s) and a fresh read."""
TRIES = 3
"""How often what is still missing after an unknown outcome is sent."""

log = logging.getLogger(__name__)


class ShelfWriter:
    """Carries out a ``ShelfPlan``; ``shelves`` and ``report`` are true at any moment, also after an error.

    ``share`` is called before each batch is sent, when it is on record here: it lets other machines know.
    """

    def __init__(
        self,
        trakt: TraktClient,
        folder: StateFolder,
        shelves: Shelves,
        deadline: Deadline,
        *,
        run_id: str,
        share: Callable[[], None],
    ) -> None:
        self._trakt = trakt
        self._folder = folder
        self._deadline = deadline
        self._run_id = run_id
        self._share = share
        self.shelves = shelves
        self.report = ShelfReport()

    def write(self, plan: ShelfPlan) -> None:
        """Makes the changes shelf by shelf, what is taken away first.

        Raises ``UnknownOutcome`` when even a fresh read does not settle a batch. What does not fit, into a full shelf
        or into the time budget, waits for the next run.
        """
        self.report = replace(self.report, plan=plan, waiting=plan.waiting)
        for shelf in Shelf:
            mine = [change for change in plan.changes if change.shelf is shelf]
            for taking in (True, False):
                self._write_all(shelf, [change for change in mine if (change.after is None) is taking])

    def _write_all(self, shelf: Shelf, changes: Sequence[ShelfChange]) -> None:
        for start in range(0, len(changes), MOST_ITEMS):
            if self._deadline.remaining < RESERVE:
                self._carry_over(changes[start:])
                return
            batch = changes[start : start + MOST_ITEMS]
            try:
                self._settle(shelf, batch)
            except AccountFull:
                self._fill_up(shelf, batch, changes[start + MOST_ITEMS :])
                return

    def _settle(self, shelf: Shelf, batch: Sequence[ShelfChange]) -> None:
        before = {change.item: self.shelves.of(shelf).get(change.item) for change in batch}
        self._note(shelf, {change.item: _pending(change, before[change.item]) for change in batch})
        self._journal(JournalAction.ADD, batch)
        self._share()
        left = list(batch)
        for _ in range(TRIES):
            try:
                missing = self._send(shelf, left)
            except OutcomeUnknown as trouble:
                log.warning("%s Reading the %s again in %.0f s to see.", trouble, shelf.value, trouble.wait)
                left = self._still_to_do(shelf, left, trouble)
                if not left:
                    return
            except AccountFull:
                self._note(shelf, {change.item: before[change.item] for change in left})
                self._journal(JournalAction.VOID, left)
                raise
            else:
                self._done(shelf, [change for change in left if change.item not in missing])
                self._refused(shelf, [change for change in left if change.item in missing], before)
                return
        raise UnknownOutcome(
            f"Trakt did not take {len(left)} changes of the {shelf.value} in {TRIES} tries, and does not say why.",
            "The next run reads Trakt first and sends what is missing.",
        )

    def _send(self, shelf: Shelf, changes: Sequence[ShelfChange]) -> frozenset[ShelfItem]:
        values = {change.item: change.after for change in changes if change.after is not None}
        if values:
            return self._trakt.lists.put(shelf, values, self._deadline)
        return self._trakt.lists.take(shelf, [change.item for change in changes], self._deadline)

    def _still_to_do(self, shelf: Shelf, sent: list[ShelfChange], trouble: OutcomeUnknown) -> list[ShelfChange]:
        try:
            self._deadline.sleep(trouble.wait, trouble.service, trouble.reason)
            kinds = {change.item.kind for change in sent}
            there = self._trakt.lists.fetch(shelf, self._deadline, kinds=kinds)
        except OutOfTime:
            raise UnknownOutcome(
                str(trouble), "The time budget is used up: the next run reads Trakt first and sends what is missing."
            ) from None
        self._done(shelf, [change for change in sent if there.get(change.item) == change.after])
        return [change for change in sent if there.get(change.item) != change.after]

    def _fill_up(self, shelf: Shelf, batch: Sequence[ShelfChange], rest: Sequence[ShelfChange]) -> None:
        """What of ``batch`` there is still room for; everything else waits."""
        limit = self._trakt.fetch_account(self._deadline).limits.get(f"{shelf.value}.item_count")
        room = 0 if limit is None else limit - len(self._trakt.lists.fetch(shelf, self._deadline))
        waiting = list(batch)
        if 0 < room < len(batch):
            try:
                self._settle(shelf, batch[:room])
                waiting = list(batch[room:])
            except AccountFull:
                log.info("The %s is full before its limit.", shelf.value)
        self._remember(self.shelves.with_room(shelf, self._deadline.clock.now()))
        self.report = replace(
            self.report,
            waiting=(*self.report.waiting, *waiting, *rest),
            full={**self.report.full, shelf: limit},
        )

    def _done(self, shelf: Shelf, changes: Sequence[ShelfChange]) -> None:
        if not changes:
            return
        self.report = replace(self.report, done=(*self.report.done, *changes))
        if any(change.after is not None for change in changes):
            self.shelves = self.shelves.with_room(shelf, None)
        self._note(shelf, {change.item: _settled(change) for change in changes})

    def _refused(self, shelf: Shelf, changes: Sequence[ShelfChange], before: Mapping[ShelfItem, Noted | None]) -> None:
        if changes:
            self.report = replace(self.report, not_found=(*self.report.not_found, *changes))
            gone = {change.item: before[change.item] if change.after is not None else None for change in changes}
            self._note(shelf, gone)
            self._journal(JournalAction.VOID, changes)

    def _carry_over(self, changes: Sequence[ShelfChange]) -> None:
        self.report = replace(self.report, carried_over=(*self.report.carried_over, *changes))

    def _note(self, shelf: Shelf, lines: Mapping[ShelfItem, Noted | None]) -> None:
        self._remember(self.shelves.noting(shelf, lines))

    def _remember(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self._folder.save_shelves(shelves)

    def _journal(self, action: JournalAction, changes: Sequence[ShelfChange]) -> None:
        undoes, now = self._run_id if action is JournalAction.VOID else None, self._deadline.clock.now()
        self._folder.append_journal(JournalLine(self._run_id, now, action, (), undoes, tuple(changes)))


def _pending(change: ShelfChange, known: Noted | None) -> Noted | None:
    """How an item stands while its change is on the way: what is being taken away is ours until it is gone."""
    if change.after is None:
        return known
    return Noted(change.after, Standing.PENDING, change.anilist_ids)


def _settled(change: ShelfChange) -> Noted | None:
    return None if change.after is None else Noted(change.after, Standing.SET, change.anilist_ids)
