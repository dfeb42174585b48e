"""What becomes of a batch, whatever Trakt answers and whatever it did."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sync.errors import LoginError, UnknownOutcome
from sync.model.budget import RESERVE, TRIES
from sync.services.clock import Deadline
from sync.services.http.transport import OutcomeUnknown
from sync.steps.settling import Fate, Receipt, Write, settle, settle_all
from tests.fakes import FakeClock

GOOD, LOST, NEVER = "answers", "carries it out and drops the answer", "drops the request"
HALF = "carries out the first half and drops the answer"
Event = tuple[Fate, tuple[int, ...]]


class FakeTrakt:
    """Behaves as ``script`` says, call by call; ``there`` is what it holds, ``sent`` what it was sent."""

    def __init__(self, *script: str, unknown: Sequence[int] = (), short: int = 0, slow: float = 0.0) -> None:
        self.clock = FakeClock()
        self.there: list[int] = []
        self.sent: list[tuple[int, ...]] = []
        self.reads = 0
        self._script = list(script)
        self._unknown = unknown
        self._short = short
        self._slow = slow

    def send(self, pieces: Sequence[int]) -> Receipt[int]:
        self.sent.append(tuple(pieces))
        self.clock.sleep(self._slow)
        does = self._script.pop(0)
        known = [piece for piece in pieces if piece not in self._unknown]
        if does == LOST:
            self.there += known
        elif does == HALF:
            self.there += known[: len(known) // 2]
        elif does == GOOD:
            self.there += known[: len(known) - self._short]
            return Receipt(tuple(known), tuple(p for p in pieces if p in self._unknown), self._short)
        raise OutcomeUnknown("Trakt", "answered 502")

    def fetch_missing(self, pieces: Sequence[int], until: Deadline) -> Sequence[int]:
        self.reads += 1
        return [piece for piece in pieces if piece not in self.there]

    @property
    def write(self) -> Write[int]:
        return Write(self.send, self.fetch_missing, "take {} plays", "The next run goes on.")


def settled(trakt: FakeTrakt, batch: Sequence[int], *, seconds: float = 600, reserve: float = RESERVE) -> list[Event]:
    return list(settle(trakt.write, batch, Deadline.after(trakt.clock, seconds), reserve=reserve))


def test_what_trakt_takes_is_done_and_nothing_is_read() -> None:
    trakt = FakeTrakt(GOOD)

    assert [(Fate.DONE, (1, 2))] == settled(trakt, [1, 2])
    assert ([(1, 2)], 0) == (trakt.sent, trakt.reads)


def test_what_trakt_does_not_know_is_refused() -> None:
    assert [(Fate.REFUSED, (2,)), (Fate.DONE, (1, 3))] == settled(FakeTrakt(GOOD, unknown=[2]), [1, 2, 3])


def test_a_lost_answer_is_settled_by_a_read_after_half_a_minute_and_nothing_is_sent_again() -> None:
    trakt = FakeTrakt(LOST)

    assert [(Fate.UNKNOWN, (1, 2)), (Fate.DONE, (1, 2))] == settled(trakt, [1, 2])
    assert ([(1, 2)], [0.0, 30.0]) == (trakt.sent, trakt.clock.slept)


def test_only_what_is_missing_is_sent_again() -> None:
    trakt = FakeTrakt(HALF, GOOD)

    events = settled(trakt, [1, 2, 3, 4])

    assert [(1, 2, 3, 4), (3, 4)] == trakt.sent
    assert [(Fate.UNKNOWN, (1, 2, 3, 4)), (Fate.DONE, (1, 2)), (Fate.DONE, (3, 4))] == events
    assert [1, 2, 3, 4] == trakt.there


def test_what_trakt_itself_counts_as_missing_is_read_and_not_sent_again() -> None:
    trakt = FakeTrakt(GOOD, short=1)

    assert [(Fate.DONE, (1, 2)), (Fate.MISSING, (3,))] == settled(trakt, [1, 2, 3])
    assert [(1, 2, 3)] == trakt.sent


def test_after_the_last_try_what_is_missing_is_left_and_the_run_stops() -> None:
    trakt = FakeTrakt(*[NEVER] * TRIES)
    events = settle(trakt.write, [1, 2], Deadline.after(trakt.clock, 600), reserve=RESERVE)
    heard: list[Event] = []

    with pytest.raises(UnknownOutcome, match=r"did not take 2 plays in 3 tries.*The next run goes on"):
        heard.extend(events)

    assert (TRIES, TRIES) == (len(trakt.sent), trakt.reads)
    assert (Fate.LEFT, (1, 2)) == heard[-1]


def test_without_time_for_another_try_what_is_missing_is_left() -> None:
    trakt = FakeTrakt(NEVER, slow=60)

    assert (Fate.LEFT, (1,)) == settled(trakt, [1], seconds=180)[-1]
    assert [(1,)] == trakt.sent


def test_reading_again_has_its_own_time_when_the_budget_is_used_up() -> None:
    trakt = FakeTrakt(LOST, slow=60)

    assert (Fate.DONE, (1,)) == settled(trakt, [1], seconds=60)[-1]


def test_a_wait_that_is_too_long_even_for_that_leaves_the_outcome_unknown() -> None:
    class Patient(FakeTrakt):
        def send(self, pieces: Sequence[int]) -> Receipt[int]:
            raise OutcomeUnknown("Trakt", "says that it was asked too often (429)", wait=700)

    with pytest.raises(UnknownOutcome, match="The time budget is used up"):
        settled(Patient(), [1])


def test_a_refusal_of_the_whole_batch_is_the_callers() -> None:
    class Refusing(FakeTrakt):
        def send(self, pieces: Sequence[int]) -> Receipt[int]:
            raise LoginError("The account is locked (423).")

    with pytest.raises(LoginError):
        settled(Refusing(), [1])


def test_a_removal_is_settled_also_where_trakt_knows_no_such_thing() -> None:
    trakt = FakeTrakt(HALF, GOOD, unknown=[4])

    gone = settle_all(trakt.write, [1, 2, 3, 4], Deadline.after(trakt.clock, 600))

    assert [1, 2, 3, 4] == sorted(piece for pieces in gone for piece in pieces)


def test_a_removal_that_nothing_shows_for_is_no_success() -> None:
    trakt = FakeTrakt(*[NEVER] * TRIES)

    with pytest.raises(UnknownOutcome):
        list(settle_all(trakt.write, [1], Deadline.after(trakt.clock, 600)))
