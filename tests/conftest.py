"""What the figures of the house are is told at the end, whether or not they hold."""

from __future__ import annotations

from _pytest.terminal import TerminalReporter

FIGURES = "figures of the house"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """A line for each figure that a test noted with ``record_property``."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == FIGURES and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(str(value))
