"""GitHub's REST API: rights, fast-forwards, secrets, issues (GitHub docs: REST)."""

from __future__ import annotations

import hashlib
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from github import Auth, Github, GithubException, InputGitTreeElement
from github.Repository import Repository

from demo.github.objects import REPOSITORY
from demo.github.store import GitStore
from demo.start import DemoServices
from tests.fakes import FakeClock

READ_ONLY: frozenset[str] = frozenset()


def open_repository(demo: DemoServices, rights: frozenset[str] | None = None) -> Repository:
    token = demo.github.new_token() if rights is None else demo.github.new_token(rights)
    client = Github(
        auth=Auth.Token(token),
        base_url=demo.urls["github"],
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    return client.get_repo(REPOSITORY)


@pytest.fixture
def repository(demo: DemoServices) -> Iterator[Repository]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield open_repository(demo)


def commit(repository: Repository, parent: str, text: str) -> str:
    tip = repository.get_git_commit(parent)
    element = InputGitTreeElement("state/plays.json", "100644", "blob", content=text)
    tree = repository.create_git_tree([element], base_tree=tip.tree)
    return repository.create_git_commit("state", tree, [tip]).sha


def refused(error: pytest.ExceptionInfo[GithubException]) -> tuple[int, object]:
    return error.value.status, error.value.data["message"] if isinstance(error.value.data, dict) else error.value.data


def test_a_commit_on_the_tip_moves_the_branch(demo: DemoServices, repository: Repository) -> None:
    """Source: GitHub docs, REST: git refs."""
    tip = repository.get_branch("main").commit.sha
    sha = commit(repository, tip, "{}")
    repository.get_git_ref("heads/main").edit(sha)

    assert demo.github.store.files("main") == {"README.md": b"# My sync\n", "state/plays.json": b"{}"}


def test_a_commit_beside_the_tip_is_a_422(demo: DemoServices, repository: Repository, clock: FakeClock) -> None:
    """Source: GitHub docs, REST: git refs, "Update is not a fast forward"."""
    sha = commit(repository, repository.get_branch("main").commit.sha, "{}")
    theirs = demo.github.store.push("main", {"overrides.yaml": b"21: {skip: no}\n"}, "by hand", clock.now())
    with pytest.raises(GithubException) as error:
        repository.get_git_ref("heads/main").edit(sha)

    assert refused(error) == (422, "Update is not a fast forward")
    assert demo.github.store.branches["main"] == theirs.sha


def test_somebody_can_push_in_the_last_moment(demo: DemoServices, repository: Repository, clock: FakeClock) -> None:
    """Source: GitHub docs, REST: git refs."""
    sha = commit(repository, repository.get_branch("main").commit.sha, "{}")

    def push_first() -> None:
        demo.github.store.push("main", {"a": b"b"}, "race", clock.now())

    demo.github.git.before_update = push_first

    with pytest.raises(GithubException, match="fast forward"):
        repository.get_git_ref("heads/main").edit(sha)


def test_a_protected_branch_takes_no_push(demo: DemoServices, repository: Repository) -> None:
    """Source: GitHub docs, rulesets."""
    demo.github.git.protected = {"main"}
    sha = commit(repository, repository.get_branch("main").commit.sha, "{}")

    with pytest.raises(GithubException, match="pull request"):
        repository.get_git_ref("heads/main").edit(sha)


def test_a_read_only_token_may_look_but_not_touch(demo: DemoServices) -> None:
    """Source: GitHub docs, permissions of GITHUB_TOKEN."""
    repository = open_repository(demo, READ_ONLY)
    assert repository.get_contents("README.md") is not None
    with pytest.raises(GithubException) as error:
        repository.create_git_blob("text", "utf-8")

    assert refused(error) == (403, "Resource not accessible by integration")


def test_no_token_and_a_wrong_one_are_401s(demo: DemoServices) -> None:
    """Source: GitHub docs, REST: troubleshooting."""
    url = f"{demo.urls['github']}/repos/{REPOSITORY}"
    bad = {"Authorization": "Bearer nonsense"}

    assert requests.get(url, timeout=10).json()["message"] == "Requires authentication"
    assert requests.get(url, headers=bad, timeout=10).json() == {
        "message": "Bad credentials",
        "documentation_url": "https://docs.github.com/rest",
        "status": "401",
    }


def test_a_workflows_own_token_cannot_write_secrets(repository: Repository) -> None:
    """Source: GitHub docs, permissions of GITHUB_TOKEN: there is none for secrets."""
    with pytest.raises(GithubException) as error:
        repository.create_secret("TRAKT_ACCESS_TOKEN", "s3cret")

    assert refused(error)[0] == 403


def test_a_secret_is_sealed_for_the_repository(demo: DemoServices) -> None:
    """Source: GitHub docs, REST: actions secrets."""
    repository = open_repository(demo, frozenset({"secrets"}))
    repository.create_secret("TRAKT_ACCESS_TOKEN", "s3cret")

    assert demo.github.secrets == {"TRAKT_ACCESS_TOKEN": "s3cret"}


def test_a_secret_in_the_clear_is_refused(demo: DemoServices) -> None:
    """Source: GitHub contract, actions/create-or-update-repo-secret."""
    token = demo.github.new_token(frozenset({"secrets"}))
    url = f"{demo.urls['github']}/repos/{REPOSITORY}/actions/secrets/NAME"
    body = {"key_id": "568250167242549743", "encrypted_value": "s3cret"}

    assert requests.put(url, json=body, headers={"Authorization": f"token {token}"}, timeout=10).status_code == 422


def test_an_issue_is_made_found_by_its_label_and_edited(repository: Repository) -> None:
    """Source: GitHub docs, REST: issues."""
    made = repository.create_issue("Needs you", body="<!-- marker -->", labels=["trakt-sync"])
    made.edit(body="<!-- marker --> now", state="closed")
    found = list(repository.get_issues(state="all", labels=["trakt-sync"]))

    assert [(issue.number, issue.body, issue.state) for issue in found] == [(1, "<!-- marker --> now", "closed")]
    assert list(repository.get_issues(state="open")) == []


def test_issues_can_be_switched_off(demo: DemoServices, repository: Repository) -> None:
    """Source: GitHub contract, issues/create: 410."""
    demo.github.issues.switched_off = True
    with pytest.raises(GithubException) as error:
        repository.create_issue("Needs you")

    assert refused(error)[0] == 410


def test_a_file_is_written_only_over_the_version_that_was_read(repository: Repository) -> None:
    """Source: GitHub contract, repos/create-or-update-file-contents: 409, 422."""
    repository.create_file("overrides.yaml", "add", "21: {skip: x}\n")
    with pytest.raises(GithubException) as blind:
        repository.create_file("overrides.yaml", "again", "x")
    with pytest.raises(GithubException) as stale:
        repository.update_file("overrides.yaml", "again", "x", sha="0" * 40)

    assert (blind.value.status, stale.value.status) == (422, 409)


def test_a_pull_request_needs_a_branch_with_news(demo: DemoServices, repository: Repository) -> None:
    """Source: GitHub docs, REST: pulls."""
    tip = repository.get_branch("main").commit.sha
    repository.create_git_ref("refs/heads/map-21", tip)
    with pytest.raises(GithubException) as empty:
        repository.create_pull(base="main", head="map-21", title="Map 21", body="")
    repository.create_file("overrides.yaml", "map", "21: {skip: x}\n", branch="map-21")
    pull = repository.create_pull(base="main", head="map-21", title="Map 21", body="")
    with pytest.raises(GithubException) as second:
        repository.create_pull(base="main", head="map-21", title="Map 21", body="")

    assert (pull.number, empty.value.status, second.value.status) == (1, 422, 422)


def test_a_workflow_tells_its_state_to_those_who_may_know(demo: DemoServices, repository: Repository) -> None:
    """Source: GitHub docs, REST: workflows, state."""
    demo.github.workflows["sync.yml"] = "disabled_inactivity"
    allowed = open_repository(demo, frozenset({"actions"}))

    assert allowed.get_workflow("sync.yml").state == "disabled_inactivity"
    with pytest.raises(GithubException) as error:
        repository.get_workflow("sync.yml")
    assert error.value.status == 403


def test_objects_have_gits_own_names(tmp_path: Path, clock: FakeClock) -> None:
    """Source: Git, hash-object and write-tree."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "plays.json").write_text("{}\n")
    (tmp_path / "README.md").write_text("# My sync\n")
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    done = subprocess.run(["git", "write-tree"], cwd=tmp_path, check=True, capture_output=True, text=True)
    store = GitStore()
    made = store.push("main", {"README.md": b"# My sync\n", "state/plays.json": b"{}\n"}, "same", clock.now())

    assert made.tree == done.stdout.strip()
    assert hashlib.sha1(b"blob 3\0{}\n", usedforsecurity=False).hexdigest() in store.blobs
