"""``overrides.yaml``: what it may say, how mistakes are told, and that the schema for editors says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from sync.errors import ConfigError
from sync.mapping.overrides.document import parse_overrides
from sync.model.mapping import Override, TitleRef
from sync.model.trakt import Kind
from sync.services.yaml_file import load_yaml, parse_yaml
from tests.mapping.building import span

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "overrides.schema.json").read_text(encoding="utf-8"))

GOOD = [
    "",
    "# nothing yet",
    "1: {trakt: 30857}",
    "1: {trakt: cowboy-bebop}",
    "1: {trakt: 'https://trakt.tv/shows/cowboy-bebop'}",
    "1: {trakt: trakt.tv/movies/akira-1988}",
    "1: {trakt: akira-1988, type: movie}",
    "1: {tmdb: 30991, season: 1, first_episode: 14}",
    "1: {tvdb: 76885, season: 0, first_episode: 3}",
    "1: {imdb: tt0213338, type: show}",
    "1: {imdb: tt0094625, type: movie}",
    '1: {tmdb: 5, episodes: {"1-12": s1e1, "13": s0e3, "14-": S2E1}}',
    "1: {tmdb: 5, episodes: {1-12: s1e1, 13: [s1e13, s1e14]}}",
    '"1": {skip: true}',
    "1: {skip: true, reason: not on Trakt}",
    "1: {skip: not on Trakt}",
]
BAD = [
    "just words",
    "[1, 2]",
    "one: {trakt: 5}",
    "0: {trakt: 5}",
    "1: {}",
    "1: trakt",
    "1: {type: show}",
    "1: {trak: 5}",
    "1: {trakt: 5, tmdb: 6}",
    "1: {trakt: 0}",
    "1: {trakt: 'two words'}",
    "1: {trakt: true}",
    "1: {trakt: https://anilist.co/anime/1}",
    "1: {tmdb: abc}",
    "1: {imdb: 213338}",
    "1: {tvdb: 5, type: movie}",
    "1: {trakt: 5, type: film}",
    "1: {trakt: https://trakt.tv/shows/a, type: movie}",
    "1: {trakt: 5, type: movie, season: 1}",
    "1: {trakt: https://trakt.tv/movies/a, season: 1}",
    "1: {trakt: 5, season: -1}",
    "1: {trakt: 5, season: one}",
    "1: {trakt: 5, season: 1, first_episode: 0}",
    "1: {trakt: 5, first_episode: 3}",
    "1: {trakt: 5, season: 1, episodes: {1: s1e1}}",
    "1: {trakt: 5, episodes: {}}",
    "1: {trakt: 5, episodes: {0: s1e1}}",
    "1: {trakt: 5, episodes: {1: e1}}",
    "1: {trakt: 5, episodes: {1: s1e0}}",
    "1: {trakt: 5, episodes: {1-2: [s1e1, s1e2]}}",
    "1: {trakt: 5, episodes: {1: []}}",
    "1: {trakt: 5, reason: because}",
    "1: {skip: false}",
    "1: {skip: ''}",
    "1: {skip: true, trakt: 5}",
    "1: {skip: why, reason: because}",
    "1: {skip: true, reason: 3}",
]


@pytest.mark.parametrize("text", GOOD)
def test_parser_and_schema_take_the_same_documents(text: str) -> None:
    parse_overrides(parse_yaml(text.encode(), "overrides.yaml"), "overrides.yaml")

    assert list(Draft202012Validator(SCHEMA).iter_errors(_as_json(text))) == []


@pytest.mark.parametrize("text", BAD)
def test_parser_and_schema_refuse_the_same_documents(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(parse_yaml(text.encode(), "overrides.yaml"), "overrides.yaml")

    assert all(problem.startswith("overrides.yaml:1: ") for problem in caught.value.problems)
    assert list(Draft202012Validator(SCHEMA).iter_errors(_as_json(text))) != []


def _as_json(text: str) -> object:
    """As an editor's YAML server sees it: keys are text."""

    def keyed(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): keyed(item) for key, item in value.items()}
        return [keyed(item) for item in value] if isinstance(value, list) else value

    return keyed(yaml.safe_load(text))


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(parse_yaml(text.encode(), "overrides.yaml"), "overrides.yaml")
    return caught.value.problems


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = "1:\n  trak: cowboy-bebop\n2: {trakt: 5, season: x}\n3:\n  skip: true\n1:\n  trakt: 7\n"

    assert [problem.split(":")[1] for problem in problems_of(text)] == ["1", "2", "3", "6"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1: {trakt: 5, frist_episode: 3, season: 1}", "did you mean “first_episode”"),
        ("1: {trakt: 5, Season: 3}", "did you mean “season”"),
        ("1: {trakt: 5, type: movies}", "did you mean movie"),
        ("1: {trakt: 5, qqqqq: 3}", "known are trakt, tmdb"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(text: str, hint: str) -> None:
    assert hint in " ".join(problems_of(text))


@pytest.mark.parametrize(
    ("episodes", "says"),
    [
        ("{1-12: s1e1, 12-20: s2e1}", "episode 12 is in two ranges"),
        ("{1-12: s1e1, 13-24: s1e5}", "two ranges share s1e5"),
        ("{5-: s1e5, 9: s1e2}", "episode 9 is in two ranges"),
        ("{12-1: s1e1}", "is no range"),
    ],
)
def test_spans_that_cannot_stand_together_are_told(episodes: str, says: str) -> None:
    assert says in " ".join(problems_of(f"1: {{trakt: 5, episodes: {episodes}}}"))


def test_several_episodes_may_share_one_when_written_one_by_one() -> None:
    document = parse_yaml(b"1: {trakt: 5, episodes: {1: s1e1, 2: s1e1}}", "overrides.yaml")

    assert parse_overrides(document, "overrides.yaml").entries[1].spans == (span(1, 1, 1, 1), span(2, 2, 1, 1))


def test_an_id_that_stands_there_twice_names_the_first_line() -> None:
    assert "first on line 1" in problems_of("1: {trakt: 5}\n1: {trakt: 6}")[0]


def test_what_an_override_says() -> None:
    text = "7: {trakt: https://trakt.tv/movies/akira-1988/}\n8: {tmdb: 5, season: 2}\n"

    entries = parse_overrides(parse_yaml(text.encode(), "overrides.yaml"), "overrides.yaml").entries

    assert entries == {
        7: Override(7, 1, title=TitleRef("slug", Kind.MOVIE, "akira-1988")),
        8: Override(8, 2, title=TitleRef("tmdb", Kind.SHOW, 5), season=2),
    }


def test_the_shipped_file_holds_a_guide_and_no_mapping() -> None:
    path = ROOT / "overrides.yaml"

    assert parse_overrides(load_yaml(path), path.name).entries == {}
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=overrides.schema.json"


def test_the_guides_own_examples_are_right() -> None:
    lines = (ROOT / "overrides.yaml").read_text(encoding="utf-8").splitlines()[5:]
    text = "\n".join(line.removeprefix("# ") for line in lines)

    assert len(parse_overrides(parse_yaml(text.encode(), "guide"), "guide").entries) == 5
