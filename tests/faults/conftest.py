"""How many cases there were is told at the end, whatever else is."""

from __future__ import annotations

from collections import Counter

from _pytest.terminal import TerminalReporter


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """One line for each kind of case that the tests counted with ``record_property``."""
    counts: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name.startswith("cases: ") and getattr(report, "when", "") == "call":
                    counts[name.removeprefix("cases: ")] += int(str(value))
    for name, count in sorted(counts.items()):
        terminalreporter.write_line(f"{count} cases: {name}")
