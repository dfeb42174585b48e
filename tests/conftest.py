"""How the tests are run: with nothing of a person's own settings, the long ones first, and without looking for garbage
where there is none. The figures of the house are told at the end, whether or not they hold."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

FIGURES = "figures of the house"
LONGEST_FIRST = ("workflows", "faults", "browser", "contract", "e2e", "property", "services")
"""Folders whose tests are begun first, so that none of the long ones is left to a single core at the end."""
REPEATED = ("workflows", "property", "faults/test_every_request.py", "faults/test_killed.py")
"""Where the program runs in processes of its own, or takes the same ways hundreds of times: measuring which branches
that takes would cost as much as everything else, and find nothing."""
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "CI", "SSL_CERT_FILE")
OF_THE_TOOLS = ("PY", "COV", "HYPOTHESIS", "PLAYWRIGHT")
"""What of the environment reaches the tests, by name and by how it begins: a proxy would be asked for loopback."""


def pytest_configure() -> None:
    """Takes everything else out of the environment."""
    for name in [name for name in os.environ if name not in KEPT and not name.startswith(OF_THE_TOOLS)]:
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long tests first, those of one module together, and takes some out of what coverage measures."""
    rank = {name: number for number, name in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(rank)))
    for item in items:
        name = item.path.relative_to(here).as_posix()
        if name.startswith(REPEATED) or "person" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """What has been imported and collected by now stays until the end: the collector need not visit it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """A line for each figure that a test noted with ``record_property``."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == FIGURES and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(str(value))
