"""The dataset files and TMDB: ETags, real formats that our own parsers take, keys, errors."""

from __future__ import annotations

import pytest
import requests

from demo.datasets import PATHS
from demo.library import parse_spans
from demo.start import DemoServices
from demo.tmdb import API_KEY


def fetch(demo: DemoServices, name: str, etag: str = "") -> requests.Response:
    headers = {"If-None-Match": etag} if etag else {}
    return requests.get(demo.urls["datasets"] + PATHS[name], headers=headers, timeout=10)


def rows(demo: DemoServices) -> dict[int, dict[str, object]]:
    return {row["anilist_id"]: row for row in fetch(demo, "fribb").json()}


def tmdb(demo: DemoServices, path: str, **query: str) -> requests.Response:
    return requests.get(f"{demo.urls['tmdb']}/3{path}", params={"api_key": API_KEY, **query}, timeout=10)


@pytest.mark.parametrize("name", PATHS)
def test_an_unchanged_file_is_a_304_without_a_body(still: DemoServices, name: str) -> None:
    """Source: Datasets, raw.githubusercontent.com and unpkg send ETags."""
    first = fetch(still, name)
    again = fetch(still, name, first.headers["ETag"])

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_changed_file_comes_whole(demo: DemoServices) -> None:
    """Source: Datasets, raw.githubusercontent.com and unpkg send ETags."""
    etag = fetch(demo, "fribb").headers["ETag"]
    demo.datasets.garbage["fribb"] = "[]"

    assert fetch(demo, "fribb", etag).text == "[]"


def test_a_file_can_be_had_without_etag_or_not_at_all(demo: DemoServices) -> None:
    """Source: Demo, switches of the stand-in."""
    demo.datasets.etags = False
    demo.datasets.broken = {"bangumi"}

    assert "ETag" not in fetch(demo, "fribb").headers
    assert fetch(demo, "bangumi").status_code == 503


def test_fribbs_newest_shape_has_season_offset_and_lists(still: DemoServices) -> None:
    """Source: Datasets, Fribb/anime-lists 4934d9d (2026-06-16)."""
    row = rows(still)[104578]

    assert (row["themoviedb_id"], row["season"], row["episode_offset"], row["imdb_id"]) == (
        {"tv": 1429},
        {"tmdb": 3, "tvdb": 3},
        {"tmdb": 12, "tvdb": 12},
        ["tt2560140"],
    )


def test_all_four_shapes_of_fribb_are_there(still: DemoServices) -> None:
    """Source: Datasets, Fribb/anime-lists 20271e5, d153d61, c442ab7, 4934d9d."""
    found = rows(still).values()

    assert any("thetvdb_id" in row for row in found)
    assert any("tvdb_id" in row and isinstance(row.get("themoviedb_id"), int) for row in found)
    assert any(isinstance(row.get("themoviedb_id"), dict) and isinstance(row.get("imdb_id"), str) for row in found)
    assert any(isinstance(row.get("themoviedb_id"), dict) and isinstance(row.get("imdb_id"), list) for row in found)


@pytest.mark.parametrize(
    ("anilist_id", "ranges"),
    [
        (21, ("tmdb_show:37854:s22", {"1089-": "1089-"})),
        (146065, ("tmdb_show:94664:s0", {"1": "2"})),
        (197, ("tmdb_show:34684:s1", {"1-24": "1-12|-2"})),
        (21569, ("tmdb_show:110207:s0", {"1": "1-2|2"})),
        (112151, ("tmdb_movie:635302", {"1": "1"})),
    ],
)
def test_anibridge_writes_ranges(still: DemoServices, anilist_id: int, ranges: tuple[str, dict[str, str]]) -> None:
    """Source: Datasets, anibridge/anibridge-mappings, schema 3."""
    assert fetch(still, "anibridge").json()[f"anilist:{anilist_id}"][ranges[0]] == ranges[1]


def test_bangumi_points_a_long_runner_at_its_newest_season(still: DemoServices) -> None:
    """Source: Datasets, bangumi-data 0.3."""
    items = fetch(still, "bangumi").json()["items"]
    paths = {ids["aniList"]: ids.get("tmdb") for i in items if (ids := {s["site"]: s["id"] for s in i["sites"]})}

    assert (paths["21"], paths["112641"], paths["1"]) == ("tv/37854/season/22", "tv/83121/season/2", "tv/30991")


def test_anitrakt_counts_cours_instead_of_seasons(still: DemoServices) -> None:
    """Source: Datasets, rensetsu/db.trakt.extended-anitrakt."""
    shows = {row["myanimelist"]["id"]: row["trakt"] for row in fetch(still, "anitrakt_tv").json()}

    assert shows[38524]["season"]["number"] == 4
    assert shows[48583]["is_split_cour"]
    assert {row["myanimelist"]["id"] for row in fetch(still, "anitrakt_movies").json()} >= {40456, 199}


def test_each_source_leaves_somebody_out(still: DemoServices) -> None:
    """Source: Demo, the sample library's unknown_to."""
    known = {anime.anilist_id for _, anime in still.world.library.anime()}
    fribb = {key for key, row in rows(still).items() if "themoviedb_id" in row}
    bridged = {int(key.partition(":")[2]) for key in fetch(still, "anibridge").json() if key.startswith("anilist:")}

    assert 0 < len(known - fribb) < 20
    assert 0 < len(known - bridged)


def test_tmdb_wants_its_key(still: DemoServices) -> None:
    """Source: TMDB docs, errors: 7 with 401."""
    answer = requests.get(f"{still.urls['tmdb']}/3/tv/1429/external_ids", timeout=10)

    assert (answer.status_code, answer.json()["status_code"]) == (401, 7)


def test_tmdb_takes_the_key_as_a_bearer_too(still: DemoServices) -> None:
    """Source: TMDB docs, authentication-application."""
    url = f"{still.urls['tmdb']}/3/tv/1429/external_ids"
    answer = requests.get(url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=10)

    assert answer.json() == {"id": 1429, "imdb_id": "tt2560140", "tvdb_id": 267440}


def test_tmdb_finds_shows_by_tvdb_id_but_no_films(still: DemoServices) -> None:
    """Source: TMDB docs, find-by-id."""
    show = tmdb(still, "/find/267440", external_source="tvdb_id").json()
    film = tmdb(still, "/find/tt16428256", external_source="imdb_id").json()

    assert [hit["id"] for hit in show["tv_results"]] == [1429]
    assert [hit["id"] for hit in film["movie_results"]] == [916224]


def test_what_tmdb_does_not_know_is_a_34(still: DemoServices) -> None:
    """Source: TMDB docs, errors: 34 with 404."""
    assert tmdb(still, "/tv/1/external_ids").json()["status_code"] == 34
    assert tmdb(still, "/tv/1429/season/9").status_code == 404


def test_a_span_with_unequal_counts_shares_or_covers() -> None:
    """Source: Datasets, anibridge/anibridge-mappings: ratios."""
    (shared,) = parse_spans("1-24 = s1e1-12")
    (covering,) = parse_spans("1 = s0e1-3")

    assert [list(shared.numbers_of(n)) for n in (1, 2, 3, 24)] == [[1], [1], [2], [12]]
    assert list(covering.numbers_of(1)) == [1, 2, 3]
