"""The writing: plays and changes go to Trakt batch by batch, each on record before it is sent and after.

Both writers give what is known after each step as a new value, so that after an error the last one is true.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

from sync.model.budget import BATCH
from sync.model.lists import ListChange, ListItem, ListMemory, Noted, Standing, SyncedLists, TraktList
from sync.model.plan import NewPlay, PlayState
from sync.model.run import Written
from sync.model.trakt import UNKNOWN_TIME, TraktPlays
from sync.services.clock import Deadline
from sync.services.console.actions_log import tell_progress
from sync.services.trakt.client import TraktClient
from sync.services.trakt.wire import AccountFull
from sync.steps.memory import RunMemory
from sync.steps.settling import Fate, Receipt, Write, settle

log = logging.getLogger(__name__)


def add_plays(
    plays: Sequence[NewPlay],
    written: Written,
    *,
    trakt: TraktClient,
    memory: RunMemory,
    deadline: Deadline,
    reserve: float,
) -> Iterator[Written]:
    """Posts ``plays`` in order, at most 100 at a time, until all are done or less than ``reserve`` seconds are left.

    Raises ``UnknownOutcome`` when even a fresh read does not settle a batch; what was not sent by then waits for the
    next run.
    """
    write = _play_write(trakt, deadline)
    for start in range(0, len(plays), BATCH):
        batch, rest = plays[start : start + BATCH], plays[start + BATCH :]
        # A batch that ends badly takes a pause and a read, so it is not begun without time for them.
        if deadline.remaining < reserve:
            yield replace(written, carried_over=written.carried_over + len(batch) + len(rest))
            return
        # Pending before it is sent: if the run is killed now, the next one reads Trakt and knows these for its own.
        written = _noting(written, batch, PlayState.PENDING, memory)
        memory.journal_sending(plays=batch)
        left = 0
        for fate, some in settle(write, batch, deadline, reserve=reserve):
            written = _after(fate, some, written, memory)
            left += len(some) if fate is Fate.LEFT else 0
            yield written
        if left:
            yield replace(written, carried_over=written.carried_over + left + len(rest))
            return
        done = len(plays) - len(rest)
        log.info("Added %d of %d plays.", done, len(plays))
        tell_progress(log, "Plays added to Trakt", done, len(plays))


def _play_write(trakt: TraktClient, deadline: Deadline) -> Write[NewPlay]:
    def send(plays: Sequence[NewPlay]) -> Receipt[NewPlay]:
        answer = trakt.add_plays(plays, deadline)
        return Receipt(answer.taken, answer.not_found, answer.short)

    def fetch_missing(plays: Sequence[NewPlay], until: Deadline) -> Sequence[NewPlay]:
        there = trakt.fetch_plays(until)
        return [play for play in plays if not is_on_trakt(play, there)]

    return Write(
        send,
        fetch_missing,
        "take {} plays",
        "Nothing was written twice: the next run reads Trakt first and adds what is missing.",
    )


def _after(fate: Fate, plays: Sequence[NewPlay], written: Written, memory: RunMemory) -> Written:
    """``written`` after this became of some plays, with the ledger and the journal brought up to date."""
    written = replace(written, unclear=len(plays) if fate is Fate.UNKNOWN else 0)
    match fate:
        case Fate.DONE:
            written = _noting(written, plays, PlayState.CONFIRMED, memory)
            return replace(written, posted=(*written.posted, *plays))
        case Fate.REFUSED:
            memory.journal_void(plays=plays)
            return replace(written, not_found=(*written.not_found, *plays))
        case Fate.MISSING:  # they stay pending, and the next run looks again
            return replace(written, not_found=(*written.not_found, *plays))
        # Trakt was read and does not have them, so an undo need not look for them. They stay pending.
        case Fate.LEFT:
            memory.journal_void(plays=plays)
            return written
        case Fate.UNKNOWN:
            return written


def _noting(written: Written, plays: Sequence[NewPlay], state: PlayState, memory: RunMemory) -> Written:
    ledger = written.ledger.noting(line for play in plays for line in play.lines(state))
    memory.save_ledger(ledger)
    return replace(written, ledger=ledger)


def is_on_trakt(play: NewPlay, plays: TraktPlays) -> bool:
    """Whether a play that was sent is there: a first play at any time, a rewatch at its own, or at one that cannot be
    read."""
    # Whoever made a first play: what is asked for is that there is one.
    times = plays.of(play.kind, play.trakt_id)
    if play.rewatch and (play.kind, play.trakt_id) in plays.unreadable:
        return True
    if play.rewatch == 0 or play.watched_at == "released":
        return len(times) > play.rewatch
    return (UNKNOWN_TIME if play.watched_at == "unknown" else play.watched_at) in times


class ListWriter:
    """Makes the planned changes of ratings, watchlist and dropped shows."""

    def __init__(self, trakt: TraktClient, memory: RunMemory, deadline: Deadline, *, reserve: float) -> None:
        self._trakt = trakt
        self._memory = memory
        self._deadline = deadline
        self._reserve = reserve

    def write(self, lists: SyncedLists) -> Iterator[SyncedLists]:
        """Makes the changes list by list, what is taken away first.

        Raises ``UnknownOutcome`` when even a fresh read does not settle a batch. What does not fit, into a full list
        or into the time budget, waits for the next run.
        """
        for which in TraktList:
            mine = [change for change in lists.report.plan.changes if change.which is which]
            # What is taken away makes room for what is put there.
            for taking in (True, False):
                lists = yield from self._write_all(
                    which, [change for change in mine if (change.after is None) is taking], lists
                )

    def _write_all(
        self, which: TraktList, changes: Sequence[ListChange], lists: SyncedLists
    ) -> Generator[SyncedLists, None, SyncedLists]:
        for start in range(0, len(changes), BATCH):
            batch, rest = changes[start : start + BATCH], changes[start + BATCH :]
            if self._deadline.remaining < self._reserve:
                carried_over = (*lists.report.carried_over, *batch, *rest)
                yield (lists := replace(lists, report=replace(lists.report, carried_over=carried_over)))
                break
            lists, without_room = yield from self._settle(which, batch, lists)
            if without_room:
                lists = yield from self._fill_up(which, without_room, rest, lists)
                break
        return lists

    def _settle(
        self, which: TraktList, batch: Sequence[ListChange], lists: SyncedLists
    ) -> Generator[SyncedLists, None, tuple[SyncedLists, Sequence[ListChange]]]:
        """Sends a batch; gives also those of its changes for which the list has no room."""
        before = {change.item: lists.memory.of(which).get(change.item) for change in batch}
        lists = self._noting(lists, which, {change.item: _pending(change, before[change.item]) for change in batch})
        self._memory.journal_sending(changes=batch)
        left = list(batch)
        write = list_write(self._trakt, which, self._deadline)
        try:
            for fate, changes in settle(write, batch, self._deadline, reserve=self._reserve):
                lists = self._after(fate, changes, lists, which, before)
                left = [change for change in left if fate is Fate.UNKNOWN or change not in changes]
                yield lists
        except AccountFull:
            # Certainly not carried out, so nothing is known of these but what was before.
            lists = self._noting(lists, which, {change.item: before[change.item] for change in left})
            self._memory.journal_void(changes=left)
            yield lists
            return lists, left
        return lists, ()

    def _after(
        self,
        fate: Fate,
        changes: Sequence[ListChange],
        lists: SyncedLists,
        which: TraktList,
        before: Mapping[ListItem, Noted | None],
    ) -> SyncedLists:
        """``lists`` after this became of some changes, with the notes and the journal brought up to date."""
        report = replace(lists.report, unclear=len(changes) if fate is Fate.UNKNOWN else 0)
        match fate:
            case Fate.DONE:
                took = any(change.after is not None for change in changes)
                # A list that took something is not full any more.
                memory = lists.memory.with_room(which, None) if took else lists.memory
                lists = SyncedLists(memory, replace(report, done=(*report.done, *changes)))
                return self._noting(lists, which, {change.item: _set(change) for change in changes})
            case Fate.REFUSED:
                self._memory.journal_void(changes=changes)
                lists = replace(lists, report=replace(report, not_found=(*report.not_found, *changes)))
                # One that was to be taken away is gone; one that was to be put there stands as before.
                gone = {change.item: before[change.item] if change.after is not None else None for change in changes}
                return self._noting(lists, which, gone)
            case Fate.LEFT:  # they stay pending, and the next run looks again
                self._memory.journal_void(changes=changes)
                return replace(lists, report=replace(report, carried_over=(*report.carried_over, *changes)))
            case Fate.UNKNOWN | Fate.MISSING:
                return replace(lists, report=report)

    def _fill_up(
        self, which: TraktList, batch: Sequence[ListChange], rest: Sequence[ListChange], lists: SyncedLists
    ) -> Generator[SyncedLists, None, SyncedLists]:
        """Writes what of ``batch`` there is still room for; everything else waits."""
        limit = self._trakt.fetch_account(self._deadline).limits.get(f"{which.value}.item_count")
        # Without a limit to count up to, nothing more is tried: each try would be refused as a whole.
        room = 0 if limit is None else limit - len(self._trakt.lists.fetch(which, self._deadline))
        waiting: Sequence[ListChange] = batch
        if 0 < room < len(batch):
            lists, without_room = yield from self._settle(which, batch[:room], lists)
            waiting = [*without_room, *batch[room:]]
            if without_room:
                log.info("The %s is full before its limit.", which.value)
        report = replace(
            lists.report,
            waiting=(*lists.report.waiting, *waiting, *rest),
            full={**lists.report.full, which: limit},
        )
        memory = self._saved(lists.memory.with_room(which, self._deadline.clock.now()))
        yield (lists := SyncedLists(memory, report))
        return lists

    def _noting(self, lists: SyncedLists, which: TraktList, lines: Mapping[ListItem, Noted | None]) -> SyncedLists:
        return replace(lists, memory=self._saved(lists.memory.noting(which, lines)))

    def _saved(self, memory: ListMemory) -> ListMemory:
        self._memory.save_lists(memory)
        return memory


def list_write(
    trakt: TraktClient,
    which: TraktList,
    deadline: Deadline,
    *,
    doing: str = "take {} changes of the",
    remedy: str = "The next run reads Trakt first and sends what is missing.",
) -> Write[ListChange]:
    """How changes of one list are sent, all of which put something there or all of which take something away."""

    def send(changes: Sequence[ListChange]) -> Receipt[ListChange]:
        values = {change.item: change.after for change in changes if change.after is not None}
        items = [change.item for change in changes]
        unknown = trakt.lists.put(which, values, deadline) if values else trakt.lists.take(which, items, deadline)
        return Receipt(
            tuple(change for change in changes if change.item not in unknown),
            tuple(change for change in changes if change.item in unknown),
        )

    def fetch_missing(changes: Sequence[ListChange], until: Deadline) -> Sequence[ListChange]:
        there = trakt.lists.fetch(which, until, kinds={change.item.kind for change in changes})
        return [change for change in changes if there.get(change.item) != change.after]

    return Write(send, fetch_missing, f"{doing} {which.value}", remedy)


def _pending(change: ListChange, known: Noted | None) -> Noted | None:
    """How an item stands while its change is on the way: what is being taken away is ours until it is gone."""
    if change.after is None:
        return known
    return Noted(change.after, Standing.PENDING, change.anilist_ids)


def _set(change: ListChange) -> Noted | None:
    return None if change.after is None else Noted(change.after, Standing.SET, change.anilist_ids)
