"""``state/`` → one commit on GitHub, by compare and swap, without taking back what others committed meanwhile."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from github.GitCommit import GitCommit
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.GitTreeElement import GitTreeElement
from github.InputGitTreeElement import InputGitTreeElement
from github.Repository import Repository

from sync.errors import StateError
from sync.services.clock import Clock
from sync.services.github.errors import GitHubRefused, GitHubTrouble, explained
from sync.services.state.disk import StateInUse
from sync.services.state.folder import JOURNAL_FOLDER, PAGES, StateFolder, is_state_file, merge_file
from sync.services.state.last_sync_file import LAST_SYNC_FILE, parse_last_sync
from sync.services.state.ledger_file import LEDGER_FILE

ATTEMPTS = 5
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the attempts: long enough for another push to end, short beside the run."""

RIGHT = "contents: write"
PLAIN_FILES = ("100644", "100755")
"""Modes of git; a link has 120000."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommitResult:
    """``sha`` is the new commit, ``None`` if GitHub had all of it already. ``merged`` names the files in which
    others' news were merged; they were saved, and ``StateFolder.load`` reads them."""

    sha: str | None = None
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tip:
    """The branch as it stands; ``blobs`` maps a state file's name to its blob's SHA-1."""

    commit: GitCommit
    tree: GitTree
    blobs: Mapping[str, str]


class StateCommit:
    """Commits the files of one folder to ``prefix`` on ``branch``.

    Each attempt is two reads and three writes (tree, commit, ref); files that others changed since this run read them
    are read and merged first. Only the files that ``StateFolder`` knows by name go up, as plain files. An attempt that
    fails half-way leaves nothing behind but objects that nobody refers to, so it is simply made again: PyGithub's own
    retries are off.
    """

    def __init__(self, repository: Repository, branch: str, prefix: str, clock: Clock) -> None:
        self._repository = repository
        self._branch = branch
        self._prefix = prefix.strip("/")
        self._clock = clock

    def commit(
        self, folder: StateFolder, *, message: str, only: Collection[str] = (), alone: bool = False
    ) -> CommitResult:
        """Brings GitHub up to date with ``folder``, or with the files named in ``only``.

        Raises ``GitHubRefused`` or, after five attempts, ``GitHubTrouble``; the files in the folder stay as they are.
        A file that is damaged on GitHub is left as it is there: all others go up, and then ``StateError`` is raised.
        With ``alone``, that is raised before anything goes up, and so is ``StateInUse`` if another run committed its
        state since this one read it.
        """
        made: list[str] = []
        for attempt in range(ATTEMPTS):
            try:
                with explained("take the state's commit", RIGHT):
                    tip = self._fetch_tip()
                    if alone and tip.commit.sha not in made:
                        self._refuse_news(folder, tip)
                    return self._attempt(folder, message, only, made, tip, alone=alone)
            except GitHubTrouble as trouble:
                if attempt + 1 == ATTEMPTS:
                    raise
                log.info("%s Trying again in %.0f s.", trouble.message, PAUSES[attempt])
                self._clock.sleep(PAUSES[attempt])
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self, folder: StateFolder, message: str, only: Collection[str], made: list[str], tip: _Tip, *, alone: bool
    ) -> CommitResult:
        ours = folder.files(only)
        wanted: dict[str, bytes] = {}
        damage: list[StateError] = []
        for name, content in ours.items():
            try:
                wanted[name] = self._merge(name, content, folder.base.get(name), tip)
            except StateError as error:
                if alone:
                    raise
                damage.append(error)
        changed = {name: content for name, content in wanted.items() if blob_sha(content) != tip.blobs.get(name)}
        sha = None
        if changed:
            sha = self._write(tip, changed, message, made)
        elif tip.commit.sha in made:
            sha = tip.commit.sha  # an earlier attempt had arrived, only its answer had not
        merged = {name: content for name, content in wanted.items() if content != ours[name]}
        folder.note_committed(
            ours={name: content for name, content in wanted.items() if name not in merged},
            merged=merged,
        )
        if damage:
            raise damage[0]
        return CommitResult(sha, tuple(sorted(merged)))

    def _fetch_tip(self) -> _Tip:
        head = self._repository.get_branch(self._branch).commit
        tree = self._repository.get_git_tree(head.commit.tree.sha, recursive=True)
        if tree.raw_data.get("truncated"):
            raise GitHubRefused(
                "The repository holds too many files for GitHub to list, so its state/ cannot be compared.",
                "Keep the job in a repository of its own.",
            )
        start = f"{self._prefix}/"
        for item in tree.tree:
            if not self._is_plain(item):
                raise GitHubRefused(
                    f"On GitHub, {item.path} is a link, or no {'file' if item.path.startswith(start) else 'folder'}; "
                    "the job writes plain files in plain folders only.",
                    "Delete it there.",
                )
        blobs = {item.path.removeprefix(start): item.sha for item in tree.tree if item.path.startswith(start)}
        # The branch's answer names the commit but not in the form that a new commit's parent must have.
        commit = GitCommit(self._repository.requester, {}, {"sha": head.sha}, completed=True)
        return _Tip(commit, tree, blobs)

    def _is_plain(self, item: GitTreeElement) -> bool:
        """Whether ``item`` is, where it has a name that the job uses, what the job would make of it."""
        folders = (self._prefix, f"{self._prefix}/{JOURNAL_FOLDER}")
        if any(f"{folder}/".startswith(f"{item.path}/") for folder in folders):
            return item.type == "tree"
        return not is_state_file(item.path.removeprefix(f"{self._prefix}/")) or item.mode in PLAIN_FILES

    def _merge(self, name: str, ours: bytes, base: bytes | None, tip: _Tip) -> bytes:
        """``ours``, with what the tip's version holds if that is not the one this run began from."""
        blob = tip.blobs.get(name)
        if blob is None or blob == blob_sha(ours) or (base is not None and blob == blob_sha(base)):
            return ours
        theirs = b64decode(self._repository.get_git_blob(blob).content)
        # A page that this run did not draw anew is older than one that another run did.
        return theirs if ours == base and name.endswith(PAGES) else merge_file(name, ours, theirs)

    def _refuse_news(self, folder: StateFolder, tip: _Tip) -> None:
        """Raises ``StateInUse`` if the tip's memory of plays or runs is newer than what this run began from.

        Every commit of a run carries its time. A difference in other clocks is this run's own: it comes from a quiet
        run before it, which was not worth a commit."""
        if self._theirs(LEDGER_FILE, folder, tip) is None:
            theirs = self._theirs(LAST_SYNC_FILE, folder, tip)
            if theirs is None:
                return
            base = folder.base.get(LAST_SYNC_FILE)
            known = parse_last_sync(base, LAST_SYNC_FILE).changed_at if base is not None else None
            stored = parse_last_sync(
                b64decode(self._repository.get_git_blob(theirs).content), LAST_SYNC_FILE
            ).changed_at
            if known is not None and stored is not None and stored <= known:
                return
        raise StateInUse(
            "Another run stored its state on GitHub while this one was reading; nothing was written.",
            "The next run carries on from there.",
        )

    def _theirs(self, name: str, folder: StateFolder, tip: _Tip) -> str | None:
        """The tip's blob of this file, ``None`` if it has none or the one that this run began from."""
        base, blob = folder.base.get(name), tip.blobs.get(name)
        return None if base is not None and blob == blob_sha(base) else blob

    def _write(self, tip: _Tip, changed: Mapping[str, bytes], message: str, made: list[str]) -> str:
        elements = [
            InputGitTreeElement(f"{self._prefix}/{name}", "100644", "blob", content=content.decode("utf-8", "replace"))
            for name, content in changed.items()
        ]
        tree = self._repository.create_git_tree(elements, base_tree=tip.tree)
        # No author: GitHub then signs the commit itself.
        commit = self._repository.create_git_commit(message, tree, [tip.commit])
        made.append(commit.sha)
        ref = f"heads/{self._branch}"
        url = f"{self._repository.url}/git/refs/{quote(ref)}"
        GitRef(self._repository.requester, url=url, attributes={"ref": f"refs/{ref}"}).edit(commit.sha, force=False)
        return commit.sha


def blob_sha(content: bytes) -> str:
    """The SHA-1 by which git knows a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
