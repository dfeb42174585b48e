"""A miniature of GitHub's REST API: one repository with its git, issues, secrets and workflows."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import replace

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from demo.github.bodies import BadRequestError, DispatchBody, SecretBody, read_body
from demo.github.git import GitDatabase, failure
from demo.github.issues import IssueTracker
from demo.github.objects import BASE, DEFAULT_BRANCH, REPOSITORY, repository_view, user_view, workflow_view
from demo.github.store import GitStore
from demo.server import Handler, Reply, Request
from sync.services.clock import Clock

LINKS = {"self", "git", "html", "href"}
KEY_ID = "568250167242549743"
WORKFLOW_TOKEN = frozenset({"contents", "issues", "pulls"})
"""What a job's ``GITHUB_TOKEN`` may write when its permissions say so; there is no such right for secrets."""

_RIGHTS = (
    (re.compile(r"/(git|contents|branches|commits)\b"), "contents"),
    (re.compile(r"/(issues|labels)\b"), "issues"),
    (re.compile(r"/pulls\b"), "pulls"),
    (re.compile(r"/actions/secrets\b"), "secrets"),
    (re.compile(r"/actions/workflows\b"), "actions"),
)


class GitHubService:
    """Answers below ``/repos/misaki/trakt-sync``. ``git`` and ``issues`` are the parts, with their own switches.

    ``secrets`` are the repository's secrets in the clear; ``people`` maps a login to admin, write or read;
    ``workflows`` maps a file to its state; ``dispatched`` are the workflows that were started, with their inputs.
    """

    name = "github"

    def __init__(self, clock: Clock) -> None:
        self.store = GitStore()
        self.store.push(DEFAULT_BRANCH, {"README.md": b"# My sync\n"}, "Initial commit", clock.now())
        self.git = GitDatabase(self.store, clock)
        self.issues = IssueTracker(self.store, clock)
        self.secrets: dict[str, str] = {}
        self.workflows = {"sync.yml": "active"}
        self.people = {REPOSITORY.partition("/")[0]: "admin"}
        self.dispatched: list[tuple[str, object]] = []
        self._tokens: dict[str, frozenset[str]] = {}
        self._key = PrivateKey(bytes(range(32)))
        routes: list[tuple[str, str, Handler]] = [
            *self.git.routes,
            *self.issues.routes,
            ("GET", r"", self._repository),
            ("GET", r"/collaborators/([^/]+)/permission", self._permission),
            ("GET", r"/actions/secrets/public-key", self._public_key),
            ("PUT", r"/actions/secrets/(\w+)", self._put_secret),
            ("GET", r"/actions/workflows/([^/]+)", self._workflow),
            ("PUT", r"/actions/workflows/([^/]+)/enable", self._enable),
            ("POST", r"/actions/workflows/([^/]+)/dispatches", self._dispatch),
        ]
        self._routes = [(method, re.compile(BASE + path, re.IGNORECASE), handler) for method, path, handler in routes]

    def new_token(self, rights: frozenset[str] = WORKFLOW_TOKEN) -> str:
        """A token that may read all and write what ``rights`` name: contents, issues, pulls, secrets, actions."""
        token = f"demo-github-token-{len(self._tokens) + 1:03}"
        self._tokens[token] = rights
        return token

    def answer(self, request: Request) -> Reply:
        """One request."""
        if not request.header("User-Agent"):
            return Reply(403, text="Request forbidden by administrative rules.")
        if request.bearer is None or request.bearer not in self._tokens:
            return failure(401, "Requires authentication" if request.bearer is None else "Bad credentials")
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                try:
                    reply = self._forbidden(request) or handler(request, *match.groups())
                except BadRequestError as error:
                    reply = failure(error.status, str(error))
                return replace(reply, value=_with_host(reply.value, f"http://{request.header('Host')}"))
        return failure(404, "Not Found")

    def _forbidden(self, request: Request) -> Reply | None:
        rights = self._tokens[request.bearer or ""]
        needed = next((right for pattern, right in _RIGHTS if pattern.search(request.path)), "contents")
        # Secrets and workflows may not even be looked at without the right.
        reading = request.method == "GET" and needed not in {"secrets", "actions"}
        return None if reading or needed in rights else failure(403, "Resource not accessible by integration")

    def _repository(self, request: Request) -> Reply:
        return Reply(200, repository_view(issues=not self.issues.switched_off))

    def _permission(self, request: Request, login: str) -> Reply:
        """What a person may do here; anybody may read a public repository."""
        permission = self.people.get(login, "read")
        user = {**user_view(login), "role_name": permission}
        return Reply(200, {"permission": permission, "role_name": permission, "user": user})

    def _public_key(self, request: Request) -> Reply:
        return Reply(200, {"key_id": KEY_ID, "key": b64encode(bytes(self._key.public_key)).decode()})

    def _put_secret(self, request: Request, name: str) -> Reply:
        body = read_body(request, SecretBody)
        try:
            value = SealedBox(self._key).decrypt(b64decode(body.encrypted_value)).decode()
        except (ValueError, CryptoError):
            return failure(422, "Invalid request. Bad request - encrypted_value is not valid")
        if body.key_id != KEY_ID:
            return failure(422, "Invalid request. key_id does not match")
        known = name in self.secrets
        self.secrets[name] = value
        return Reply(204 if known else 201, {})

    def _workflow(self, request: Request, name: str) -> Reply:
        state = self.workflows.get(name)
        if state is None:
            return failure(404, "Not Found")
        return Reply(200, workflow_view(name, state))

    def _enable(self, request: Request, name: str) -> Reply:
        if name not in self.workflows:
            return failure(404, "Not Found")
        self.workflows[name] = "active"
        return Reply(204)

    def _dispatch(self, request: Request, name: str) -> Reply:
        body = read_body(request, DispatchBody)
        if self.workflows.get(name) != "active":
            return failure(422 if name in self.workflows else 404, "Cannot trigger a 'workflow_dispatch' event")
        if body.ref.removeprefix("refs/heads/") not in self.store.branches:
            return failure(422, f"No ref found for: {body.ref}")
        self.dispatched.append((name, (request.json() or {}).get("inputs")))
        return Reply(204)


def _with_host(value: object, host: str, key: str = "") -> object:
    """The value with its addresses below the API made whole."""
    if isinstance(value, dict):
        return {inner: _with_host(each, host, inner) for inner, each in value.items()}
    if isinstance(value, list):
        return [_with_host(each, host) for each in value]
    is_address = isinstance(value, str) and (key.endswith("url") or key in LINKS)
    return f"{host}{value}" if is_address and str(value).startswith(("/repos/", "/users/")) else value
