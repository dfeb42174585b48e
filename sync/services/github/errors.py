"""What GitHub's refusals mean, in words that say where to click."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from github import GithubException, RateLimitExceededException

from sync.errors import ServiceUnavailable, SyncError

SERVICE = "GitHub"
PERMISSIONS = (
    "Set Settings → Actions → General → Workflow permissions to “Read and write permissions”, or give the job "
    "`permissions: {{ {} }}` in its workflow."
)
PROTECTED = (
    "A rule protects the branch from this job. Exempt it under Settings → Rules (or Branches), or let `STATE_BRANCH` "
    "name a branch without rules."
)
RULES = ("rule violation", "protected branch", "required status check", "changes must be made through a pull request")


UNANSWERED = (requests.RequestException, json.JSONDecodeError)
"""What PyGithub lets through when no answer came, or one that breaks off."""


class GitHubRefused(SyncError):
    """GitHub understood, and will not: a right, a rule or a setting is in the way. Trying again does not help, so it
    is a matter of configuration and no outage."""

    exit_code = 2


class GitHubTrouble(ServiceUnavailable):
    """GitHub could not be reached, is overloaded, or somebody else was faster. Trying again may help."""

    def __init__(self, message: str, remedy: str = "The next run tries again.") -> None:
        super().__init__(SERVICE, message, remedy)


@contextmanager
def explained(doing: str, right: str) -> Iterator[None]:
    """Turns PyGithub's and requests' errors into ours. ``doing`` completes "GitHub did not …"; ``right`` is the
    permission that the step needs, as a workflow spells it (``contents: write``)."""
    try:
        yield
    except GithubException as error:
        raise explain(error, doing, right) from error
    except UNANSWERED as error:
        # The error's own text may hold an address with a query; its kind says enough.
        raise GitHubTrouble(f"GitHub did not answer when asked to {doing} ({type(error).__name__}).") from error


def explain(error: GithubException, doing: str, right: str) -> SyncError:
    """Our error for one of PyGithub's."""
    status, says = error.status, _message(error)
    words = says.lower()
    answer = f"GitHub did not {doing}: it answered {status}" + (f", “{says}”." if says else ".")
    if isinstance(error, RateLimitExceededException) or status == 429 or "rate limit" in words:
        return GitHubTrouble(answer, "Its limit is used up for now; the next run tries again.")
    if any(rule in words for rule in RULES):
        return GitHubRefused(answer, PROTECTED)
    if status >= 500 or status == 409 or (status == 422 and ("fast forward" in words or "lock" in words)):
        return GitHubTrouble(answer)
    if status in (403, 404):
        return GitHubRefused(answer, PERMISSIONS.format(right))
    return GitHubRefused(answer, "The token is wrong or has expired: renew it." if status == 401 else "")


def _message(error: GithubException) -> str:
    data: object = error.data
    says = data.get("message") if isinstance(data, dict) else None
    return " ".join(str(says or "").split())[:300]
