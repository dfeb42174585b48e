from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.commands.map_issue.manual_map import Issue
from sync.errors import ConfigError
from sync.services.github.pull_requests import load_event


def event(**changes: object) -> dict[str, object]:
    issue = {"number": 7, "body": "### AniList entry\n\n1", "user": {"login": "misaki"}}
    return {"issue": {**issue, **changes}, "sender": {"login": "misaki"}}


def issue_of(made: object, folder: Path) -> Issue | None:
    path = folder / "event.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return Issue.of_event(load_event(path))


def test_an_issue_is_read_from_its_event_with_everybody_behind_it(tmp_path: Path) -> None:
    issue = issue_of({**event(), "sender": {"login": "helper"}}, tmp_path)

    assert issue == Issue(7, "### AniList entry\n\n1", frozenset({"misaki", "helper"}))


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"schedule": "17 */6 * * *"},
        {"pull_request": {"number": 1, "base": {"sha": "0a1b2c", "ref": "main"}}},
        event(pull_request={"url": "x"}),
        {**event(), "sender": None},
    ],
)
def test_an_event_about_anything_else_is_no_issue(made: object, tmp_path: Path) -> None:
    assert issue_of(made, tmp_path) is None


@pytest.mark.parametrize(
    "made",
    [
        None,
        [],
        "issue",
        event(number="7"),
        event(number=-7),
        event(number=10**400),
        event(number=7.5),
        event(body="a" * 1_000_000),
        event(user={"login": ["misaki"]}),
        {**event(), "sender": {"login": "m" * 10_000}},
    ],
    ids=lambda made: str(made)[:60],
)
def test_an_event_that_cannot_be_right_is_an_error_that_says_so(made: object, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="event that started this job cannot be read"):
        issue_of(made, tmp_path)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"issue": NaN}', b"\xff"])
def test_an_event_that_is_no_json_is_an_error_that_says_so(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_bytes(body)
    with pytest.raises(ConfigError, match="event that started this job cannot be read"):
        load_event(tmp_path / "event.json")
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        load_event(tmp_path / "none.json")


def test_an_issue_without_a_text_is_one_with_an_empty_form(tmp_path: Path) -> None:
    issue = issue_of(event(body=None), tmp_path)

    assert issue is not None
    assert issue.body == ""
