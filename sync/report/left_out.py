"""What was left out of the services' answers, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync.model.bounds import LeftOut
from sync.report.ranges import counted

NAMED = 5
"""How many rows are named in a sentence."""
SENTENCES = 5
"""How many sentences there are about one service."""


def left_out_sentences(left_out: Mapping[str, Iterable[LeftOut]]) -> tuple[str, ...]:
    """A sentence for each kind of rows: how many of which service were left out, which ones, and why.

    ``left_out`` is by service.
    """
    return tuple(sentence for service, rows in left_out.items() for sentence in _sentences(service, rows))


def _sentences(service: str, rows: Iterable[LeftOut]) -> Iterator[str]:
    kinds: dict[str, list[LeftOut]] = {}
    for row in rows:
        kinds.setdefault(row.what, []).append(row)
    for what, mine in list(kinds.items())[:SENTENCES]:
        yield f"Left out {len(mine):,} of the {what} ({service}), which cannot be right: {_named(mine)}."
    rest = sum(map(len, list(kinds.values())[SENTENCES:]))
    if rest:
        yield f"Left out {counted(rest, 'more row')} ({service}) that cannot be right."


def _named(rows: Sequence[LeftOut]) -> str:
    named = [f"{row.row_id if row.row_id is not None else 'one without an id'} ({row.why})" for row in rows[:NAMED]]
    return ", ".join([*named, *([f"and {len(rows) - NAMED:,} more"] if len(rows) > NAMED else [])])
