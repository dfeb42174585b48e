"""A few of GitHub's REST routes on loopback, with real git objects (blobs, trees, commits, refs) in memory."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nacl.public import PrivateKey

from sync.services.github.state_commit import blob_sha

REPOSITORY = "misaki/my-sync"
Answer = tuple[int, dict[str, Any] | list[dict[str, Any]]]


@dataclass
class StandIn:
    """The repository. ``faults`` are asked before each request and may answer in its place (or change the tip);
    ``after`` are asked once it was carried out and may swap the answer (``None`` lets it be)."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, dict[str, str]] = field(default_factory=dict)
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    tip: str = ""
    requests: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    faults: list[Callable[[str], Answer | None]] = field(default_factory=list)
    after: list[Callable[[str], Answer | None]] = field(default_factory=list)
    url: str = ""

    def push(self, files: dict[str, bytes], *, message: str = "by a person") -> str:
        """Somebody else's commit on top of the tip."""
        tree = dict(self.trees[self.commits[self.tip]["tree"]]) if self.tip else {}
        tree.update({path: self._blob(content) for path, content in files.items()})
        self.tip = self._commit(message, self._tree(tree), [self.tip] if self.tip else [])
        return self.tip

    def file(self, path: str) -> bytes:
        """A file at the tip."""
        return self.blobs[self.trees[self.commits[self.tip]["tree"]][path]]

    def history(self) -> list[str]:
        """The commits from the tip back to the first."""
        found, sha = [], self.tip
        while sha:
            found.append(sha)
            sha = (self.commits[sha]["parents"] or [""])[0]
        return found

    def count(self, method: str) -> int:
        return sum(request.startswith(f"{method} ") for request in self.requests)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        request = f"{method} {path}"
        self.requests.append(request)
        self.bodies.append(body)
        for fault in self.faults:
            if (faulty := fault(request)) is not None:
                return faulty
        route = path.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}")
        answer = self._git(method, route, body) or self._rest(method, route, body)
        for swap in self.after:
            if (swapped := swap(request)) is not None:
                return swapped
        return answer or (404, {"message": "Not Found"})

    def _git(  # noqa: PLR0911 - a table of routes, read from top to bottom
        self, method: str, route: str, body: dict[str, Any]
    ) -> Answer | None:
        if (method, route) == ("GET", "/branches/main"):
            commit = self.commits[self.tip]
            return 200, {
                "name": "main",
                "commit": {"sha": self.tip, "commit": {"message": commit["message"], "tree": {"sha": commit["tree"]}}},
            }
        if method == "GET" and (match := re.fullmatch(r"/git/trees/(\w+)", route)):
            items = [
                {"path": path, "mode": "100644", "type": "blob", "sha": sha}
                for path, sha in sorted(self.trees[match[1]].items())
            ]
            return 200, {"sha": match[1], "tree": items, "truncated": False}
        if method == "GET" and (match := re.fullmatch(r"/git/blobs/(\w+)", route)):
            content = b64encode(self.blobs[match[1]]).decode()
            return 200, {"sha": match[1], "content": content, "encoding": "base64"}
        if (method, route) == ("POST", "/git/trees"):
            tree = dict(self.trees[body["base_tree"]])
            tree.update({item["path"]: self._blob(item["content"].encode()) for item in body["tree"]})
            return 201, {"sha": self._tree(tree), "tree": []}
        if (method, route) == ("POST", "/git/commits"):
            return 201, {"sha": self._commit(body["message"], body["tree"], body["parents"])}
        if (method, route) == ("PATCH", "/git/refs/heads/main"):
            if self.commits[body["sha"]]["parents"] != [self.tip] or body["force"]:
                return 422, {"message": "Update is not a fast forward"}
            self.tip = body["sha"]
            return 200, {"ref": "refs/heads/main", "object": {"sha": self.tip, "type": "commit"}}
        return None

    def _rest(  # noqa: PLR0911 - likewise
        self, method: str, route: str, body: dict[str, Any]
    ) -> Answer | None:
        if (method, route) == ("GET", ""):
            return 200, {"full_name": REPOSITORY, "default_branch": "main"}
        if (method, route) == ("GET", "/actions/workflows/sync.yml"):
            return 200, {"id": 1, "path": ".github/workflows/sync.yml", "state": "disabled_fork"}
        if (method, route) == ("GET", "/actions/secrets/public-key"):
            return 200, {"key_id": "k1", "key": b64encode(bytes(self.key.public_key)).decode()}
        if method == "PUT" and (match := re.fullmatch(r"/actions/secrets/(\w+)", route)):
            self.secrets[match[1]] = body
            return 201, {}
        if (method, route) == ("GET", "/issues"):
            return 200, self.issues
        if (method, route) == ("POST", "/issues"):
            number = len(self.issues) + 1
            issue = {"number": number, "html_url": f"https://github.com/{REPOSITORY}/issues/{number}", "state": "open"}
            issue["url"] = f"{self.url}/repos/{REPOSITORY}/issues/{number}"
            self.issues.append(issue | body | {"labels": [{"name": name} for name in body["labels"]]})
            return 201, self.issues[-1]
        if method == "PATCH" and (match := re.fullmatch(r"/issues/(\d+)", route)):
            self.issues[int(match[1]) - 1].update(body)
            return 200, self.issues[int(match[1]) - 1]
        return None

    def _blob(self, content: bytes) -> str:
        self.blobs[blob_sha(content)] = content
        return blob_sha(content)

    def _tree(self, tree: dict[str, str]) -> str:
        sha = sha1(json.dumps(tree, sort_keys=True).encode()).hexdigest()  # noqa: S324 - an id, as git makes it
        self.trees[sha] = tree
        return sha

    def _commit(self, message: str, tree: str, parents: list[str]) -> str:
        commit = {"message": message, "tree": tree, "parents": parents}
        sha = sha1(json.dumps([commit, len(self.commits)]).encode()).hexdigest()  # noqa: S324 - likewise
        self.commits[sha] = commit
        return sha


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in with one commit, served on loopback."""
    stand_in = StandIn()
    stand_in.push({"README.md": b"# mine\n", "state/README.md": b"# none yet\n"}, message="first")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, answer = stand_in.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
