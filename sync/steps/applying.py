"""The writing: plays go to Trakt batch by batch, and no batch is ever sent again before Trakt was read afresh."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from sync.errors import UnknownOutcome
from sync.model.plan import Ledger, NewPlay, PlayState
from sync.model.trakt import UNKNOWN_TIME, TraktPlays
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.transport import OutcomeUnknown
from sync.services.trakt.client import MOST_PLAYS, TraktClient
from sync.services.trakt.history import AddedPlays

log = logging.getLogger(__name__)

RESERVE = 100.0
"""Seconds of the time budget that a batch may need: the longest answer (60 s), the pause (30 s) and a fresh read."""
SETTLING = 120.0
"""Seconds that finding out what became of a batch may take, whatever is left of the budget: that is no new work."""
TRIES = 3
"""How often what is still missing after an unknown outcome is sent."""


class Memory(Protocol):
    """Where each batch is written down before and after it is sent."""

    def save_ledger(self, ledger: Ledger) -> None:
        """Keeps the ledger, atomically."""

    def journal_plays(self, plays: Sequence[NewPlay]) -> None:
        """Writes down that these plays are about to be sent."""

    def share(self) -> None:
        """Makes what was written down known to other machines; raises ``StateInUse`` if one of them is writing."""

    def journal_not_added(self, plays: Sequence[NewPlay]) -> None:
        """Writes down that these plays, although sent, are not on Trakt."""


class Writer:
    """Posts plays and keeps count; what it holds is true at any moment, also after an error."""

    def __init__(
        self, trakt: TraktClient, memory: Memory, ledger: Ledger, deadline: Deadline, *, reserve: float = RESERVE
    ) -> None:
        self._trakt = trakt
        self._memory = memory
        self._deadline = deadline
        self._reserve = reserve
        self.ledger = ledger
        self.posted: list[NewPlay] = []
        self.not_found: list[NewPlay] = []
        self.carried_over = 0

    def add(self, plays: Sequence[NewPlay], progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Posts ``plays`` in order, at most 100 at a time, until all are done or the time budget is used up.

        Raises ``UnknownOutcome`` when even a fresh read does not settle a batch; what was not sent by then waits for
        the next run.
        """
        for start in range(0, len(plays), MOST_PLAYS):
            if self._deadline.remaining < self._reserve:
                self.carried_over = len(plays) - start
                return
            left = self._settle(plays[start : start + MOST_PLAYS])
            if left:
                self.carried_over = len(left) + len(plays[start + MOST_PLAYS :])
                return
            progress(min(start + MOST_PLAYS, len(plays)), len(plays))

    def _settle(self, batch: Sequence[NewPlay]) -> Sequence[NewPlay]:
        """Sends a batch until it is known what became of each play; gives those for which there was no time."""
        self._note(batch, PlayState.PENDING)
        self._memory.journal_plays(batch)
        self._memory.share()
        left = list(batch)
        for _ in range(TRIES):
            try:
                answer = self._trakt.add_plays(left, self._deadline)
            except OutcomeUnknown as trouble:
                log.warning("%s Reading Trakt's history again in %.0f s to see.", trouble, trouble.wait)
                left = self._still_missing(left, trouble)
                if not left:
                    return ()
                if self._deadline.remaining < self._reserve:
                    self._memory.journal_not_added(left)
                    return left
            else:
                self._refuse(answer.not_found)
                self._confirm_counted(answer)
                return ()
        self._memory.journal_not_added(left)
        raise UnknownOutcome(
            f"Trakt did not take {len(left)} plays in {TRIES} tries, and does not say why.",
            "Nothing was written twice: the next run reads Trakt first and adds what is missing.",
        )

    def _still_missing(self, sent: Sequence[NewPlay], trouble: OutcomeUnknown) -> list[NewPlay]:
        """Reads Trakt after a pause and confirms what is there; gives the rest."""
        deadline = Deadline.after(self._deadline.clock, max(self._deadline.remaining, SETTLING))
        try:
            deadline.sleep(trouble.wait, trouble.service, trouble.reason)
            plays = self._trakt.fetch_plays(deadline)
        except OutOfTime:
            raise UnknownOutcome(
                str(trouble), "The time budget is used up: the next run reads Trakt first and adds what is missing."
            ) from None
        self._confirm([play for play in sent if is_on_trakt(play, plays)])
        return [play for play in sent if not is_on_trakt(play, plays)]

    def _confirm_counted(self, answer: AddedPlays) -> None:
        """Confirms what Trakt took. Where its own counts say that it left some out, only those that are there count;
        the others stay pending and are reported, and the next run looks again."""
        if not answer.short:
            self._confirm(answer.taken)
            return
        trouble = OutcomeUnknown("Trakt", f"counts {answer.short} plays less than it was sent")
        log.warning("%s Reading Trakt's history again in %.0f s to see.", trouble, trouble.wait)
        self.not_found.extend(self._still_missing(answer.taken, trouble))

    def _confirm(self, plays: Sequence[NewPlay]) -> None:
        self.posted.extend(plays)
        self._note(plays, PlayState.CONFIRMED)

    def _refuse(self, plays: Sequence[NewPlay]) -> None:
        if plays:
            self.not_found.extend(plays)
            self._memory.journal_not_added(plays)

    def _note(self, plays: Sequence[NewPlay], state: PlayState) -> None:
        self.ledger = self.ledger.noting(line for play in plays for line in play.lines(state))
        self._memory.save_ledger(self.ledger)


def is_on_trakt(play: NewPlay, plays: TraktPlays) -> bool:
    """Whether a play that was sent is there: a first play at any time, a rewatch at its own."""
    times = plays.of(play.kind, play.trakt_id)
    if play.rewatch == 0 or play.watched_at == "released":
        return len(times) > play.rewatch
    return (UNKNOWN_TIME if play.watched_at == "unknown" else play.watched_at) in times
