"""Updating a copy, as docs/updating.md says: with real git, and nothing of the user's is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workflows.act import PROJECT

PLACEHOLDER = (PROJECT / "state" / "README.md").read_text("utf-8")
USERS = {
    "overrides.yaml": "# Mine.\n1: {skip: x}\n",
    "state/README.md": "# What was synced\n",
    "state/plays.svg": "<svg/>\n",
    "state/plays.json": '{"schema": 1}\n',
    "state/journal/2026-11.jsonl": "{}\n",
    "notes.txt": "my own file\n",
}


def git(folder: Path, *arguments: str) -> str:
    """What git says; raises ``CalledProcessError`` when it fails."""
    identity = ("-c", "user.name=misaki", "-c", "user.email=misaki@example.org")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str, files: dict[str, str | None]) -> None:
    """Writes ``files`` (``None`` removes one) and commits them."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            target.unlink()
        else:
            target.write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project, two versions old."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    workflow = 'on:\n  schedule:\n    - cron: "17 */6 * * *"\n\n\njobs:\n  sync:\n    steps: [old]\n'
    update = (PROJECT / "script" / "update").read_text("utf-8")
    files = {"sync/job.py": "old = 1\n", "sync/gone.py": "\n", "workflow.yml": workflow, "script/update": update}
    commit(folder, "Before", {"README.md": "older\n"})
    commit(
        folder,
        "Version 1",
        {**files, "README.md": "old\n", "overrides.yaml": "# Your own mappings.\n", "state/README.md": PLACEHOLDER},
    )
    (folder / "script" / "update").chmod(0o755)
    commit(folder, "Version 1.0.1", {})
    return folder


def new_version(project: Path) -> None:
    """The project moves on, and leaves ``state/`` and ``overrides.yaml`` alone."""
    text = (project / "workflow.yml").read_text("utf-8").replace("[old]", "[new]")
    commit(
        project, "Version 2", {"sync/job.py": "new = 2\n", "sync/gone.py": None, "workflow.yml": text, "more.md": "x"}
    )


def copy_from_template(project: Path, folder: Path) -> Path:
    """What *Use this template* makes: one commit with the files as they are, and no history."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "fetch", "--quiet", "--depth", "1", str(project), "main")
    git(folder, "checkout", "--quiet", "FETCH_HEAD", "--", ".")
    git(folder, "commit", "--quiet", "--message", "Initial commit")
    return folder


def live_in(copy: Path) -> None:
    """The user and the job change what is theirs, and the user moves the schedule."""
    text = (copy / "workflow.yml").read_text("utf-8").replace("17 */6", "5 4")
    commit(copy, "Mine", {**USERS, "workflow.yml": text})


def update(copy: Path, project: Path) -> subprocess.CompletedProcess[str]:
    """``script/update``, as the user types it."""
    identity = {
        f"GIT_{role}_{what}": "misaki@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    command = ["bash", "script/update", str(project)]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **identity}
    return subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True)


def assert_updated(copy: Path) -> None:
    """The new version is there, and everything of the user's is as it was."""
    assert {path: (copy / path).read_text("utf-8") for path in USERS} == USERS
    assert (copy / "sync" / "job.py").read_text("utf-8") == "new = 2\n"
    assert not (copy / "sync" / "gone.py").exists()
    workflow = (copy / "workflow.yml").read_text("utf-8")
    assert "5 4 * * *" in workflow
    assert "[new]" in workflow
    assert git(copy, "status", "--porcelain") == ""


def test_a_template_copy_is_updated_again_and_again_and_nothing_of_the_user_s_is_lost(
    project: Path, tmp_path: Path
) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    live_in(copy)
    new_version(project)

    first = update(copy, project)
    assert first.returncode == 0, first.stderr
    assert_updated(copy)
    assert git(copy, "replace", "--list") == ""

    assert "Up to date" in update(copy, project).stdout
    commit(copy, "The job", {"state/plays.json": '{"schema": 1, "more": 1}\n'})
    commit(project, "Version 3", {"sync/job.py": "newest = 3\n"})
    second = update(copy, project)
    assert second.returncode == 0, second.stderr
    assert (copy / "sync" / "job.py").read_text("utf-8") == "newest = 3\n"
    assert "more" in (copy / "state" / "plays.json").read_text("utf-8")


def test_a_fork_s_sync_button_is_a_merge_without_conflict(project: Path, tmp_path: Path) -> None:
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", str(project), str(fork))
    live_in(fork)
    new_version(project)

    git(fork, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")

    assert_updated(fork)


def test_a_change_to_the_same_line_is_shown_and_can_be_called_off(project: Path, tmp_path: Path) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    live_in(copy)
    commit(copy, "My own code", {"sync/job.py": "mine = 0\n"})
    new_version(project)

    done = update(copy, project)

    assert done.returncode == 1
    assert "git merge --abort" in done.stderr
    git(copy, "merge", "--abort")
    assert (copy / "sync" / "job.py").read_text("utf-8") == "mine = 0\n"


def test_changes_that_are_not_committed_are_not_put_at_risk(project: Path, tmp_path: Path) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    new_version(project)
    (copy / "overrides.yaml").write_text("half a thought", "utf-8")

    done = update(copy, project)

    assert done.returncode == 1
    assert "not committed" in done.stderr
    assert (copy / "overrides.yaml").read_text("utf-8") == "half a thought"


def test_a_copy_of_unknown_origin_is_updated_by_the_documented_commands(project: Path, tmp_path: Path) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    commit(copy, "x", {})
    git(copy, "checkout", "--quiet", "--orphan", "fresh")
    commit(copy, "Uploaded by hand", {"README.md": "something else\n", **USERS})
    new_version(project)
    assert "docs/updating.md" in update(copy, project).stderr

    documented = re.search(
        r"(?s)git fetch https.*?-m \"Update\"", (PROJECT / "docs" / "updating.md").read_text("utf-8")
    )
    assert documented
    for line in documented[0].splitlines():
        arguments = [part.strip("'\"") for part in line.split()[1:]]
        git(copy, *(str(project) if part.startswith("https:") else part for part in arguments))

    assert {path: (copy / path).read_text("utf-8") for path in USERS} == USERS
    assert (copy / "sync" / "job.py").read_text("utf-8") == "new = 2\n"


@pytest.mark.parametrize("by", ["Sync fork", "script/update"])
def test_the_page_that_the_first_run_puts_in_the_place_of_the_one_that_is_shipped_stays(
    project: Path, tmp_path: Path, by: str
) -> None:
    """The project never changes what it ships there, so the two never meet."""
    copy = tmp_path / "copy"
    if by == "Sync fork":
        git(tmp_path, "clone", "--quiet", str(project), str(copy))
    else:
        copy_from_template(project, copy)
    assert (copy / "state" / "README.md").read_text("utf-8") == PLACEHOLDER
    commit(copy, "The job's first run", {"state/README.md": "# 1 play\n", "state/plays.json": "{}\n"})
    new_version(project)

    if by == "Sync fork":
        git(copy, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    else:
        done = update(copy, project)
        assert done.returncode == 0, done.stderr

    assert (copy / "state" / "README.md").read_text("utf-8") == "# 1 play\n"
    assert (copy / "sync" / "job.py").read_text("utf-8") == "new = 2\n"
    assert git(copy, "status", "--porcelain") == ""


def test_before_the_first_run_an_update_leaves_the_shipped_page(project: Path, tmp_path: Path) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    new_version(project)
    assert update(copy, project).returncode == 0

    assert (copy / "state" / "README.md").read_text("utf-8") == PLACEHOLDER


def test_of_state_the_project_ships_one_page_that_never_changes() -> None:
    """Once somebody's job has written its own, any change of this one would be a conflict in every copy."""
    shipped = subprocess.run(["git", "ls-files", "state"], cwd=PROJECT, check=True, capture_output=True, text=True)

    assert shipped.stdout.split() == ["state/README.md"]
    assert PLACEHOLDER == (
        "# Nothing to read here yet\n\n"
        "Nothing has run yet. After the first run this page shows your totals, what needs you and every mapping.\n\n"
        "The five steps are in the [README](../README.md#five-steps).\n"
    )


@pytest.mark.parametrize(
    "brought",
    [
        {"state/plays.json": "{}\n"},
        {"state/journal/2026-11.jsonl": None},
        {"State/plays.json": "{}\n"},
        {"state/README.md": "another\n"},
        {"overrides.yaml": "1: {skip: theirs}\n"},
        {"overrides.anna.yaml": "1: {skip: theirs}\n"},
        {"Overrides.YAML": "1: {skip: theirs}\n"},
    ],
    ids=lambda brought: next(iter(brought)),
)
def test_an_update_that_touches_what_is_the_user_s_is_refused(
    project: Path, tmp_path: Path, brought: dict[str, str | None]
) -> None:
    for path in ("state/README.md", "state/journal/2026-11.jsonl"):
        commit(project, "Shipped", {path: "shipped\n"})
    copy = copy_from_template(project, tmp_path / "copy")
    live_in(copy)
    before = git(copy, "rev-parse", "HEAD")
    commit(project, "Something else", {**brought, "sync/job.py": "new = 2\n"})

    done = update(copy, project)

    assert 1 == done.returncode
    assert next(iter(brought)) in done.stderr
    assert "Nothing was merged" in done.stderr
    assert (before, "") == (git(copy, "rev-parse", "HEAD"), git(copy, "status", "--porcelain"))
    assert "" == git(copy, "replace", "--list")


def test_a_state_that_becomes_a_link_is_refused(project: Path, tmp_path: Path) -> None:
    copy = copy_from_template(project, tmp_path / "copy")
    live_in(copy)
    shutil.rmtree(project / "state")
    (project / "state").symlink_to("/etc")
    commit(project, "A link", {})

    done = update(copy, project)

    assert 1 == done.returncode
    assert "A\tstate\n" in done.stderr


def test_an_update_says_what_it_brings_and_what_of_it_runs_with_secrets(project: Path, tmp_path: Path) -> None:
    commit(project, "A changelog", {"CHANGELOG.md": "# Changelog\n"})
    copy = copy_from_template(project, tmp_path / "copy")
    live_in(copy)
    new_version(project)
    news = {"CHANGELOG.md": "# Changelog\n\n## 2.0.0\n\n- Films.\n", "requirements.txt": "x==2\n"}
    commit(project, "More", {**news, ".github/workflows/sync.yml": "on: push\n", "script/action": "true\n"})

    done = update(copy, project)

    assert 0 == done.returncode, done.stderr
    assert "  ## 2.0.0\n  - Films.\n" in done.stdout
    assert "files changed" in done.stdout
    seen = done.stdout.partition("Look at these before you push")[2]
    assert ["A\t.github/workflows/sync.yml", "A\trequirements.txt", "A\tscript/action"] == seen.splitlines()[1:4]
    assert "sync/job.py" not in seen


def test_the_page_that_ships_once_keeps_out_of_the_way_of_the_one_that_the_job_writes(
    project: Path, tmp_path: Path
) -> None:
    commit(project, "Before it shipped", {"state/README.md": None})
    older = copy_from_template(project, tmp_path / "older")
    live_in(older)
    commit(project, "It ships", {"state/README.md": "What will be here.\n"})
    newer = copy_from_template(project, tmp_path / "newer")
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", str(project), str(fork))
    for copy in (newer, fork):
        live_in(copy)
    new_version(project)

    assert 0 == update(older, project).returncode
    assert 0 == update(newer, project).returncode
    git(fork, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")

    for copy in (older, newer, fork):
        assert_updated(copy)


def test_the_project_ships_nothing_in_state_but_the_page_that_says_what_will_be_there() -> None:
    shipped = subprocess.run(["git", "ls-files", "state"], cwd=PROJECT, check=True, capture_output=True, text=True)

    assert shipped.stdout in ("", "state/README.md\n")
