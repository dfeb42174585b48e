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


def test_an_unpaged_history_is_silently_cut_at_100(still: DemoServices) -> None:
    """Source: Trakt guide, pagination.md (2026-09-04); trakt/trakt-api#925."""
    answer = get(still, "/sync/history")

    assert len(answer.json()) == 100
    assert pagination(answer) == {"Page": 1, "Limit": 100, "Page-Count": 12, "Item-Count": 1114}


def test_a_limit_of_1000_is_clamped_to_250(still: DemoServices) -> None:
    """Source: Trakt guide, pagination.md (2026-09-04)."""
    answer = get(still, "/sync/history?page=1&limit=1000")

    assert len(answer.json()) == 250
    assert pagination(answer)["Limit"] == 250


def test_all_pages_together_hold_every_play_once(still: DemoServices) -> None:
    """Source: Trakt guide, pagination.md (2026-09-04)."""
    rows = [row for page in range(1, 6) for row in get(still, f"/sync/history?page={page}&limit=250").json()]

    assert {row["id"] for row in rows} == {play.history_id for play in still.world.account.plays}
    assert len(rows) == 1114


def test_a_page_can_be_shorter_than_its_headers_say(demo: DemoServices) -> None:
    """Source: Trakt clients, trakt/trakt-api#82 and #142."""
    newest = demo.world.account.plays[-1]
    demo.world.account.unlisted = {(newest.kind, newest.trakt_id)}
    answer = get(demo, "/sync/history?page=1&limit=10")

    assert len(answer.json()) == 9
    assert pagination(answer)["Item-Count"] == 1114


def test_a_history_can_be_asked_for_one_episode_at_one_minute(demo: DemoServices) -> None:
    """Source: Trakt clients, cenodude/CrossWatch (2026-08-23)."""
    play = demo.world.account.plays[0]
    minute = play.watched_at.strftime("%Y-%m-%dT%H:%M:00Z")
    found = get(demo, f"/sync/history/episodes/{play.trakt_id}?start_at={minute}&end_at={minute}").json()
    missed = get(demo, f"/sync/history/episodes/{play.trakt_id}?start_at=2026-01-01T00:00:00Z").json()

    assert [row["id"] for row in found] == [play.history_id]
    assert missed == []


def test_watched_episodes_with_min_are_all_plays_without_pages(still: DemoServices) -> None:
    """Source: Trakt contract, branch fix/api-contract-worker-parity, sync/index.ts; jellyfin-plugin-trakt#299."""
    answer = get(still, "/sync/watched/episodes?extended=min&specials=true")

    assert len(answer.json()) == sum(play.kind == "episode" for play in still.world.account.plays)
    assert "X-Pagination-Page" not in answer.headers


@pytest.mark.parametrize("kind", ["episodes", "movies", "shows"])
def test_min_is_cut_into_pages_for_those_who_ask(still: DemoServices, kind: str) -> None:
    """Source: Trakt contract, branch fix/api-contract-worker-parity: "Pagination Optional"."""
    whole = get(still, f"/sync/watched/{kind}?extended=min&specials=true").json()
    pages = [get(still, f"/sync/watched/{kind}?extended=min&specials=true&page={n}&limit=2") for n in (1, 2)]

    assert [len(page.json()) for page in pages] == [2, min(2, len(whole) - 2)]
    assert {k: v for page in pages for k, v in page.json().items()} == dict(list(whole.items())[:4])
    assert pagination(pages[0])["Item-Count"] == len(whole)


def test_watched_shows_with_min_name_seasons_by_id_and_by_number_too_if_asked(demo: DemoServices) -> None:
    """Source: Trakt web, currentUserWatchedShowsQuery.ts (2026-08-22)."""
    show, episode = next((t, e) for t in demo.world.library.titles for e in t.episodes if e.season == 2)
    season = demo.trakt.catalogue.season_id(show, 2)
    demo.world.account.plays.clear()
    demo.world.account.add("episode", episode.trakt_id, datetime(2026, 1, 1, 10, 30, tzinfo=UTC))
    times = {str(episode.trakt_id): ["2026-01-01T10:30:00.000Z"]}

    assert get(demo, "/sync/watched/shows?extended=min").json() == {str(show.trakt_id): {str(season): times}}
    assert get(demo, "/sync/watched/shows?extended=min&season_numbers=true").json() == {
        str(show.trakt_id): {f"{season}|2": times}
    }


def test_min_is_a_list_where_trakt_does_not_know_it(demo: DemoServices) -> None:
    """Source: Trakt contract, sync/index.ts of master: the answer is an array."""
    demo.trakt.minimal = False

    for kind in ("movies", "episodes", "shows"):
        assert get(demo, f"/sync/watched/{kind}?extended=min").json() == get(demo, f"/sync/watched/{kind}").json()


SPECIAL_FORMS = (
    "/sync/watched/episodes?extended=min",
    "/sync/watched/episodes?limit=250",
    "/sync/watched/shows?extended=min",
    "/sync/watched/shows?extended=progress&limit=100",
    "/sync/watched/shows?limit=250",
)


@pytest.mark.parametrize("path", SPECIAL_FORMS)
def test_specials_are_left_out_of_every_form_unless_asked_for(demo: DemoServices, path: str) -> None:
    """Source: Trakt staff, trakt/trakt-api#792 (2026-05-19)."""
    demo.world.account.plays.clear()
    demo.world.account.add("episode", special_id(demo), datetime(2026, 1, 1, tzinfo=UTC))

    assert not get(demo, path).json()
    assert len(get(demo, path + "&specials=true").json()) == 1


def test_progress_names_episodes_by_their_numbers(demo: DemoServices) -> None:
    """Source: Trakt clients, trakt/trakt-api#844 (2026-07-10)."""
    show, episode = next((t, e) for t in demo.world.library.titles for e in t.episodes if e.season == 2)
    demo.world.account.plays.clear()
    for minute in (30, 10):
        demo.world.account.add("episode", episode.trakt_id, datetime(2026, 1, 1, 10, minute, tzinfo=UTC))
    (row,) = get(demo, "/sync/watched/shows?extended=progress").json()

    last = "2026-01-01T10:30:00.000Z"
    assert (row["plays"], row["last_watched_at"], row["show"]["ids"]["trakt"]) == (2, last, show.trakt_id)
    assert row["seasons"] == [
        {"number": 2, "episodes": [{"number": episode.number, "plays": 2, "last_watched_at": last}]}
    ]


def test_each_play_of_an_episode_is_there_with_its_time(demo: DemoServices) -> None:
    """Source: Trakt contract, watchedEpisodesMinimalResponseSchema."""
    play = demo.world.account.plays[0]
    demo.world.account.add(play.kind, play.trakt_id, datetime(2026, 1, 1, 10, 30, tzinfo=UTC))
    times = get(demo, "/sync/watched/episodes?extended=min").json()[str(play.trakt_id)]

    assert len(times) == 2
    assert times[1] == "2026-01-01T10:30:00.000Z"


def test_watched_shows_have_no_seasons_unless_progress_is_asked_for(still: DemoServices) -> None:
    """Source: Trakt clients, trakt/trakt-api#844, PlexTraktSync#2518 (2026-07)."""
    for extended in ("", "full", "noseasons", "episodes"):
        rows = get(still, f"/sync/watched/shows?extended={extended}&page=1&limit=250").json()
        assert all("seasons" not in row for row in rows)
    progress = get(still, "/sync/watched/shows?extended=full,progress&page=1&limit=100").json()

    assert all(row["seasons"] and row["show"]["status"] for row in progress)


def test_watched_shows_with_progress_are_capped_at_100_a_page(still: DemoServices) -> None:
    """Source: Trakt clients, trakt/trakt-api#844 (2026-07-10)."""
    assert pagination(get(still, "/sync/watched/shows?extended=progress&limit=250"))["Limit"] == 100
    assert pagination(get(still, "/sync/watched/shows?limit=250"))["Limit"] == 250


def test_an_account_without_plays_answers_an_empty_object(demo: DemoServices) -> None:
    """Source: Trakt contract, watchedMoviesMinimalResponseSchema."""
    demo.world.account.plays.clear()

    assert get(demo, "/sync/watched/movies?extended=min").json() == {}


def test_seasons_list_episodes_and_dates_only_when_asked(still: DemoServices) -> None:
    """Source: Trakt contract, seasonResponseSchema."""
    plain = get(still, "/shows/attack-on-titan/seasons").json()
    full = get(still, "/shows/1420/seasons?extended=full,episodes").json()
    third = next(season for season in full if season["number"] == 3)

    assert all("episodes" not in season for season in plain)
    assert third["episodes"][12]["first_aired"] == "2019-04-29T14:30:00.000Z"


def test_numbers_can_run_on_inside_seasons(still: DemoServices) -> None:
    """Source: Trakt clients, iamkroot/trakt-scrobbler#199."""
    seasons = get(still, "/shows/one-piece/seasons?extended=full,episodes").json()
    last = next(season for season in seasons if season["number"] == 22)

    assert last["episodes"][0]["number"] == 1089


def test_an_untyped_id_search_mixes_up_the_id_spaces(still: DemoServices) -> None:
    """Source: Trakt contract, search: pass the type."""
    untyped = get(still, "/search/trakt/1420").json()
    typed = get(still, "/search/trakt/1420?type=show").json()

    assert [hit["type"] for hit in untyped] == ["show", "episode"]
    assert [hit["show"]["title"] for hit in typed] == ["Attack on Titan"]


def test_a_film_cannot_be_found_by_tvdb_id(still: DemoServices) -> None:
    """Source: Trakt contract, movieIdsResponseSchema."""
    assert [h["type"] for h in get(still, "/search/tmdb/916224?type=movie").json()] == ["movie"]
    assert get(still, "/search/tvdb/916224?type=movie").json() == []


def test_a_text_search_also_finds_what_only_sounds_alike(still: DemoServices) -> None:
    """Source: Trakt contract, search: a score for each hit."""
    hits = get(still, "/search/show,movie?query=Demon Slayer").json()

    assert {"show", "movie"} == {hit["type"] for hit in hits}


@pytest.mark.parametrize("path", ["/shows/no-such-show", "/shows/999999/seasons", "/movies/1420"])
def test_what_trakt_does_not_list_is_a_404(still: DemoServices, path: str) -> None:
    """Source: Trakt guide, status-codes.md."""
    assert get(still, path).status_code == 404


def test_the_setting_for_single_plays_is_shown_when_asked(demo: DemoServices) -> None:
    """Source: Trakt contract, settingsResponseSchema: browsing.watch_only_once."""
    demo.world.account.watch_only_once = True

    assert "browsing" not in get(demo, "/users/settings").json()
    assert get(demo, "/users/settings?extended=browsing").json()["browsing"]["watch_only_once"]
