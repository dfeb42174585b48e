"""A page that never outgrows its limit: sections in reading order, cut row by row from the least important up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page. ``head`` and ``foot`` stand or fall together, so that what one opens the other closes.

    ``rows`` may be cut from the end; ``more`` then stands in for the rest, with ``{count}`` for their number.
    ``rank`` 0 is cut last. ``share`` bounds the section to that part of the whole page.
    """

    head: str
    rows: tuple[str, ...] = ()
    foot: str = ""
    more: str = "… and {count} more"
    rank: int = 1
    share: float = 1.0

    def render(self, shown: int) -> str:
        """The section with its first ``shown`` rows."""
        left = len(self.rows) - shown
        rest = [self.more.replace("{count}", f"{left:,}")] if left else []
        lines = [*self.rows[:shown], *rest]
        return self.head + "".join(f"{line}\n" for line in lines) + self.foot


def folded(summary: str, section: Section) -> Section:
    """``section`` inside ``<details>``; ``summary`` is escaped text."""
    return replace(
        section,
        head=f"<details><summary>{summary}</summary>\n\n{section.head}",
        foot=f"{section.foot}\n</details>\n",
    )


def render_page(sections: Sequence[Section], limit: int) -> str:
    """The sections one below the other in at most ``limit`` bytes of UTF-8.

    When not all fits, rows are left out first (a line says how many), then whole sections, highest ``rank`` first.
    Every section keeps its place. The first one is cut as text only if it alone is too long.
    """
    kept = list(sections)
    while len(kept) > 1 and sum(_size(section.render(0)) + 1 for section in kept) > limit:
        kept.remove(max(reversed(kept), key=lambda section: section.rank))
    left = limit - sum(_size(section.render(0)) + 1 for section in kept)
    shown = [0] * len(kept)
    for index in sorted(range(len(kept)), key=lambda index: kept[index].rank):
        shown[index], used = _rows_that_fit(kept[index], min(left, int(limit * kept[index].share)))
        left -= used
    page = "\n".join(section.render(count) for section, count in zip(kept, shown, strict=True))
    return page if _size(page) <= limit else page.encode()[:limit].decode(errors="ignore")


def _rows_that_fit(section: Section, room: int) -> tuple[int, int]:
    used = count = 0
    for row in section.rows:
        size = _size(row) + 1
        if used + size > room:
            break
        used += size
        count += 1
    return count, used


def _size(text: str) -> int:
    return len(text.encode())
