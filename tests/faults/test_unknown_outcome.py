"""A write whose outcome is not known is settled by reading Trakt, and never sent again before that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.server import Reply, Request, html
from sync.model.plan import PlayState
from sync.services.state.ledger_file import parse_ledger
from tests.faults.harness import Owner, meddling, world_of

UNKNOWN = 6
SHOWS = (145064, 172463, 112151)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody before the first sync: 27 plays, one batch."""
    with world_of(*SHOWS) as (demo, clock):
        yield Owner(demo, clock, tmp_path)


def requests_to_trakt(owner: Owner) -> list[str]:
    """What was asked of the history, in order: W for a write, R for a read of all episodes."""
    kinds = {("POST", "/sync/history"): "W", ("GET", "/sync/watched/episodes"): "R"}
    return [kinds[r.method, r.path] for r in owner.demo.log if (r.method, r.path) in kinds and r.service == "trakt"]


def states(owner: Owner) -> set[PlayState]:
    """What the ledger on GitHub says of its plays."""
    return {line.state for _, line in parse_ledger(owner.committed["plays.json"], "plays.json")}


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault.DROP_AFTER, "RWR"),
        (Fault.BAD_GATEWAY_AFTER, "RWR"),
        (Fault.TRUNCATED, "RWR"),
        (Fault.STALL_THEN_DROP, "RWR"),
        (Fault.DROP_BEFORE, "RWRW"),
        (Fault.ERROR_500, "RWRW"),
        (Fault.UNAVAILABLE, "RWRW"),
        (Fault.HTML_429, "RWRW"),
        (Fault.STALL, "RW"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else value,
)
def test_only_what_is_missing_after_a_fresh_read_is_sent_again(owner: Owner, fault: Fault, asked: str) -> None:
    owner.demo.faults.at(fault, 1, service="trakt", method="POST")

    ended = owner.sync()

    assert 0 == ended.code, ended.output
    assert list(asked) == requests_to_trakt(owner)
    assert owner.truth == owner.history
    assert "27 plays added" in ended.output


def test_there_is_a_pause_of_half_a_minute_before_the_read(owner: Owner) -> None:
    owner.demo.faults.at(Fault.DROP_AFTER, 1, service="trakt", method="POST")
    owner.sync()

    assert 30.0 in owner.clock.slept


def test_of_a_batch_that_was_half_carried_out_the_other_half_is_sent(owner: Owner) -> None:
    account = owner.demo.world.account
    sent: list[int] = []

    def half(request: Request, answer: Reply) -> Reply:
        if request.method != "POST" or request.path != "/sync/history":
            return answer
        body = json.loads(request.body)
        sent.append(sum(map(len, body.values())))
        if len(sent) > 1:
            return answer
        del account.plays[10:]
        return html(504, "Gateway Time-out")

    with meddling(owner.demo.trakt, half):
        ended = owner.sync()

    assert (0, [27, 17]) == (ended.code, sent), ended.output
    assert owner.truth == owner.history


def test_what_is_refused_three_times_waits_for_the_next_run(owner: Owner) -> None:
    for number in (1, 2, 3):
        owner.demo.faults.at(Fault.DROP_BEFORE, number, service="trakt", method="POST")

    ended = owner.sync()

    assert (UNKNOWN, 3) == (ended.code, ended.writes), ended.output
    assert "did not take 27 plays in 3 tries" in ended.output
    assert Counter() == owner.history
    assert (0, 1) == ((again := owner.sync()).code, again.writes)
    assert owner.truth == owner.history


def test_a_batch_is_settled_also_when_the_time_budget_is_over(owner: Owner) -> None:
    owner.settings["TIME_BUDGET"] = "3"

    def too_slow(request: Request, answer: Reply) -> Reply:
        if request.method == "POST" and request.path == "/sync/history":
            owner.clock.sleep(200)
            return html(504, "Gateway Time-out")
        return answer

    with meddling(owner.demo.trakt, too_slow):
        ended = owner.sync()

    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert "27 plays added" in ended.output
    assert owner.truth == owner.history


def test_what_is_missing_when_the_budget_is_over_is_left_for_the_next_run(owner: Owner) -> None:
    owner.settings["TIME_BUDGET"] = "3"
    account = owner.demo.world.account

    def too_slow(request: Request, answer: Reply) -> Reply:
        if request.method == "POST" and request.path == "/sync/history":
            owner.clock.sleep(200)
            account.plays.clear()
            return html(504, "Gateway Time-out")
        return answer

    with meddling(owner.demo.trakt, too_slow):
        ended = owner.sync()

    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert Counter() == owner.history
    assert (0, 1) == ((again := owner.sync()).code, again.writes)
    assert owner.truth == owner.history


def test_a_token_that_dies_before_the_write_is_renewed_and_the_batch_sent_once(owner: Owner) -> None:
    """Trakt answers 401 before it does anything, so that one is sent again."""

    def expire(request: Request, answer: Reply) -> Reply:
        if request.path == "/":
            owner.demo.logins.access.clear()
        return answer

    with meddling(owner.demo.anilist, expire):
        ended = owner.sync()

    assert 0 == ended.code, ended.output
    assert owner.truth == owner.history
    assert 0 == owner.demo.logins.reused


def test_a_run_that_ends_with_pending_plays_settles_them_in_the_next_without_sending(owner: Owner) -> None:
    """Trakt took the batch and then went away, so that nothing could be read again."""

    def gone(request: Request, answer: Reply) -> Reply:
        return html(503, "down") if owner.history else answer

    with meddling(owner.demo.trakt, gone):
        ended = owner.sync()
    assert (5, 1) == (ended.code, ended.writes), ended.output
    assert owner.truth == owner.history

    assert {PlayState.PENDING} == states(owner)

    ended = owner.sync(later=timedelta(hours=1))
    assert (0, 0) == (ended.code, ended.writes)
    assert owner.truth == owner.history
    assert {PlayState.CONFIRMED} == states(owner), "they are this job's own, and not another app's"
