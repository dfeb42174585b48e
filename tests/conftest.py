"""How the tests are run: the long ones first, without looking for garbage where there is none. The figures of the house
are told at the end, whether or not they hold."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

FIGURES = "figures of the house"
LONGEST_FIRST = ("workflows", "faults", "browser", "contract", "e2e", "property", "services")
"""Folders whose tests are begun first, so that none of the long ones is left to a single core at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long tests first; those of one module stay together."""
    rank = {name: number for number, name in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(rank)))


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
