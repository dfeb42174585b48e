"""What the job is asked on GitHub, and what it proposes and answers there: the event that started it, a changed file
as a pull request, a comment on an issue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from github import GithubException, UnknownObjectException
from github.GitCommit import GitCommit
from github.GitRef import GitRef
from github.InputGitTreeElement import InputGitTreeElement
from msgspec import Meta, Raw, Struct, ValidationError
from msgspec.json import Decoder

from sync.errors import ConfigError
from sync.model.bounds import Id, Word, read_json, reason_of
from sync.services.github.errors import GitHubRefused, explained
from sync.services.github.repository import open_repository_at
from sync.settings import GitHubContext

WRITERS = frozenset({"admin", "maintain", "write"})
RIGHT = "contents: write"


class EventUser(Struct):
    """Somebody who did something."""

    login: Word


class EventIssue(Struct):
    """An issue. ``pull_request`` is there if it is one, which GitHub counts among the issues."""

    number: Id
    body: Annotated[str, Meta(max_length=100_000)] | None = None
    user: EventUser | None = None
    pull_request: Raw = Raw()

    @property
    def is_pull_request(self) -> bool:
        """Whether it is a pull request."""
        return bool(bytes(self.pull_request))


class EventBase(Struct):
    """The commit and branch that a pull request is made for."""

    sha: Word | None = None
    ref: Word | None = None


class EventPullRequest(Struct):
    """A pull request."""

    base: EventBase


class Event(Struct):
    """The file that ``GITHUB_EVENT_PATH`` names, as far as it matters here (GitHub docs, webhook payloads)."""

    issue: EventIssue | None = None
    sender: EventUser | None = None
    pull_request: EventPullRequest | None = None


_EVENT = Decoder(Event)


def load_event(path: Path) -> Event:
    """The event that started this job. Raises ``ConfigError`` when it cannot be read."""
    try:
        return read_json(_EVENT.decode, path.read_bytes())
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, ValidationError) else type(error).__name__
    raise ConfigError([f"The event that started this job cannot be read ({reason})."])


@dataclass(frozen=True, slots=True)
class FileChange:
    """A pull request; ``fresh`` says that it is new, and was not only brought up to date."""

    number: int
    url: str
    fresh: bool


class PullRequestsForbidden(GitHubRefused):
    """The branch was pushed, but workflows may not open pull requests in this repository. ``compare_url`` does it."""

    def __init__(self, compare_url: str) -> None:
        super().__init__(
            "GitHub does not let workflows open pull requests in this repository.",
            "Tick “Allow GitHub Actions to create and approve pull requests” under Settings → Actions → General → "
            "Workflow permissions.",
        )
        self.compare_url = compare_url


class GitHubProposals:
    """One repository, reached with the workflow's token. Methods raise ``GitHubRefused`` or ``GitHubTrouble``."""

    def __init__(self, context: GitHubContext) -> None:
        self._context = context
        self._repository = open_repository_at(context, context.token)

    def may_write(self, login: str) -> bool:
        """Whether this person may write to the repository, as GitHub knows it now."""
        with explained(f"say what {login} may do here", "contents: read"):
            try:
                return self._repository.get_collaborator_permission(login) in WRITERS
            except UnknownObjectException:
                return False

    @property
    def base(self) -> str:
        """The branch that proposals are made for."""
        if self._context.branch:
            return self._context.branch
        with explained("name the default branch", RIGHT):
            return self._repository.default_branch

    def fetch_file(self, path: str, ref: str) -> str | None:
        """A file's text on a branch or at a commit; ``None`` if there is no such file."""
        with explained(f"show {path}", "contents: read"):
            try:
                found = self._repository.get_contents(path, ref=ref)
            except UnknownObjectException:
                return None
        return None if isinstance(found, list) else found.decoded_content.decode("utf-8", "replace")

    def push_file(self, branch: str, path: str, text: str, message: str) -> None:
        """Puts one commit on top of the base branch, with this file changed, as ``branch``: made or moved there."""
        repository = self._repository
        with explained(f"take the branch {branch}", RIGHT):
            head = repository.get_branch(self.base).commit
            tree = repository.create_git_tree(
                [InputGitTreeElement(path, "100644", "blob", content=text)],
                base_tree=repository.get_git_tree(head.commit.tree.sha),
            )
            parent = GitCommit(repository.requester, {}, {"sha": head.sha}, completed=True)
            commit = repository.create_git_commit(message, tree, [parent])
            try:
                repository.create_git_ref(f"refs/heads/{branch}", commit.sha)
            except GithubException as error:
                if "already exists" not in str(error.data):
                    raise
                url = f"{repository.url}/git/refs/heads/{quote(branch)}"
                known = GitRef(repository.requester, url=url, attributes={"ref": f"refs/heads/{branch}"})
                known.edit(commit.sha, force=True)

    def propose(self, branch: str, *, title: str, body: str) -> FileChange:
        """The open pull request of ``branch``, made or brought up to date. Raises ``PullRequestsForbidden``."""
        repository, owner = self._repository, self._context.repository.partition("/")[0]
        with explained("take the pull request", "pull-requests: write"):
            for known in repository.get_pulls(state="open", head=f"{owner}:{branch}"):
                repository.get_issue(known.number).edit(title=title, body=body)
                return FileChange(known.number, known.html_url, fresh=False)
            try:
                made = repository.create_pull(base=self.base, head=branch, title=title, body=body)
            except GithubException as error:
                if error.status != 403:
                    raise
                where = f"{self._context.server_url}/{self._context.repository}"
                raise PullRequestsForbidden(f"{where}/compare/{self.base}...{branch}?expand=1") from error
        return FileChange(made.number, made.html_url, fresh=True)

    def comment(self, issue_number: int, text: str) -> None:
        """Answers an issue."""
        with explained("take the answer", "issues: write"):
            self._repository.get_issue(issue_number).create_comment(text)
