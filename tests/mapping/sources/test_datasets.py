"""The community datasets: bad rows are left out and named, only a wrong shape of a whole file is an error."""

from __future__ import annotations

import json

import pytest

from sync.mapping.sources.anibridge import parse_anibridge, parse_range
from sync.mapping.sources.bangumi import parse_bangumi
from sync.mapping.sources.claims import Claim, Made, Table
from sync.mapping.sources.datasets import DATASETS, build_index
from sync.mapping.sources.fribb import parse_fribb
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind, TraktIds
from tests.mapping.building import anitrakt, bangumi, fribb, index, span

SHOW, MOVIE = Kind.SHOW, Kind.MOVIE
PARSE = {each.name: each.parse for each in DATASETS}


def a_file(decoded: object) -> bytes:
    return json.dumps(decoded).encode()


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
    made = a_file(
        {
            "$meta": {"schema_version": "3.0.0"},
            "anilist:1": {"tmdb_show:9:s2": {"2": "1"}, "tmdb_show:9:s0": {"1": "5"}, "anidb:3:R": {"1": "1"}},
            "anilist:2": {"tmdb_movie:77": {"1": "1"}, "imdb_movie:tt0112233": {"1": "1"}},
        }
    )

    claims = parse_anibridge(made).claims

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
        ({"themoviedb_id": "unknown", "imdb_id": None, "tvdb_id": 0}, []),
    ],
)  # fmt: skip
def test_fribbs_four_shapes_name_the_same_titles(
    row: dict[str, object], titles: list[tuple[str, Kind, object]]
) -> None:
    table = parse_fribb(a_file([{"anilist_id": 1, **row}]))

    assert [(c.title.owner, c.title.kind, c.title.value) for c in table.claims[1]] == titles
    assert table.left_out == ()


def test_fribbs_season_and_offset_belong_to_their_own_database() -> None:
    row = {
        "tvdb_id": 5,
        "themoviedb_id": {"tv": 6},
        "season": {"tvdb": 2, "tmdb": 1},
        "episode_offset": {"tmdb": 12, "tvdb": -3},
    }

    claims = parse_fribb(a_file([{"anilist_id": 1, **row}])).claims[1]

    assert [(c.title.owner, c.season, c.first_episode) for c in claims] == [("tmdb", 1, 13), ("tvdb", 2, -2)]


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
    claims = parse_bangumi(a_file({"items": [bangumi(1, text, "2019-04-28")]})).claims[1]

    assert [(c.title.kind, c.season, c.first_episode) for c in claims] == [(kind, season, episode)]


def test_bangumi_days_are_tokyos() -> None:
    raw = {**bangumi(1, "tv/1", "2019-04-28"), "begin": "2019-04-28T15:10:00.000Z", "end": "nonsense"}

    (broadcast,) = parse_bangumi(a_file({"items": [raw]})).broadcasts[1]

    assert (broadcast.begin.isoformat(), broadcast.end) == ("2019-04-29", None)


@pytest.mark.parametrize("name", PARSE)
@pytest.mark.parametrize("decoded", [{}, [], {"items": []}, "text", [1, None, {}], {"items": [{"sites": 3}]}])
def test_a_file_of_another_shape_is_refused(name: str, decoded: object) -> None:
    with pytest.raises(ValueError, match=r"hold|JSON"):
        build_index({name: a_file(decoded)})


@pytest.mark.parametrize("name", PARSE)
@pytest.mark.parametrize("body", [b"", b"[", b"<html>", b"[" * 100_000, b"[NaN]", b'{"items": [{"sites": Infinity}]}'])
def test_a_file_that_is_no_json_is_refused(name: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"hold|JSON"):
        PARSE[name](body)


GOOD: dict[str, object] = {
    "fribb": {**fribb(1, 70), "mal_id": 11},
    "bangumi": bangumi(1, "tv/70/season/2", "2019-04-28"),
    "anibridge": {"tmdb_show:70:s2": {"1-12": "1-12"}},
    "anitrakt_tv": anitrakt(1, 7, tmdb=70),
    "anitrakt_movies": anitrakt(1, 7, tmdb=70),
}
HUGE = 10**400
ODD: dict[str, list[object]] = {
    "fribb": [
        {"anilist_id": HUGE},
        {"anilist_id": -2},
        {"anilist_id": 2.5},
        {"anilist_id": 2, "tvdb_id": True},
        {"anilist_id": 2, "themoviedb_id": {"tv": HUGE}},
        {"anilist_id": 2, "themoviedb_id": {"movie": list(range(100_000))}},
        {"anilist_id": 2, "imdb_id": "t" * 1_000_000},
        {"anilist_id": 2, "season": {"tmdb": 10**9}},
        {"anilist_id": 2, "season": [2]},
        {"anilist_id": 2, "episode_offset": {"tmdb": "12"}},
        {"anilist_id": 2, "type": ["TV"]},
        None,
        7,
    ],
    "bangumi": [
        {"sites": [{"site": "aniList", "id": 2}]},
        {"sites": [{"site": "aniList", "id": "2" * 1_000}]},
        {"sites": [{"site": "aniList", "id": "2"}] * 100_000},
        {"sites": [["aniList", "2"]]},
        {"sites": [{"site": "aniList", "id": "2"}], "begin": 20190428},
        {"sites": [{"site": "aniList", "id": "2"}], "type": None},
        None,
    ],
    "anibridge": [
        None,
        [],
        {"tmdb_show:70:s2": None},
        {"tmdb_show:70:s2": {"1-12": 1}},
        {"tmdb_show:70:s2": {"1-12": "1," * 100_000}},
        {"tmdb_show:70:s2": {str(n): "1" for n in range(100_000)}},
        {f"tmdb_show:{n}:s1": {} for n in range(100_000)},
        {"x" * 1_000_000: {}},
    ],
    "anitrakt_tv": [
        {"myanimelist": {"id": HUGE}, "trakt": {"id": 7}},
        {"myanimelist": {"id": 2}, "trakt": {"id": -7}},
        {"myanimelist": {"id": 2}, "trakt": {"id": 7, "title": "t" * 1_000_000}},
        {"myanimelist": {"id": 2}, "trakt": {"id": 7, "season": 2}},
        {"myanimelist": {"id": 2}, "trakt": {"id": 7, "season": {"number": -2}}},
        {"myanimelist": {"id": 2}, "trakt": {"id": 7}, "release_year": 99_999},
        {"myanimelist": {"id": 2}, "trakt": {"id": 7}, "externals": {"tmdb": 7.5}},
        [],
    ],
}
ODD["anitrakt_movies"] = ODD["anitrakt_tv"]


def with_rows(name: str, rows: list[object]) -> bytes:
    """A file of this dataset with these rows."""
    if name == "anibridge":
        return a_file({f"anilist:{at}": row for at, row in enumerate(rows, 1)})
    return a_file({"items": rows} if name == "bangumi" else rows)


@pytest.mark.parametrize(
    ("name", "odd"), [(name, odd) for name, odds in ODD.items() for odd in odds], ids=lambda each: str(each)[:60]
)
def test_a_row_that_cannot_be_right_is_left_out_and_the_others_count(name: str, odd: object) -> None:
    table = PARSE[name](with_rows(name, [GOOD[name], odd]))

    assert claims(table) == claims(PARSE[name](with_rows(name, [GOOD[name]])))
    assert len(table.left_out) == 1


def claims(table: Table) -> dict[int, tuple[Claim, ...]]:
    return dict(table.claims) | dict(table.by_mal)


def test_a_row_that_is_left_out_is_named_with_what_is_wrong_in_it() -> None:
    table = parse_fribb(a_file([fribb(1, 70), {"anilist_id": 2, "season": {"tmdb": -1}}]))

    assert [(each.what, each.row_id, each.why) for each in table.left_out] == [
        ("rows of Fribb's list", 2, "season.tmdb: expected `int` >= 0")
    ]


def test_half_a_surrogate_pair_in_a_file_costs_no_row() -> None:
    body = a_file([{**anitrakt(1, 7, tmdb=70), "x": "X"}]).replace(b'"X"', b'"\\ud800"')

    assert list(PARSE["anitrakt_tv"](body).by_mal) == [1]


def test_anitrakts_rows_are_found_by_mal_id_and_give_trakt_ids() -> None:
    found = index(fribb=[{**fribb(1, 70), "mal_id": 11}], anitrakt=[anitrakt(11, 7, tmdb=70, tvdb=71)])

    assert found.trakt_ids[TitleRef("tvdb", SHOW, 71)] == 7
    assert [claim.title for claim in found.claims_of(1)] == [TitleRef("tmdb", SHOW, 70), TitleRef("trakt", SHOW, 7)]


def test_an_id_that_two_rows_give_to_different_titles_leads_nowhere() -> None:
    found = index(anitrakt=[anitrakt(1, 7, tmdb=70), anitrakt(2, 8, tmdb=70)])

    assert TitleRef("tmdb", SHOW, 70) not in found.trakt_ids


def test_the_ids_that_name_a_show_are_known_whoever_says_so_and_on_whatever_list_they_are() -> None:
    found = index(
        fribb=[{**fribb(1, 70), "mal_id": 11}, {**fribb(2, 70), "mal_id": 12}, {**fribb(9, 99), "mal_id": 14}],
        bangumi=[bangumi(3, "tv/70/season/2", "2020-04-28")],
        anibridge={"anilist:4": {"tvdb_show:71:s1": {"1": "1"}}},
        anitrakt=[anitrakt(14, 7, tmdb=70, tvdb=71)],
    )

    assert found.siblings(TraktIds(7, tmdb=70, tvdb=71)) == {1, 2, 3, 4, 9}
    assert found.claimants(TitleRef("tvdb", SHOW, 71)) == {4, 9}
    assert found.siblings(TraktIds(8)) == frozenset()


def test_what_a_dataset_says_of_an_entry_is_worked_out_when_somebody_asks_and_once() -> None:
    asked: list[str] = []

    def make(row: str) -> str:
        asked.append(row)
        return row.upper()

    made = Made({1: "a", 2: "b"}, make)

    assert (len(made), 1 in made, 3 in made, made.get(3), asked) == (2, True, False, None, [])
    assert (made[2], made[2], asked) == ("B", "B", ["b"])


def test_what_nobody_knows_is_absent() -> None:
    empty = build_index({})

    assert not empty
    assert (empty.claims_of(1), empty.kinds.get(1), empty.siblings(TraktIds(7))) == ((), None, frozenset())


def test_each_dataset_has_a_name_a_setting_an_option_and_an_address_of_its_own() -> None:
    assert len({each.name for each in DATASETS}) == len({each.address for each in DATASETS}) == len(DATASETS)
    assert {each.name: (each.setting, each.option) for each in DATASETS}["anitrakt_tv"] == (
        "ANITRAKT_TV_URL",
        "--anitrakt-tv",
    )
