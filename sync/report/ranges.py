"""Episode numbers in words: "1–10", "S3E13–22", "1–12 → S2E1–12"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.model.mapping import Span

PIECES = 6
"""How many separate runs of episodes are spelled out before the rest is only counted."""


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """``1 play``, ``8,412 plays``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def joined(parts: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty parts are left out."""
    kept = [part for part in parts if part]
    return " and ".join([*([", ".join(kept[:-1])] if kept[:-1] else []), *kept[-1:]])


def format_range(first: int, last: int) -> str:
    """``1–10``, or ``4`` for one."""
    return str(first) if first == last else f"{first}–{last}"


def format_numbers(numbers: Iterable[int]) -> str:
    """``1–3, 5``: each run of consecutive numbers once, in order."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return _limited([format_range(first, last) for first, last in runs])


def format_targets(targets: Iterable[tuple[int, int]]) -> str:
    """``S0E2, S2E1–12`` from (season, number) pairs in the order in which they are watched."""
    runs: list[list[int]] = []
    for season, number in targets:
        if runs and season == runs[-1][0] and runs[-1][2] <= number <= runs[-1][2] + 1:
            runs[-1][2] = number
        else:
            runs.append([season, number, number])
    return _limited([f"S{season}E{format_range(first, last)}" for season, first, last in runs])


def format_span(span: Span) -> tuple[str, str]:
    """The two ends of one span: AniList's episodes and Trakt's, such as ``("1–10", "S3E13–22")``."""
    if span.to_ep is None:
        return f"{span.from_ep} on", f"S{span.season}E{span.first_episode} on"
    last = span.first_episode + span.to_ep - span.from_ep
    return format_range(span.from_ep, span.to_ep), f"S{span.season}E{format_range(span.first_episode, last)}"


def format_spans(spans: Sequence[Span]) -> str:
    """``S3E13–22`` for one span from episode 1 on, else ``1 → S0E2, 2–13 → S2E1–12``."""
    if len(spans) == 1 and spans[0].from_ep == 1:
        return format_span(spans[0])[1]
    return _limited([" → ".join(format_span(span)) for span in sorted(spans)])


def _limited(pieces: Sequence[str]) -> str:
    if len(pieces) <= PIECES + 1:
        return ", ".join(pieces)
    return ", ".join(pieces[:PIECES]) + f" and {len(pieces) - PIECES} more runs"
