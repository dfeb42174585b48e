"""Who may know whom. The imports are read from the source, so that a rule holds for code that no test runs, too."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
MODULES = sorted((PROJECT / "sync").rglob("*.py"))
PURE = ("mapping", "planning", "report")

# What reaches out of the program: files, processes, network, the clock, chance.
OUTSIDE = {"asyncio", "http", "io", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "signal"}
OUTSIDE |= {"socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid"}
NETWORK = {"github", "http", "requests", "socket", "ssl", "tenacity", "urllib.request", "urllib3"}
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
CLOCK |= {"time.time", "time.monotonic", "time.perf_counter", "time.sleep"}


def name_of(path: Path) -> str:
    """``sync/planning/plan.py`` → ``sync.planning.plan``; a package's ``__init__`` has the package's name."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """The dotted name of everything that the module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it goes"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, *packages: str) -> bool:
    """Whether ``name`` is one of ``packages`` or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def attributes_in(path: Path) -> Iterator[str]:
    """Every ``a.b`` of the module, as far as its last two words."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if isinstance(owner, ast.Name):
                yield f"{owner.id}.{node.attr}"
            elif isinstance(owner, ast.Attribute):
                yield f"{owner.attr}.{node.attr}"


def is_pure(path: Path) -> bool:
    return within(name_of(path), *(f"sync.{package}" for package in PURE))


def every(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


def test_there_are_modules_to_look_at() -> None:
    assert {f"sync.{package}" for package in PURE} <= {name_of(path) for path in MODULES}


@every([path for path in MODULES if is_pure(path)])
def test_a_pure_module_knows_the_values_the_errors_and_its_own_package(path: Path) -> None:
    own = ".".join(name_of(path).split(".")[:2])

    strangers = {
        name
        for name in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, "sync.model", "sync.errors", own)
    }

    assert strangers == set()


@every([path for path in MODULES if is_pure(path) or within(name_of(path), "sync.model", "sync.errors")])
def test_a_pure_module_touches_no_file_network_clock_or_environment(path: Path) -> None:
    assert {name for name in imports_of(path) if within(name, *OUTSIDE)} == set()
    assert {name for name in attributes_in(path) if name in CLOCK} == set()
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert {call.id for call in calls if isinstance(call, ast.Name)} & {"open", "print", "input"} == set()


@every([path for path in MODULES if within(name_of(path), "sync.model", "sync.errors")])
def test_the_values_that_flow_know_nobody(path: Path) -> None:
    strangers = {name for name in imports_of(path) if within(name, "sync") and not within(name, "sync.model")}

    assert strangers == set()


@every([path for path in MODULES if not within(name_of(path), "sync.services", "demo")])
def test_only_the_services_speak_to_the_network(path: Path) -> None:
    assert {name for name in imports_of(path) if within(name, *NETWORK)} == set()


@every([path for path in MODULES if within(name_of(path), "sync.services")])
def test_a_service_does_not_know_what_it_is_used_for(path: Path) -> None:
    users = {
        name
        for name in imports_of(path)
        if within(name, "sync.planning", "sync.report", "sync.job", "sync.commands", "demo", "sync.__main__")
    }

    assert users == set()


@every([path for path in MODULES if not within(name_of(path), "sync.__main__", "demo")])
def test_only_the_command_line_reads_the_environment(path: Path) -> None:
    assert {name for name in attributes_in(path) if name in {"os.environ", "os.getenv"}} == set()
    assert imports_of(path) & {"os.environ", "os.getenv"} == set()


@every([path for path in MODULES if not within(name_of(path), "sync.services.clock", "demo")])
def test_only_the_clock_knows_what_time_it_is(path: Path) -> None:
    assert {name for name in attributes_in(path) if name in CLOCK} == set()
    assert {name for name in imports_of(path) if within(name, "time")} == set()
