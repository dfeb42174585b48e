"""A write to Trakt whose outcome may be unknown: sent once, then settled by reading Trakt, never sent again blindly.

Plays, changes of the lists and both kinds of undo are settled here. What each of them writes down about its pieces, it
does as it hears of their fate.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from sync.errors import UnknownOutcome
from sync.model.budget import SETTLING, TRIES
from sync.services.clock import Deadline, OutOfTime
from sync.services.http.transport import OutcomeUnknown

Piece = TypeVar("Piece")
log = logging.getLogger(__name__)


class Fate(Enum):
    """What became of some pieces of a batch that was sent."""

    UNKNOWN = auto()
    """Nobody knows yet; a later fate follows unless Trakt cannot be read."""
    DONE = auto()
    """They are on Trakt as they should be."""
    REFUSED = auto()
    """Trakt says that it does not know their items."""
    MISSING = auto()
    """Trakt says that it took them, and yet they are not there."""
    LEFT = auto()
    """They are not there, and they are not sent again in this run."""


@dataclass(frozen=True, slots=True)
class Receipt(Generic[Piece]):
    """What Trakt's answer says of the pieces sent. By its own counts ``short`` of those ``taken`` were not; it does not
    say which."""

    taken: tuple[Piece, ...]
    refused: tuple[Piece, ...] = ()
    short: int = 0


@dataclass(frozen=True, slots=True)
class Write(Generic[Piece]):
    """One kind of write.

    ``send`` raises ``OutcomeUnknown`` when it is not clear what Trakt did. ``fetch_missing`` reads Trakt and gives the
    pieces that are not there. ``doing`` completes "Trakt did not …" and holds ``{}`` for how many; ``remedy`` is a
    sentence on what happens next.
    """

    send: Callable[[Sequence[Piece]], Receipt[Piece]]
    fetch_missing: Callable[[Sequence[Piece], Deadline], Sequence[Piece]]
    doing: str
    remedy: str

    def unsettled(self, count: int) -> UnknownOutcome:
        """The error for pieces that Trakt did not carry out, although it never refused them."""
        said = f"Trakt did not {self.doing.format(f'{count:,}')} in {TRIES} tries, and does not say why."
        return UnknownOutcome(said, self.remedy)

    def out_of_time(self, trouble: OutcomeUnknown) -> UnknownOutcome:
        """The error for a time budget that ended before Trakt was read again."""
        return UnknownOutcome(str(trouble), f"The time budget is used up. {self.remedy}")


def settle(
    write: Write[Piece], batch: Sequence[Piece], deadline: Deadline, *, reserve: float
) -> Iterator[tuple[Fate, tuple[Piece, ...]]]:
    """Sends ``batch`` and says what became of its pieces, as soon as it is known: in the end each is DONE, REFUSED,
    MISSING or LEFT.

    What a fresh read shows to be missing is sent again, ``TRIES`` times at most and while more than ``reserve`` seconds
    are left. Raises ``UnknownOutcome`` after the last try, with what is missing LEFT, and when Trakt cannot be read in
    time; what ``send`` raises beside ``OutcomeUnknown`` was certainly not carried out.
    """
    left = tuple(batch)
    for _ in range(TRIES):
        receipt, trouble = _sent(write, left)
        if receipt is None:
            yield Fate.UNKNOWN, left
        elif receipt.refused:
            yield Fate.REFUSED, receipt.refused
        sent = left if receipt is None else receipt.taken
        missing = _missing_after(trouble, write, sent, deadline) if trouble else ()
        done = tuple(piece for piece in sent if piece not in missing)
        if done or trouble:  # also if none is: from here on nothing is unknown
            yield Fate.DONE, done
        if not missing:
            return
        # It said that it took them and may show them yet: sent again, they could be there twice.
        if receipt is not None:
            yield Fate.MISSING, missing
            return
        left = missing
        # Another try might end as badly, with no time left to find out how.
        if deadline.remaining <= reserve:
            yield Fate.LEFT, left
            return
    yield Fate.LEFT, left
    raise write.unsettled(len(left))


def _sent(write: Write[Piece], pieces: tuple[Piece, ...]) -> tuple[Receipt[Piece] | None, OutcomeUnknown | None]:
    """The receipt, ``None`` if there is none, and what is the matter with it."""
    try:
        receipt = write.send(pieces)
    except OutcomeUnknown as trouble:
        return None, trouble
    # Its own counts are believed only when they say less; which ones it left out, only a read tells.
    short = OutcomeUnknown("Trakt", f"counts {receipt.short} less than it was sent") if receipt.short else None
    return receipt, short


def _missing_after(
    trouble: OutcomeUnknown, write: Write[Piece], sent: Sequence[Piece], deadline: Deadline
) -> tuple[Piece, ...]:
    """Reads Trakt after a pause. It has ``SETTLING`` seconds for that whatever is left of the budget: no new work."""
    log.warning("%s Reading Trakt again in %.0f s to see.", trouble, trouble.wait)
    extended = Deadline.after(deadline.clock, max(deadline.remaining, SETTLING))
    try:
        extended.sleep(trouble.wait, trouble.service, trouble.reason)
        return tuple(write.fetch_missing(sent, extended))
    except OutOfTime:
        raise write.out_of_time(trouble) from None


def settle_all(write: Write[Piece], batch: Sequence[Piece], deadline: Deadline) -> Iterator[tuple[Piece, ...]]:
    """Sends a batch that may be sent again at any time, such as a removal, and gives the pieces that are settled.

    What Trakt does not know is as good as done. Raises ``UnknownOutcome`` if anything is left.
    """
    for fate, pieces in settle(write, batch, deadline, reserve=0.0):
        if fate in (Fate.DONE, Fate.REFUSED):
            yield pieces
        elif fate is Fate.LEFT:
            raise write.unsettled(len(pieces))
