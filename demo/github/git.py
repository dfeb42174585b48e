"""GitHub's git database and contents in miniature: refs, commits, trees, blobs, files."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping

from msgspec import UNSET

from demo.github.bodies import BlobBody, CommitBody, FileBody, RefBody, RefUpdateBody, TreeBody, read_body
from demo.github.objects import BASE, PAGE, REPOSITORY, node_id
from demo.github.store import AUTHOR, BLOB, DemoCommit, GitStore
from demo.server import Handler, JsonObject, Reply, Request
from sync.services.clock import Clock


class GitDatabase:
    """The endpoints below ``/repos/OWNER/NAME`` that read and write git.

    ``before_update`` is called before a branch is moved: there a test lets somebody else push first.
    ``protected`` are branches that only a pull request may change.
    """

    def __init__(self, store: GitStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.before_update: Callable[[], None] | None = None
        self.protected: set[str] = set()
        self.routes: list[tuple[str, str, Handler]] = [
            ("GET", r"/branches/(.+)", self._branch),
            ("GET", r"/git/refs?/heads/(.+)", self._read_ref),
            ("POST", r"/git/refs", self._create_ref),
            ("PATCH", r"/git/refs/heads/(.+)", self._update_ref),
            ("GET", r"/git/commits/(\w+)", self._read_commit),
            ("POST", r"/git/commits", self._create_commit),
            ("GET", r"/commits/([^/]+)", self._read_whole_commit),
            ("GET", r"/git/trees/([^/]+)", self._read_tree),
            ("POST", r"/git/trees", self._create_tree),
            ("GET", r"/git/blobs/(\w+)", self._read_blob),
            ("POST", r"/git/blobs", self._create_blob),
            ("GET", r"/contents/(.*)", self._read_contents),
            ("PUT", r"/contents/(.+)", self._write_contents),
        ]

    def _branch(self, request: Request, name: str) -> Reply:
        sha = self._store.branches.get(name)
        if sha is None:
            return failure(404, "Branch not found")
        commit, url = self._whole_view(self._store.commits[sha]), f"{BASE}/branches/{name}"
        guard = {"protected": name in self.protected, "protection": {}, "protection_url": f"{url}/protection"}
        return Reply(
            200, {"name": name, "commit": commit, "_links": {"self": url, "html": f"{PAGE}/tree/{name}"}, **guard}
        )

    def _read_ref(self, request: Request, name: str) -> Reply:
        sha = self._store.branches.get(name)
        return Reply(200, self._ref_view(name, sha)) if sha else failure(404, "Not Found")

    def _create_ref(self, request: Request) -> Reply:
        body = read_body(request, RefBody)
        name = body.ref.removeprefix("refs/heads/")
        if name == body.ref or body.sha not in self._store.commits:
            return failure(422, "Object does not exist")
        if name in self._store.branches:
            return failure(422, "Reference already exists")
        self._store.branches[name] = body.sha
        return Reply(201, self._ref_view(name, body.sha))

    def _update_ref(self, request: Request, name: str) -> Reply:
        if self.before_update:
            self.before_update()
        body, tip = read_body(request, RefUpdateBody), self._store.branches.get(name)
        if tip is None:
            return failure(422, "Reference does not exist")
        if body.sha not in self._store.commits:
            return failure(422, "Object does not exist")
        if name in self.protected:
            return failure(422, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n")
        if not body.force and not self._store.descends(body.sha, tip):
            return failure(422, "Update is not a fast forward")
        self._store.branches[name] = body.sha
        return Reply(200, self._ref_view(name, body.sha))

    def _read_commit(self, request: Request, sha: str) -> Reply:
        commit = self._store.commits.get(sha)
        return Reply(200, self._commit_view(commit)) if commit else failure(404, "Not Found")

    def _read_whole_commit(self, request: Request, name: str) -> Reply:
        commit = self._store.commits.get(self._store.branches.get(name, name))
        return Reply(200, self._whole_view(commit)) if commit else failure(422, f"No commit found for SHA: {name}")

    def _create_commit(self, request: Request) -> Reply:
        body = read_body(request, CommitBody)
        if body.tree not in self._store.trees:
            return failure(422, "Tree SHA does not exist")
        if any(parent not in self._store.commits for parent in body.parents):
            return failure(422, "Parent SHA does not exist or is not a commit object")
        commit = self._store.put_commit(body.tree, tuple(body.parents), body.message, self._clock.now())
        return Reply(201, self._commit_view(commit))

    def _read_tree(self, request: Request, name: str) -> Reply:
        commit = self._store.commits.get(self._store.branches.get(name, name))
        sha = commit.tree if commit else name
        files = self._store.trees.get(sha)
        if files is None:
            return failure(404, "Not Found")
        rows = [self._tree_row(path, "100644", BLOB, blob) for path, blob in sorted(files.items())]
        folders = sorted({path[:at] for path in files for at in range(len(path)) if path[at] == "/"})
        rows += [self._tree_row(path, "040000", "tree", self._folder(files, path)) for path in folders]
        if not request.query.get("recursive"):
            rows = [row for row in rows if "/" not in str(row["path"])]
        return Reply(200, {"sha": sha, "url": f"{BASE}/git/trees/{sha}", "tree": rows, "truncated": False})

    def _folder(self, files: Mapping[str, str], path: str) -> str:
        inside = {p.removeprefix(path + "/"): blob for p, blob in files.items() if p.startswith(path + "/")}
        return self._store.put_tree(inside)

    def _create_tree(self, request: Request) -> Reply:
        body = read_body(request, TreeBody)
        base = body.base_tree if isinstance(body.base_tree, str) else ""
        base_commit = self._store.commits.get(base)
        known = self._store.trees.get(base_commit.tree if base_commit else base)
        if base and known is None:
            return failure(422, "Invalid tree info")
        files = dict(known or {})
        for row in body.tree:
            if row.mode is UNSET or (row.sha is UNSET) == (row.content is UNSET):
                return failure(422, "Must supply a valid tree.mode, and either tree.sha or tree.content")
            if isinstance(row.content, str):
                files[row.path] = self._store.put_blob(row.content.encode())
            elif row.sha is None:
                files.pop(row.path, None)
            elif row.sha in self._store.blobs:
                files[row.path] = str(row.sha)
            else:
                return failure(422, f"tree.sha {row.sha} is not a valid blob")
        sha = self._store.put_tree(files)
        view = {"sha": sha, "url": f"{BASE}/git/trees/{sha}", "truncated": False}
        return Reply(201, view | {"tree": [self._tree_row(p, "100644", BLOB, b) for p, b in sorted(files.items())]})

    def _read_blob(self, request: Request, sha: str) -> Reply:
        content = self._store.blobs.get(sha)
        if content is None:
            return failure(404, "Not Found")
        view = {"sha": sha, "size": len(content), "encoding": "base64", "content": b64encode(content).decode()}
        return Reply(200, {"url": f"{BASE}/git/blobs/{sha}", "node_id": node_id("Blob", sha), **view})

    def _create_blob(self, request: Request) -> Reply:
        body = read_body(request, BlobBody)
        try:
            content = b64decode(body.content) if body.encoding == "base64" else body.content.encode()
        except ValueError:
            return failure(422, "content is not valid Base64")
        sha = self._store.put_blob(content)
        return Reply(201, {"sha": sha, "url": f"{BASE}/git/blobs/{sha}"})

    def _read_contents(self, request: Request, path: str) -> Reply:
        ref = request.query.get("ref", "main")
        commit = self._store.commits.get(self._store.branches.get(ref.removeprefix("refs/heads/"), ref))
        files = self._store.trees[commit.tree] if commit else {}
        if path in files:
            return Reply(200, self._file_view(path, files[path], with_content=True))
        inside = {p for p in files if not path or p.startswith(path.rstrip("/") + "/")}
        if not inside:
            return failure(404, "Not Found")
        direct = [p for p in sorted(inside) if "/" not in p.removeprefix(path).lstrip("/")]
        return Reply(200, [self._file_view(p, files[p], with_content=False) for p in direct])

    def _write_contents(self, request: Request, path: str) -> Reply:
        body = read_body(request, FileBody)
        tip = self._store.branches.get(body.branch)
        if tip is None:
            return failure(404, f"Branch {body.branch} not found")
        current = self._store.trees[self._store.commits[tip].tree].get(path)
        sent = body.sha if isinstance(body.sha, str) else None
        if current and not sent:
            return failure(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        if current != sent:
            return failure(409, f"{path} does not match {sent}")
        commit = self._store.push(body.branch, {path: b64decode(body.content)}, body.message, self._clock.now())
        blob = self._store.trees[commit.tree][path]
        view = {"content": self._file_view(path, blob, with_content=False), "commit": self._commit_view(commit)}
        return Reply(200 if current else 201, view)

    def _ref_view(self, name: str, sha: str) -> JsonObject:
        target = {"type": "commit", "sha": sha, "url": f"{BASE}/git/commits/{sha}"}
        about = {"node_id": node_id("Ref", name), "url": f"{BASE}/git/refs/heads/{name}"}
        return {"ref": f"refs/heads/{name}", **about, "object": target}

    def _commit_view(self, commit: DemoCommit) -> JsonObject:
        name, _, mail = AUTHOR.partition(" <")
        person = {"name": name, "email": mail.rstrip(">"), "date": commit.at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", commit.sha),
            "url": f"{BASE}/git/commits/{commit.sha}",
            "html_url": f"{PAGE}/commit/{commit.sha}",
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{BASE}/git/trees/{commit.tree}"},
            "parents": [_parent(sha) for sha in commit.parents],
            "author": person,
            "committer": person,
            "verification": unsigned,
        }

    def _whole_view(self, commit: DemoCommit) -> JsonObject:
        view = self._commit_view(commit)
        url = f"{BASE}/commits/{commit.sha}"
        return {
            "sha": commit.sha,
            "node_id": view["node_id"],
            "url": url,
            "html_url": view["html_url"],
            "comments_url": f"{url}/comments",
            "commit": {**view, "comment_count": 0},
            "parents": view["parents"],
            "author": None,
            "committer": None,
        }

    def _tree_row(self, path: str, mode: str, kind: str, sha: str) -> JsonObject:
        return {"path": path, "mode": mode, "type": kind, "sha": sha, "url": f"{BASE}/git/{kind}s/{sha}"}

    def _file_view(self, path: str, sha: str, *, with_content: bool) -> JsonObject:
        content = self._store.blobs[sha]
        url, page = f"{BASE}/contents/{path}", f"{PAGE}/blob/main/{path}"
        git_url = f"{BASE}/git/blobs/{sha}"
        view: JsonObject = {
            "type": "file",
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": sha,
            "size": len(content),
            "url": url,
            "html_url": page,
            "git_url": git_url,
            "download_url": f"https://raw.githubusercontent.com/{REPOSITORY}/main/{path}",
            "_links": {"self": url, "git": git_url, "html": page},
        }
        return view | ({"encoding": "base64", "content": b64encode(content).decode()} if with_content else {})


def _parent(sha: str) -> JsonObject:
    return {"sha": sha, "url": f"{BASE}/git/commits/{sha}", "html_url": f"{PAGE}/commit/{sha}"}


def failure(status: int, message: str, **more: object) -> Reply:
    """An error in GitHub's shape."""
    docs = "https://docs.github.com/rest"
    return Reply(status, {"message": message, **more, "documentation_url": docs, "status": str(status)})
