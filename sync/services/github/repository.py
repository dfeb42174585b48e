"""GitHub as the job uses it: the repository that is its memory, and the issue and pages that are its screens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from github import Auth, Github, GithubException
from github.Issue import Issue
from github.Repository import Repository

from sync.errors import TokenStoreError
from sync.services.clock import Clock
from sync.services.github.errors import UNANSWERED, GitHubRefused, GitHubTrouble, explain, explained
from sync.services.github.state_commit import CommitResult, StateCommit
from sync.services.state import StateFolder
from sync.settings import SETTINGS_PAGE, GitHubContext

USER_AGENT = "trakt-sync-for-anilist"
TIMEOUT = 30
"""Seconds for one answer."""

LABEL = "trakt-sync"
LARGEST_BODY = 65_000
"""GitHub takes 65,536 characters in an issue's text; a margin is left for the note that says so."""

__all__ = [
    "CommitResult",
    "GitHubRefused",
    "GitHubRepo",
    "GitHubTrouble",
    "IssueResult",
    "IssueText",
]

IssueText = Callable[[str | None], tuple[str, str]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IssueResult:
    """The issue, and whether anything about it was changed."""

    number: int
    url: str
    changed: bool


class GitHubRepo:
    """One repository, reached with the workflow's token; ``secrets_token`` (``GH_SECRETS_PAT``) only writes secrets.

    Its methods raise ``GitHubRefused`` (a right is missing or a rule in the way; exit code 2) or ``GitHubTrouble`` (a
    ``ServiceUnavailable``, exit code 5), each with the remedy.
    """

    def __init__(
        self, context: GitHubContext, clock: Clock, *, secrets_token: str | None = None, profile: str | None = None
    ) -> None:
        self._context = context
        self._profile = profile
        self._clock = clock
        self._repository = open_repository_at(context, context.token)
        self._for_secrets = open_repository_at(context, secrets_token) if secrets_token else None
        self._branch = context.branch
        self._issues: list[Issue] | None = None

    @property
    def branch(self) -> str:
        """The branch that holds the state: the one in the settings, else the default branch (asked once)."""
        if self._branch is None:
            with explained("name the default branch", "contents: write"):
                self._branch = self._repository.default_branch
        return self._branch

    def commit_state(
        self,
        folder: StateFolder,
        *,
        message: str,
        path: str = "state",
        only: Collection[str] = (),
        alone: bool = False,
    ) -> CommitResult:
        """Commits what changed in ``folder`` to ``path`` (or only the files named), merging what others committed;
        with ``alone``, raises ``StateInUse`` instead if another run committed state meanwhile.

        Whether a commit is worth making is for the caller to ask (``StateFolder.has_news``). An ordinary commit notes
        its time in ``last_sync.json``.
        """
        if not only:
            folder.stamp_commit(self._clock.now())
        commit = StateCommit(self._repository, self.branch, path, self._clock)
        return commit.commit(folder, message=message, only=only, alone=alone)

    def put_secret(self, name: str, value: str) -> None:
        """Encrypts and writes one repository secret, the profile's own if there is one. Raises ``TokenStoreError``."""
        name = f"{self._profile.upper()}_{name}" if self._profile else name
        if self._for_secrets is None:
            raise TokenStoreError(f"The secret {name} cannot be written.", f"Set GH_SECRETS_PAT under {SETTINGS_PAGE}.")
        try:
            self._for_secrets.create_secret(name, value)
        except GithubException as error:
            raise TokenStoreError(
                explain(error, f"take the secret {name}", "").message,
                "Give GH_SECRETS_PAT the permission “Secrets: read and write” for this repository, or a new expiry "
                "date; or remove it, and the log-in is kept encrypted in state/ instead.",
            ) from error
        except UNANSWERED as error:
            raise TokenStoreError(
                f"GitHub did not answer when asked to take the secret {name} ({type(error).__name__}).",
                "Run Actions → Connect Trakt to log in again.",
            ) from error

    def put_issue(self, marker: str, render: IssueText, *, open_: bool = True) -> IssueResult | None:
        """The one issue that carries ``marker`` (an HTML comment, put into its text) as it should now be.

        ``render`` makes (title, text) of the text that the issue has now, ``None`` if there is no issue. It is made
        when it is needed and missing, and changed in place when title, text or state differ; nobody is notified of an
        edit, and there is never a comment. An issue that a person closed stays closed until its text changes. Returns
        ``None`` when there is none and none is needed, or when the repository has no issues. Each profile has issues of
        its own, which begin with its name.
        """
        own = marker.replace(" -->", f" profile:{self._profile} -->") if self._profile else marker
        with explained("keep its issue", "issues: write"):
            try:
                issue = self._find_issue(own)
                if issue is None and not open_:
                    return None
                title, body = render(issue.body if issue else None)
                title = f"{self._profile}: {title}" if self._profile else title
                text = _with_marker(body.replace(marker, own), own)
                return _update_issue(issue, title, text, open_=open_) if issue else self._create_issue(title, text)
            except GithubException as error:
                if error.status == 410:
                    log.info("The repository's issues are switched off, so nothing is reported there.")
                    return None
                raise

    def fetch_workflow_state(self, file_name: str) -> str | None:
        """Whether a workflow runs: ``active``, ``disabled_fork``, ``disabled_inactivity``, ``disabled_manually``.

        ``None`` if the token may not know (it needs ``actions: read``) or there is no such workflow.
        """
        try:
            return self._repository.get_workflow(file_name).state
        except GithubException as error:
            if error.status in (403, 404):
                return None
            raise explain(error, f"tell whether {file_name} is enabled", "actions: read") from error
        except UNANSWERED as error:
            raise GitHubTrouble(f"GitHub did not answer ({type(error).__name__}).") from error

    def may_write(self, right: str) -> bool:
        """Whether the token has ``contents: write`` or ``issues: write``.

        GitHub is asked for something that it refuses whatever the token may do, an empty tree or an issue without a
        title, so nothing can come of it: only the reason for its refusal tells (GitHub REST docs, status codes).
        """
        asked: dict[str, tuple[str, dict[str, object]]] = {
            "contents": ("git/trees", {"tree": []}),
            "issues": ("issues", {}),
        }
        path, body = asked[right]
        url = f"{self._repository.url}/{path}"
        try:
            self._repository.requester.requestJsonAndCheck("POST", url, input=body)
        except GithubException as error:
            return error.status not in (403, 404)
        except UNANSWERED as error:
            raise GitHubTrouble(f"GitHub did not answer ({type(error).__name__}).") from error
        return True

    def _find_issue(self, marker: str) -> Issue | None:
        if self._issues is None:
            found = self._repository.get_issues(state="all", labels=[LABEL], sort="created", direction="asc")
            self._issues = list(found)
        for issue in self._issues:
            # Not `issue.pull_request`: an issue lacks that field, and PyGithub would ask for each one again.
            if marker in (issue.body or "") and "/pull/" not in issue.html_url:
                return issue
        return None

    def _create_issue(self, title: str, text: str) -> IssueResult:
        issue = self._repository.create_issue(title, body=text, labels=[LABEL])
        self._issues = [*(self._issues or ()), issue]
        return IssueResult(issue.number, issue.html_url, changed=True)


def open_repository_at(context: GitHubContext, token: str) -> Repository:
    """The repository without asking for it. PyGithub's pauses (0.25 s a request, 1 s a write) are for programs that
    make many; this one makes five or so. Its ten retries sleep on a clock of their own and would repeat a ref update
    blindly, so they are off: ``StateCommit`` makes its whole attempt again, and the rest waits for the next run."""
    client = Github(
        auth=Auth.Token(token),
        base_url=context.api_url,
        timeout=TIMEOUT,
        user_agent=USER_AGENT,
        per_page=100,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
    )
    return client.get_repo(context.repository)


def _update_issue(issue: Issue, title: str, text: str, *, open_: bool) -> IssueResult:
    same = issue.title == title and _plain(issue.body) == _plain(text)
    state = "open" if open_ else "closed"
    # Equal words in a closed issue: a person closed it, and nothing has happened since.
    changed = not same or (not open_ and issue.state == "open")
    if changed:
        issue.edit(title=title, body=text, state=state)
    return IssueResult(issue.number, issue.html_url, changed)


def _with_marker(body: str, marker: str) -> str:
    if len(body) > LARGEST_BODY:
        body = body[: body.rfind("\n", 0, LARGEST_BODY) + 1] + "\n_The rest is in the latest run's summary._"
    return f"{marker}\n{body.removeprefix(marker).strip()}\n"


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()
