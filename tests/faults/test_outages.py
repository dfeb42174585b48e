"""A service is off, slow or in the way: bounded waiting, a green end with a notice, and red only after a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from demo.server import Reply, Request, html
from sync.model.plan import LedgerPlay, PlayState
from sync.model.trakt import PlayKind
from sync.services.state.ledger_file import parse_ledger, render_ledger
from tests.fakes import FakeClock
from tests.faults.harness import Owner, meddling, world_of

SHOWS = (145064, 172463, 112151)
OUTAGE = BUSY = 5
BUDGET = 600
"""Seconds that a run may take: ``TIME_BUDGET``."""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Somebody whose first sync is done, with an episode more to add."""
    with world_of(*SHOWS) as (demo, clock):
        person = Owner(demo, clock, tmp_path)
        assert 0 == person.sync().code
        demo.world.watch(172463)
        yield person


Trouble = Callable[[Request, Reply], Reply]


def answers(status: int, **headers: str) -> Trouble:
    return lambda request, answer: html(status, "Something is wrong", headers)


def disabled(request: Request, answer: Reply) -> Reply:
    words = "The AniList API has been temporarily disabled due to severe stability issues."
    return Reply(403, {"errors": [{"message": words, "status": 403}], "data": None})


ANILIST_TROUBLE: dict[str, Trouble] = {
    "temporarily disabled": disabled,
    "a challenge page": answers(403),
    "429 without a word of when": answers(429),
    "429 for a minute, again and again": answers(429, **{"Retry-After": "60"}),
    "429 for an hour": answers(429, **{"Retry-After": "3600"}),
    "500": answers(500),
    "503": answers(503),
    "504": answers(504),
}
TRAKT_TROUBLE: dict[str, Trouble] = {
    "a challenge page": answers(403),
    "429 without a word of when": answers(429),
    "429 for an hour": answers(429, **{"Retry-After": "3600"}),
    "500": answers(500),
    "503": answers(503),
    "520": answers(520),
}
CASES = [("anilist", name) for name in ANILIST_TROUBLE] + [("trakt", name) for name in TRAKT_TROUBLE]


def trouble_of(service: str, name: str) -> Trouble:
    return (ANILIST_TROUBLE if service == "anilist" else TRAKT_TROUBLE)[name]


@pytest.mark.parametrize(("service", "name"), CASES)
def test_an_outage_is_waited_for_within_bounds_then_ends_green_and_after_a_day_red(
    owner: Owner, service: str, name: str
) -> None:
    with meddling(getattr(owner.demo, service), trouble_of(service, name)):
        started = owner.clock.monotonic()
        ended = owner.sync(scheduled=True)
        took = owner.clock.monotonic() - started - timedelta(hours=6).total_seconds()

        assert 0 == ended.code, ended.output
        assert "::notice title=Tried again at the next run::" in ended.output
        assert took <= BUDGET
        assert ended.requests[service] <= 12
        assert 0 == ended.writes

        assert OUTAGE == owner.sync(later=timedelta(0)).code, "one that was started by hand says so at once"
        while owner.clock.monotonic() < started + timedelta(hours=18).total_seconds():
            assert 0 == owner.sync(scheduled=True).code
        owner.clock.advance(timedelta(hours=8))
        ended = owner.sync(scheduled=True)
        assert OUTAGE == ended.code
        assert "::error::" in ended.output

    assert 0 == owner.sync(scheduled=True).code
    assert owner.truth == owner.history


def test_trakt_going_down_in_the_middle_keeps_what_is_done(tmp_path: Path) -> None:
    with world_of() as (demo, clock):
        owner = Owner(demo, clock, tmp_path)

        def down_after_a_batch(request: Request, answer: Reply) -> Reply:
            written = len(demo.world.account.plays) > 100
            return html(503, "down") if written and request.path != "/sync/history" else answer

        demo.faults.at(Fault.DROP_BEFORE, 2, service="trakt", method="POST")
        with meddling(demo.trakt, down_after_a_batch):
            ended = owner.sync(scheduled=True)

        assert 100 < owner.history.total() < owner.truth.total()
        assert ended.writes == 2
        assert 0 == owner.sync().code
        assert owner.truth == owner.history


def test_an_outage_of_github_costs_no_play(owner: Owner) -> None:
    with meddling(owner.demo.github, answers(503)):
        ended = owner.sync(scheduled=True)
    assert owner.truth == owner.history
    assert "could not be stored on GitHub" in ended.output

    assert 0 == owner.sync(scheduled=True).writes
    assert owner.truth == owner.history
    assert b"172463" in owner.committed["plays.json"]


def test_a_first_import_larger_than_the_budget_is_cut_at_a_batch_and_carried_on(tmp_path: Path) -> None:
    with world_of() as (demo, clock):
        owner = Owner(demo, clock, tmp_path, TIME_BUDGET="3")

        def slow(request: Request, answer: Reply) -> Reply:
            if request.method == "POST" and request.path == "/sync/history":
                clock.sleep(150)
            return answer

        with meddling(demo.trakt, slow):
            first = owner.sync()
            assert (0, 1) == (first.code, first.writes), first.output
            assert 104 == owner.history.total()
            assert "100" in first.summary
            assert "21" in first.summary
            second = owner.sync()
        assert (0, 1) == (second.code, second.writes), second.output
        assert owner.truth == owner.history


def test_a_long_import_is_committed_on_its_way(tmp_path: Path) -> None:
    """So that a runner that is lost in the middle takes no more than a few minutes of memory with it."""
    with world_of() as (demo, clock):
        owner = Owner(demo, clock, tmp_path, TIME_BUDGET="30")

        def slow(request: Request, answer: Reply) -> Reply:
            if request.method == "POST" and request.path == "/sync/history":
                clock.sleep(310)
            return answer

        with meddling(demo.trakt, slow):
            ended = owner.sync()

        assert (0, 2) == (ended.code, ended.writes), ended.output
        messages = [commit.message for commit in demo.github.store.history("main")]
        assert 1 == sum(message.startswith("Adding plays") for message in messages)
        assert 1 == sum(message.startswith("Still adding plays") for message in messages)


def test_somebody_editing_the_overrides_meanwhile_is_no_trouble(owner: Owner) -> None:
    git, store = owner.demo.github.git, owner.demo.github.store
    edits = 0

    def edit() -> None:
        nonlocal edits
        if edits < 2:
            edits += 1
            store.push("main", {"overrides.yaml": f"# edit {edits}\n".encode()}, "An edit", owner.clock.now())

    git.before_update = edit
    ended = owner.sync()

    assert 0 == ended.code, ended.output
    assert 2 == edits
    assert b"# edit 2\n" == store.files("main")["overrides.yaml"]
    assert owner.truth == owner.history
    assert 0 == owner.sync().writes


def no_pushes(owner: Owner) -> None:
    owner.demo.github.git.protected.add("main")


def read_only_token(owner: Owner) -> None:
    owner.settings["GITHUB_TOKEN"] = owner.demo.github.new_token(frozenset())


@pytest.mark.parametrize(
    ("hinder", "says"),
    [(no_pushes, "A rule protects the branch from this job"), (read_only_token, "Read and write permissions")],
)
def test_a_push_that_is_refused_is_explained_and_costs_nothing(
    owner: Owner, hinder: Callable[[Owner], None], says: str
) -> None:
    token, before = owner.settings["GITHUB_TOKEN"], owner.committed
    hinder(owner)

    ended = owner.sync()

    assert owner.truth == owner.history
    assert before == owner.committed
    assert "could not be stored on GitHub" in ended.output
    assert says in ended.output
    assert 0 == owner.sync().writes

    owner.settings["GITHUB_TOKEN"] = token
    owner.demo.github.git.protected.clear()
    owner.demo.world.watch(172463)
    assert 0 == owner.sync().code
    assert owner.truth == owner.history
    assert before["plays.json"] != owner.committed["plays.json"]


def test_a_commit_never_takes_back_what_another_run_committed_meanwhile(owner: Owner) -> None:
    """Another run's entry in the ledger, committed between this run's read and its push, is still there after it."""
    store, git = owner.demo.github.store, owner.demo.github.git
    foreign = LedgerPlay(1, PlayKind.EPISODE, 4242, PlayState.CONFIRMED)

    def push_once() -> None:
        git.before_update = None
        ledger = parse_ledger(owner.committed["plays.json"], "plays.json")
        content = render_ledger(ledger.noting([(999, foreign)]))
        store.push("main", {"state/plays.json": content}, "Another run", owner.clock.now())

    git.before_update = push_once
    assert BUSY == owner.sync().code
    ended = owner.sync()
    assert 0 == ended.code, ended.output

    assert (foreign,) == parse_ledger(owner.committed["plays.json"], "plays.json").of(999)
    assert owner.truth == owner.history


class BreakingClock(FakeClock):
    """It stands for a part of the program with a bug: once it ``is_broken``, it cannot tell how long something took."""

    is_broken = False

    def monotonic(self) -> float:
        if self.is_broken:
            raise ZeroDivisionError
        return super().monotonic()


@pytest.mark.parametrize("scheduled", [True, False])
def test_a_bug_is_said_on_the_page_and_of_a_scheduled_run_in_an_issue_that_the_next_good_run_closes(
    tmp_path: Path, scheduled: bool
) -> None:
    clock = BreakingClock()
    with world_of(*SHOWS, clock=clock) as (demo, _):
        owner = Owner(demo, clock, tmp_path)
        clock.is_broken = True

        ended = owner.sync(scheduled=scheduled)

        assert 70 == ended.code
        assert "::error::This is a bug (ZeroDivisionError). Please report it" in ended.output
        assert "Traceback" in ended.output
        assert "This is a bug (ZeroDivisionError)" in ended.summary
        assert Counter() == owner.history
        issues = demo.github.issues.issues
        assert [scheduled] == [any("This is a bug" in str(issue["body"]) for issue in issues)]

        clock.is_broken = False
        owner.sync_until_well()
        assert all(issue["state"] == "closed" for issue in demo.github.issues.issues)
