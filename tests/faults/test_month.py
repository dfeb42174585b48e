"""A month of runs, four a day: the log-in rotates, and no refresh token is ever used twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.world import TRAKT_NAME
from tests.faults.harness import PARTED, Ended, Owner, world_of

MONTH = 120
"""Runs, six hours apart."""
AIRING = (172463, 166873)
"""Two shows of which an episode is watched now and then."""
LOGIN = 3
NOT_STORED = 4
HALF_LIFE = timedelta(days=3, hours=12)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose first sync, with a log-in of today, is done."""
    with world_of(*AIRING, 145064) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        person = Owner(demo, clock, tmp_path)
        del person.settings["TRAKT_ACCESS_TOKEN"], person.settings["TRAKT_REFRESH_TOKEN"]
        assert 0 == person.do("connect").code
        assert 0 == person.sync().code
        yield person


def renewals(owner: Owner) -> int:
    """How often a refresh token was exchanged."""
    return len(owner.demo.logins.spent)


def until_a_renewal_is_due(owner: Owner) -> None:
    """Lets half of the token's life pass."""
    owner.clock.advance(HALF_LIFE)


def sync_while_pushes_fail(owner: Owner, *, after: int = 0) -> Ended:
    """A run during which GitHub refuses every push but the first ``after``."""
    git, pushes = owner.demo.github.git, 0

    def count() -> None:
        nonlocal pushes
        pushes += 1
        if pushes > after:
            git.protected.add("main")

    git.before_update = count
    ended = owner.sync()
    git.before_update = None
    git.protected.clear()
    return ended


def test_tokens_rotate_through_a_month_and_each_is_used_once(owner: Owner) -> None:
    for number in range(MONTH):
        if number % 9 == 0:
            owner.demo.world.watch(AIRING[number // 9 % 3 == 0])
        ended = owner.sync(scheduled=True)
        assert 0 == ended.code, ended.output
        assert owner.truth == owner.history
        assert "Connect Trakt" not in ended.output
    assert 0 == owner.demo.logins.reused
    assert MONTH * PARTED // HALF_LIFE - 1 <= renewals(owner) <= MONTH * PARTED // HALF_LIFE


def test_without_news_weeks_leave_a_commit_each_and_two_for_each_renewal(owner: Owner) -> None:
    before = len(owner.demo.github.store.history("main"))
    for _ in range(21):
        assert 0 == owner.sync(scheduled=True, later=timedelta(days=1)).code
    assert len(owner.demo.github.store.history("main")) - before <= 3 + 2 * renewals(owner)


def test_a_push_that_fails_before_the_renewal_puts_it_off_to_the_next_run(owner: Owner) -> None:
    until_a_renewal_is_due(owner)
    owner.demo.world.watch(AIRING[0])

    ended = sync_while_pushes_fail(owner)

    assert "The Trakt log-in was not renewed" in ended.output
    assert 0 == renewals(owner)
    assert owner.truth == owner.history
    assert 0 == owner.sync().code
    assert (1, 0) == (renewals(owner), owner.demo.logins.reused)


def test_a_push_that_fails_after_the_renewal_is_said_and_the_old_token_serves_out_its_life(owner: Owner) -> None:
    until_a_renewal_is_due(owner)

    ended = sync_while_pushes_fail(owner, after=1)

    assert NOT_STORED == ended.code
    assert "did not reach GitHub" in ended.output
    assert 1 == renewals(owner)
    assert_serves_out_its_life(owner)


def test_what_a_failed_push_left_on_the_disk_is_saved_by_the_last_step(owner: Owner) -> None:
    until_a_renewal_is_due(owner)
    assert NOT_STORED == sync_while_pushes_fail(owner, after=1).code

    assert 0 == owner.do("save").code

    for _ in range(9):
        owner.clock.advance(timedelta(days=1))
        ended = owner.sync()
        assert 0 == ended.code, ended.output
    assert 0 == owner.demo.logins.reused


@pytest.mark.parametrize(
    "fault", [Fault.DROP_AFTER, Fault.BAD_GATEWAY_AFTER, Fault.TRUNCATED, Fault.STALL_THEN_DROP, Fault.ERROR_500]
)
def test_a_lost_answer_to_a_renewal_uses_up_the_old_token_then_asks_to_connect(owner: Owner, fault: Fault) -> None:
    until_a_renewal_is_due(owner)
    owner.demo.faults.at(fault, 1, service="trakt_auth")

    ended = owner.sync()

    assert 0 == ended.code
    assert "run Actions → Connect Trakt before" in ended.output
    assert_serves_out_its_life(owner)


def assert_serves_out_its_life(owner: Owner) -> None:
    """The next runs work and warn, until the old token expires; then they ask to connect, which heals it."""
    asked = owner.demo.log.count("trakt_auth")
    until = owner.clock.now() + timedelta(days=2, hours=12)
    while owner.clock.now() < until:
        if owner.clock.now() < until - timedelta(days=2):
            owner.demo.world.watch(AIRING[0])
        ended = owner.sync(scheduled=True)
        assert 0 == ended.code, ended.output
        assert "Connect Trakt before" in ended.output
        assert owner.truth == owner.history
    owner.clock.advance(timedelta(days=1))
    ended = owner.sync(scheduled=True)
    assert LOGIN == ended.code
    assert "Connect Trakt" in ended.summary
    assert asked == owner.demo.log.count("trakt_auth")

    assert 0 == owner.do("connect").code
    assert 0 == owner.sync(scheduled=True).code
    assert 0 == owner.demo.logins.reused


@pytest.mark.parametrize("fault", [Fault.HTML_429])
def test_a_renewal_that_trakt_turns_away_is_asked_again_by_the_next_run(owner: Owner, fault: Fault) -> None:
    until_a_renewal_is_due(owner)
    owner.demo.faults.at(fault, 1, service="trakt_auth")

    assert 0 == owner.sync().code
    assert 0 == renewals(owner)
    assert 0 == owner.sync().code
    assert (1, 0) == (renewals(owner), owner.demo.logins.reused)


def test_a_revoked_log_in_says_to_connect_and_is_not_asked_for_again_and_again(owner: Owner) -> None:
    owner.demo.logins.refresh.clear()
    owner.demo.logins.access.clear()

    ended = owner.sync()

    assert LOGIN == ended.code
    assert "Connect Trakt" in ended.output
    assert ended.requests["trakt_auth"] <= 1
    assert LOGIN == owner.sync().code
    assert 0 == owner.sync().requests["trakt_auth"]
