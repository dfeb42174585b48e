"""Trakt's replies have every field that the contract requires, and its bodies take nothing that it does not name."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from demo.start import DemoServices
from demo.trakt.bodies import HIDDEN_SECTIONS
from tests.contract.trakt_replies import FULL_FIELDS, READS, WRITES, Schema, conforms
from tests.demo_world import trakt_headers

FILM, SHOW, EPISODE = 96, 1420, 1000
AT = "2026-01-02T03:04:00.000Z"


def get(demo: DemoServices, path: str) -> Any:
    answer = requests.get(demo.urls["trakt"] + path, headers=trakt_headers(demo), timeout=10)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def post(demo: DemoServices, path: str, body: object) -> requests.Response:
    answer = requests.post(demo.urls["trakt"] + path, headers=trakt_headers(demo), json=body, timeout=10)
    demo.world.clock.sleep(1)
    return answer


def fill_lists(demo: DemoServices) -> None:
    """Something on every list, so that their rows are seen."""
    account = demo.world.account
    account.ratings = dict.fromkeys((("movie", FILM), ("show", SHOW), ("episode", EPISODE)), (8, AT))
    account.watchlist = {("show", SHOW): AT, ("movie", FILM): AT}
    account.hidden = {("dropped:show", SHOW): AT}


@pytest.fixture(scope="module")
def still(still: DemoServices) -> DemoServices:
    """With a short history, so that whole lists are quickly looked through."""
    plays = enumerate(still.world.account.plays)
    still.world.account.plays = [play for number, play in plays if play.kind == "movie" or number % 30 == 0]
    return still


@pytest.mark.parametrize("path", READS)
def test_a_reply_has_every_field_of_the_contract(still: DemoServices, path: str) -> None:
    """Source: Trakt contract, the response schemas of sync, users, shows, movies and search."""
    fill_lists(still)

    conforms(get(still, path), READS[path])


BODIES: dict[str, object] = {
    "/sync/history": {"movies": [{"ids": {"trakt": FILM}, "watched_at": AT}]},
    "/sync/history/remove": {"ids": [7]},
    "/sync/ratings": {"shows": [{"ids": {"trakt": SHOW}, "rating": 9, "rated_at": AT}]},
    "/sync/ratings/remove": {"shows": [{"ids": {"trakt": SHOW}}]},
    "/sync/watchlist": {"movies": [{"ids": {"trakt": FILM}}]},
    "/sync/watchlist/remove": {"movies": [{"ids": {"trakt": FILM}}]},
    "/users/hidden/dropped": {"shows": [{"ids": {"trakt": SHOW}, "hidden_at": AT}]},
    "/users/hidden/dropped/remove": {"shows": [{"ids": {"trakt": SHOW}}]},
}
CREATED = {"/sync/history", "/sync/ratings", "/sync/watchlist"}
"""History answers 201 although its contract says 200 (NuvioTV#1694, 2026-05-04); hidden items answer 200."""


@pytest.mark.parametrize("path", WRITES)
def test_the_reply_to_a_write_has_every_field_of_the_contract(demo: DemoServices, path: str) -> None:
    """Source: Trakt contract, sync and users/hidden."""
    answer = post(demo, path, BODIES[path])

    assert answer.status_code == (201 if path in CREATED else 200)
    conforms(answer.json(), WRITES[path])


@pytest.mark.parametrize(("kind", "path"), [("movie", "/movies/princess-mononoke-1997"), ("show", "/shows/1420")])
def test_a_title_tells_more_when_asked_to(still: DemoServices, kind: str, path: str) -> None:
    """Source: Trakt contract, showResponseSchema and movieResponseSchema: "available if requesting extended full"."""
    plain, full = get(still, path), get(still, path + "?extended=full")

    assert set(FULL_FIELDS[kind]) <= full.keys()
    assert not set(FULL_FIELDS[kind]) - {"aired_episodes"} & plain.keys()


WRONG: list[tuple[str, object]] = [
    # what is named, and how
    ("/sync/history", {"films": []}),
    ("/sync/history", {"movies": {}}),
    ("/sync/history", {"movies": [7]}),
    ("/sync/history", {"movies": [{}]}),
    ("/sync/history", {"movies": [{"ids": {}}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": "96"}}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": True}}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": 0}}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": -1}}]}),
    ("/sync/history", {"movies": [{"ids": {"tvdb": 916224}}]}),
    ("/sync/history", {"movies": [{"ids": {"imdb": 119698}}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": FILM}, "note": "x"}]}),
    ("/sync/history", {"movies": [{"title": "Princess Mononoke"}]}),
    ("/sync/history", {"movies": [{"ids": {"trakt": FILM}, "rating": 9}]}),
    ("/sync/history", {"episodes": [{"ids": {"tmdb": 1}}]}),
    ("/sync/history", {"episodes": [{"season": 1, "number": 1}]}),
    ("/sync/history", {"seasons": [{"ids": {"imdb": "tt1"}}]}),
    ("/sync/history", {"shows": [{"ids": {"trakt": SHOW}, "seasons": [{"episodes": []}]}]}),
    ("/sync/history", {"shows": [{"ids": {"trakt": SHOW}, "seasons": [{"number": "1"}]}]}),
    ("/sync/history", {"shows": [{"ids": {"trakt": SHOW}, "seasons": [{"number": 1, "episodes": [{"n": 1}]}]}]}),
    ("/sync/history", {"ids": [7]}),
    ("/sync/history/remove", {"ids": ["7"]}),
    ("/sync/history/remove", {"ids": 7}),
    ("/sync/history/remove", {"ids": [7], "all": True}),
    # ratings
    *(("/sync/ratings", {"shows": [{"ids": {"trakt": SHOW}, "rating": r}]}) for r in (True, 0, 11, 8.5, "8", None)),
    ("/sync/ratings", {"shows": [{"ids": {"trakt": SHOW}}]}),
    ("/sync/ratings", {"shows": [{"ids": {"trakt": SHOW}, "rating": 8, "rated_at": "2026-01-02"}]}),
    ("/sync/ratings/remove", {"shows": [{"ids": {"trakt": SHOW}, "rating": 8}]}),
    # watchlist
    ("/sync/watchlist", {"shows": [{"ids": {"trakt": SHOW}, "notes": "x" * 501}]}),
    ("/sync/watchlist", {"people": [{"ids": {"trakt": 1}}]}),
    # hidden items
    ("/users/hidden/dropped", {"movies": [{"ids": {"trakt": FILM}}]}),
    ("/users/hidden/dropped", {"seasons": [{"ids": {"trakt": 21_000}}]}),
    ("/users/hidden/dropped", {"shows": [{"ids": {"trakt": SHOW}}], "movies": []}),
    ("/users/hidden/dropped", {}),
    ("/users/hidden/dropped", {"shows": [{"ids": {"trakt": SHOW}, "hidden_at": "yesterday"}]}),
    ("/users/hidden/dropped/remove", {"movies": [{"ids": {"trakt": FILM}}]}),
    ("/users/hidden/dismissed", {"shows": [{"ids": {"trakt": SHOW}}]}),
    ("/users/hidden/dismissed/remove", {"shows": [{"ids": {"trakt": SHOW}}]}),
]


@pytest.mark.parametrize(("path", "body"), WRONG, ids=[f"{path} {json.dumps(body)[:70]}" for path, body in WRONG])
def test_what_the_contract_does_not_allow_is_a_422_and_changes_nothing(
    still: DemoServices, path: str, body: object
) -> None:
    """Source: Trakt contract, bulkMediaRequestSchema, idsRequestSchema, ratingsParamSchema, hiddenSectionSchema;
    Trakt guide, status-codes.md: 422 is validation."""
    account = still.world.account
    before = list(account.plays), dict(account.ratings), dict(account.watchlist), dict(account.hidden)

    assert post(still, path, body).status_code == 422
    assert before == (account.plays, account.ratings, account.watchlist, account.hidden)


@pytest.mark.parametrize(
    "watched_at",
    [
        "2026-01-02T03:04:00",
        "2026-01-02T03:04:00+00:00",
        "2026-01-02T04:04:00+01:00",
        "2026-01-02 03:04:00Z",
        "2026-01-02",
        "2026-02-30T03:04:00Z",
        "yesterday evening",
        "",
        1767323040,
        True,
        ["2026-01-02T03:04:00Z"],
    ],
)
def test_a_watched_at_that_is_no_time_in_utc_is_refused(still: DemoServices, watched_at: object) -> None:
    """Source: Trakt contract, bulkMediaRequestSchema: z.string().datetime(), which takes the zone Z alone."""
    body = {"movies": [{"ids": {"trakt": FILM}, "watched_at": watched_at}]}

    assert post(still, "/sync/history", body).status_code == 422


def test_nobody_has_watched_anything_in_the_future(demo: DemoServices) -> None:
    """Source: Demo, stricter than what is documented: a watched_at that lies ahead is refused; the present minute does
    not."""

    def at(watched_at: str) -> int:
        return post(demo, "/sync/history", {"movies": [{"ids": {"trakt": FILM}, "watched_at": watched_at}]}).status_code

    assert (at("2026-11-22T06:19:00Z"), at("2036-01-01T00:00:00Z"), at("2026-11-22T06:17:00Z")) == (422, 422, 201)


def test_one_wrong_item_refuses_the_right_ones_with_it(still: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md: 422 is of the request."""
    before = len(still.world.account.plays)
    right, wrong = {"ids": {"trakt": FILM}, "watched_at": AT}, {"ids": {"trakt": 5}, "watched_at": "soon"}

    assert post(still, "/sync/history", {"movies": [right, wrong]}).status_code == 422
    assert len(still.world.account.plays) == before


@pytest.mark.parametrize("section", HIDDEN_SECTIONS)
def test_every_section_of_the_contract_can_be_read(demo: DemoServices, section: str) -> None:
    """Source: Trakt contract, hiddenSectionSchema."""
    assert get(demo, f"/users/hidden/{section}") == []


def test_an_unknown_section_cannot(still: DemoServices) -> None:
    """Source: Trakt contract, hiddenSectionSchema."""
    url = still.urls["trakt"] + "/users/hidden/dismissed"

    assert requests.get(url, headers=trakt_headers(still), timeout=10).status_code == 422


def test_an_error_says_what_is_wrong(still: DemoServices) -> None:
    """Source: Trakt guide, status-codes.md."""
    answer: Schema = post(still, "/sync/history", {"movies": [{"ids": {"trakt": "96"}}]}).json()

    assert "movies" in str(answer["errors"])
