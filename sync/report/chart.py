"""Plays a month as a small SVG that GitHub shows in a README."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sync.report.numbers_and_days import MONTHS, counted

SHOWN_MONTHS = 24
WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BASE = 4, 556, 46, 152

INK = "#76797d"
BAR = "#3f87d8"
"""Middle tones that stand out alike on white and on GitHub's dark page (over 4:1 and 3:1). An image on GitHub follows
the system's colours, not the page's, so a dark and a light variant would miss whenever the two differ."""

Month = tuple[int, int]


def count_by_month(times: Iterable[datetime]) -> dict[str, int]:
    """Plays by ``YYYY-MM`` (UTC), in order."""
    return dict(sorted(Counter(f"{time.astimezone(UTC):%Y-%m}" for time in times).items()))


def render_chart(plays_by_month: Mapping[str, int]) -> str:
    """An SVG of plays by month (``YYYY-MM`` → plays), the last 24 months up to the newest with plays.

    The same counts give the same bytes; no clock is read, so the last month is the newest in ``plays_by_month``.
    """
    months = _window(plays_by_month)
    counts = [plays_by_month.get(f"{year:04}-{month:02}", 0) for year, month in months]
    said = _description(months, counts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' role="img" aria-labelledby="t d">',
        '<title id="t">Plays a month</title>',
        f'<desc id="d">{said}</desc>',
        f'<g fill="{INK}" font-family="-apple-system,Segoe UI,Helvetica,Arial,sans-serif" font-size="14">',
        f'<text x="{LEFT}" y="15">Plays a month</text>',
        *_labels(months, counts),
        "</g>",
        f'<path d="M{LEFT} {BASE + 0.5}H{RIGHT}" stroke="{INK}" stroke-opacity=".5"/>',
        f'<g fill="{BAR}">',
        *_bars(counts),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _window(plays_by_month: Mapping[str, int]) -> list[Month]:
    known = [key for key, count in plays_by_month.items() if count > 0]
    if not known:
        return []
    year, month = map(int, max(known).split("-"))
    last = year * 12 + month - 1
    return [(index // 12, index % 12 + 1) for index in range(last - SHOWN_MONTHS + 1, last + 1)]


def _description(months: list[Month], counts: list[int]) -> str:
    if not months:
        return "No plays yet."
    peak = counts.index(max(counts))
    span = f"{_name(months[0])} to {_name(months[-1])}"
    most = f"most in {_name(months[peak])} with {counts[peak]:,}"
    return f"{span}: {counted(sum(counts), 'play')}, {most}; {counts[-1]:,} in the last month shown."


def _bars(counts: list[int]) -> list[str]:
    peak = max(counts, default=0)
    bars = []
    for index, count in enumerate(counts):
        if count:
            height = max(2.0, count / peak * (BASE - TOP))
            x, width = _place(index)
            bars.append(f'<rect x="{x:g}" y="{BASE - height:.1f}" width="{width:g}" height="{height:.1f}" rx="2"/>')
    return bars


def _labels(months: list[Month], counts: list[int]) -> list[str]:
    if not months:
        return [f'<text x="{LEFT}" y="{BASE - 8}">No plays yet</text>']
    labels = []
    peak = counts.index(max(counts))
    for index, (year, month) in enumerate(months):
        x, width = _place(index)
        middle = f'x="{x + width / 2:g}" text-anchor="middle"'
        if month in {1, 4, 7, 10}:
            labels.append(f'<text {middle} y="{BASE + 20}">{MONTHS[month - 1]}</text>')
        if month == 1:
            labels.append(f'<text {middle} y="{BASE + 40}" font-weight="600">{year}</text>')
        if index in {peak, len(months) - 1} and counts[index]:
            height = max(2.0, counts[index] / counts[peak] * (BASE - TOP))
            labels.append(f'<text {middle} y="{BASE - height - 5:.1f}">{counts[index]:,}</text>')
    return labels


def _place(index: int) -> tuple[float, float]:
    """Left edge and width of a bar."""
    step = (RIGHT - LEFT) / SHOWN_MONTHS
    return round(LEFT + index * step + 3, 1), round(step - 6, 1)


def _name(month: Month) -> str:
    return f"{MONTHS[month[1] - 1]} {month[0]}"
