"""A chart of how planning grows: CPU time and memory over the number of plays, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 56, 40, 44
ROOM = 1.35
"""How far beyond its first and last value an axis goes."""
SECONDS_COLOUR, MEGABYTES_COLOUR = "#8250df", "#1a7f6b"


@dataclass(frozen=True, slots=True)
class Point:
    """One size of list."""

    plays: int
    seconds: float
    megabytes: float


def render_chart(points: Sequence[Point]) -> str:
    """The chart as SVG, legible on light and dark pages."""
    across = _scale(points[0].plays / ROOM, points[-1].plays * ROOM, LEFT, WIDTH - RIGHT)
    least, most = points[0].seconds / ROOM / 2, points[-1].megabytes * ROOM
    height = max(4 * (points[-1].seconds / points[0].seconds), 10.0)  # both have the same steps, so slopes compare
    seconds = _scale(least, least * height, HEIGHT - BOTTOM, TOP)
    megabytes = _scale(most / height, most, HEIGHT - BOTTOM, TOP)
    told = ", ".join(f"{p.plays:,} plays {p.seconds:.2f} s and {p.megabytes:.0f} MB" for p in points)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#6e7781">',
        f'<title id="t">Planning over the size of the list</title><desc id="d">{told}.</desc>',
        f'<text x="{LEFT}" y="20" fill="{SECONDS_COLOUR}">CPU seconds</text>',
        f'<text x="{WIDTH - RIGHT}" y="20" text-anchor="end" fill="{MEGABYTES_COLOUR}">memory, MB</text>',
        f'<path d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="#6e7781" stroke-opacity=".5"/>',
        *(
            f'<text x="{across(p.plays):.1f}" y="{HEIGHT - 24}" text-anchor="middle">{p.plays:,}</text>'
            f'<path d="M{across(p.plays):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#6e7781" stroke-opacity=".15"/>'
            for p in points
        ),
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">plays</text>',
        _line([(across(p.plays), megabytes(p.megabytes), f"{p.megabytes:.0f}") for p in points], MEGABYTES_COLOUR, -8),
        _line([(across(p.plays), seconds(p.seconds), f"{p.seconds:.1f}") for p in points], SECONDS_COLOUR, 18),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _scale(least: float, most: float, start: float, end: float) -> Callable[[float], float]:
    """Where a value from ``least`` to ``most`` stands, logarithmically."""
    return lambda value: start + math.log(value / least) / math.log(most / least) * (end - start)


def _line(points: Sequence[tuple[float, float, str]], colour: str, offset: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
        f'<text x="{x:.1f}" y="{y + offset:.1f}" text-anchor="middle" fill="{colour}">{label}</text>'
        for x, y, label in points
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
