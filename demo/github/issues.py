"""GitHub's issues, comments, labels and pull requests in miniature."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import UNSET

from demo.github.bodies import (
    CommentBody,
    IssueBody,
    IssueEditBody,
    LabelBody,
    LabelsBody,
    NamedLabel,
    PullBody,
    one_of,
    read_body,
)
from demo.github.git import failure
from demo.github.objects import BASE, BOT, PAGE, comment_view, issue_view, label_view, pull_view, user_view
from demo.github.store import GitStore
from demo.server import Handler, JsonObject, Reply, Request
from sync.services.clock import Clock

LARGEST_PAGE = 100
DEFAULT_PAGE = 30


class IssueTracker:
    """The endpoints below ``/repos/OWNER/NAME`` for what people read and discuss. Pull requests are issues too.

    ``issues``, ``pulls`` and ``comments`` (by issue) hold what was written, without what follows from it.
    """

    def __init__(self, store: GitStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.issues: list[JsonObject] = []
        self.pulls: list[JsonObject] = []
        self.comments: dict[int, list[JsonObject]] = {}
        self.labels: set[str] = {"bug"}
        self.switched_off = False
        self.routes: list[tuple[str, str, Handler]] = [
            ("GET", r"/issues", self._list),
            ("POST", r"/issues", self._create),
            ("GET", r"/issues/(\d+)", self._read),
            ("PATCH", r"/issues/(\d+)", self._edit),
            ("GET", r"/issues/(\d+)/comments", self._list_comments),
            ("POST", r"/issues/(\d+)/comments", self._comment),
            ("GET", r"/issues/(\d+)/labels", self._issue_labels),
            ("POST", r"/issues/(\d+)/labels", self._add_labels),
            ("GET", r"/labels", self._list_labels),
            ("POST", r"/labels", self._create_label),
            ("GET", r"/labels/(.+)", self._read_label),
            ("GET", r"/pulls", self._list_pulls),
            ("POST", r"/pulls", self._create_pull),
        ]

    def open_issue(self, title: str, body: str | None = None, labels: Iterable[str] = ()) -> JsonObject:
        """Somebody opens an issue; a label that is not there yet is made."""
        issue = self._new(title, body, "issues") | {"labels": self._label_views(labels)}
        self.issues.append(issue)
        return issue

    def _list(self, request: Request) -> Reply:
        if self.switched_off:
            return failure(410, "Issues are disabled for this repo")
        state = one_of(request, "state", "open", "closed", "all")
        newest_first = one_of(request, "direction", "desc", "asc") == "desc"
        wanted = set(filter(None, request.query.get("labels", "").split(",")))
        found = [i for i in self.issues if state in {"all", i["state"]} and wanted <= set(_label_names(i))]
        found.sort(key=lambda issue: int(str(issue["number"])), reverse=newest_first)
        return paged(request, [self._view(issue) for issue in found])

    def _create(self, request: Request) -> Reply:
        if self.switched_off:
            return failure(410, "Issues are disabled for this repo")
        body = read_body(request, IssueBody)
        return Reply(201, self._view(self.open_issue(body.title, body.body, _names(body.labels))))

    def _read(self, request: Request, number: str) -> Reply:
        issue = self._find(number)
        return Reply(200, self._view(issue)) if issue else failure(404, "Not Found")

    def _edit(self, request: Request, number: str) -> Reply:
        issue, body = self._find(number), read_body(request, IssueEditBody)
        if issue is None:
            return failure(404, "Not Found")
        sent = {"title": body.title, "body": body.body, "state": body.state, "state_reason": body.state_reason}
        issue |= {key: value for key, value in sent.items() if value is not UNSET}
        if body.labels is not UNSET:
            issue["labels"] = self._label_views(_names(body.labels))
        issue["closed_at"] = (issue["closed_at"] or self._now()) if issue["state"] == "closed" else None
        issue["updated_at"] = self._now()
        return Reply(200, self._view(issue))

    def _list_comments(self, request: Request, number: str) -> Reply:
        found = self.comments.get(int(number), [])
        return paged(request, [comment_view(comment, int(number)) for comment in found])

    def _comment(self, request: Request, number: str) -> Reply:
        if self._find(number) is None:
            return failure(404, "Not Found")
        body = read_body(request, CommentBody)
        comments = self.comments.setdefault(int(number), [])
        key = int(number) * 1000 + len(comments)
        comments.append({"id": key, "body": body.body, "created_at": self._now()})
        return Reply(201, comment_view(comments[-1], int(number)))

    def _issue_labels(self, request: Request, number: str) -> Reply:
        issue = self._find(number)
        return Reply(200, issue["labels"]) if issue else failure(404, "Not Found")

    def _add_labels(self, request: Request, number: str) -> Reply:
        issue, body = self._find(number), read_body(request, LabelsBody)
        if issue is None:
            return failure(404, "Not Found")
        issue["labels"] = self._label_views([*_label_names(issue), *_names(body.labels)])
        return Reply(200, issue["labels"])

    def _list_labels(self, request: Request) -> Reply:
        return paged(request, list(self._label_views(sorted(self.labels))))

    def _create_label(self, request: Request) -> Reply:
        name = read_body(request, LabelBody).name
        if name in self.labels:
            return failure(422, "Validation Failed", errors=[{"resource": "Label", "code": "already_exists"}])
        return Reply(201, self._label_views([name])[0])

    def _read_label(self, request: Request, name: str) -> Reply:
        return Reply(200, label_view(name)) if name in self.labels else failure(404, "Not Found")

    def _list_pulls(self, request: Request) -> Reply:
        head, state = request.query.get("head", ""), one_of(request, "state", "open", "closed", "all")
        found = [pull for pull in self.pulls if state in {"all", pull["state"]}]
        found = [pull for pull in found if not head or _head(pull) == head.partition(":")[2]]
        return paged(request, [pull_view(pull) for pull in found])

    def _create_pull(self, request: Request) -> Reply:
        body = read_body(request, PullBody)
        head, base, branches = body.head.rpartition(":")[2], body.base, self._store.branches
        if head not in branches or base not in branches:
            wrong = {"resource": "PullRequest", "field": "base" if head in branches else "head", "code": "invalid"}
            return failure(422, "Validation Failed", errors=[wrong])
        if branches[head] == branches[base]:
            return failure(422, "Validation Failed", errors=[{"message": f"No commits between {base} and {head}"}])
        if any(_head(pull) == head and pull["state"] == "open" for pull in self.pulls):
            return failure(422, "Validation Failed", errors=[{"message": f"A pull request already exists for {head}."}])
        pull = self._new(body.title, body.body, "pull")
        pull |= {"head": {"ref": head, "sha": branches[head]}, "base": {"ref": base, "sha": branches[base]}}
        self.pulls.append(pull)
        self.issues.append(pull | {"pull_request": {"url": f"{BASE}/pulls/{pull['number']}"}})
        return Reply(201, pull_view(pull))

    def _new(self, title: str, body: str | None, kind: str) -> JsonObject:
        number, now = len(self.issues) + 1, self._now()
        return {
            "id": 70_000 + number,
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "state_reason": None,
            "labels": [],
            "html_url": f"{PAGE}/{kind}/{number}",
            "user": user_view(BOT),
            "created_at": now,
            "updated_at": now,
            "closed_at": None,
        }

    def _view(self, issue: JsonObject) -> JsonObject:
        shown = {key: value for key, value in issue.items() if key not in {"head", "base"}}
        return issue_view(shown, len(self.comments.get(int(str(issue["number"])), [])))

    def _find(self, number: str) -> JsonObject | None:
        return next((issue for issue in self.issues if issue["number"] == int(number)), None)

    def _label_views(self, names: Iterable[str]) -> list[JsonObject]:
        """Labels as GitHub shows them; one that is not there yet is made, as it is for an issue."""
        wanted = list(dict.fromkeys(names))
        self.labels |= set(wanted)
        return [label_view(name) for name in wanted]

    def _now(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def paged(request: Request, rows: list[JsonObject]) -> Reply:
    """One page of a list, 30 rows unless asked for up to 100, with the address of the next one in ``Link``."""
    size = min(_number(request.query.get("per_page"), DEFAULT_PAGE), LARGEST_PAGE)
    page = _number(request.query.get("page"), 1)
    headers = {}
    if len(rows) > page * size:
        others = "".join(f"{k}={v}&" for k, v in request.query.items() if k not in {"page", "per_page"})
        address = f"http://{request.header('Host')}{request.path}?{others}per_page={size}&page={page + 1}"
        headers["Link"] = f'<{address}>; rel="next"'
    return Reply(200, rows[(page - 1) * size : page * size], headers=headers)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"[1-9]\d{0,5}", text) else default


def _names(labels: Iterable[str | NamedLabel]) -> list[str]:
    return [label if isinstance(label, str) else label.name for label in labels]


def _label_names(issue: JsonObject) -> list[str]:
    labels = issue["labels"]
    return [str(label["name"]) for label in labels] if isinstance(labels, list) else []


def _head(pull: JsonObject) -> str:
    head = pull["head"]
    return str(head["ref"]) if isinstance(head, dict) else ""
