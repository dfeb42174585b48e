"""Each contract test names the source of its rule, and no stand-in takes a name of the program's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
OWN_RULES = {"test_sources.py", "test_sample_library.py", "test_walkthrough.py", "test_living_world.py"}
"""What they test is the demo itself, not a service's contract."""
LABELS = {
    row.split("|")[1].strip() for row in (HERE / "README.md").read_text("utf-8").splitlines() if row.startswith("| ")
} - {"label"}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


CONTRACTS = [path for path in sorted(HERE.glob("test_*.py")) if path.name not in OWN_RULES]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_rule_has_a_source(path: Path) -> None:
    sources = {node.name: re.match(r"Source: ([^,:]+)[,:]", ast.get_docstring(node) or "") for node in functions(path)}

    assert [name for name, source in sources.items() if source is None or source[1] not in LABELS] == []


def classes(package: str) -> set[str]:
    texts = (path.read_text("utf-8") for path in (PROJECT / package).rglob("*.py"))
    return {name for text in texts for name in re.findall(r"^ *class (\w+)", text, re.MULTILINE)}


def test_no_class_of_the_demo_is_called_like_one_of_the_program() -> None:
    assert classes("demo") & classes("sync") == set()
