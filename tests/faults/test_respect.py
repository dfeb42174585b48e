"""What the user or Trakt decided stands: it is not argued with, and not asked again and again."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo.server import Reply, Request
from tests.faults.harness import Owner, meddling, world_of

SHOWS = (145064, 172463, 112151)
LOGIN = 3


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Owner]:
    with world_of(*SHOWS) as (demo, clock):
        yield Owner(demo, clock, tmp_path)


@pytest.fixture
def owner(newcomer: Owner) -> Owner:
    """Somebody whose first sync is done."""
    assert 0 == newcomer.sync().code
    return newcomer


def test_a_play_that_was_removed_on_trakt_stays_removed_until_it_is_asked_for(owner: Owner) -> None:
    account = owner.demo.world.account
    removed = account.plays.pop(4)
    left = owner.history
    for _ in range(3):
        assert 0 == owner.sync().code
        owner.demo.world.watch(172463)
    owner.sync()
    assert (removed.kind, removed.trakt_id) not in owner.history
    assert left <= owner.history

    again = owner.sync(anilist_id=145064, again=True)

    assert (0, 1) == (again.code, again.writes), again.output
    assert owner.truth == owner.history


def test_asking_for_removed_plays_needs_to_say_of_which_entry(owner: Owner) -> None:
    ended = owner.sync(again=True)

    assert 2 == ended.code
    assert "--anilist-id" in ended.output


def test_plays_of_another_app_are_adopted_also_when_they_come_in_between(newcomer: Owner) -> None:
    account, truth = newcomer.demo.world.account, sorted(newcomer.truth)
    for kind, trakt_id in truth[:6]:
        account.add(kind, trakt_id, newcomer.clock.now() - timedelta(days=30), "scrobble")

    assert 0 == newcomer.sync().code
    assert newcomer.truth == newcomer.history

    newcomer.demo.world.watch(172463)
    (extra,) = newcomer.truth - newcomer.history
    account.add(*extra, newcomer.clock.now(), "scrobble")
    assert 0 == newcomer.sync().writes
    assert newcomer.truth == newcomer.history


def test_watch_only_once_is_honoured_when_another_app_is_faster(newcomer: Owner) -> None:
    """Between this run's read and its write, an app adds a play; Trakt keeps the one, and does not count ours."""
    account = newcomer.demo.world.account
    account.watch_only_once = True
    kind, trakt_id = sorted(newcomer.truth)[0]
    true_answer = newcomer.demo.trakt.answer
    pushed: list[bool] = []

    def be_faster(request: Request) -> Reply:
        if request.path == "/sync/history" and not pushed:
            pushed.append(True)
            account.add(kind, trakt_id, newcomer.clock.now(), "scrobble")
        return true_answer(request)

    setattr(newcomer.demo.trakt, "answer", be_faster)  # noqa: B010 - it is a method
    ended = newcomer.sync()

    assert 0 == ended.code, ended.output
    assert newcomer.truth == newcomer.history
    assert 1 == ended.writes
    assert 0 == newcomer.sync().writes


def test_what_trakt_does_not_count_and_does_not_have_is_reported_and_looked_at_again(newcomer: Owner) -> None:
    """A 201 whose counts are one short, and the play is not there afterwards."""
    account = newcomer.demo.world.account

    def lose_one(request: Request, answer: Reply) -> Reply:
        if request.path != "/sync/history" or request.method != "POST" or not isinstance(answer.value, dict):
            return answer
        lost = next(play for play in account.plays if play.kind == "episode")
        account.plays.remove(lost)
        added: Counter[str] = Counter(answer.value["added"])
        return replace(answer, value={**answer.value, "added": added - Counter(episodes=1)})

    with meddling(newcomer.demo.trakt, lose_one):
        ended = newcomer.sync()
    assert (0, 1) == (ended.code, ended.writes), ended.output
    assert 1 == (newcomer.truth - newcomer.history).total()

    assert 0 == newcomer.sync().code
    assert newcomer.truth == newcomer.history


def locked(owner: Owner) -> None:
    owner.demo.world.account.locked = True


def vip_only(owner: Owner) -> None:
    owner.demo.trakt.vip_only = True


def full(owner: Owner) -> None:
    owner.demo.world.account.history_limit = 0


def app_deleted(owner: Owner) -> None:
    owner.demo.logins.app_deleted = True


def revoked(owner: Owner) -> None:
    owner.demo.logins.refresh.clear()
    owner.demo.logins.access.clear()


@pytest.mark.parametrize(
    ("decide", "says", "remedy"),
    [
        (locked, "locked (423)", "support@trakt.tv"),
        (vip_only, "VIP members (426)", "trakt.tv/vip"),
        (full, "holds as much as it may (420)", "Make room"),
        (app_deleted, "does not know this API app", "TRAKT_CLIENT_ID"),
        (revoked, "Trakt refused the stored log-in (invalid_grant)", "Connect Trakt"),
    ],
)
def test_what_trakt_refuses_is_explained_and_not_asked_again(
    owner: Owner, decide: Callable[[Owner], None], says: str, remedy: str
) -> None:
    owner.demo.world.watch(172463)
    decide(owner)
    before = owner.history

    ended = owner.sync()

    assert LOGIN == ended.code, ended.output
    assert says in ended.output
    assert remedy in ended.output
    assert says in html.unescape(ended.summary).replace("\u200b", "")
    assert ended.writes <= 1
    assert ended.requests["trakt"] + ended.requests["trakt_auth"] <= 6
    assert before == owner.history


def test_once_the_account_is_free_again_nothing_is_missing(owner: Owner) -> None:
    owner.demo.world.watch(172463)
    for decide in (vip_only, full, locked):
        decide(owner)
        assert LOGIN == owner.sync().code
    owner.demo.world.account.locked = owner.demo.trakt.vip_only = False
    owner.demo.world.account.history_limit = 100_000

    assert 0 == owner.sync().code
    assert owner.truth == owner.history
