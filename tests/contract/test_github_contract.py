"""GitHub's replies have every field that its contract requires, and bodies of another shape are refused."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from demo.github.objects import REPOSITORY
from demo.start import DemoServices

SCHEMA = json.loads(Path(__file__).with_name("github.schema.json").read_text("utf-8"))
ALL_RIGHTS = frozenset({"contents", "issues", "pulls", "secrets", "actions"})
Furnished = tuple[DemoServices, tuple[str, str, str]]
TEXT = b64encode(b"hello").decode()


def ask(demo: DemoServices, method: str, path: str, body: object = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {demo.github.new_token(ALL_RIGHTS)}", "User-Agent": "contract-test/1.0"}
    url = f"{demo.urls['github']}/repos/{REPOSITORY}{path}"
    return requests.request(method, url, json=body, headers=headers, timeout=10)


@cache
def validator(name: str) -> Draft202012Validator:
    """Of one kind of object; the schemas themselves are not checked each time."""
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


def conforms(value: object, name: str) -> None:
    """Every field that the contract requires of this kind of object is there, and of its type."""
    validator(name).validate(value)


def done(answer: requests.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def with_everything(demo: DemoServices) -> tuple[str, str, str]:
    """Issue 1 with a comment, pull request 2; gives the SHAs of a commit, its tree and a blob in it."""
    demo.github.issues.open_issue("Needs you", "text", ["trakt-sync"])
    ask(demo, "POST", "/issues/1/comments", {"body": "a comment"})
    commit = demo.github.store.push("main", {"a/b.txt": b"hello"}, "add", demo.world.clock.now())
    done(ask(demo, "POST", "/git/refs", {"ref": "refs/heads/news", "sha": commit.sha}), 201)
    demo.github.store.push("news", {"a/b.txt": b"hello there"}, "change", demo.world.clock.now())
    done(ask(demo, "POST", "/pulls", {"title": "News", "head": "news", "base": "main", "body": "b"}), 201)
    return commit.sha, commit.tree, demo.github.store.trees[commit.tree]["a/b.txt"]


@pytest.fixture(scope="module")
def furnished(still: DemoServices) -> Furnished:
    """A repository with something of everything, for tests that change nothing."""
    return still, with_everything(still)


READS = [
    ("", "full-repository"),
    ("/branches/main", "branch-with-protection"),
    ("/git/ref/heads/main", "git-ref"),
    ("/git/commits/{commit}", "git-commit"),
    ("/commits/main", "commit"),
    ("/git/trees/{tree}?recursive=1", "git-tree"),
    ("/git/blobs/{blob}", "blob"),
    ("/contents/a/b.txt", "content-file"),
    ("/issues/1", "issue"),
    ("/labels/bug", "label"),
    ("/collaborators/misaki/permission", "repository-collaborator-permission"),
    ("/actions/secrets/public-key", "actions-public-key"),
    ("/actions/workflows/sync.yml", "workflow"),
]
LISTS = [
    ("/issues?state=all", "issue"),
    ("/issues/1/comments", "issue-comment"),
    ("/issues/1/labels", "label"),
    ("/labels", "label"),
    ("/pulls", "pull-request-simple"),
]


@pytest.mark.parametrize(("path", "kind"), READS)
def test_a_reply_has_every_field_of_the_contract(furnished: Furnished, path: str, kind: str) -> None:
    """Source: GitHub contract, components/schemas."""
    demo, (commit, tree, blob) = furnished

    conforms(done(ask(demo, "GET", path.format(commit=commit, tree=tree, blob=blob)), 200), kind)


@pytest.mark.parametrize(("path", "kind"), LISTS)
def test_every_row_of_a_list_has_every_field(furnished: Furnished, path: str, kind: str) -> None:
    """Source: GitHub contract, components/schemas."""
    demo, _ = furnished
    rows = done(ask(demo, "GET", path), 200)

    assert rows
    for row in rows:
        conforms(row, kind)


def test_what_is_made_is_answered_whole(demo: DemoServices) -> None:
    """Source: GitHub contract, components/schemas."""
    commit, tree, blob = with_everything(demo)
    made = {
        ("POST", "/git/blobs", "short-blob"): {"content": "text", "encoding": "utf-8"},
        ("POST", "/git/trees", "git-tree"): {
            "base_tree": tree,
            "tree": [{"path": "c.txt", "mode": "100644", "type": "blob", "sha": blob}],
        },
        ("POST", "/git/commits", "git-commit"): {"message": "m", "tree": tree, "parents": [commit]},
        ("POST", "/git/refs", "git-ref"): {"ref": "refs/heads/more", "sha": commit},
        ("PUT", "/contents/new.txt", "file-commit"): {"message": "m", "content": TEXT},
        ("POST", "/issues", "issue"): {"title": "Another", "labels": ["x", {"name": "y"}]},
        ("POST", "/issues/1/comments", "issue-comment"): {"body": "more"},
        ("POST", "/labels", "label"): {"name": "new", "color": "00ff00"},
    }
    for (method, path, kind), body in made.items():
        conforms(done(ask(demo, method, path, body), 201), kind)
    conforms(done(ask(demo, "PATCH", "/issues/1", {"state": "closed"}), 200), "issue")
    conforms(done(ask(demo, "PATCH", "/git/refs/heads/more", {"sha": commit}), 200), "git-ref")


def test_a_new_pull_request_is_answered_whole(demo: DemoServices) -> None:
    """Source: GitHub contract, pull-request."""
    demo.github.store.push("news", {"a.txt": b"x"}, "change", demo.world.clock.now())
    body = {"title": "News", "head": "misaki:news", "base": "main"}

    conforms(done(ask(demo, "POST", "/pulls", body), 201), "pull-request")


def test_addresses_lead_back_to_the_service(demo: DemoServices) -> None:
    """Source: GitHub contract: addresses are absolute."""
    with_everything(demo)
    issue = done(ask(demo, "GET", "/issues/1"), 200)
    headers = {"Authorization": f"Bearer {demo.github.new_token()}"}

    assert issue["url"] == f"{demo.urls['github']}/repos/{REPOSITORY}/issues/1"
    assert requests.get(issue["comments_url"], headers=headers, timeout=10).json()[0]["body"] == "a comment"


def test_an_issue_keeps_count_and_says_when_it_was_closed(demo: DemoServices) -> None:
    """Source: GitHub contract, issue."""
    with_everything(demo)
    opened = done(ask(demo, "GET", "/issues/1"), 200)
    closed = done(ask(demo, "PATCH", "/issues/1", {"state": "closed", "state_reason": "completed"}), 200)
    again = done(ask(demo, "PATCH", "/issues/1", {"state": "open"}), 200)

    assert (opened["comments"], opened["closed_at"]) == (1, None)
    assert (closed["closed_at"], closed["state_reason"]) == ("2026-11-22T06:17:00Z", "completed")
    assert again["closed_at"] is None


BODY_RULES: list[tuple[str, str, object]] = [
    *(("POST", "/issues", {"title": title}) for title in (7, "", None, ["x"], True)),
    ("POST", "/issues", {}),
    ("POST", "/issues", {"title": "x", "body": 7}),
    ("POST", "/issues", {"title": "x", "body": "x" * 65_537}),
    *(("POST", "/issues", {"title": "x", "labels": labels}) for labels in ("bug", {"name": "bug"}, [7], [{"id": 1}])),
    *(("PATCH", "/issues/1", {"state": state}) for state in ("done", "all", "", 1, None)),
    ("PATCH", "/issues/1", {"state_reason": "bored"}),
    ("PATCH", "/issues/1", {"title": 7}),
    ("PATCH", "/issues/1", {"labels": "bug"}),
    ("POST", "/issues/1/comments", {"body": ""}),
    ("POST", "/issues/1/comments", {"text": "x"}),
    ("POST", "/issues/1/labels", {"labels": []}),
    ("POST", "/issues/1/labels", {"labels": "bug"}),
    ("POST", "/labels", {"name": "x", "color": "#00ff00"}),
    ("POST", "/labels", {"name": 7}),
    *(
        ("POST", "/git/trees", {"tree": [{"path": "a", "mode": mode, "type": "blob", "content": "x"}]})
        for mode in ("0644", "100600", "644", 100644, None)
    ),
    ("POST", "/git/trees", {"tree": [{"path": "a", "type": "blob", "content": "x"}]}),
    ("POST", "/git/trees", {"tree": [{"path": "a", "mode": "100644", "type": "file", "content": "x"}]}),
    ("POST", "/git/trees", {"tree": [{"path": "a", "mode": "100644", "type": "blob"}]}),
    ("POST", "/git/trees", {"tree": [{"path": "a", "mode": "100644", "sha": None, "content": "x"}]}),
    ("POST", "/git/trees", {"tree": [{"path": "a", "mode": "100644", "sha": "0" * 40}]}),
    ("POST", "/git/trees", {"tree": []}),
    ("POST", "/git/trees", {"tree": {}}),
    ("POST", "/git/trees", {"base_tree": "0" * 40, "tree": [{"path": "a", "mode": "100644", "content": "x"}]}),
    ("POST", "/git/blobs", {"content": 7}),
    ("POST", "/git/blobs", {"content": "x", "encoding": "utf-16"}),
    ("POST", "/git/blobs", {}),
    ("POST", "/git/commits", {"tree": "0" * 40}),
    ("POST", "/git/commits", {"message": "m", "tree": "0" * 40}),
    ("POST", "/git/refs", {"ref": "heads/x", "sha": "0" * 40}),
    ("POST", "/git/refs", {"ref": "refs/heads/x"}),
    ("PATCH", "/git/refs/heads/main", {"sha": 7}),
    ("PATCH", "/git/refs/heads/main", {"sha": "0" * 40, "force": "yes"}),
    ("PUT", "/contents/x", {"message": "m", "content": "not base64!"}),
    ("PUT", "/contents/x", {"content": TEXT}),
    ("POST", "/pulls", {"head": "news", "base": "main"}),
    ("POST", "/pulls", {"title": "x", "head": "no-such-branch", "base": "main"}),
    ("PUT", "/actions/secrets/NAME", {"key_id": "1"}),
    ("PUT", "/actions/secrets/NAME", {"encrypted_value": "s3cret!", "key_id": "1"}),
    ("POST", "/actions/workflows/sync.yml/dispatches", {}),
    ("POST", "/actions/workflows/sync.yml/dispatches", {"ref": "main", "inputs": {str(n): "x" for n in range(26)}}),
    ("POST", "/actions/workflows/sync.yml/dispatches", {"ref": "no-such-branch"}),
]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    BODY_RULES,
    ids=[f"{method} {path} {str(body)[:60]}" for method, path, body in BODY_RULES],
)
def test_a_body_of_another_shape_is_a_422_that_changes_nothing(
    furnished: Furnished, method: str, path: str, body: object
) -> None:
    """Source: GitHub contract, the request bodies; a title that is no text is refused as GitHub documents titles."""
    demo, _ = furnished
    before = repr((demo.github.store.branches, demo.github.issues.issues, demo.github.issues.comments))
    answer = ask(demo, method, path, body)

    assert answer.status_code == 422, answer.text
    assert answer.json().keys() >= {"message", "documentation_url", "status"}
    assert before == repr((demo.github.store.branches, demo.github.issues.issues, demo.github.issues.comments))
    assert (demo.github.secrets, demo.github.dispatched) == ({}, [])


@pytest.mark.parametrize("sent", ["{", "", "[]", '"text"'])
def test_a_body_that_is_no_json_object_is_a_400(still: DemoServices, sent: str) -> None:
    """Source: GitHub docs, REST: troubleshooting, "Problems parsing JSON"."""
    headers = {"Authorization": f"Bearer {still.github.new_token()}"}
    url = f"{still.urls['github']}/repos/{REPOSITORY}/issues"
    answer = requests.post(url, data=sent, headers=headers, timeout=10)

    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


@pytest.mark.parametrize("query", ["state=done", "state=", "direction=up"])
def test_a_list_takes_no_unknown_word(still: DemoServices, query: str) -> None:
    """Source: GitHub contract, issues/list-for-repo: enums of the query."""
    assert ask(still, "GET", f"/issues?{query}").status_code == 422


def test_a_list_is_cut_into_pages_that_name_the_next(demo: DemoServices) -> None:
    """Source: GitHub docs, REST: using pagination."""
    for number in range(120):
        demo.github.issues.open_issue(f"Issue {number}")
    first = ask(demo, "GET", "/issues")
    large = ask(demo, "GET", "/issues?per_page=500&state=all&direction=asc")
    headers = {"Authorization": f"Bearer {demo.github.new_token()}"}
    rest = requests.get(large.links["next"]["url"], headers=headers, timeout=10)

    assert (len(first.json()), len(large.json()), len(rest.json())) == (30, 100, 20)
    assert [issue["number"] for issue in rest.json()] == list(range(101, 121))
    assert "next" not in rest.links
