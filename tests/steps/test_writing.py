"""Whether a play that was sent is on Trakt, which decides whether it is sent again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import UNKNOWN_TIME, PlayKind, TraktPlays, WatchedAt
from sync.steps.writing import is_on_trakt

AT, ELSEWHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
EPISODE = (PlayKind.EPISODE, 16890)


def play(at: WatchedAt, rewatch: int = 0) -> NewPlay:
    return NewPlay(1, 1, *EPISODE, at, TimeSource.ACTIVITY, rewatch=rewatch)


@pytest.mark.parametrize(
    ("sent", "times", "there"),
    [
        (play(AT), (), False),
        (play(AT), (ELSEWHEN,), True),
        (play(AT, rewatch=1), (ELSEWHEN,), False),
        (play(AT, rewatch=1), (ELSEWHEN, AT), True),
        (play("unknown", rewatch=1), (ELSEWHEN, UNKNOWN_TIME), True),
    ],
)
def test_a_first_play_is_there_at_any_time_and_a_rewatch_at_its_own(
    sent: NewPlay, times: tuple[datetime, ...], there: bool
) -> None:
    assert is_on_trakt(sent, TraktPlays({16890: times} if times else {})) is there


def test_a_rewatch_may_be_the_play_whose_time_cannot_be_read_so_it_is_not_sent_again() -> None:
    plays = TraktPlays({16890: (UNKNOWN_TIME, ELSEWHEN)}, unreadable=frozenset({EPISODE}))

    assert is_on_trakt(play(AT, rewatch=1), plays)
