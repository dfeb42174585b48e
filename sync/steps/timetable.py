"""How a run shares its time budget between reading and writing, so that what it reads it can also write."""

from __future__ import annotations

from dataclasses import dataclass

from sync.model.budget import BATCH, pieces
from sync.services.deadline import Deadline
from sync.services.http.pacing import TraktPacing
from sync.steps.applying import RESERVE

SHARE = 0.4
"""The most of a small budget that is kept back for a batch that ends badly."""
MOST_FOR_WRITING = 0.6
"""The most of the budget that is kept back for writing. Of the usual ten minutes the rest is less than Trakt's window:
so each run of a long import reads one window's worth of shows, which is about what it can write."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """``deadline`` ends the whole run of ``seconds``; it may add ``most_plays`` at most, ``None`` is any number."""

    deadline: Deadline
    seconds: float
    most_plays: int | None = None

    @property
    def reserve(self) -> float:
        """Seconds to keep back for a batch of which it is not clear what became of it."""
        return min(RESERVE, SHARE * self.seconds)

    @property
    def writes(self) -> bool:
        """Whether this run adds anything at all."""
        return self.most_plays != 0

    def may_add(self, plays: int) -> bool:
        """Whether it may add that many."""
        return self.most_plays is None or plays <= self.most_plays

    def for_reading(self, plays: int) -> Deadline:
        """When reading has to end so that ``plays`` can still be written; some time is left to it in any case.

        More plays than the run may add are held back by the brake: then all the time goes into the preview.
        """
        if not self.writes or not self.may_add(plays):
            return self.deadline
        writing = self.reserve + pieces(plays, BATCH) * TraktPacing.WRITE_GAP
        return Deadline(self.deadline.clock, self.deadline.at - min(writing, MOST_FOR_WRITING * self.seconds))
