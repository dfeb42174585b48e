"""Trakt's shortest form of the plays is documented only on a branch of its contract. Without it the longer forms are
read, and the history ends the same: specials and films included, nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from demo.server import Reply, Request
from demo.start import DemoServices
from tests.faults.harness import Owner, meddling, world_of

SHOWS_SPECIALS_FILMS = (101921, 125368, 146065, 17074, 21569, 172463, 112151, 5)
"""Seasons; an OVA, an episode 0, specials in between and two to one among the specials of season 0; two films."""

Way = Callable[[DemoServices], AbstractContextManager[None]]


@contextmanager
def unknown(demo: DemoServices) -> Iterator[None]:
    """Trakt does not know ``extended=min`` and answers the lists of its contract."""
    demo.trakt.minimal = False
    yield
    demo.trakt.minimal = True


def refused(status: int) -> Way:
    """Trakt refuses every request for ``extended=min``."""

    def refuse(request: Request, answer: Reply) -> Reply:
        return Reply(status, text="") if request.query.get("extended") == "min" else answer

    return lambda demo: meddling(demo.trakt, refuse)


WAYS = pytest.mark.parametrize(
    "without_shortest_form", [unknown, *map(refused, (400, 404, 422))], ids=["unknown", "400", "404", "422"]
)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with world_of(*SHOWS_SPECIALS_FILMS) as (demo, clock):
        yield Owner(demo, clock, tmp_path)


@WAYS
def test_a_first_sync_ends_in_the_same_history(owner: Owner, without_shortest_form: Way) -> None:
    with without_shortest_form(owner.demo):
        first, second = owner.sync(), owner.sync()

    assert (0, 0) == (first.code, second.code), first.output + second.output
    assert owner.truth == owner.history
    assert 0 == second.writes


@WAYS
def test_what_is_there_is_seen_without_any_memory(owner: Owner, without_shortest_form: Way) -> None:
    assert 0 == owner.sync().code
    before = owner.history
    gone = dict.fromkeys(f"state/{name}" for name in owner.committed)
    owner.demo.github.store.push("main", gone, "Lose everything", owner.clock.now())
    shutil.rmtree(owner.state)

    with without_shortest_form(owner.demo):
        ended = owner.sync()

    assert 0 == ended.code, ended.output
    assert before == owner.history == owner.truth
    assert 0 == ended.writes


@WAYS
def test_what_is_watched_meanwhile_is_added_once(owner: Owner, without_shortest_form: Way) -> None:
    assert 0 == owner.sync().code
    owner.demo.world.watch(172463)

    with without_shortest_form(owner.demo):
        ended = owner.sync()

    assert 0 == ended.code, ended.output
    assert owner.truth == owner.history
    assert 1 == ended.writes
