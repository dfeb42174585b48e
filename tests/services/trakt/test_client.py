"""Trakt: catalogue, plays, account, and the only writes there are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests
import requests_mock

from sync.errors import AppRefused, LoginError, ServiceUnavailable, SuspiciousRead, SyncError
from sync.model.mapping import TextQuery, TitleRef
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import NO_ID, UNKNOWN_TIME, Kind, PlayKind, ShowLayout, TraktIds, TraktTitle, WatchedAt
from sync.services.http.pacing import TraktPacing
from sync.services.http.transport import OutcomeUnknown, Transport
from sync.services.trakt.client import TraktClient
from sync.services.trakt.wire import AccountFull, NotTaken
from tests.fakes import FakeClock
from tests.services.wiring import last_request, pages, recorded, ten_minutes, transport_on

API = "https://api.trakt.test"
AOT = TraktTitle(Kind.SHOW, TraktIds(1420, "attack-on-titan", 1429, 267440, "tt2560140"), "Attack on Titan", 2013)
ANY_SEASONS = re.compile(rf"{API}/shows/\d+/seasons")
Mocker = requests_mock.Mocker
Payload = dict[str, Any]


class Tokens:
    """A pair that can be renewed ``spare`` times."""

    def __init__(self, *, spare: int = 0, logged_in: bool = True) -> None:
        self.token = "access-token-1" if logged_in else None
        self.spare, self.renewed = spare, 0

    def access_token(self) -> str | None:
        return self.token

    def renew(self) -> None:
        if self.spare == 0:
            raise LoginError("no refresh token is left")
        self.spare -= 1
        self.renewed += 1
        self.token = f"access-token-{self.renewed + 1}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def client(clock: FakeClock, tokens: Tokens | None = None, transport: Transport | None = None) -> TraktClient:
    return TraktClient(transport or transport_to_trakt(clock), API, "client-id", tokens or Tokens())


def transport_to_trakt(clock: FakeClock) -> Transport:
    return transport_on(clock, pacing=TraktPacing(clock), secrets=("access-token-1", "access-token-2"))


def play(trakt_id: int, at: WatchedAt = "unknown", kind: PlayKind = PlayKind.EPISODE) -> NewPlay:
    return NewPlay(1, 1, kind, trakt_id, at, TimeSource.UNKNOWN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- every request ----------------------------------------------------------------------------------------------------


def test_requests_carry_what_trakt_requires(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/sync/last_activities", json=recorded("trakt_last_activities.json"))
    client(clock).fetch_last_activities(ten_minutes(clock))
    headers = last_request(requests_mock).headers
    assert headers["trakt-api-version"] == "2"
    assert headers["trakt-api-key"] == "client-id"
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Bearer access-token-1"
    assert headers["User-Agent"].startswith("trakt-sync-for-anilist/")


def test_without_a_log_in_only_the_app_is_named(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/shows/1420", json=recorded("trakt_show.json"))
    client(clock, Tokens(logged_in=False)).fetch_title(TitleRef("trakt", Kind.SHOW, 1420), ten_minutes(clock))
    assert "Authorization" not in last_request(requests_mock).headers


def test_a_refused_token_is_renewed_once_and_the_request_made_again(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/shows/1420", [{"status_code": 401}, {"json": recorded("trakt_show.json")}])
    tokens = Tokens(spare=1)
    assert client(clock, tokens).fetch_title(TitleRef("trakt", Kind.SHOW, 1420), ten_minutes(clock)) is not None
    assert last_request(requests_mock).headers["Authorization"] == "Bearer access-token-2"


def test_a_token_refused_twice_ends_in_words_that_say_to_connect(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/users/settings", status_code=401)
    tokens = Tokens(spare=5)
    with pytest.raises(LoginError, match="Connect Trakt"):
        client(clock, tokens).fetch_account(ten_minutes(clock))
    assert (tokens.renewed, requests_mock.call_count) == (1, 2)


def test_threads_whose_token_is_refused_renew_it_once_between_them(clock: FakeClock, requests_mock: Mocker) -> None:
    def serve(request: Any, context: Any) -> list[object]:
        if request.headers["Authorization"] == "Bearer access-token-1":
            context.status_code = 401
        return []

    requests_mock.get(ANY_SEASONS, json=serve)
    tokens = Tokens(spare=1)
    titles = [TraktTitle(Kind.SHOW, TraktIds(i), f"show {i}") for i in range(1, 30)]
    assert len(client(clock, tokens).fetch_layouts(titles, ten_minutes(clock))) == 29
    assert tokens.renewed == 1


HTML = {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"}
REFUSALS: list[tuple[Payload, type[SyncError], str]] = [
    ({"status_code": 403, "json": {"error": "invalid_client"}}, AppRefused, "VIP membership"),
    ({"status_code": 403, "text": ""}, AppRefused, "TRAKT_CLIENT_ID"),
    ({"status_code": 403, "text": "<html>Sorry</html>", "headers": HTML}, ServiceUnavailable, "Cloudflare"),
    ({"status_code": 400, "json": {"error": "bad"}}, NotTaken, "400"),
    ({"status_code": 412, "text": ""}, NotTaken, "412"),
    ({"status_code": 422, "text": ""}, NotTaken, "422"),
    ({"status_code": 420, "text": ""}, AccountFull, "holds as much as it may"),
    (
        {"status_code": 420, "headers": {"X-Upgrade-URL": "https://trakt.test/vip"}},
        AccountFull,
        "https://trakt.test/vip",
    ),
    ({"status_code": 423, "headers": {"X-Account-Locked": "true"}}, LoginError, "locked (423)"),
    ({"status_code": 423, "headers": {"X-Account-Deactivated": "true"}}, LoginError, "deactivated (423)"),
    ({"status_code": 426, "text": ""}, LoginError, "VIP members"),
    ({"status_code": 404, "text": ""}, ServiceUnavailable, "404"),
    ({"status_code": 301, "headers": {"Location": "https://elsewhere.test"}}, ServiceUnavailable, "elsewhere"),
]


@pytest.mark.parametrize("method", ["read", "write"])
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case[0]['status_code']}-{case[2]}")
def test_each_refusal_has_its_own_words_and_is_not_repeated(
    clock: FakeClock, requests_mock: Mocker, case: tuple[Payload, type[SyncError], str], method: str
) -> None:
    answer, error, words = case
    requests_mock.register_uri("GET", f"{API}/users/settings", [answer])
    requests_mock.register_uri("POST", f"{API}/sync/history", [answer])
    trakt, deadline = client(clock), ten_minutes(clock)
    with pytest.raises(error) as caught:
        trakt.fetch_account(deadline) if method == "read" else trakt.add_plays([play(1)], deadline)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert requests_mock.call_count == 1


def test_an_edge_429_is_waited_out(clock: FakeClock, requests_mock: Mocker) -> None:
    edge = {"status_code": 429, "text": "<html>1015</html>", "headers": {**HTML, "Retry-After": "300"}}
    requests_mock.get(f"{API}/users/settings", [edge, {"json": recorded("trakt_settings.json")}])
    client(clock).fetch_account(ten_minutes(clock))
    assert clock.monotonic() == pytest.approx(300.5)


# --- plays ------------------------------------------------------------------------------------------------------------

EPISODES, MOVIES, SHOWS = f"{API}/sync/watched/episodes", f"{API}/sync/watched/movies", f"{API}/sync/watched/shows"


def test_plays_are_read_in_two_requests_to_the_minute(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(EPISODES, json=recorded("trakt_watched_episodes_min.json"))
    requests_mock.get(MOVIES, json=recorded("trakt_watched_movies_min.json"))
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert plays.episodes[16890] == (at("2026-01-02T03:04"),)
    assert plays.episodes[16891] == (UNKNOWN_TIME, at("2025-05-05T05:05"))
    assert plays.movies[343834] == (at("2026-02-03T20:15"),)
    assert [request.qs for request in requests_mock.request_history] == [
        {"extended": ["min"], "specials": ["true"]},
        {"extended": ["min"]},
    ]


def test_an_account_without_plays_has_none(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(EPISODES, json={})
    requests_mock.get(MOVIES, json={})
    assert client(clock).fetch_plays(ten_minutes(clock)).count == 0


@pytest.mark.parametrize(
    "shape",
    [
        *("null", '"ok"', '{"error": ["x"]}', '{"-1": []}', '{"0": []}', '{"1.5": []}', '{"2147483648": []}'),
        '{"' + "9" * 400 + '": ["2026-01-02T03:04:00.000Z"]}',
    ],
)
def test_plays_in_no_known_shape_are_suspicious(clock: FakeClock, requests_mock: Mocker, shape: str) -> None:
    requests_mock.get(EPISODES, text=shape)
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_plays(ten_minutes(clock))


@pytest.mark.parametrize(
    "times",
    [
        *("null", "[]", "3", "{}", '["yesterday"]', "[3]", "[[]]", '["0001-01-01T00:00:00+14:00"]'),
        *('["99999-01-01T00:00:00Z"]', '["' + "9" * 100_000 + '"]', "[" + "9" * 400 + "]"),
    ],
    ids=lambda text: text[:30],
)
def test_an_episode_whose_times_cannot_be_right_counts_as_watched_and_is_named(
    clock: FakeClock, requests_mock: Mocker, times: str
) -> None:
    requests_mock.get(EPISODES, text=f'{{"16890": {times}, "16891": ["2025-05-05T05:05:05.000Z"]}}')
    requests_mock.get(MOVIES, text=f'{{"81": {times}}}')
    transport = transport_to_trakt(clock)
    plays = client(clock, transport=transport).fetch_plays(ten_minutes(clock))
    assert plays.episodes == {16890: (UNKNOWN_TIME,), 16891: (at("2025-05-05T05:05"),)}
    assert plays.movies == {81: (UNKNOWN_TIME,)}
    assert plays.unreadable == {(PlayKind.EPISODE, 16890), (PlayKind.MOVIE, 81)}
    assert [(each.what, each.row_id) for each in transport.left_out] == [
        ("times of watched episodes", 16890),
        ("times of watched movies", 81),
    ]


def test_each_play_counts_also_when_one_of_several_cannot_be_read(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(EPISODES, json={"16890": ["2026-01-02T03:04:59.000Z", 7, "2025-05-05T05:05:05+02:00"]})
    requests_mock.get(MOVIES, json={})
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert plays.episodes == {16890: (UNKNOWN_TIME, at("2025-05-05T03:05"), at("2026-01-02T03:04"))}


def test_a_cut_read_of_plays_is_completed_page_by_page(clock: FakeClock, requests_mock: Mocker) -> None:
    def serve(request: Any, context: Any) -> Payload:
        page = int(request.qs.get("page", ["1"])[0])
        context.headers.update(pages(page, 3))
        return {str(page): ["2026-01-02T03:04:00.000Z", "2026-01-02T03:04:00.000Z"]}

    requests_mock.get(EPISODES, json=serve)
    requests_mock.get(MOVIES, json={})
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert sorted(plays.episodes) == [1, 2, 3]
    assert plays.count == 6
    assert requests_mock.request_history[1].qs["limit"] == ["250"]


def test_a_list_instead_of_play_times_is_read_from_the_shows_with_their_ids(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    requests_mock.get(EPISODES, json=[])
    requests_mock.get(SHOWS, json=recorded("trakt_watched_shows_min.json"))
    requests_mock.get(MOVIES, json={})
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert sorted(plays.episodes) == [16890, 73640]


def numbered(mocker: Mocker, shows: object, headers: object) -> None:
    """Trakt knows no ``extended=min`` and answers page by page."""

    def serve(request: Any, context: Any) -> object:
        if request.qs["extended"] == ["progress"]:
            context.headers.update(headers)
            return shows
        return []

    mocker.get(EPISODES, json=[])
    mocker.get(SHOWS, json=serve)
    mocker.get(MOVIES, json=recorded("trakt_watched_movies.json"), headers=dict(pages(1, 1)))
    mocker.get(f"{API}/shows/1420/seasons", json=recorded("trakt_seasons.json"))


def test_numbered_plays_get_their_ids_from_the_layout(clock: FakeClock, requests_mock: Mocker) -> None:
    numbered(requests_mock, recorded("trakt_watched_shows_progress.json"), pages(1, 1, 100))
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert plays.episodes == {73640: (at("2024-02-02T02:02"),), 16890: (at("2026-01-02T03:04"),) * 2}
    assert plays.movies == {343834: (at("2026-02-03T20:15"),) * 2}
    asked = next(request.qs for request in requests_mock.request_history if request.qs.get("extended") == ["progress"])
    assert asked == {"extended": ["progress"], "specials": ["true"], "page": ["1"], "limit": ["100"]}


@pytest.mark.parametrize("change", [{"seasons": None}, {"seasons": []}, {"show": None}])
def test_numbered_plays_without_seasons_are_suspicious(
    clock: FakeClock, requests_mock: Mocker, change: Payload
) -> None:
    (row,) = json.loads(json.dumps(recorded("trakt_watched_shows_progress.json")))
    numbered(requests_mock, [row | change], pages(1, 1, 100))
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_plays(ten_minutes(clock))


def progress_with(change: Callable[[Payload], object]) -> list[Payload]:
    """The watched shows, with the first episode of the first season changed."""
    rows: list[Payload] = recorded("trakt_watched_shows_progress.json")
    change(rows[0]["seasons"][0]["episodes"][0])
    return rows


def test_a_numbered_play_whose_time_cannot_be_right_counts_as_watched(clock: FakeClock, requests_mock: Mocker) -> None:
    numbered(requests_mock, progress_with(lambda row: row.update(last_watched_at="yesterday")), pages(1, 1, 100))
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert plays.episodes[73640] == (UNKNOWN_TIME,)
    assert (PlayKind.EPISODE, 73640) in plays.unreadable


@pytest.mark.parametrize("number", [None, "1", -1, 1.5, 10**400])
def test_a_numbered_play_of_nobody_knows_what_is_suspicious(
    clock: FakeClock, requests_mock: Mocker, number: object
) -> None:
    numbered(requests_mock, progress_with(lambda row: row.update(number=number)), pages(1, 1, 100))
    with pytest.raises(SuspiciousRead, match="without its number"):
        client(clock).fetch_plays(ten_minutes(clock))


def test_a_play_of_an_episode_that_the_layout_lists_without_an_id_is_suspicious(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    numbered(requests_mock, recorded("trakt_watched_shows_progress.json"), pages(1, 1, 100))
    seasons = recorded("trakt_seasons.json")
    seasons[1]["episodes"][0]["ids"]["trakt"] = -1
    requests_mock.get(f"{API}/shows/1420/seasons", json=seasons)
    with pytest.raises(SuspiciousRead, match="a play of an episode of show 1420 that cannot be read"):
        client(clock).fetch_plays(ten_minutes(clock))


def test_a_film_whose_last_time_cannot_be_right_counts_as_watched(clock: FakeClock, requests_mock: Mocker) -> None:
    numbered(requests_mock, recorded("trakt_watched_shows_progress.json"), pages(1, 1, 100))
    films = [{"plays": -2, "last_watched_at": "2026-02-03T20:15:00.000Z", "movie": {"ids": {"trakt": 343834}}}]
    requests_mock.get(MOVIES, json=films, headers=dict(pages(1, 1)))
    plays = client(clock).fetch_plays(ten_minutes(clock))
    assert (plays.movies, (PlayKind.MOVIE, 343834) in plays.unreadable) == ({343834: (UNKNOWN_TIME,)}, True)


def test_an_unpaged_list_is_suspicious(clock: FakeClock, requests_mock: Mocker) -> None:
    numbered(requests_mock, recorded("trakt_watched_shows_progress.json"), {})
    with pytest.raises(SuspiciousRead, match="how many pages"):
        client(clock).fetch_plays(ten_minutes(clock))


# --- the account ------------------------------------------------------------------------------------------------------


def test_the_account_is_read_with_what_matters_to_a_writer(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/users/settings?extended=browsing", json=recorded("trakt_settings.json"))
    account = client(clock).fetch_account(ten_minutes(clock))
    assert (account.username, account.slug, account.vip, account.watch_only_once) == ("misaki", "misaki-n", True, True)
    assert account.limits["watchlist.item_count"] == 5000
    assert "account-token-of-misaki" not in repr(account)


def test_last_activities_are_flat_names(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/sync/last_activities", json=recorded("trakt_last_activities.json"))
    found = client(clock).fetch_last_activities(ten_minutes(clock))
    assert found["episodes.watched_at"] == at("2026-11-21T21:12")
    assert "shows.rated_at" not in found


# --- history and writing ----------------------------------------------------------------------------------------------


def test_history_ids_of_one_minute_are_found(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(
        f"{API}/sync/history/episodes/16890", json=recorded("trakt_history.json"), headers=dict(pages(1, 1))
    )
    minute = at("2026-01-02T03:04")
    found = client(clock).fetch_history(
        PlayKind.EPISODE, ten_minutes(clock), trakt_id=16890, start_at=minute, end_at=minute
    )
    assert [row.history_id for row in found] == [10500000001]
    assert last_request(requests_mock).qs == {
        "start_at": ["2026-01-02"],
        "end_at": ["2026-01-03"],
        "page": ["1"],
        "limit": ["250"],
    }


def test_history_is_read_by_page_count_and_not_by_short_pages(clock: FakeClock, requests_mock: Mocker) -> None:
    rows: Any = recorded("trakt_history.json")
    answers = [
        {"json": rows[:1], "headers": dict(pages(1, 3))},
        {"json": [], "headers": dict(pages(2, 3))},
        {"json": rows[1:], "headers": dict(pages(3, 3))},
    ]
    requests_mock.get(f"{API}/sync/history/episodes", answers)
    assert len(client(clock).fetch_history(PlayKind.EPISODE, ten_minutes(clock))) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"id": -1},
        {"id": 2**63},
        {"id": "10500000001"},
        {"watched_at": None},
        {"watched_at": "yesterday"},
        {"watched_at": "0001-01-01T00:00:00+14:00"},
        {"episode": {"ids": {"trakt": 0}}},
        {"episode": None},
        {"type": 7},
    ],
)
def test_a_history_row_that_cannot_be_right_is_suspicious_since_rows_are_read_to_be_removed(
    clock: FakeClock, requests_mock: Mocker, change: Payload
) -> None:
    rows = recorded("trakt_history.json")
    rows[0] |= change
    requests_mock.get(f"{API}/sync/history/episodes", json=rows, headers=dict(pages(1, 1)))
    with pytest.raises(SuspiciousRead, match="history row"):
        client(clock).fetch_history(PlayKind.EPISODE, ten_minutes(clock))


def test_the_same_page_twice_is_suspicious(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/sync/history/movies", json=[], headers=dict(pages(1, 3)))
    with pytest.raises(SuspiciousRead, match=r"page 1 .* asked for page 2"):
        client(clock).fetch_history(PlayKind.MOVIE, ten_minutes(clock))


def test_plays_are_posted_by_id_and_to_the_minute(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(f"{API}/sync/history", json=recorded("trakt_added.json"), status_code=201)
    sent = [
        play(16890, datetime(2026, 1, 2, 4, 4, 55, tzinfo=UTC)),
        play(999999, "unknown"),
        play(343834, "released", PlayKind.MOVIE),
    ]
    result = client(clock).add_plays(sent, ten_minutes(clock))
    assert last_request(requests_mock).json() == {
        "episodes": [
            {"ids": {"trakt": 16890}, "watched_at": "2026-01-02T04:04:00.000Z"},
            {"ids": {"trakt": 999999}, "watched_at": "unknown"},
        ],
        "movies": [{"ids": {"trakt": 343834}, "watched_at": "released"}],
    }
    assert last_request(requests_mock).timeout == 60
    assert (result.taken, result.not_found, result.short) == ((sent[0], sent[2]), (sent[1],), 0)


def test_a_count_that_falls_short_is_told(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.post(f"{API}/sync/history", json={"added": {"episodes": 1, "movies": 0}, "not_found": {}})
    assert client(clock).add_plays([play(1), play(2)], ten_minutes(clock)).short == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 409, "json": {}},
        {"status_code": 429},
        {"status_code": 500},
        {"status_code": 502},
        {"status_code": 201, "text": ""},
        {"status_code": 201, "text": '{"added": {"epi'},
        {"status_code": 201, "json": {"added": {"episodes": 1}}},
        {"status_code": 201, "json": {"not_found": {"episodes": [{"ids": {"trakt": 5}}]}}},
        {"status_code": 201, "json": {"not_found": {"episodes": [{"ids": {"tvdb": 5}}]}}},
        {"status_code": 201, "json": {"added": {"episodes": 10**400}, "not_found": {}, "deleted": {"episodes": -1}}},
        {"status_code": 201, "json": {"added": {"episodes": "1"}, "not_found": {}, "deleted": []}},
        {"exc": requests.ReadTimeout()},
        {"exc": requests.ConnectionError()},
    ],
)
@pytest.mark.parametrize("what", ["history", "history/remove"])
def test_a_write_is_sent_once_whatever_comes_back(
    clock: FakeClock, requests_mock: Mocker, answer: Payload, what: str
) -> None:
    requests_mock.post(f"{API}/sync/{what}", [answer])
    trakt, deadline = client(clock, Tokens(spare=9)), ten_minutes(clock)
    with pytest.raises(OutcomeUnknown):
        trakt.add_plays([play(1)], deadline) if what == "history" else trakt.remove_history([1], deadline)
    assert requests_mock.call_count == 1


def test_a_write_refused_with_401_did_nothing_and_goes_again_with_a_new_token(
    clock: FakeClock, requests_mock: Mocker
) -> None:
    requests_mock.post(
        f"{API}/sync/history", [{"status_code": 401}, {"json": {"added": {"episodes": 1}, "not_found": {}}}]
    )
    assert len(client(clock, Tokens(spare=1)).add_plays([play(1)], ten_minutes(clock)).taken) == 1


@pytest.mark.parametrize("count", [0, 101])
def test_a_post_takes_one_to_a_hundred_plays(clock: FakeClock, requests_mock: Mocker, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        client(clock).add_plays([play(i) for i in range(count)], ten_minutes(clock))
    assert requests_mock.call_count == 0


def test_plays_are_removed_by_history_id_and_by_nothing_else(clock: FakeClock, requests_mock: Mocker) -> None:
    answer = {"deleted": {"movies": 0, "episodes": 1}, "not_found": {"movies": [], "ids": [42]}}
    requests_mock.post(f"{API}/sync/history/remove", json=answer)
    result = client(clock).remove_history({10500000001, 42}, ten_minutes(clock))
    assert last_request(requests_mock).json() == {"ids": [42, 10500000001]}
    assert (result.removed, result.not_found) == (1, (42,))


def test_removing_nothing_asks_nothing(clock: FakeClock, requests_mock: Mocker) -> None:
    assert client(clock).remove_history([], ten_minutes(clock)).removed == 0
    assert requests_mock.call_count == 0


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_a_layout_lists_every_episode_in_order_with_the_specials(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/shows/1420/seasons?extended=full,episodes", json=recorded("trakt_seasons.json"))
    layout = client(clock).fetch_layout(AOT, ten_minutes(clock))
    assert isinstance(layout, ShowLayout)
    assert [(e.season, e.number, e.trakt_id) for e in layout.episodes] == [(0, 1, 73640), (1, 1, 16890), (1, 2, 16891)]
    assert layout.episodes[1].first_aired == datetime(2013, 4, 6, 17, 58, tzinfo=UTC)
    assert (layout.episodes[0].first_aired, layout.episodes[0].runtime) == (None, None)


@pytest.mark.parametrize(
    "seasons",
    [
        {},
        [{"number": 1, "episode_count": 3}],
        [{"episodes": []}],
        "none",
    ],
)
def test_a_layout_without_its_episodes_is_suspicious(clock: FakeClock, requests_mock: Mocker, seasons: object) -> None:
    requests_mock.get(f"{API}/shows/1420/seasons", json=seasons)
    with pytest.raises(SuspiciousRead):
        client(clock).fetch_layout(AOT, ten_minutes(clock))


ODD_EPISODES: list[Any] = [
    {"number": 3, "ids": {}},
    {"number": 3, "ids": {"trakt": -5}},
    {"number": 3, "ids": {"trakt": 10**400}},
    {"number": 3, "ids": {"trakt": 5.5}},
    {"number": 3, "ids": {"trakt": 5}, "title": "t" * 1_000_000},
    {"number": 3, "ids": {"trakt": 5}, "first_aired": "99999-01-01T00:00:00.000Z"},
    {"number": 3, "ids": {"trakt": 5}, "first_aired": "0000-01-01T00:00:00.000Z"},
    {"number": 3, "ids": {"trakt": 5}, "runtime": -24},
    {"number": -3, "ids": {"trakt": 5}},
    {"number": "3", "ids": {"trakt": 5}},
    {"number": 10**400, "ids": {"trakt": 5}},
    {"ids": {"trakt": 5}},
    {},
    None,
    [],
    "3",
]


def layout_of(clock: FakeClock, mocker: Mocker, rows: list[Any]) -> list[tuple[int, int]]:
    """(number, id) of the episodes of a season that has these rows."""
    mocker.get(f"{API}/shows/1420/seasons", json=[{"number": 1, "episodes": rows, "ids": {"trakt": 3951}}])
    layout = client(clock).fetch_layout(AOT, ten_minutes(clock))
    assert layout is not None
    assert [(season.first, season.episodes) for season in layout.seasons] == [
        (layout.episodes[0].number, len(layout.episodes))
    ]
    return [(episode.number, episode.trakt_id) for episode in layout.episodes]


def episodes(*numbers: int) -> list[Any]:
    return [{"number": number, "ids": {"trakt": 100 + number}} for number in numbers]


@pytest.mark.parametrize("odd", ODD_EPISODES, ids=lambda row: str(row)[:50])
def test_an_episode_that_cannot_be_right_keeps_its_place_and_moves_no_other(
    clock: FakeClock, requests_mock: Mocker, odd: object
) -> None:
    rows = [*episodes(1, 2), odd, *episodes(4, 5)]
    expected = [(1, 101), (2, 102), (3, NO_ID), (4, 104), (5, 105)]
    assert layout_of(clock, requests_mock, rows) == expected
    assert layout_of(clock, requests_mock, [odd, *episodes(4, 5)])[0] == (3, NO_ID)


def test_several_such_episodes_each_keep_their_place(clock: FakeClock, requests_mock: Mocker) -> None:
    rows = [None, *episodes(2), None, None, *episodes(5), None]
    expected = [(1, NO_ID), (2, 102), (3, NO_ID), (4, NO_ID), (5, 105), (6, NO_ID)]
    assert layout_of(clock, requests_mock, rows) == expected
    assert layout_of(clock, requests_mock, [*episodes(1), None, *episodes(2)]) == [(1, 101), (2, 102)]


def test_an_episode_that_cannot_be_right_is_named(clock: FakeClock, requests_mock: Mocker) -> None:
    rows = [*episodes(1), {"number": 2, "ids": {"trakt": 102}, "runtime": 10**400}]
    requests_mock.get(f"{API}/shows/1420/seasons", json=[{"number": 1, "episodes": rows}])
    transport = transport_to_trakt(clock)
    client(clock, transport=transport).fetch_layout(AOT, ten_minutes(clock))
    (named,) = transport.left_out
    assert (named.what, named.row_id) == ("episodes of show 1420, season 1", 102)
    assert "runtime" in named.why


@pytest.mark.parametrize("number", [None, -1, "1", 1.5, 10**400])
def test_a_season_that_cannot_be_right_is_suspicious(clock: FakeClock, requests_mock: Mocker, number: object) -> None:
    seasons = [{"number": number, "episodes": episodes(1)}, {"number": 2, "episodes": episodes(2)}]
    requests_mock.get(f"{API}/shows/1420/seasons", json=seasons)
    with pytest.raises(SuspiciousRead, match="a season of show 1420 that cannot be read"):
        client(clock).fetch_layout(AOT, ten_minutes(clock))


def test_nothing_is_sent_to_an_episode_without_an_id(clock: FakeClock, requests_mock: Mocker) -> None:
    with pytest.raises(ValueError, match="a play needs a Trakt id"):
        client(clock).add_plays([play(NO_ID)], ten_minutes(clock))
    assert requests_mock.call_count == 0


@pytest.mark.parametrize(
    "row",
    [
        {"title": "Attack on Titan", "ids": {"trakt": -1}},
        {"title": "Attack on Titan", "ids": {"trakt": 10**400}},
        {"title": "t" * 1_000_000, "ids": {"trakt": 1420}},
        {"title": None, "ids": {"trakt": 1420}},
        {"title": "Attack on Titan", "year": 99_999, "ids": {"trakt": 1420}},
        {"title": "Attack on Titan", "ids": {"trakt": 1420, "slug": "a" * 1_000}},
        [],
    ],
    ids=lambda row: str(row)[:60],
)
def test_a_title_that_cannot_be_right_is_none_and_is_named(clock: FakeClock, requests_mock: Mocker, row: Any) -> None:
    requests_mock.get(f"{API}/shows/1420", json=row)
    requests_mock.get(f"{API}/search/show", json=[{"type": "show", "show": row}, *recorded("trakt_search_tmdb.json")])
    transport = transport_to_trakt(clock)
    trakt = client(clock, transport=transport)
    assert trakt.fetch_title(TitleRef("trakt", Kind.SHOW, 1420), ten_minutes(clock)) is None
    found = trakt.search_titles(TextQuery(Kind.SHOW, "Titan"), ten_minutes(clock))
    assert [title.ids.trakt for title in found] == [1420]
    assert [each.what for each in transport.left_out] == ["shows", "search results"]


def test_a_show_that_is_not_there_has_no_layout(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/shows/1420/seasons", status_code=404)
    assert client(clock).fetch_layouts([AOT], ten_minutes(clock)) == {1420: None}


@pytest.mark.parametrize(
    "ref",
    [
        TitleRef("trakt", Kind.SHOW, 1420),
        TitleRef("slug", Kind.SHOW, "attack-on-titan"),
        TitleRef("imdb", Kind.SHOW, "tt2560140"),
    ],
)
def test_a_show_is_found_by_trakt_id_slug_and_imdb(clock: FakeClock, requests_mock: Mocker, ref: TitleRef) -> None:
    requests_mock.get(f"{API}/shows/{ref.value}?extended=full", json=recorded("trakt_show.json"))
    title = client(clock).fetch_title(ref, ten_minutes(clock))
    assert title is not None
    assert (title.ids, title.year, title.aliases) == (AOT.ids, 2013, ("進撃の巨人",))


def test_a_film_is_found_with_its_day_and_running_time(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/movies/343834", json=recorded("trakt_movie.json"))
    title = client(clock).fetch_title(TitleRef("trakt", Kind.MOVIE, 343834), ten_minutes(clock))
    assert title is not None
    assert (title.kind, title.released, title.runtime) == (Kind.MOVIE, date(2022, 11, 11), 122)


@pytest.mark.parametrize("ref", [TitleRef("tmdb", Kind.SHOW, 1429), TitleRef("tvdb", Kind.SHOW, 267440)])
def test_a_show_is_found_by_a_typed_id_search(clock: FakeClock, requests_mock: Mocker, ref: TitleRef) -> None:
    requests_mock.get(f"{API}/search/{ref.owner}/{ref.value}", json=recorded("trakt_search_tmdb.json"))
    title = client(clock).fetch_title(ref, ten_minutes(clock))
    assert title is not None
    assert title.ids.trakt == 1420
    assert last_request(requests_mock).qs == {"type": ["show"], "extended": ["full"]}


def test_an_answer_that_does_not_carry_the_asked_id_is_no_answer(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/search/tvdb/999", json=recorded("trakt_search_tmdb.json"))
    requests_mock.get(f"{API}/shows/old-slug", json=recorded("trakt_show.json"))
    trakt = client(clock)
    assert trakt.fetch_title(TitleRef("tvdb", Kind.SHOW, 999), ten_minutes(clock)) is None
    assert trakt.fetch_title(TitleRef("slug", Kind.SHOW, "old-slug"), ten_minutes(clock)) is None


def test_a_title_that_is_not_there_is_none(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/shows/nothing", status_code=404)
    assert client(clock).fetch_title(TitleRef("slug", Kind.SHOW, "nothing"), ten_minutes(clock)) is None


def test_a_search_sends_words_without_signs(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(f"{API}/search/show", json=recorded("trakt_search_tmdb.json"))
    query = TextQuery(Kind.SHOW, 'Re:ZERO -Starting Life (in) "Another" World!?')
    found = client(clock).search_titles(query, ten_minutes(clock))
    assert [title.ids.trakt for title in found] == [1420]
    asked = last_request(requests_mock).qs
    assert asked["query"] == ["re zero starting life in another world"]
    assert (asked["limit"], asked["page"]) == (["10"], ["1"])


def test_an_id_cannot_lead_to_another_address(clock: FakeClock, requests_mock: Mocker) -> None:
    requests_mock.get(re.compile(API), status_code=404)
    client(clock).fetch_title(TitleRef("slug", Kind.SHOW, "../sync/history?x=1"), ten_minutes(clock))
    assert last_request(requests_mock).path == "/shows/..%2fsync%2fhistory%3fx%3d1"


def test_layouts_that_the_time_budget_cut_off_are_missing(clock: FakeClock, requests_mock: Mocker) -> None:
    asked: list[str] = []

    def serve(request: Any, context: Any) -> object:
        asked.append(request.path)
        if len(asked) > 3:
            context.status_code = 429
            context.headers["Retry-After"] = "900"
        return []

    titles = [TraktTitle(Kind.SHOW, TraktIds(i), f"show {i}") for i in range(1, 100)]
    requests_mock.get(ANY_SEASONS, json=serve)
    layouts = client(clock).fetch_layouts(titles, ten_minutes(clock))
    assert 0 < len(layouts) < 99
    assert len(asked) < 30
