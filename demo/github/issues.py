"""GitHub's issues, comments, labels and pull requests in miniature."""

from __future__ import annotations

from demo.github.git import failure
from demo.github.store import GitStore
from demo.server import Handler, JsonObject, Reply, Request
from sync.services.clock import Clock


class IssueTracker:
    """The endpoints below ``/repos/OWNER/NAME`` for what people read and discuss. Pull requests are issues too."""

    def __init__(self, store: GitStore, clock: Clock, base: str, page: str) -> None:
        self._store = store
        self._clock = clock
        self._base = base
        self._page = page
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

    def _list(self, request: Request) -> Reply:
        if self.switched_off:
            return failure(410, "Issues are disabled for this repo")
        state, wanted = (
            request.query.get("state", "open"),
            set(filter(None, request.query.get("labels", "").split(","))),
        )
        found = [
            issue
            for issue in self.issues
            if state in {"all", issue["state"]} and wanted <= set(self._label_names(issue))
        ]
        found.sort(
            key=lambda issue: int(str(issue["number"])), reverse=request.query.get("direction", "desc") == "desc"
        )
        size, page = int(request.query.get("per_page", "30")), int(request.query.get("page", "1"))
        return Reply(200, found[(page - 1) * size : page * size])

    def _create(self, request: Request) -> Reply:
        if self.switched_off:
            return failure(410, "Issues are disabled for this repo")
        body = request.json() or {}
        if not body.get("title"):
            return failure(
                422, "Validation Failed", errors=[{"resource": "Issue", "field": "title", "code": "missing"}]
            )
        if len(str(body.get("body") or "")) > 65_536:
            return failure(422, "Validation Failed", errors=[{"field": "body", "code": "too_long"}])
        issue = self._new(body, "issues")
        self.issues.append(issue)
        return Reply(201, issue)

    def _read(self, request: Request, number: str) -> Reply:
        issue = self._find(number)
        return Reply(200, issue) if issue else failure(404, "Not Found")

    def _edit(self, request: Request, number: str) -> Reply:
        issue, body = self._find(number), request.json() or {}
        if issue is None:
            return failure(404, "Not Found")
        issue |= {key: body[key] for key in ("title", "body", "state", "state_reason") if key in body}
        if "labels" in body:
            issue["labels"] = self._label_views(body["labels"])
        issue["updated_at"] = self._now()
        return Reply(200, issue)

    def _list_comments(self, request: Request, number: str) -> Reply:
        return Reply(200, self.comments.get(int(number), []))

    def _comment(self, request: Request, number: str) -> Reply:
        text = (request.json() or {}).get("body")
        comments = self.comments.setdefault(int(number), [])
        comment: JsonObject = {"id": int(number) * 1000 + len(comments), "body": text, "created_at": self._now()}
        comments.append(comment)
        return Reply(201, comment)

    def _issue_labels(self, request: Request, number: str) -> Reply:
        issue = self._find(number)
        return Reply(200, issue["labels"]) if issue else failure(404, "Not Found")

    def _add_labels(self, request: Request, number: str) -> Reply:
        issue = self._find(number)
        if issue is None:
            return failure(404, "Not Found")
        wanted = (request.json() or {}).get("labels")
        more = wanted if isinstance(wanted, list) else []
        issue["labels"] = self._label_views([*self._label_names(issue), *more])
        return Reply(200, issue["labels"])

    def _list_labels(self, request: Request) -> Reply:
        return Reply(200, self._label_views(sorted(self.labels)))

    def _create_label(self, request: Request) -> Reply:
        name = str((request.json() or {}).get("name", ""))
        if name in self.labels:
            return failure(422, "Validation Failed", errors=[{"resource": "Label", "code": "already_exists"}])
        return Reply(201, self._label_views([name])[0])

    def _read_label(self, request: Request, name: str) -> Reply:
        return Reply(200, self._label_views([name])[0]) if name in self.labels else failure(404, "Not Found")

    def _list_pulls(self, request: Request) -> Reply:
        head, state = request.query.get("head", ""), request.query.get("state", "open")
        found = [pull for pull in self.pulls if state in {"all", pull["state"]}]
        return Reply(200, [pull for pull in found if not head or self._head(pull) == head.partition(":")[2]])

    def _create_pull(self, request: Request) -> Reply:
        body = request.json() or {}
        head, base = str(body.get("head")).rpartition(":")[2], str(body.get("base"))
        branches = self._store.branches
        if head not in branches or base not in branches:
            return failure(
                422, "Validation Failed", errors=[{"resource": "PullRequest", "field": "head", "code": "invalid"}]
            )
        if branches[head] == branches[base]:
            return failure(422, "Validation Failed", errors=[{"message": f"No commits between {base} and {head}"}])
        if any(self._head(pull) == head and pull["state"] == "open" for pull in self.pulls):
            return failure(422, "Validation Failed", errors=[{"message": f"A pull request already exists for {head}."}])
        pull = self._new(body, "pull")
        pull |= {"head": {"ref": head, "sha": branches[head]}, "base": {"ref": base, "sha": branches[base]}}
        self.pulls.append(pull)
        self.issues.append(pull | {"pull_request": {"url": pull["url"]}})
        return Reply(201, pull)

    def _new(self, body: JsonObject, kind: str) -> JsonObject:
        number = len(self.issues) + 1
        now = self._now()
        return {
            "id": 70_000 + number,
            "number": number,
            "title": body.get("title"),
            "body": body.get("body"),
            "state": "open",
            "labels": self._label_views(body.get("labels") or []),
            "url": f"{self._base}/{'issues' if kind == 'issues' else 'pulls'}/{number}",
            "html_url": f"{self._page}/{kind}/{number}",
            "user": {"login": "github-actions[bot]", "type": "Bot"},
            "created_at": now,
            "updated_at": now,
        }

    def _find(self, number: str) -> JsonObject | None:
        return next((issue for issue in self.issues if issue["number"] == int(number)), None)

    def _label_views(self, names: object) -> list[JsonObject]:
        """Labels as GitHub shows them; one that is not there yet is made, as it is for an issue."""
        wanted = [str(name) for name in names] if isinstance(names, list) else []
        self.labels |= set(wanted)
        return [
            {"name": name, "color": "ededed", "url": f"{self._base}/labels/{name}"} for name in dict.fromkeys(wanted)
        ]

    @staticmethod
    def _label_names(issue: JsonObject) -> list[str]:
        labels = issue["labels"]
        return [str(label["name"]) for label in labels] if isinstance(labels, list) else []

    @staticmethod
    def _head(pull: JsonObject) -> str:
        head = pull["head"]
        return str(head["ref"]) if isinstance(head, dict) else ""

    def _now(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
