"""GitHub's objects with every field that its contract requires.

Addresses below the API are paths here; the service puts its own host before them.
Source: GitHub's OpenAPI description, as @octokit/openapi 23.0.2 publishes it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from zlib import crc32

from demo.server import JsonObject

REPOSITORY = "misaki/trakt-sync"
DEFAULT_BRANCH = "main"
BASE = f"/repos/{REPOSITORY}"
PAGE = f"https://github.com/{REPOSITORY}"
CREATED = "2026-09-01T00:00:00Z"
BOT = "github-actions[bot]"


def node_id(kind: str, key: object) -> str:
    """The name of an object in GitHub's other API."""
    return b64encode(f"{kind}:{key}".encode()).decode()


def user_view(login: str) -> JsonObject:
    """A user, or the bot that a job's token stands for."""
    url = f"/users/{login}"
    return {
        "login": login,
        "id": 40_000 + crc32(login.encode()) % 100_000,
        "node_id": node_id("User", login),
        "avatar_url": f"https://avatars.githubusercontent.com/{login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        **{f"{name}_url": f"{url}/{name}" for name in ("followers", "subscriptions", "repos", "received_events")},
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "organizations_url": f"{url}/orgs",
        "events_url": f"{url}/events{{/privacy}}",
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
    }


_COLLECTIONS = {
    "archive": "{archive_format}{/ref}",
    "assignees": "assignees{/user}",
    "blobs": "git/blobs{/sha}",
    "branches": "branches{/branch}",
    "collaborators": "collaborators{/collaborator}",
    "comments": "comments{/number}",
    "commits": "commits{/sha}",
    "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}",
    "contributors": "contributors",
    "deployments": "deployments",
    "downloads": "downloads",
    "events": "events",
    "forks": "forks",
    "git_commits": "git/commits{/sha}",
    "git_refs": "git/refs{/sha}",
    "git_tags": "git/tags{/sha}",
    "hooks": "hooks",
    "issue_comment": "issues/comments{/number}",
    "issue_events": "issues/events{/number}",
    "issues": "issues{/number}",
    "keys": "keys{/key_id}",
    "labels": "labels{/name}",
    "languages": "languages",
    "merges": "merges",
    "milestones": "milestones{/number}",
    "notifications": "notifications{?since,all,participating}",
    "pulls": "pulls{/number}",
    "releases": "releases{/id}",
    "stargazers": "stargazers",
    "statuses": "statuses/{sha}",
    "subscribers": "subscribers",
    "subscription": "subscription",
    "tags": "tags",
    "teams": "teams",
    "trees": "git/trees{/sha}",
}
_COUNTS = (
    *("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers"),
    *("watchers_count", "network_count", "subscribers_count"),
)


def repository_view(*, private: bool = True, issues: bool = True) -> JsonObject:
    """The repository."""
    owner, _, name = REPOSITORY.partition("/")
    return {
        "id": 1,
        "node_id": node_id("Repository", 1),
        "name": name,
        "full_name": REPOSITORY,
        "owner": user_view(owner),
        "private": private,
        "visibility": "private" if private else "public",
        "default_branch": DEFAULT_BRANCH,
        "description": None,
        "fork": False,
        "url": BASE,
        "html_url": PAGE,
        **{f"{kind}_url": f"{BASE}/{path}" for kind, path in _COLLECTIONS.items()},
        **{f"{kind}_url": f"{PAGE}.git" for kind in ("clone", "svn")},
        "git_url": f"git://github.com/{REPOSITORY}.git",
        "ssh_url": f"git@github.com:{REPOSITORY}.git",
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "archived": False,
        "disabled": False,
        "has_issues": issues,
        **dict.fromkeys(("has_projects", "has_wiki", "has_pages", "has_discussions", "has_downloads"), False),
        **dict.fromkeys(_COUNTS, 0),
        **dict.fromkeys(("pushed_at", "created_at", "updated_at"), CREATED),
    }


def label_view(name: str) -> JsonObject:
    """A label, with the colour that a new one gets."""
    number = crc32(name.encode())
    url = f"{BASE}/labels/{name}"
    about = {"id": number, "node_id": node_id("Label", number), "url": url, "description": None}
    return {**about, "name": name, "color": "ededed", "default": name == "bug"}


def issue_view(issue: Mapping[str, object], comments: int) -> JsonObject:
    """An issue; ``issue`` holds what people wrote, and when."""
    number = issue["number"]
    url = f"{BASE}/issues/{number}"
    return {
        **issue,
        "node_id": node_id("Issue", number),
        "url": url,
        "repository_url": BASE,
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "labels_url": f"{url}/labels{{/name}}",
        "comments": comments,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "author_association": "NONE",
    }


def comment_view(comment: Mapping[str, object], issue_number: int) -> JsonObject:
    """A comment on an issue."""
    key = comment["id"]
    return {
        **comment,
        "node_id": node_id("IssueComment", key),
        "url": f"{BASE}/issues/comments/{key}",
        "html_url": f"{PAGE}/issues/{issue_number}#issuecomment-{key}",
        "issue_url": f"{BASE}/issues/{issue_number}",
        "user": user_view(BOT),
        "updated_at": comment["created_at"],
        "author_association": "NONE",
    }


def pull_view(pull: Mapping[str, object]) -> JsonObject:
    """A pull request; ``pull`` holds what was asked for, and when."""
    number, owner = pull["number"], REPOSITORY.partition("/")[0]
    url, page = f"{BASE}/pulls/{number}", f"{PAGE}/pull/{number}"
    issue = f"{BASE}/issues/{number}"
    sha = _part(pull["head"], "sha")
    addresses = {
        "issue": issue,
        "commits": f"{url}/commits",
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{BASE}/pulls/comments{{/number}}",
        "statuses": f"{BASE}/statuses/{sha}",
    }
    return {
        **pull,
        "node_id": node_id("PullRequest", number),
        "url": url,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **{f"{name}_url": address for name, address in addresses.items()},
        "_links": {name: {"href": address} for name, address in {**addresses, "self": url, "html": page}.items()},
        "head": _branch_view(pull["head"], owner),
        "base": _branch_view(pull["base"], owner),
        **dict.fromkeys(("assignee", "milestone", "merge_commit_sha", "merged_at", "auto_merge", "merged_by")),
        **{key: [] for key in ("assignees", "requested_reviewers", "requested_teams")},
        "locked": False,
        "draft": False,
        "merged": False,
        "mergeable": None,
        "mergeable_state": "unknown",
        "maintainer_can_modify": False,
        "author_association": "NONE",
        **dict.fromkeys(("comments", "review_comments", "deletions"), 0),
        **dict.fromkeys(("commits", "additions", "changed_files"), 1),
    }


def _branch_view(branch: object, owner: str) -> JsonObject:
    ref, sha = _part(branch, "ref"), _part(branch, "sha")
    about = {"label": f"{owner}:{ref}", "user": user_view(owner), "repo": repository_view()}
    return {"ref": ref, "sha": sha, **about}


def _part(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def workflow_view(name: str, state: str) -> JsonObject:
    """A workflow file with its state."""
    number = crc32(name.encode())
    url = f"{BASE}/actions/workflows/{number}"
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": name,
        "path": f".github/workflows/{name}",
        "state": state,
        "url": url,
        "html_url": f"{PAGE}/blob/{DEFAULT_BRANCH}/.github/workflows/{name}",
        "badge_url": f"{PAGE}/actions/workflows/{name}/badge.svg",
        **dict.fromkeys(("created_at", "updated_at"), CREATED),
    }
