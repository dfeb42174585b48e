"""Who may know whom, and how large the house may be. The imports are read from the source, so that a rule holds for
code that no test runs, too."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import FIGURES

PROJECT = Path(__file__).parents[1]
MODULES = sorted((PROJECT / "sync").rglob("*.py"))
PURE = ("mapping", "planning", "report")

MOST_MODULES = 145
LONGEST_CHAIN = 15
MOST_PEERS = 12
CROWDED = ("sync/mapping", "sync/planning", "sync/services")
"""Where a folder holds at most ``MOST_PEERS`` modules: elsewhere they are many of a kind, such as pages."""

LAYERS = (
    ("sync.model", "sync.errors"),
    ("sync.settings", "sync.mapping", "sync.planning", "sync.report"),
    ("sync.services",),
    ("sync.wiring",),
    ("sync.steps",),
    ("sync.job",),
    ("sync.commands",),
    ("sync.__main__",),
)
"""From the ground up. Nothing knows what lies above it."""

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


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All of the module's syntax."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports_of(path: Path) -> set[str]:
    """The dotted name of everything that the module imports, anywhere in it."""
    found: set[str] = set()
    for node in nodes_of(path):
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
    for node in nodes_of(path):
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
    if within(name_of(path), "sync.mapping.sources"):
        strangers = {name for name in strangers if not within(name, "msgspec")}  # the datasets come from outside

    assert strangers == set()


@every([path for path in MODULES if is_pure(path) or within(name_of(path), "sync.model", "sync.errors")])
def test_a_pure_module_touches_no_file_network_clock_or_environment(path: Path) -> None:
    assert {name for name in imports_of(path) if within(name, *OUTSIDE)} == set()
    assert {name for name in attributes_in(path) if name in CLOCK} == set()
    calls = [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]
    assert {call.id for call in calls if isinstance(call, ast.Name)} & {"open", "print", "input"} == set()


@every([path for path in MODULES if within(name_of(path), "sync.model", "sync.errors")])
def test_the_values_that_flow_know_nobody(path: Path) -> None:
    ground = ("sync.model", "sync.errors")
    strangers = {name for name in imports_of(path) if within(name, "sync") and not within(name, *ground)}

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


# --- the figures of the house -----------------------------------------------------------------------------------------


@cache
def house() -> Mapping[str, frozenset[str]]:
    """Each product module with the product modules that it imports."""
    names = {name_of(path) for path in MODULES}

    def modules_in(path: Path) -> Iterator[str]:
        for name in imports_of(path):
            owner = name.rpartition(".")[0]
            yield from {name, owner} & names - {name_of(path)}

    return {name_of(path): frozenset(modules_in(path)) for path in MODULES}


@cache
def chain_from(module: str) -> tuple[str, ...]:
    """The longest way down from a module."""
    below = max((chain_from(known) for known in house()[module]), key=len, default=())
    return (module, *below)


def layer_of(module: str) -> int:
    found = [number for number, packages in enumerate(LAYERS) if within(module, *packages)]
    return found[0] if found else -1  # the package itself, which imports nothing


def product_modules() -> list[Path]:
    return [path for path in MODULES if path.name != "__init__.py"]


def peers() -> Counter[str]:
    return Counter(path.parent.relative_to(PROJECT).as_posix() for path in product_modules())


def lines_of_code() -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in MODULES)


def test_no_import_goes_in_a_circle() -> None:
    try:
        TopologicalSorter(house()).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def test_the_house_is_no_larger_and_no_deeper_than_it_may_be(record_property: Callable[[str, object], None]) -> None:
    chain = max(map(chain_from, house()), key=len)
    folders = {folder: count for folder, count in peers().items() if folder.startswith(CROWDED)}
    fullest, count = max(folders.items(), key=lambda item: item[1])
    record_property(
        FIGURES,
        f"the house: {len(product_modules())} modules ({MOST_MODULES}), {lines_of_code():,} lines, longest chain "
        f"{len(chain)} ({LONGEST_CHAIN}), at most {count} peers in a folder ({MOST_PEERS}, {fullest})",
    )

    assert len(product_modules()) <= MOST_MODULES
    assert len(chain) <= LONGEST_CHAIN, " → ".join(chain)
    assert {folder: count for folder, count in folders.items() if count > MOST_PEERS} == {}


def test_no_arrow_goes_up() -> None:
    upwards = {
        f"{module} → {known}"
        for module, imported in house().items()
        for known in imported
        if layer_of(known) > layer_of(module)
    }

    assert upwards == set()


def test_no_class_name_stands_twice() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )

    assert {name for name, count in names.items() if count > 1} == set()


def test_no_two_modules_of_a_folder_are_named_x_and_xing() -> None:
    by_folder: dict[Path, set[str]] = {}
    for path in MODULES:
        room = path.parent if path.name == "__init__.py" else path
        by_folder.setdefault(room.parent, set()).add(room.stem)

    pairs = {
        (name, other)
        for names in by_folder.values()
        for name in names
        for other in (f"{name}ing", f"{name.removesuffix('e')}ing", f"{name}{name[-1:]}ing")
        if other in names
    }

    assert pairs == set()


def test_each_folder_says_what_it_holds() -> None:
    folders = {path.parent for path in MODULES}
    promises = {folder: ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) for folder in folders}

    assert {folder.name for folder, promise in promises.items() if not promise} == set()


def test_a_test_in_a_room_s_folder_is_named_after_a_module_of_it() -> None:
    rooms = {path.parent.relative_to(PROJECT / "sync") for path in MODULES} - {Path()}
    tests = [path for room in rooms for path in (PROJECT / "tests" / room).glob("test_*.py")]
    strangers = {
        path.relative_to(PROJECT).as_posix()
        for path in tests
        for names in [{m.stem for m in (PROJECT / "sync" / path.parent.relative_to(PROJECT / "tests")).iterdir()}]
        if not any(path.stem == f"test_{name}" or path.stem.startswith(f"test_{name}_") for name in names)
    }

    assert tests
    assert strangers == set()


@every(MODULES)
def test_no_product_code_knows_the_demo(path: Path) -> None:
    assert {name for name in imports_of(path) if within(name, "demo")} == set()
