"""The four datasets, read tolerantly: only a wrong shape of a whole file is an error."""

from __future__ import annotations

import pytest

from sync.mapping.sources.anibridge import parse_anibridge, parse_range
from sync.mapping.sources.bangumi import parse_bangumi
from sync.mapping.sources.fribb import parse_fribb
from sync.mapping.sources.index import build_index
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind
from tests.mapping.building import anitrakt, bangumi, fribb, span

SHOW, MOVIE = Kind.SHOW, Kind.MOVIE


@pytest.mark.parametrize(
    ("source", "target", "spans"),
    [
        ("1-12", "13-24", [span(1, 12, 1, 13)]),
        ("14-", "1-", [span(14, None, 1, 1)]),
        ("1", "3", [span(1, 1, 1, 3)]),
        ("1-3", "1,4-5", [span(1, 1, 1, 1), span(2, 3, 1, 4)]),
        ("1-4", "1-2|-2", [span(1, 1, 1, 1), span(2, 3, 1, 1), span(4, 4, 1, 2)]),
        ("1-4", "1-2|2", [span(1, 1, 1, 1), span(2, 3, 1, 1), span(4, 4, 1, 2)]),
        ("1", "1-2|2", [span(1, 1, 1, 1), span(1, 1, 1, 2)]),
        ("1-2", "1-4|2", [span(1, 1, 1, 1), span(1, 2, 1, 2), span(2, 2, 1, 4)]),
        ("1-2", "1-4|-2", [span(1, 1, 1, 1), span(1, 2, 1, 2), span(2, 2, 1, 4)]),
        ("1-12", "1-12|0", []),
        ("1-12", "1-11", []),
        ("12-1", "1-12", []),
        ("one", "1", []),
        ("1-2", "1-3|2", []),
        ("1-999999", "1-999999", []),
    ],
)
def test_anibridge_ranges_pair_episodes_by_their_lengths(source: str, target: str, spans: list[object]) -> None:
    assert list(parse_range(source, target, 1)) == spans


def test_anibridge_joins_the_seasons_of_a_show() -> None:
    claims = parse_anibridge(
        {
            "$meta": {"schema_version": "3.0.0"},
            "anilist:1": {"tmdb_show:9:s2": {"2": "1"}, "tmdb_show:9:s0": {"1": "5"}, "anidb:3:R": {"1": "1"}},
            "anilist:2": {"tmdb_movie:77": {"1": "1"}, "imdb_movie:tt0112233": {"1": "1"}},
        }
    )

    assert [(c.title, c.spans) for c in claims[1]] == [
        (TitleRef("tmdb", SHOW, 9), (span(1, 1, 0, 5), span(2, 2, 2, 1)))
    ]
    assert [c.title for c in claims[2]] == [TitleRef("tmdb", MOVIE, 77), TitleRef("imdb", MOVIE, "tt0112233")]


@pytest.mark.parametrize(
    ("row", "titles"),
    [
        ({"thetvdb_id": "79481", "themoviedb_id": "890"}, [("tmdb", SHOW, 890), ("tvdb", SHOW, 79481)]),
        ({"thetvdb_id": "movie", "themoviedb_id": 149, "type": "MOVIE"}, [("tmdb", MOVIE, 149)]),
        ({"tvdb_id": 5, "themoviedb_id": 6, "season": {"tvdb": 2}}, [("tmdb", SHOW, 6), ("tvdb", SHOW, 5)]),
        ({"themoviedb_id": {"tv": 890}}, [("tmdb", SHOW, 890)]),
        ({"themoviedb_id": {}}, []),
        ({"themoviedb_id": {"movie": [1, 2]}, "imdb_id": ["tt0094625"]}, [("tmdb", MOVIE, 1), ("tmdb", MOVIE, 2)]),
        ({"imdb_id": "tt0094625", "type": "MOVIE"}, [("imdb", MOVIE, "tt0094625")]),
        ({"themoviedb_id": "unknown", "imdb_id": None, "tvdb_id": True}, []),
    ],
)  # fmt: skip
def test_fribbs_four_shapes_name_the_same_titles(
    row: dict[str, object], titles: list[tuple[str, Kind, object]]
) -> None:
    (found,) = parse_fribb([{"anilist_id": 1, **row}])

    assert [(c.title.owner, c.title.kind, c.title.value) for c in found.claims] == titles


def test_fribbs_season_and_offset_belong_to_their_own_database() -> None:
    row = {
        "tvdb_id": 5,
        "themoviedb_id": {"tv": 6},
        "season": {"tvdb": 2, "tmdb": 1},
        "episode_offset": {"tmdb": 12, "tvdb": -3},
    }

    (found,) = parse_fribb([{"anilist_id": 1, **row}])

    assert [(c.title.owner, c.season, c.first_episode) for c in found.claims] == [("tmdb", 1, 13), ("tvdb", 2, -2)]


@pytest.mark.parametrize(
    ("text", "kind", "season", "episode"),
    [
        ("tv/1429/season/3", SHOW, 3, None),
        ("tv/1429/season/0/episode/7", SHOW, 0, 7),
        ("tv/120089", SHOW, None, None),
        ("tv/235071-mofusand", SHOW, None, None),
        ("movie/635302", MOVIE, None, None),
    ],
)
def test_bangumi_names_a_season_and_sometimes_an_episode(
    text: str, kind: Kind, season: int | None, episode: int | None
) -> None:
    (item,) = parse_bangumi({"items": [bangumi(1, text, "2019-04-28")]})

    assert [(c.title.kind, c.season, c.first_episode) for c in item.claims] == [(kind, season, episode)]


def test_bangumi_days_are_tokyos() -> None:
    raw = {**bangumi(1, "tv/1", "2019-04-28"), "begin": "2019-04-28T15:10:00.000Z", "end": "nonsense"}

    (item,) = parse_bangumi({"items": [raw]})

    assert item.broadcast is not None
    assert (item.broadcast.begin.isoformat(), item.broadcast.end) == ("2019-04-29", None)


@pytest.mark.parametrize("name", ["fribb", "anibridge", "bangumi", "anitrakt_tv", "anitrakt_movies"])
@pytest.mark.parametrize("decoded", [{}, [], {"items": []}, "text", [1, None, {}], {"items": [{"sites": 3}]}])
def test_a_file_of_another_shape_is_refused(name: str, decoded: object) -> None:
    with pytest.raises(ValueError, match=r"hold|JSON"):
        build_index(**{name: decoded})


def test_anitrakts_rows_are_found_by_mal_id_and_give_trakt_ids() -> None:
    index = build_index(fribb=[{**fribb(1, 70), "mal_id": 11}], anitrakt_tv=[anitrakt(11, 7, tmdb=70, tvdb=71)])

    assert index.trakt_ids[TitleRef("tvdb", SHOW, 71)] == 7
    assert [claim.title for claim in index.claims_of(1)] == [TitleRef("tmdb", SHOW, 70), TitleRef("trakt", SHOW, 7)]


def test_an_id_that_two_rows_give_to_different_titles_leads_nowhere() -> None:
    index = build_index(anitrakt_tv=[anitrakt(1, 7, tmdb=70), anitrakt(2, 8, tmdb=70)])

    assert TitleRef("tmdb", SHOW, 70) not in index.trakt_ids
