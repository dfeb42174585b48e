"""What was measured, as tables for the terminal and for docs/performance.md, and as a chart."""

from __future__ import annotations

import os
import platform
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench_chart import Point, render_chart
from bench_cold import Import
from bench_planning import Measured, exponent
from bench_requests import Scenario
from bench_startup import Startup
from bench_state import StateMeasured

MIB = 1024 * 1024
LINE = 120
MOST_RATIO = 1.25
PLANNING_TARGETS = {3_000: (10.0, 400.0), 10_000: (15.0, 600.0)}
"""By entries: CPU seconds and megabytes."""
STATE_BYTES, CHANGED_BYTES, YEAR_BYTES, STATE_SECONDS = 3_000_000, 2_000, 5 * MIB, 0.5
STEP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the page. ``rows`` are cells as Markdown shows them; ``missed`` names the targets that were missed;
    ``points`` are for the chart."""

    title: str
    intro: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    outro: str = ""
    missed: tuple[str, ...] = ()
    points: tuple[Point, ...] = field(default=(), repr=False)

    def markdown(self) -> str:
        """The part with its heading. Numbers stand on the right."""
        rule = ["---", *("--:" for _ in self.head[1:])]
        lines = [self.head, tuple(rule), *self.rows]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        parts = (f"## {self.title}", wrapped(self.intro), table, wrapped(self.outro))
        return "\n\n".join(part for part in parts if part) + "\n"

    def text(self) -> str:
        """The same, in columns."""
        cells = [tuple(_bare(cell) for cell in row) for row in (self.head, *self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.head))]
        lines = ["  ".join(_padded(row, widths)) for row in cells]
        return "\n".join([f"\n{self.title}", *lines, *([_bare(self.outro)] if self.outro else [])])


def requests_table(scenarios: Sequence[Scenario]) -> Table:
    """Made against the least."""
    return Table(
        "Requests",
        "A list of 120 entries (12 films, 80 shows, 1,200 episodes). *Made / least possible*; the least is "
        "[`sync/model/budget.py`](../sync/model/budget.py), which every run's own report is held against, too.",
        ("run", "AniList", "Trakt", "datasets", "GitHub", "of these, commits"),
        tuple(
            (
                one.name,
                *(f"{one.made[service]} / {one.floor.get(service, 0)}" for service in ("AniList", "Trakt", "datasets")),
                str(one.github),
                f"{one.git_writes // 3} × 3 writes" if one.git_writes else "–",
            )
            for one in scenarios
        ),
        "A run that adds plays commits twice: before the first play is sent, so that two runs at once cannot send the "
        "same, and at its end. A run with nothing new asks nothing of GitHub.",
        tuple(f"requests of “{one.name}”" for one in scenarios if not one.on_budget),
    )


def cold_table(imports: Sequence[Import]) -> Table:
    """Seconds against the bound."""
    return Table(
        "A first import",
        "150 ms for each answer, and the services' own limits: AniList 30 requests a minute, Trakt 500 reads in "
        "five minutes and one write a second. *Bound* is what these limits alone make of it when everything is read "
        "before the first play is written. Long imports take several runs of ten minutes; each begins as soon as "
        "the one before has ended.",
        ("library", "runs", "took", "bound", "ratio", "refused"),
        tuple(
            (
                f"{one.size.entries:,} entries, {one.size.shows:,} shows, {one.size.plays:,} plays",
                str(one.runs),
                f"{one.seconds:,.0f} s",
                f"{one.bound:,.0f} s",
                f"{one.ratio:.2f}",
                str(one.refused),
            )
            for one in imports
        ),
        "A ratio below 1 means that a later run's windows opened while the run before was writing. *Refused* are "
        "requests that a service turned away as too many.",
        tuple(
            f"a first import of {one.size.plays:,} plays"
            for one in imports
            if one.ratio > MOST_RATIO or one.plays < one.size.plays
        ),
    )


def planning_table(measured: Sequence[Measured]) -> Table:
    """CPU and memory, and how they grow."""
    missed = []
    for one in measured:
        seconds, megabytes = PLANNING_TARGETS.get(one.entries, (float("inf"), float("inf")))
        if one.planning > seconds or one.megabytes > megabytes:
            missed.append(f"planning {one.entries:,} entries")
    grows = exponent(measured)
    if grows > 1.15:
        missed.append(f"planning grows with the power {grows:.2f}")
    return Table(
        "Planning",
        "From the parsed readings to the finished plan of a first import: which entries, which episodes, which "
        "plays, at what times. CPU seconds; memory is the most that the process held, everything that was read "
        "included.",
        ("list", "mapping", "plan", "together", "result page", "memory"),
        tuple(
            (
                f"{one.entries:,} entries, {one.plays:,} plays",
                f"{one.mapping:.2f} s",
                f"{one.plan:.2f} s",
                f"**{one.planning:.2f} s**",
                f"{one.page:.2f} s",
                f"{one.megabytes:.0f} MB",
            )
            for one in measured
        ),
        f"It grows with the power **{grows:.2f}** of the number of plays (1 is in step with it).\n\n"
        "![CPU seconds and memory over the size of the list](performance.svg)",
        tuple(missed),
        tuple(Point(one.plays, one.planning, one.megabytes) for one in measured),
    )


def state_table(state: StateMeasured) -> Table:
    """Sizes and speed of ``state/``."""
    missed = []
    for words, value, most in (
        ("the size of state/", state.total, STATE_BYTES),
        ("what one episode changes", state.changed, CHANGED_BYTES),
        ("a year's growth", state.grown, YEAR_BYTES),
        ("loading and saving", state.load + state.save, STATE_SECONDS),
    ):
        if value > most:
            missed.append(words)
    rows = [(f"`{name}`", f"{size:,} bytes") for name, size in state.sizes.items()]
    rows += [
        ("**all of `state/`**", f"**{state.total:,} bytes**"),
        ("one new episode changes", f"{state.changed:,} bytes"),
        ("loading", f"{state.load:.2f} s"),
        ("saving all of it", f"{state.save:.2f} s"),
        ("a year of use adds to the packed repository", f"{state.grown / MIB:.1f} MiB"),
    ]
    return Table(
        "Memory between runs",
        "`state/` after a first import of 3,000 entries and 60,000 plays, three of ten with an id far from the one "
        "before.",
        ("what", "how much"),
        tuple(rows),
        "A year is 1,460 runs that add 2,000 plays in 730 of them, two commits each; a tenth of it was lived "
        "through in a real git repository, with files written by the job's own code, and packed.",
        tuple(missed),
    )


def startup_table(startup: Startup) -> Table:
    """Start-up and the whole step."""
    packages = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in startup.heaviest.items())
    step = "not measured: the packages could not be had" if startup.step is None else f"{startup.step:.1f} s"
    return Table(
        "A run with nothing new",
        "600 entries, 5,000 plays, stand-ins that answer at once.",
        ("what", "takes"),
        (
            ("importing the program", f"{startup.imports:.2f} s"),
            ("the whole program", f"{startup.run:.2f} s"),
            ("the workflow's step on a bare machine: environment, packages, program", step),
        ),
        f"Of importing: {packages}. PyGithub (another 0.1 s) is imported only when there is something to commit, and "
        "no dataset is read unless an entry is to be mapped.",
        ("the workflow's step",) if startup.step and startup.step > STEP_SECONDS else (),
    )


def render_page(tables: Sequence[Table]) -> str:
    """docs/performance.md."""
    opening = (
        "# How fast and how frugal it is\n\n"
        f"Measured by [`script/bench`](../script/bench) on {machine()}, against strict stand-ins for every service "
        "on the same machine. The clock of the imports skips waiting and counts computing, so that minutes of rate "
        "limits are measured in seconds. Run it yourself: it needs nothing but Python, git and a few minutes.\n"
    )
    closing = (
        "## What was left out on purpose\n\n"
        "- **A cache of packages or datasets between runs.** It would be one more action to trust, for a part of the "
        "few seconds above; and datasets are fetched only when an entry is to be mapped.\n"
        "- **Asking AniList only for what changed.** Its API has no such question for lists; a list of 500 entries "
        "is one request either way.\n"
    )
    return "\n".join([wrapped(opening), *(table.markdown() for table in tables), wrapped(closing)])


def planning_chart(tables: Sequence[Table]) -> str:
    """docs/performance.svg."""
    return render_chart([point for table in tables for point in table.points])


def wrapped(text: str) -> str:
    """Paragraphs and points in lines of the length that the other pages have."""
    paragraphs = [
        textwrap.fill(
            block,
            LINE,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent="  " if block.startswith("- ") else "",
        )
        for block in text.split("\n")
    ]
    return "\n".join(paragraphs)


def machine() -> str:
    """The processor and what runs on it; no names of hosts, users or folders."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text("utf-8") if cpuinfo.exists() else ""
    match = re.search(r"model name\s*:\s*(.+)", text)
    model = match[1].strip() if match else platform.processor() or platform.machine()
    cores = os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}"
    return f"{model}, {cores} cores, {system}, Python {platform.python_version()}"


def _bare(markdown: str) -> str:
    return re.sub(r"!\[[^\]]*\]\([^)]*\)|\*\*|`", "", markdown).strip()


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The first cell to the left, the others to the right."""
    pairs = enumerate(zip(row, widths, strict=True))
    return [cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in pairs]
