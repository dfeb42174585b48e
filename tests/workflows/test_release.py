"""A version is made from a checkout that is ready for it, and from no other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.act import ADDRESS, PROJECT
from tests.workflows.test_updating import commit, git

NAME = ADDRESS.partition("/")[2]
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Films.\n\n## [1.1.0] - 2026-10-01\n\n- Shows.\n"
PYPROJECT = f'[project]\nname = "x"\nversion = "1.1.0"\n[project.urls]\nrepository = "https://github.com/{ADDRESS}"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project, ready for the version after 1.1.0."""
    folder = tmp_path / "checkout"
    (folder / "script").mkdir(parents=True)
    shutil.copy(PROJECT / "script" / "release", folder / "script")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", f"https://github.com/{ADDRESS}.git")
    commit(folder, "All", {"CHANGELOG.md": CHANGELOG, "pyproject.toml": PYPROJECT, "page.md": f"uses: {ADDRESS}@v1\n"})
    git(folder, "tag", "v1.1.0")
    return folder


def release(checkout: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """``script/release``, as somebody types it."""
    identity = {
        f"GIT_{role}_{what}": "misaki@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {"PATH": os.environ["PATH"], **identity, **settings}
    command = [sys.executable, str(checkout / "script" / "release"), *arguments]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def problems(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What it complains of."""
    first, *rest = done.stderr.splitlines()
    assert (1, "Not ready for a release:") == (done.returncode, first)
    return [line.strip() for line in rest]


def test_a_version_is_one_number_a_dated_section_a_commit_and_a_tag(checkout: Path) -> None:
    done = release(checkout, "1.2.0")

    assert 0 == done.returncode, done.stderr
    assert "git push origin main v1.2.0" in done.stdout
    assert 'version = "1.2.0"' in (checkout / "pyproject.toml").read_text("utf-8")
    dated = r"## \[Unreleased\]\n\n## \[1\.2\.0\] - 20\d\d-\d\d-\d\d\n\n### Added\n\n- Films\.\n\n## \[1\.1\.0\]"
    assert re.search(dated, (checkout / "CHANGELOG.md").read_text("utf-8"))
    assert git(checkout, "rev-parse", "v1.2.0^{commit}") == git(checkout, "rev-parse", "HEAD")
    assert ("Version 1.2.0", "") == (git(checkout, "log", "-1", "--format=%s"), git(checkout, "status", "--porcelain"))
    assert 0 == release(checkout, "--check", "v1.2.0", GITHUB_REPOSITORY=ADDRESS).returncode


def test_without_a_number_it_only_says_what_the_version_would_hold(checkout: Path) -> None:
    done = release(checkout)

    assert (0, "Ready. After 1.1.0:\n\n### Added\n\n- Films.\n") == (done.returncode, done.stdout)
    assert ["v1.1.0"] == git(checkout, "tag").splitlines()


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("1.1.0", "1.1.0 does not come after 1.1.0"),
        ("1.0.9", "1.0.9 does not come after 1.1.0"),
        ("v1.2.0", "v1.2.0 is no version"),
        ("1.2", "1.2 is no version"),
        ("1.02.0", "1.02.0 is no version"),
        ("1.2.0-rc1", "1.2.0-rc1 is no version"),
    ],
)
def test_a_number_that_cannot_follow_is_refused(checkout: Path, wanted: str, says: str) -> None:
    assert [problem for problem in problems(release(checkout, wanted)) if problem.startswith(says)]
    assert "Version" not in git(checkout, "log", "--format=%s")


def test_everything_that_is_not_ready_is_named_at_once(checkout: Path) -> None:
    commit(checkout, "Shown", {"CHANGELOG.md": CHANGELOG.replace("### Added\n\n- Films.\n\n", "")})
    git(checkout, "tag", "v1.2.0")
    git(checkout, "switch", "--quiet", "--create", "films")
    (checkout / "page.md").write_text("half a thought", "utf-8")

    assert [
        "there is a tag v1.2.0 already",
        "CHANGELOG.md: nothing stands under [Unreleased]",
        "there are changes that are not committed",
        "this is the branch films, and not main",
    ] == problems(release(checkout, "1.2.0"))


def test_a_placeholder_for_the_project_s_address_stops_a_release_and_not_a_user(checkout: Path) -> None:
    commit(
        checkout,
        "Pages",
        {"page.md": f"\nuses: OWNER/{NAME}@v1\n", "CODEOWNERS": "* @me/" + "maintainers\n"},
    )

    assert [
        "CODEOWNERS:1: me is not the project's owner",
        "page.md:2: OWNER is not the project's owner",
    ] == problems(release(checkout, "1.2.0"))


def test_a_project_that_is_published_elsewhere_is_told_every_place_that_names_the_old_address(checkout: Path) -> None:
    git(checkout, "remote", "set-url", "origin", f"git@github.com:misaki/{NAME}.git")

    found = problems(release(checkout, "1.2.0"))

    assert f"pyproject.toml: the repository is {ADDRESS}, but this is misaki/{NAME}" in found
    assert "page.md:1: trakt-sync-for-anilist is not the project's owner" in found


@pytest.mark.parametrize(
    ("tag", "says"),
    [
        ("v1.1.1", "the tag is v1.1.1, but pyproject.toml says 1.1.0"),
        ("1.1.0", "the tag is 1.1.0, but pyproject.toml says 1.1.0"),
    ],
)
def test_a_tag_that_is_not_what_it_says_is_no_release(checkout: Path, tag: str, says: str) -> None:
    assert [says] == problems(release(checkout, "--check", tag))


def test_the_release_s_page_has_its_section_and_the_line_that_stays_at_its_commit(checkout: Path) -> None:
    done = release(checkout, "--notes", "v1.1.0")

    commit_id = git(checkout, "rev-parse", "v1.1.0")
    assert done.stdout.startswith("- Shows.\n")
    assert f"uses: {ADDRESS}@{commit_id} # v1.1.0" in done.stdout


def test_the_project_names_one_address_of_its_own_everywhere() -> None:
    done = release(PROJECT, "--check", "v0.0.0", GITHUB_REPOSITORY=ADDRESS)

    assert [] == [problem for problem in problems(done) if "owner" in problem or "repository" in problem]


GH = """#!/bin/bash
printf '%s\\n' "$*" >>"$NOTES"
[ "$1 $2 $3" != "api repos/$GITHUB_REPOSITORY/git/ref/tags/v1 --silent" ] || [ "$TAG_IS_THERE" = yes ]
"""


@pytest.mark.parametrize(
    ("tag", "is_there", "asked"),
    [
        ("v1.2.0", "yes", "api --method PATCH repos/{0}/git/refs/tags/v1 -f sha=abc -F force=true --silent"),
        ("v1.0.0", "no", "api --method POST repos/{0}/git/refs -f ref=refs/tags/v1 -f sha=abc --silent"),
        ("v0.2.0", "no", None),
    ],
)
def test_the_major_tag_follows_every_version_from_1_0_on(
    tmp_path: Path, tag: str, is_there: str, asked: str | None
) -> None:
    (tmp_path / "gh").write_text(GH, "utf-8")
    (tmp_path / "gh").chmod(0o755)
    notes = tmp_path / "notes.txt"
    path = f"{tmp_path}:{os.environ['PATH']}"
    settings = {"PATH": path, "GITHUB_REPOSITORY": ADDRESS, "NOTES": str(notes), "TAG_IS_THERE": is_there}

    done = subprocess.run(
        ["bash", str(PROJECT / "script" / "move-tag"), tag, "abc"], env=settings, check=False, capture_output=True
    )

    assert 0 == done.returncode, done.stderr
    calls = notes.read_text("utf-8").splitlines() if notes.exists() else []
    assert ([asked.format(ADDRESS)] if asked else []) == calls[1:]
