"""Trouble at every single request of a run, one after the other: the history ends as if nothing had been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.faults import Fault
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.store import STORE_FILE, EncryptedTokenStore
from tests.faults.harness import Owner, world_of

KINDS = (
    Fault.DROP_BEFORE,
    Fault.DROP_AFTER,
    Fault.ERROR_500,
    Fault.BAD_GATEWAY_AFTER,
    Fault.UNAVAILABLE,
    Fault.HTML_429,
    Fault.TRUNCATED,
    Fault.STALL,
)
TWO_BATCHES = (5081, 11597, 15689, 17074, 108465, 127720, 146065, 166873, 112151)
"""Two shows and a film, nine entries: split cours, an episode 0, specials in between; 101 plays."""
SHARDS = 3
"""Parts that the test runner may deal out."""

History = Counter[tuple[str, int, datetime]]


@contextmanager
def somebody(folder: Path) -> Iterator[Owner]:
    """A copy on GitHub whose stored log-in is due for renewal, before its first sync."""
    with world_of(*TWO_BATCHES) as (demo, clock):
        owner = Owner(demo, clock, folder)
        given = TokenPair(
            owner.settings.pop("TRAKT_ACCESS_TOKEN"),
            owner.settings.pop("TRAKT_REFRESH_TOKEN"),
            clock.now(),
            timedelta(days=7),
            "misaki",
        )
        EncryptedTokenStore(owner.state / STORE_FILE, key=owner.settings["TRAKT_CLIENT_SECRET"], key_name="").save(
            given
        )
        sealed = (owner.state / STORE_FILE).read_bytes()
        demo.github.store.push("main", {f"state/{STORE_FILE}": sealed}, "Trakt log-in", clock.now())
        clock.advance(timedelta(days=4))
        yield owner


def full_history(owner: Owner) -> History:
    """Every play with its time."""
    return Counter((play.kind, play.trakt_id, play.watched_at) for play in owner.demo.world.account.plays)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, dict[str, int]]:
    """The history that must come of it, and how many requests each service gets."""
    with somebody(tmp_path_factory.mktemp("undisturbed")) as owner:
        ended = owner.sync()
        assert (0, owner.truth) == (ended.code, owner.history)
        assert 2 == ended.writes
        return full_history(owner), dict(ended.requests)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: fault.name.lower().replace("_", " "))
def test_trouble_at_any_request_is_made_good_by_the_runs_that_follow(
    fault: Fault,
    shard: int,
    undisturbed: tuple[History, dict[str, int]],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    history, requests = undisturbed
    assert {"anilist", "trakt", "trakt_auth", "datasets", "github"} <= requests.keys()
    places = [(service, number) for service, count in requests.items() for number in range(1, count + 1)]
    for service, number in places[shard::SHARDS]:
        with somebody(tmp_path / f"{service}-{number}") as owner:
            owner.demo.faults.at(fault, number, service=service)
            disturbed = owner.sync()
            struck = owner.demo.faults.struck
            assert [fault] == struck, f"{service} {number} was not reached"
            assert owner.history <= owner.truth, f"{service} {number}\n{disturbed.output}"
            assert 70 != disturbed.code, disturbed.output

            owner.sync_until_well()

            assert history == full_history(owner), f"{service} {number}"
            assert 0 == owner.demo.logins.reused
    record_property("cases: a fault at a request, then runs without", len(places[shard::SHARDS]))
