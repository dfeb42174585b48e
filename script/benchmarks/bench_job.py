"""Measures the job, prints what came of it, and keeps it in docs/performance.md when everything was measured."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench_cold import measure_imports
from bench_page import (
    Table,
    cold_table,
    planning_chart,
    planning_table,
    render_page,
    requests_table,
    startup_table,
    state_table,
)
from bench_planning import measure_sizes
from bench_requests import measure_requests
from bench_startup import measure_startup
from bench_state import measure_state

DOCS = Path(__file__).resolve().parents[2] / "docs"
PARTS: dict[str, Callable[[], Table]] = {
    "requests": lambda: requests_table(measure_requests()),
    "cold": lambda: cold_table(measure_imports()),
    "planning": lambda: planning_table(measure_sizes()),
    "state": lambda: state_table(measure_state()),
    "startup": lambda: startup_table(measure_startup()),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measures the named parts, or all of them; 1 if anything misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    wanted = parser.parse_args(argv).parts
    if unknown := [name for name in wanted if name not in PARTS]:
        parser.error(f"{', '.join(unknown)}: there is only {', '.join(PARTS)}")
    tables = []
    for name in wanted or PARTS:
        print(f"Measuring {name} …", file=sys.stderr)  # noqa: T201 - a script
        table = PARTS[name]()
        print(table.text())  # noqa: T201 - a script
        tables.append(table)
    if not wanted:
        (DOCS / "performance.md").write_text(render_page(tables), "utf-8")
        (DOCS / "performance.svg").write_text(planning_chart(tables), "utf-8")
    missed = [row for table in tables for row in table.missed]
    for row in missed:
        print(f"Missed: {row}", file=sys.stderr)  # noqa: T201 - a script
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
