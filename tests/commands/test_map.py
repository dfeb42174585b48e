"""The offline ``map`` command: files in, one JSON line for each entry out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sync.commands import map as map_command
from sync.errors import ConfigError
from sync.model.anilist import Airing, MediaFormat, MediaRelation, RelationType

ENTRY = {
    "id": 112641, "idMal": 40591, "format": "TV", "episodes": 2, "status": "FINISHED",
    "startDate": {"year": 2020, "month": 4, "day": 11}, "endDate": {},
    "title": {"romaji": "Kaguya-sama S2", "english": None, "native": None}, "synonyms": [],
}  # fmt: skip
FILM = {
    "id": 199, "idMal": 199, "format": "MOVIE", "episodes": 1, "status": "FINISHED",
    "startDate": {"year": 2001, "month": 7, "day": 20}, "endDate": {}, "title": {"romaji": "Spirited Away"},
}  # fmt: skip


def layout() -> dict[str, Any]:
    def season(number: int, start: str) -> dict[str, object]:
        first, second = ({"season": number, "number": n, "ids": {"trakt": number * 100 + n}} for n in (1, 2))
        episodes = [{**first, "first_aired": f"{start}T13:00:00.000Z"}, {**second, "first_aired": None}]
        return {"number": number, "episode_count": 2, "episodes": episodes}

    return {
        "show": {"title": "Kaguya-sama", "year": 2019, "ids": {"trakt": 138564, "slug": "kaguya", "tmdb": 83121}},
        "seasons": [season(1, "2019-01-12"), season(2, "2020-04-11")],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "entries.jsonl").write_text(f"{json.dumps(ENTRY)}\n\n{json.dumps(FILM)}\n", encoding="utf-8")
    (tmp_path / "layouts.jsonl").write_text(json.dumps(layout()) + "\n", encoding="utf-8")
    movie = {"movie": {"title": "Spirited Away", "year": 2001, "ids": {"trakt": 81, "tmdb": 129}}}
    (tmp_path / "movies.jsonl").write_text(json.dumps(movie) + "\n", encoding="utf-8")
    rows = [{"anilist_id": 112641, "themoviedb_id": {"tv": 83121}, "season": {"tmdb": 2}},
            {"anilist_id": 199, "themoviedb_id": {"movie": [129]}}]  # fmt: skip
    (tmp_path / "fribb.json").write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> list[dict[str, object]]:
    files = [f"--{name}={folder / name}.jsonl" for name in ("entries", "layouts", "movies")]
    out = folder / "out.jsonl"
    assert map_command.main([*files, f"--fribb={folder / 'fribb.json'}", f"--out={out}", *more]) == 0
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_entry_becomes_a_line(folder: Path) -> None:
    film, season = run(folder)

    assert (film["anilist_id"], film["verdict"], film["trakt_movie"]) == (199, "resolved", 81)
    assert (season["verdict"], season["trakt_show"]) == ("resolved", 138564)
    assert season["spans"] == [{"from_ep": 1, "to_ep": 2, "season": 2, "first_episode": 1}]
    assert "start day (+4)" in str(season["evidence"])


def test_overrides_are_heard(folder: Path) -> None:
    (folder / "o.yaml").write_text("112641: {skip: seen elsewhere}\n", encoding="utf-8")

    assert run(folder, f"--overrides={folder / 'o.yaml'}")[1]["verdict"] == "skipped"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("entries.jsonl", "{}\nno json\n", "entries.jsonl:2: is no JSON"),
        ("fribb.json", "{}", "Fribb's list is not a JSON list"),
        ("fribb.json", "[1,\n2", "fribb.json:2: is no JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str, content: str, says: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match=says):
        run(folder)


def test_a_line_that_cannot_be_right_is_left_out_and_named(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    odd: list[object] = [
        {**ENTRY, "id": 5, "episodes": -2},
        {**ENTRY, "id": -6},
        {},
        [],
        None,
        {**ENTRY, "id": 10**400},
    ]
    more = "".join(f"{json.dumps(each)}\n" for each in odd)
    (folder / "entries.jsonl").write_text(f"{more}{json.dumps(ENTRY)}\n", encoding="utf-8")

    assert [line["anilist_id"] for line in run(folder)] == [112641]
    assert "Left out 6 of the entries (entries.jsonl), which cannot be right: 5 (episodes: expected" in caplog.text


def test_an_episode_that_cannot_be_right_moves_no_other(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    shown = layout()
    shown["seasons"][1]["episodes"][0]["ids"] = {"trakt": 10**400}
    (folder / "layouts.jsonl").write_text(json.dumps(shown) + "\n", encoding="utf-8")

    season = run(folder)[1]

    assert season["spans"] == [{"from_ep": 1, "to_ep": 2, "season": 2, "first_episode": 1}]
    assert "Left out 1 of the episodes of show 138564, season 2 (layouts.jsonl)" in caplog.text


@pytest.mark.parametrize("line", ["[]", "7", '{"show": {"title": "A", "ids": {"trakt": 7}}}'])
def test_a_line_that_is_no_layout_is_an_error_that_names_it(folder: Path, line: str) -> None:
    (folder / "layouts.jsonl").write_text(f"{json.dumps(layout())}\n{line}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"layouts\.jsonl:2: "):
        run(folder)


def test_what_airs_next_and_the_relations_are_read_from_the_entries(folder: Path) -> None:
    airing = {
        **ENTRY,
        "status": "RELEASING",
        "nextAiringEpisode": {"episode": 3, "airingAt": 1795305600},
        "relations": {
            "edges": [
                {"relationType": "PREQUEL", "node": {"id": 101921, "type": "ANIME", "format": "TV"}},
                {"relationType": "SOURCE", "node": {"id": 86635, "type": "MANGA", "format": "MANGA"}},
            ]
        },
    }
    (folder / "entries.jsonl").write_text(json.dumps(airing) + "\n", encoding="utf-8")

    (media,) = map_command.read_entries(folder / "entries.jsonl").value

    assert media.next_airing == Airing(3, datetime(2026, 11, 22, tzinfo=UTC))
    assert media.relations == (MediaRelation(RelationType.PREQUEL, 101921, MediaFormat.TV),)


@pytest.mark.parametrize("arguments", [[], ["--entries", "x"], ["--nothing"]])
def test_wrong_arguments_are_a_configuration_error(arguments: list[str]) -> None:
    with pytest.raises(ConfigError, match="map: "):
        map_command.main(arguments)
