"""Git's objects in memory, named by their true SHA-1, with branches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

BLOB, TREE, COMMIT = "blob", "tree", "commit"
FILE_MODE, FOLDER_MODE = "100644", "040000"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
AUTHOR = "demo <demo@example.com>"


@dataclass(frozen=True, slots=True)
class DemoCommit:
    """A commit; ``at`` is when it was made."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    message: str
    at: datetime


class GitStore:
    """Blobs, flat trees (path → blob), commits and branches."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.trees: dict[str, dict[str, str]] = {EMPTY_TREE: {}}
        self.commits: dict[str, DemoCommit] = {}
        self.branches: dict[str, str] = {}

    def put_blob(self, content: bytes) -> str:
        """Stores a file's content; gives its SHA."""
        sha = _sha(BLOB, content)
        self.blobs[sha] = content
        return sha

    def put_tree(self, files: Mapping[str, str]) -> str:
        """Stores a tree given as path → blob SHA, with all its folders; gives the SHA of the root."""
        folders: dict[str, dict[str, str]] = {}
        entries: dict[str, tuple[str, str]] = {}
        for path, blob in files.items():
            name, _, rest = path.partition("/")
            if rest:
                folders.setdefault(name, {})[rest] = blob
            else:
                entries[name] = (FILE_MODE, blob)
        entries |= {name: (FOLDER_MODE, self.put_tree(inside)) for name, inside in folders.items()}
        # Git sorts a folder as if its name ended in a slash, and writes its mode without the leading zero.
        ordered = sorted(entries.items(), key=lambda item: item[0] + "/" * (item[1][0] == FOLDER_MODE))
        content = b"".join(
            f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(sha) for name, (mode, sha) in ordered
        )
        sha = _sha(TREE, content)
        self.trees[sha] = dict(files)
        return sha

    def put_commit(self, tree: str, parents: tuple[str, ...], message: str, at: datetime) -> DemoCommit:
        """Stores a commit."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        stamp = f"{AUTHOR} {int(at.timestamp())} +0000"
        text = "\n".join([*lines, f"author {stamp}", f"committer {stamp}", "", message])
        commit = DemoCommit(_sha(COMMIT, text.encode()), tree, parents, message, at)
        self.commits[commit.sha] = commit
        return commit

    def descends(self, sha: str, ancestor: str) -> bool:
        """Whether ``ancestor`` is ``sha`` or one of the commits behind it."""
        seen, todo = set(), [sha]
        while todo:
            current = todo.pop()
            if current == ancestor:
                return True
            if current not in seen:
                seen.add(current)
                todo += self.commits[current].parents
        return False

    def files(self, branch: str) -> dict[str, bytes]:
        """What a branch holds: path → content."""
        tree = self.commits[self.branches[branch]].tree
        return {path: self.blobs[blob] for path, blob in self.trees[tree].items()}

    def history(self, branch: str) -> list[DemoCommit]:
        """The commits of a branch, newest first, along first parents."""
        found, sha = [], self.branches.get(branch)
        while sha:
            found.append(self.commits[sha])
            sha = next(iter(found[-1].parents), None)
        return found

    def push(self, branch: str, changes: Mapping[str, bytes | None], message: str, at: datetime) -> DemoCommit:
        """Somebody else's commit on a branch (made if need be): files to write, ``None`` to delete."""
        tip = self.branches.get(branch)
        files = dict(self.trees[self.commits[tip].tree]) if tip else {}
        for path, content in changes.items():
            files.pop(path, None)
            if content is not None:
                files[path] = self.put_blob(content)
        commit = self.put_commit(self.put_tree(files), (tip,) if tip else (), message, at)
        self.branches[branch] = commit.sha
        return commit


def _sha(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
