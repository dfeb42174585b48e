"""How Trakt reads back: pages, clamps, what is left out unless asked for (Trakt API docs: pagination, 2026-09)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from demo.start import DemoServices
from tests.demo_world import trakt_headers

SPECIAL_SEASON = 0


def get(demo: DemoServices, path: str) -> requests.Response:
    return requests.get(demo.urls["trakt"] + path, headers=trakt_headers(demo), timeout=10)


def pagination(answer: requests.Response) -> dict[str, int]:
    return {n: int(answer.headers[f"X-Pagination-{n}"]) for n in ("Page", "Limit", "Page-Count", "Item-Count")}


def special_id(demo: DemoServices) -> int:
    return next(e.trakt_id for t in demo.world.library.titles for e in t.episodes if e.season == SPECIAL_SEASON)


def test_an_unpaged_history_is_silently_cut_at_100(demo: DemoServices) -> None:
    answer = get(demo, "/sync/history")

    assert len(answer.json()) == 100
    assert pagination(answer) == {"Page": 1, "Limit": 100, "Page-Count": 12, "Item-Count": 1114}


def test_a_limit_of_1000_is_clamped_to_250(demo: DemoServices) -> None:
    answer = get(demo, "/sync/history?page=1&limit=1000")

    assert len(answer.json()) == 250
    assert pagination(answer)["Limit"] == 250


def test_all_pages_together_hold_every_play_once(demo: DemoServices) -> None:
    rows = [row for page in range(1, 6) for row in get(demo, f"/sync/history?page={page}&limit=250").json()]

    assert {row["id"] for row in rows} == {play.history_id for play in demo.world.account.plays}
    assert len(rows) == 1114


def test_a_page_can_be_shorter_than_its_headers_say(demo: DemoServices) -> None:
    newest = demo.world.account.plays[-1]
    demo.world.account.unlisted = {(newest.kind, newest.trakt_id)}
    answer = get(demo, "/sync/history?page=1&limit=10")

    assert len(answer.json()) == 9
    assert pagination(answer)["Item-Count"] == 1114


def test_a_history_can_be_asked_for_one_episode_at_one_minute(demo: DemoServices) -> None:
    play = demo.world.account.plays[0]
    minute = play.watched_at.strftime("%Y-%m-%dT%H:%M:00Z")
    found = get(demo, f"/sync/history/episodes/{play.trakt_id}?start_at={minute}&end_at={minute}").json()
    missed = get(demo, f"/sync/history/episodes/{play.trakt_id}?start_at=2026-01-01T00:00:00Z").json()

    assert [row["id"] for row in found] == [play.history_id]
    assert missed == []


def test_watched_episodes_with_min_are_all_plays_without_pages(demo: DemoServices) -> None:
    answer = get(demo, "/sync/watched/episodes?extended=min&specials=true")

    assert len(answer.json()) == sum(play.kind == "episode" for play in demo.world.account.plays)
    assert "X-Pagination-Page" not in answer.headers


def test_specials_are_left_out_unless_asked_for(demo: DemoServices) -> None:
    trakt_id = special_id(demo)
    demo.world.account.add("episode", trakt_id, datetime(2026, 1, 1, tzinfo=UTC))

    assert str(trakt_id) not in get(demo, "/sync/watched/episodes?extended=min").json()
    assert str(trakt_id) in get(demo, "/sync/watched/episodes?extended=min&specials=true").json()


def test_each_play_of_an_episode_is_there_with_its_time(demo: DemoServices) -> None:
    play = demo.world.account.plays[0]
    demo.world.account.add(play.kind, play.trakt_id, datetime(2026, 1, 1, 10, 30, tzinfo=UTC))
    times = get(demo, "/sync/watched/episodes?extended=min").json()[str(play.trakt_id)]

    assert len(times) == 2
    assert times[1] == "2026-01-01T10:30:00.000Z"


def test_watched_shows_have_no_seasons_unless_progress_is_asked_for(demo: DemoServices) -> None:
    plain = get(demo, "/sync/watched/shows?page=1&limit=250").json()
    progress = get(demo, "/sync/watched/shows?extended=progress&page=1&limit=100").json()

    assert all("seasons" not in row for row in plain)
    assert all(row["seasons"] for row in progress)


def test_watched_shows_with_progress_are_capped_at_100_a_page(demo: DemoServices) -> None:
    assert pagination(get(demo, "/sync/watched/shows?extended=progress&limit=250"))["Limit"] == 100
    assert pagination(get(demo, "/sync/watched/shows?limit=250"))["Limit"] == 250


def test_an_account_without_plays_answers_an_empty_object(demo: DemoServices) -> None:
    demo.world.account.plays.clear()

    assert get(demo, "/sync/watched/movies?extended=min").json() == {}


def test_seasons_list_episodes_and_dates_only_when_asked(demo: DemoServices) -> None:
    plain = get(demo, "/shows/attack-on-titan/seasons").json()
    full = get(demo, "/shows/1420/seasons?extended=full,episodes").json()
    third = next(season for season in full if season["number"] == 3)

    assert all("episodes" not in season for season in plain)
    assert third["episodes"][12]["first_aired"] == "2019-04-29T14:30:00.000Z"


def test_numbers_can_run_on_inside_seasons(demo: DemoServices) -> None:
    seasons = get(demo, "/shows/one-piece/seasons?extended=full,episodes").json()
    last = next(season for season in seasons if season["number"] == 22)

    assert last["episodes"][0]["number"] == 1089


def test_an_untyped_id_search_mixes_up_the_id_spaces(demo: DemoServices) -> None:
    untyped = get(demo, "/search/trakt/1420").json()
    typed = get(demo, "/search/trakt/1420?type=show").json()

    assert [hit["type"] for hit in untyped] == ["show", "episode"]
    assert [hit["show"]["title"] for hit in typed] == ["Attack on Titan"]


def test_a_film_cannot_be_found_by_tvdb_id(demo: DemoServices) -> None:
    assert [h["type"] for h in get(demo, "/search/tmdb/916224?type=movie").json()] == ["movie"]
    assert get(demo, "/search/tvdb/916224?type=movie").json() == []


def test_a_text_search_also_finds_what_only_sounds_alike(demo: DemoServices) -> None:
    hits = get(demo, "/search/show,movie?query=Demon Slayer").json()

    assert {"show", "movie"} == {hit["type"] for hit in hits}


@pytest.mark.parametrize("path", ["/shows/no-such-show", "/shows/999999/seasons", "/movies/1420"])
def test_what_trakt_does_not_list_is_a_404(demo: DemoServices, path: str) -> None:
    assert get(demo, path).status_code == 404


def test_the_setting_for_single_plays_is_shown_when_asked(demo: DemoServices) -> None:
    demo.world.account.watch_only_once = True

    assert "browsing" not in get(demo, "/users/settings").json()
    assert get(demo, "/users/settings?extended=browsing").json()["browsing"] == {"watch_only_once": True}
