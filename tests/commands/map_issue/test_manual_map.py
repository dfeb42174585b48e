from __future__ import annotations

import pytest

from sync.commands.map_issue.manual_map import Issue


def event(**changes: object) -> dict[str, object]:
    issue = {"number": 7, "body": "### AniList entry\n\n1", "user": {"login": "misaki"}}
    return {"issue": {**issue, **changes}, "sender": {"login": "misaki"}}


def test_an_issue_is_read_from_its_event_with_everybody_behind_it() -> None:
    issue = Issue.of_event({**event(), "sender": {"login": "helper"}})

    assert issue == Issue(7, "### AniList entry\n\n1", frozenset({"misaki", "helper"}))


@pytest.mark.parametrize(
    "made",
    [
        None,
        [],
        {"pull_request": {"number": 1}},
        event(pull_request={"url": "x"}),
        event(number="7"),
        {**event(), "sender": None},
    ],
)
def test_an_event_about_anything_else_is_no_issue(made: object) -> None:
    assert Issue.of_event(made) is None


def test_an_issue_without_a_text_is_one_with_an_empty_form() -> None:
    issue = Issue.of_event(event(body=None))

    assert issue is not None
    assert issue.body == ""
