"""The writing of ratings, watchlist and dropped shows, batch by batch, each on record before it is sent and after."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sync.errors import UnknownOutcome
from sync.model.lists import ListChange, ListItem, ListMemory, ListPlan, ListReport, Noted, Standing, TraktList
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.transport import OutcomeUnknown
from sync.services.state import JournalAction, JournalLine, StateFolder
from sync.services.trakt.client import TraktClient
from sync.services.trakt.errors import AccountFull
from sync.services.trakt.lists import MOST_ITEMS

RESERVE = 100.0
"""Seconds of the time budget that a batch may need: the longest answer (60 s), the pause (30 s) and a fresh read."""
TRIES = 3
"""How often what is still missing after an unknown outcome is sent."""

log = logging.getLogger(__name__)


class ListWriter:
    """Carries out a ``ListPlan``; ``lists`` and ``report`` are true at any moment, also after an error.

    ``share`` is called before each batch is sent, when it is on record here: it lets other machines know.
    """

    def __init__(
        self,
        trakt: TraktClient,
        folder: StateFolder,
        lists: ListMemory,
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
        self.lists = lists
        self.report = ListReport()

    def write(self, plan: ListPlan) -> None:
        """Makes the changes list by list, what is taken away first.

        Raises ``UnknownOutcome`` when even a fresh read does not settle a batch. What does not fit, into a full list
        or into the time budget, waits for the next run.
        """
        self.report = replace(self.report, plan=plan, waiting=plan.waiting)
        for which in TraktList:
            mine = [change for change in plan.changes if change.which is which]
            for taking in (True, False):
                self._write_all(which, [change for change in mine if (change.after is None) is taking])

    def _write_all(self, which: TraktList, changes: Sequence[ListChange]) -> None:
        for start in range(0, len(changes), MOST_ITEMS):
            if self._deadline.remaining < RESERVE:
                self._carry_over(changes[start:])
                return
            batch = changes[start : start + MOST_ITEMS]
            try:
                self._settle(which, batch)
            except AccountFull:
                self._fill_up(which, batch, changes[start + MOST_ITEMS :])
                return

    def _settle(self, which: TraktList, batch: Sequence[ListChange]) -> None:
        before = {change.item: self.lists.of(which).get(change.item) for change in batch}
        self._note(which, {change.item: _pending(change, before[change.item]) for change in batch})
        self._journal(JournalAction.ADD, batch)
        self._share()
        left = list(batch)
        for _ in range(TRIES):
            try:
                missing = self._send(which, left)
            except OutcomeUnknown as trouble:
                log.warning("%s Reading the %s again in %.0f s to see.", trouble, which.value, trouble.wait)
                left = self._still_to_do(which, left, trouble)
                if not left:
                    return
            except AccountFull:
                self._note(which, {change.item: before[change.item] for change in left})
                self._journal(JournalAction.VOID, left)
                raise
            else:
                self._done(which, [change for change in left if change.item not in missing])
                self._refused(which, [change for change in left if change.item in missing], before)
                return
        raise UnknownOutcome(
            f"Trakt did not take {len(left)} changes of the {which.value} in {TRIES} tries, and does not say why.",
            "The next run reads Trakt first and sends what is missing.",
        )

    def _send(self, which: TraktList, changes: Sequence[ListChange]) -> frozenset[ListItem]:
        values = {change.item: change.after for change in changes if change.after is not None}
        if values:
            return self._trakt.lists.put(which, values, self._deadline)
        return self._trakt.lists.take(which, [change.item for change in changes], self._deadline)

    def _still_to_do(self, which: TraktList, sent: list[ListChange], trouble: OutcomeUnknown) -> list[ListChange]:
        try:
            self._deadline.sleep(trouble.wait, trouble.service, trouble.reason)
            kinds = {change.item.kind for change in sent}
            there = self._trakt.lists.fetch(which, self._deadline, kinds=kinds)
        except OutOfTime:
            raise UnknownOutcome(
                str(trouble), "The time budget is used up: the next run reads Trakt first and sends what is missing."
            ) from None
        self._done(which, [change for change in sent if there.get(change.item) == change.after])
        return [change for change in sent if there.get(change.item) != change.after]

    def _fill_up(self, which: TraktList, batch: Sequence[ListChange], rest: Sequence[ListChange]) -> None:
        """What of ``batch`` there is still room for; everything else waits."""
        limit = self._trakt.fetch_account(self._deadline).limits.get(f"{which.value}.item_count")
        room = 0 if limit is None else limit - len(self._trakt.lists.fetch(which, self._deadline))
        waiting = list(batch)
        if 0 < room < len(batch):
            try:
                self._settle(which, batch[:room])
                waiting = list(batch[room:])
            except AccountFull:
                log.info("The %s is full before its limit.", which.value)
        self._remember(self.lists.with_room(which, self._deadline.clock.now()))
        self.report = replace(
            self.report,
            waiting=(*self.report.waiting, *waiting, *rest),
            full={**self.report.full, which: limit},
        )

    def _done(self, which: TraktList, changes: Sequence[ListChange]) -> None:
        if not changes:
            return
        self.report = replace(self.report, done=(*self.report.done, *changes))
        if any(change.after is not None for change in changes):
            self.lists = self.lists.with_room(which, None)
        self._note(which, {change.item: _settled(change) for change in changes})

    def _refused(
        self, which: TraktList, changes: Sequence[ListChange], before: Mapping[ListItem, Noted | None]
    ) -> None:
        if changes:
            self.report = replace(self.report, not_found=(*self.report.not_found, *changes))
            gone = {change.item: before[change.item] if change.after is not None else None for change in changes}
            self._note(which, gone)
            self._journal(JournalAction.VOID, changes)

    def _carry_over(self, changes: Sequence[ListChange]) -> None:
        self.report = replace(self.report, carried_over=(*self.report.carried_over, *changes))

    def _note(self, which: TraktList, lines: Mapping[ListItem, Noted | None]) -> None:
        self._remember(self.lists.noting(which, lines))

    def _remember(self, lists: ListMemory) -> None:
        self.lists = lists
        self._folder.save_lists(lists)

    def _journal(self, action: JournalAction, changes: Sequence[ListChange]) -> None:
        undoes, now = self._run_id if action is JournalAction.VOID else None, self._deadline.clock.now()
        self._folder.append_journal(JournalLine(self._run_id, now, action, (), undoes, tuple(changes)))


def _pending(change: ListChange, known: Noted | None) -> Noted | None:
    """How an item stands while its change is on the way: what is being taken away is ours until it is gone."""
    if change.after is None:
        return known
    return Noted(change.after, Standing.PENDING, change.anilist_ids)


def _settled(change: ListChange) -> Noted | None:
    return None if change.after is None else Noted(change.after, Standing.SET, change.anilist_ids)
