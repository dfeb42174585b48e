"""How Trakt writes: nothing is checked for you (Trakt API docs: sync/history; staff comments on precision, 2026-08)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from demo.start import DemoServices
from demo.trakt.account import EPOCH, DemoPlay
from tests.demo_world import trakt_headers
from tests.fakes import FakeClock

AOT_3_13 = (1420, 3, 13)


def post(demo: DemoServices, path: str, body: object) -> requests.Response:
    answer = requests.post(demo.urls["trakt"] + path, headers=trakt_headers(demo), json=body, timeout=10)
    demo.world.clock.sleep(1)
    return answer


def episode_id(demo: DemoServices, place: tuple[int, int, int] = AOT_3_13) -> int:
    show = next(t for t in demo.world.library.titles if t.trakt_id == place[0] and t.kind == "show")
    return next(e.trakt_id for e in show.episodes if (e.season, e.number) == place[1:])


def plays_of(demo: DemoServices, trakt_id: int) -> list[DemoPlay]:
    return [play for play in demo.world.account.of("episode") if play.trakt_id == trakt_id]


def add(demo: DemoServices, watched_at: str | None = "2026-01-02T03:04:05Z") -> requests.Response:
    item: dict[str, object] = {"ids": {"trakt": episode_id(demo)}}
    return post(demo, "/sync/history", {"episodes": [item | ({"watched_at": watched_at} if watched_at else {})]})


def test_an_added_play_is_counted_in_a_201(demo: DemoServices) -> None:
    """Source: Trakt clients, NuvioTV#1694 (2026-05-04); the contract says 200."""
    answer = add(demo)

    assert answer.status_code == 201
    assert answer.json()["added"] == {"movies": 0, "episodes": 1}


def test_the_same_post_twice_makes_a_second_play(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/history: "We don't verify the item + watched_at to ensure it's unique"."""
    add(demo)
    add(demo)

    assert len(plays_of(demo, episode_id(demo))) == 2


def test_seconds_are_dropped(demo: DemoServices) -> None:
    """Source: Trakt staff, trakt/trakt-api#876 (2026-08-03); CrossWatch#104."""
    add(demo, "2026-01-02T03:04:55.900Z")

    assert plays_of(demo, episode_id(demo))[0].watched_at == datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_without_a_time_it_was_now(demo: DemoServices) -> None:
    """Source: Trakt contract, bulkMediaRequestSchema."""
    add(demo, None)

    assert plays_of(demo, episode_id(demo))[0].watched_at == datetime(2026, 11, 22, 6, 17, tzinfo=UTC)


def test_an_unknown_time_reads_back_as_the_epoch(demo: DemoServices) -> None:
    """Source: Trakt clients, CrossWatch#465 (2026-07-23)."""
    add(demo, "unknown")

    assert plays_of(demo, episode_id(demo))[0].watched_at == EPOCH


def test_released_is_the_end_of_the_first_broadcast(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/history: release date and running time."""
    add(demo, "released")

    assert plays_of(demo, episode_id(demo))[0].watched_at == datetime(2019, 4, 29, 14, 54, tzinfo=UTC)


def test_a_time_that_is_none_is_a_422_and_nothing_is_stored(demo: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md."""
    before = list(demo.world.account.plays)

    assert add(demo, "yesterday evening").status_code == 422
    assert demo.world.account.plays == before


def test_what_trakt_does_not_know_is_named_and_the_rest_is_stored(demo: DemoServices) -> None:
    """Source: Trakt contract, historyResponseSchema."""
    unknown = {"ids": {"trakt": 99_999_999}, "watched_at": "2026-01-02T03:04:00Z"}
    known = {"ids": {"trakt": episode_id(demo)}, "watched_at": "2026-01-02T03:04:00Z"}
    answer = post(demo, "/sync/history", {"episodes": [known, unknown]})

    assert answer.status_code == 201
    assert answer.json()["added"]["episodes"] == 1
    assert answer.json()["not_found"]["episodes"] == [unknown]


@pytest.mark.parametrize("by", ["trakt", "tvdb"])
def test_an_episode_is_named_by_its_trakt_or_tvdb_id(demo: DemoServices, by: str) -> None:
    """Source: Trakt contract, episodeIdsRequestSchema."""
    found = next(e for t in demo.world.library.titles for e in t.episodes if e.tvdb_id)
    value = found.trakt_id if by == "trakt" else found.tvdb_id
    answer = post(demo, "/sync/history", {"episodes": [{"ids": {by: value}}]})

    assert answer.json()["added"]["episodes"] == 1
    assert demo.world.account.plays[-1].trakt_id == found.trakt_id


def test_a_film_is_not_released_as_an_episode_is(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/history: "released" is for episodes only."""
    answer = post(demo, "/sync/history", {"movies": [{"ids": {"trakt": 96}, "watched_at": "released"}]})

    assert answer.status_code == 422


def watchlist_of(demo: DemoServices, *keys: tuple[str, int]) -> set[tuple[str, int]]:
    """What is left of these on the watchlist after an episode and a film were watched."""
    account = demo.world.account
    account.watchlist = dict.fromkeys(keys, "2026-01-01T00:00:00.000Z")
    demo.world.clock.sleep(60)
    post(
        demo, "/sync/history", {"episodes": [{"ids": {"trakt": episode_id(demo)}}], "movies": [{"ids": {"trakt": 96}}]}
    )
    return set(account.watchlist)


def test_what_was_watched_leaves_the_watchlist(demo: DemoServices) -> None:
    """Source: Trakt docs, sync/history: watching takes the item, its season and show off the watchlist."""
    show = next(t for t in demo.world.library.titles if t.trakt_id == AOT_3_13[0] and t.kind == "show")
    season, other = (demo.trakt.catalogue.season_id(show, number) for number in (3, 4))
    watched = [("episode", episode_id(demo)), ("season", season), ("show", 1420), ("movie", 96)]
    before = demo.world.account.activity.get("watchlist.updated_at", "")

    assert watchlist_of(demo, *watched, ("season", other), ("movie", 1420)) == {("season", other), ("movie", 1420)}
    assert before < demo.world.account.activity["watchlist.updated_at"]


def test_a_show_without_seasons_means_all_its_episodes(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/history."""
    answer = post(demo, "/sync/history", {"shows": [{"ids": {"slug": "frieren-beyond-journey-s-end"}, "seasons": []}]})

    assert answer.json()["added"]["episodes"] == 58


def test_an_episode_by_number_must_have_trakts_number(demo: DemoServices) -> None:
    """Source: Trakt clients, iamkroot/trakt-scrobbler#199."""

    def by_number(number: int) -> requests.Response:
        seasons = [{"number": 22, "episodes": [{"number": number}]}]
        return post(demo, "/sync/history", {"shows": [{"ids": {"trakt": 37696}, "seasons": seasons}]})

    assert by_number(1090).json()["added"]["episodes"] == 1
    assert by_number(2).json()["added"]["episodes"] == 0


def test_only_one_play_is_kept_where_the_user_wants_it_so(demo: DemoServices) -> None:
    """Source: Trakt clients, cenodude/CrossWatch 83906c5f (2026-08-08)."""
    demo.world.account.watch_only_once = True
    add(demo)
    answer = add(demo)

    assert answer.json()["added"]["episodes"] == 0
    assert len(plays_of(demo, episode_id(demo))) == 1


def test_one_play_is_removed_by_its_history_id(demo: DemoServices) -> None:
    """Source: Trakt contract, historyRemoveRequestSchema."""
    add(demo)
    add(demo)
    first, second = plays_of(demo, episode_id(demo))
    answer = post(demo, "/sync/history/remove", {"ids": [first.history_id, 7]})

    assert answer.json()["deleted"] == {"movies": 0, "episodes": 1}
    assert answer.json()["not_found"]["ids"] == [7]
    assert plays_of(demo, episode_id(demo)) == [second]


def test_removing_an_episode_by_its_own_id_takes_all_its_plays(demo: DemoServices) -> None:
    """Source: Trakt contract, historyRemoveRequestSchema."""
    add(demo)
    add(demo)
    post(demo, "/sync/history/remove", {"episodes": [{"ids": {"trakt": episode_id(demo)}}]})

    assert plays_of(demo, episode_id(demo)) == []


def test_adding_and_removing_both_move_the_stamp(demo: DemoServices, clock: FakeClock) -> None:
    """Source: Trakt clients, trakt/trakt-api#472 (2024)."""

    def stamp() -> str:
        answer = requests.get(demo.urls["trakt"] + "/sync/last_activities", headers=trakt_headers(demo), timeout=10)
        return str(answer.json()["episodes"]["watched_at"])

    seen = [stamp()]
    add(demo)
    seen.append(stamp())
    clock.advance(timedelta(minutes=3))
    post(demo, "/sync/history/remove", {"episodes": [{"ids": {"trakt": episode_id(demo)}}]})
    seen.append(stamp())

    assert seen == sorted(set(seen))


def test_a_rating_overwrites_the_one_before(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/ratings."""
    for rating in (7, 9):
        post(demo, "/sync/ratings", {"shows": [{"ids": {"trakt": 1420}, "rating": rating}]})
    rows = requests.get(demo.urls["trakt"] + "/sync/ratings/shows", headers=trakt_headers(demo), timeout=10).json()

    assert [(row["type"], row["rating"]) for row in rows] == [("show", 9)]


@pytest.mark.parametrize("rating", [0, 11, "ten"])
def test_a_rating_beyond_1_to_10_is_a_422(demo: DemoServices, rating: object) -> None:
    """Source: Trakt contract, ratingsParamSchema."""
    assert post(demo, "/sync/ratings", {"shows": [{"ids": {"trakt": 1420}, "rating": rating}]}).status_code == 422


def test_the_watchlist_takes_a_thing_once_and_is_full_at_its_limit(demo: DemoServices) -> None:
    """Source: Trakt contract, listAddResponseSchema; user-account-limits.md: 420."""
    item = {"shows": [{"ids": {"trakt": 1420}}]}
    first, second = (post(demo, "/sync/watchlist", item).json() for _ in range(2))
    demo.world.account.watchlist_limit = 1

    assert (first["added"]["shows"], second["existing"]["shows"]) == (1, 1)
    assert post(demo, "/sync/watchlist", {"movies": [{"ids": {"trakt": 96}}]}).status_code == 420


def test_a_dropped_show_is_hidden_and_can_be_taken_back(demo: DemoServices) -> None:
    """Source: Trakt contract, users/subroutes/hidden.ts."""

    def dropped() -> list[str]:
        url = demo.urls["trakt"] + "/users/hidden/dropped?type=show"
        return [row["show"]["title"] for row in requests.get(url, headers=trakt_headers(demo), timeout=10).json()]

    item = {"shows": [{"ids": {"trakt": 1420}}]}
    post(demo, "/users/hidden/dropped", item)
    assert dropped() == ["Attack on Titan"]
    post(demo, "/users/hidden/dropped/remove", item)

    assert dropped() == []
