"""What a run writes into ``state/`` as it goes: ledger, lists and journal around each batch, and that it is writing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sync.errors import StateError, SyncError
from sync.model.lists import ListChange, ListMemory
from sync.model.plan import Ledger, NewPlay
from sync.model.run import LastSync, Lease
from sync.services.clock import Clock
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder, StateInUse
from sync.wiring import Repository

CHECKPOINT = 300.0
"""Seconds of a long import after which what was done so far goes to GitHub: a runner's disk ends with the runner."""
MARGIN = timedelta(minutes=5)
"""How long after its time budget a run may still be settling its last batch."""

log = logging.getLogger(__name__)


class RunMemory:
    """The state folder in the hand of one run, which began from ``last`` and ends at ``until`` at the latest.

    Plays and changes go into the journal *before* they are sent: should the run be killed, ``undo`` still knows what to
    look for, and it removes only what it finds on Trakt. With a ``remote`` the first batch is also committed there
    before it is sent. Only one of two runs that work at the same time can make that commit, because it has to follow
    the one they both began from; the other one leaves Trakt alone.
    """

    def __init__(
        self,
        folder: StateFolder,
        run_id: str,
        clock: Clock,
        *,
        last: LastSync,
        until: datetime,
        remote: Repository | None,
    ) -> None:
        self._folder = folder
        self._run_id = run_id
        self._clock = clock
        self._leased = replace(last, writing=Lease(run_id, until + MARGIN))
        self._remote = remote
        self._committed_at: float | None = None

    def save_ledger(self, ledger: Ledger) -> None:
        """Keeps the ledger, atomically."""
        self._folder.save_ledger(ledger)

    def save_lists(self, lists: ListMemory) -> None:
        """Keeps what is known of the lists, atomically."""
        self._folder.save_lists(lists)

    def journal_sending(self, *, plays: Sequence[NewPlay] = (), changes: Sequence[ListChange] = ()) -> None:
        """Writes down what is about to be sent, and lets other machines know: always before the first batch, then every
        few minutes.

        Raises ``StateInUse`` if another run is writing too, and before the first batch ``StateError`` if what is on
        GitHub cannot be read; nothing of this run is then left in the folder.
        """
        self._journal(JournalAction.ADD, plays, changes)
        if self._remote is None:
            return
        now = self._clock.monotonic()
        try:
            # Only the first commit has to be alone: it decides which of two runs writes.
            if self._committed_at is None:
                self._folder.save_last_sync(self._leased)
                self._remote.take_lease(self._folder, f"Adding plays, run {self._run_id}")
            elif now - self._committed_at >= CHECKPOINT:
                self._remote.commit(self._folder, f"Still adding plays, run {self._run_id}")
            else:
                return
        except SyncError as trouble:
            if isinstance(trouble, StateInUse) or (isinstance(trouble, StateError) and self._committed_at is None):
                self._folder.restore()
                raise
            # Trakt is the truth: without a memory nothing comes twice, only `undo` would not know of a lost run.
            log.info("What is about to be sent could not be written down on GitHub. %s", trouble)
        self._committed_at = now

    def journal_void(self, *, plays: Sequence[NewPlay] = (), changes: Sequence[ListChange] = ()) -> None:
        """Writes down that these, although sent, are not on Trakt."""
        self._journal(JournalAction.VOID, plays, changes)

    def _journal(self, action: JournalAction, plays: Sequence[NewPlay], changes: Sequence[ListChange]) -> None:
        self._folder.append_journal(
            JournalLine(
                run_id=self._run_id,
                at=self._clock.now(),
                action=action,
                plays=tuple(map(JournalPlay.of, plays)),
                undoes=self._run_id if action is JournalAction.VOID else None,
                changes=tuple(changes),
            )
        )


def refuse_if_leased(last: LastSync, now: datetime) -> None:
    """Raises ``StateInUse`` while another run may be writing to Trakt."""
    if last.writing is not None and now < last.writing.until:
        raise StateInUse(
            f"Run {last.writing.run_id} is writing to Trakt, or was cut off while it did.",
            f"Try again after {last.writing.until:%H:%M} UTC.",
        )
