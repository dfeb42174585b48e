"""The docs name files and folders; a name that leads nowhere is found here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
DOCS = [PROJECT / name for name in ("CONTRIBUTING.md", "README.md", "SECURITY.md", "docs/architecture.md")]
DOCS += [path for path in sorted((PROJECT / "docs").glob("*.md")) if path not in DOCS]
ROOMS = ("sync", "demo", "tests")
"""Whose folders CONTRIBUTING names: what people change."""
OURS = ("sync", "demo", "tests", "docs", "script", ".github")
ELSEWHERE = re.compile(r"(\.\./){2}|state/|\.\./state/")
"""Pages of GitHub beside the files (``../../actions``), and what the job writes."""
PATH = re.compile(rf"`((?:{'|'.join(map(re.escape, OURS))})/[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def words_of(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def folders() -> set[str]:
    """Every folder of ours that holds Python, with a slash behind it, as git knows them."""
    listed = subprocess.run(("git", "ls-files", *ROOMS), cwd=PROJECT, capture_output=True, text=True, check=True)
    return {f"{Path(line).parent.as_posix()}/" for line in listed.stdout.splitlines() if line.endswith(".py")}


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_path_in_the_docs_exists(path: Path) -> None:
    named = set(PATH.findall(path.read_text("utf-8")))

    assert {name for name in named if not (PROJECT / name).exists()} == set()


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_link_within_the_docs_leads_to_a_file(path: Path) -> None:
    linked = {target for target in LINK.findall(path.read_text("utf-8")) if not ELSEWHERE.match(target)}

    assert {target for target in linked if not (path.parent / target).exists()} == set()


def test_contributing_names_every_room() -> None:
    rooms = words_of("CONTRIBUTING.md").partition("## Where things go")[2]
    mirrors = {
        folder
        for folder in folders()
        if re.match(r"tests/(\w+/)", folder) and (PROJECT / f"sync/{folder[6:]}").is_dir()
    }
    data = {folder for folder in folders() if folder.startswith("tests/data/")}

    assert {folder for folder in folders() - mirrors - data - {"sync/"} if f"`{folder}`" not in rooms} == set()


def test_the_map_gives_each_folder_of_the_program_a_promise() -> None:
    promised = words_of("docs/architecture.md")
    rooms = {
        "/".join(folder.split("/")[:2]) + "/"
        for folder in folders()
        if folder.startswith("sync/") and folder != "sync/"
    }

    assert {room for room in rooms if f"`{room}`" not in promised} == set()


def test_the_glossary_has_each_word_once() -> None:
    words = re.findall(r"^\| ([^|]+?) \|", words_of("docs/glossary.md"), flags=re.MULTILINE)
    words = [word for word in words if word not in ("word", "---")]

    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert len(words) > 50


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_test_that_the_docs_name_exists(path: Path) -> None:
    named = TEST.findall(path.read_text("utf-8"))

    missing = {f"{file}::{name}" for file, name in named if f"def {name}(" not in (PROJECT / file).read_text("utf-8")}
    assert missing == set()
