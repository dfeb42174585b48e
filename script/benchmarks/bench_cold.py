"""How long a first import takes against what the services' limits allow."""

from __future__ import annotations

from dataclasses import dataclass

from bench_world import APPROVED, Size, bench_of

from sync.model.budget import bound_seconds

IMPORTS = (
    Size(entries=600, shows=400, plays=5_000, films=60),
    Size(entries=3_000, shows=1_500, plays=60_000, films=300),
)
MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Import:
    """A first import. ``bound`` is what the limits alone make of it, ``seconds`` what it took in ``runs`` runs, each
    begun as soon as the one before had ended; ``refused`` counts requests that came too early."""

    size: Size
    runs: int
    seconds: float
    bound: float
    refused: int
    plays: int

    @property
    def ratio(self) -> float:
        """How much longer it took than it had to."""
        return self.seconds / self.bound


def measure_imports() -> list[Import]:
    """All of them."""
    return [measure_import(size) for size in IMPORTS]


def measure_import(size: Size) -> Import:
    """One import, run after run until everything is on Trakt."""
    runs, seconds, refused = 0, 0.0, 0
    with bench_of(size) as bench:
        while bench.plays < size.plays and runs < MOST_RUNS:
            ran = bench.run(*([APPROVED] if runs == 0 else []))
            if ran.code != 0:
                raise SystemExit(f"a run ended with {ran.code}:\n{ran.output[-2000:]}")
            runs, seconds, refused = runs + 1, seconds + ran.seconds, refused + ran.refused
        bound = bound_seconds(size.work(bench.activities))
        return Import(size, runs, seconds, bound, refused, bench.plays)
