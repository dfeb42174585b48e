"""Ratings, watchlist and dropped shows as Trakt's contract has them; answers are in the documented shape (2026-07)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from requests_mock import Mocker

from sync.errors import LoginError, SuspiciousRead
from sync.model.budget import BATCH
from sync.model.lists import UNREADABLE_VALUE, ItemKind, ListItem, TraktList
from sync.services.http.transport import OutcomeUnknown
from sync.services.trakt.account import TraktLists, stamp_names
from sync.services.trakt.client import TraktClient
from sync.services.trakt.wire import AccountFull
from tests.fakes import FakeClock
from tests.services.wiring import last_request, pages, ten_minutes, transport_on

API = "https://api.trakt.tv"
TITAN, TITAN_2 = ListItem(ItemKind.SHOW, 1420), ListItem(ItemKind.SEASON, 5002)
SUZUME = ListItem(ItemKind.MOVIE, 788)
NOTHING: dict[str, list[object]] = {"movies": [], "shows": [], "seasons": [], "episodes": []}


class Tokens:
    def access_token(self) -> str:
        return "access"

    def renew(self) -> None:
        raise LoginError("refused")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lists(clock: FakeClock) -> TraktLists:
    return TraktClient(transport_on(clock), API, "client", Tokens()).lists


def row(kind: str, trakt_id: int, **more: object) -> dict[str, object]:
    return {"type": kind, kind: {"ids": {"trakt": trakt_id}}, **more}


def answer(**not_found: list[object]) -> dict[str, object]:
    return {"added": {"movies": 0, "shows": 1, "seasons": 0}, "not_found": NOTHING | not_found}


def test_ratings_are_read_kind_by_kind_and_page_by_page(
    clock: FakeClock, lists: TraktLists, requests_mock: Mocker
) -> None:
    ratings = [
        {"json": [row("show", 1420, rating=8)], "headers": dict(pages(1, 2))},
        {"json": [row("show", 60417, rating=3)], "headers": dict(pages(2, 2))},
    ]
    requests_mock.get(f"{API}/sync/ratings/shows", ratings)
    requests_mock.get(f"{API}/sync/ratings/seasons", json=[row("season", 5002, rating=9)], headers=dict(pages(1, 1)))

    found = lists.fetch(TraktList.RATINGS, ten_minutes(clock), kinds={ItemKind.SHOW, ItemKind.SEASON})

    assert {TITAN: 8, ListItem(ItemKind.SHOW, 60417): 3, TITAN_2: 9} == found
    assert 3 == requests_mock.call_count


def test_dropped_shows_are_the_hidden_ones_of_that_section(
    clock: FakeClock, lists: TraktLists, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{API}/users/hidden/dropped?type=show", json=[row("show", 1420)], headers=dict(pages(1, 1)))

    assert {TITAN: 1} == lists.fetch(TraktList.DROPPED, ten_minutes(clock))


def test_a_row_of_another_kind_is_left_out(clock: FakeClock, lists: TraktLists, requests_mock: Mocker) -> None:
    requests_mock.get(
        f"{API}/sync/watchlist/shows", json=[row("show", 1420), row("episode", 7)], headers=dict(pages(1, 1))
    )

    assert {TITAN: 1} == lists.fetch(TraktList.WATCHLIST, ten_minutes(clock), kinds={ItemKind.SHOW})


@pytest.mark.parametrize(
    ("which", "page", "headers"),
    [
        (TraktList.WATCHLIST, {"error": "?"}, pages(1, 1)),
        (TraktList.WATCHLIST, [{"type": "show", "show": {"ids": {}}}], pages(1, 1)),
        (TraktList.RATINGS, [row("show", -1420, rating=8)], pages(1, 1)),
        (TraktList.WATCHLIST, [row("show", 10**400)], pages(1, 1)),
        (TraktList.WATCHLIST, [None], pages(1, 1)),
        (TraktList.WATCHLIST, [row("show", 1420)], {}),
    ],
)
def test_a_page_that_is_short_or_shapeless_is_suspicious(
    lists: TraktLists, requests_mock: Mocker, which: TraktList, page: object, headers: dict[str, str]
) -> None:
    clock = FakeClock()
    requests_mock.get(f"{API}/sync/{which.value}/shows", json=page, headers=headers)

    with pytest.raises(SuspiciousRead):
        lists.fetch(which, ten_minutes(clock), kinds={ItemKind.SHOW})


@pytest.mark.parametrize("rating", [None, 0, 11, -8, 8.5, "8", True, 10**400])
def test_an_item_whose_rating_cannot_be_right_is_known_to_be_there(
    clock: FakeClock, requests_mock: Mocker, rating: object
) -> None:
    rows = [row("show", 1420, rating=rating), row("show", 60417, rating=3)]
    requests_mock.get(f"{API}/sync/ratings/shows", json=rows, headers=dict(pages(1, 1)))
    transport = transport_on(clock)
    lists = TraktClient(transport, API, "client", Tokens()).lists

    found = lists.fetch(TraktList.RATINGS, ten_minutes(clock), kinds={ItemKind.SHOW})

    assert {TITAN: UNREADABLE_VALUE, ListItem(ItemKind.SHOW, 60417): 3} == found
    assert [("shows on a list", 1420)] == [(each.what, each.row_id) for each in transport.left_out]


def test_ratings_are_set_by_trakt_id_and_seasons_by_their_own(
    clock: FakeClock, lists: TraktLists, requests_mock: Mocker
) -> None:
    requests_mock.post(f"{API}/sync/ratings", status_code=201, json=answer())

    assert frozenset() == lists.put(TraktList.RATINGS, {TITAN: 8, TITAN_2: 9, SUZUME: 10}, ten_minutes(clock))
    assert last_request(requests_mock).json() == {
        "movies": [{"ids": {"trakt": 788}, "rating": 10}],
        "seasons": [{"ids": {"trakt": 5002}, "rating": 9}],
        "shows": [{"ids": {"trakt": 1420}, "rating": 8}],
    }


@pytest.mark.parametrize(
    ("which", "path"), [(TraktList.WATCHLIST, "/sync/watchlist"), (TraktList.DROPPED, "/users/hidden/dropped")]
)
def test_a_show_is_put_and_taken_without_anything_inside_it(
    clock: FakeClock, lists: TraktLists, requests_mock: Mocker, which: TraktList, path: str
) -> None:
    put = requests_mock.post(f"{API}{path}", json=answer())
    take = requests_mock.post(f"{API}{path}/remove", json={"deleted": {"shows": 1}, "not_found": NOTHING})

    lists.put(which, {TITAN: 1}, ten_minutes(clock))
    lists.take(which, [TITAN], ten_minutes(clock))

    assert (1, 1) == (put.call_count, take.call_count)
    assert [{"shows": [{"ids": {"trakt": 1420}}]}] * 2 == [sent.json() for sent in requests_mock.request_history]


def test_what_trakt_does_not_know_is_named(clock: FakeClock, lists: TraktLists, requests_mock: Mocker) -> None:
    requests_mock.post(f"{API}/sync/watchlist", json=answer(seasons=[{"ids": {"trakt": 5002}}]))

    assert frozenset({TITAN_2}) == lists.put(TraktList.WATCHLIST, {TITAN: 1, TITAN_2: 1}, ten_minutes(clock))


@pytest.mark.parametrize(
    "said", [{}, {"not_found": None}, answer(shows=[{"ids": {"trakt": 99}}]), answer(shows=[{"title": "?"}])]
)
def test_an_answer_that_does_not_say_what_was_done_leaves_the_outcome_unknown(
    clock: FakeClock, lists: TraktLists, requests_mock: Mocker, said: dict[str, object]
) -> None:
    requests_mock.post(f"{API}/sync/watchlist", json=said)

    with pytest.raises(OutcomeUnknown):
        lists.put(TraktList.WATCHLIST, {TITAN: 1}, ten_minutes(clock))
    assert 1 == requests_mock.call_count


def test_a_full_account_says_so_even_without_a_body(clock: FakeClock, lists: TraktLists, requests_mock: Mocker) -> None:
    requests_mock.post(f"{API}/sync/watchlist", status_code=420, text="")

    with pytest.raises(AccountFull, match="420"):
        lists.put(TraktList.WATCHLIST, {TITAN: 1}, ten_minutes(clock))


@pytest.mark.parametrize("write", [TraktLists.put, TraktLists.take])
@pytest.mark.parametrize("count", [0, BATCH + 1])
def test_a_post_takes_1_to_100_items(
    clock: FakeClock, lists: TraktLists, write: Callable[..., object], count: int
) -> None:
    items = {ListItem(ItemKind.SHOW, number): 1 for number in range(1, count + 1)}

    with pytest.raises(ValueError, match="1 to 100"):
        write(lists, TraktList.WATCHLIST, items, ten_minutes(clock))


def test_every_shelf_has_stamps_in_last_activities() -> None:
    assert {"shows.dropped_at"} == set(stamp_names(TraktList.DROPPED))
    assert all(stamp_names(which) for which in TraktList)
