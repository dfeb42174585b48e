"""What a manual map says on GitHub: the pull request, and the answers in the issue that asked for it."""

from __future__ import annotations

from collections.abc import Sequence

from sync.report.preview_page import EntryPreview, render_preview
from sync.report.text import code, comment, escape, link, plain, prose


def pull_request_title(preview: EntryPreview) -> str:
    """``Map Attack on Titan Season 3 Part 2 (104578)``."""
    return plain(f"Map {preview.view.named}", 200)


def render_pull_request(line: str, entries: Sequence[EntryPreview], notes: Sequence[str], *, issue: int) -> str:
    """The text of the pull request: the resulting breakpoint map, what it would change, and what merging does."""
    parts = [
        render_preview(entries, notes, level=""),
        f"```yaml\n{comment(line, 4000)}\n```\n",
        "Merge it if this looks right: the next sync then uses it. Close it if not, and edit the issue to try again.",
        "",
        f"Closes #{issue}",
    ]
    return "\n".join(parts)


def render_answer(number: int, url: str, *, fresh: bool, entries: Sequence[EntryPreview]) -> str:
    """The answer to a good form."""
    what = f"pull request {number}"
    said = f"Here it is: {link(what, url)}." if fresh else f"Brought up to date: {link(what, url)}."
    return f"{said} Nothing changes before you merge it.\n\n{render_preview(entries, level='')}"


def render_bad_form(problems: Sequence[str]) -> str:
    """The answer to a form that cannot be acted on."""
    rows = [f"- {escape(problem, 400)}" for problem in problems[:20]]
    left = len(problems) - 20
    rows += [f"- … and {left:,} more"] if left > 0 else []
    return "\n".join(["This cannot be mapped yet:", "", *rows, "", "Edit the text above, and it is looked at again."])


def render_already_so(line: str) -> str:
    """The answer when the file says it already."""
    return f"`overrides.yaml` says so already: {code(line, 400)}"


def render_by_hand(problem: str, remedy: str, line: str, *, editor: str, compare: str = "") -> str:
    """The answer when the form is good and GitHub (or the file) is in the way: the remedy, and the line to paste."""
    one_click = f"The change is on a branch: {link('open the pull request yourself', compare)}.\n\n" if compare else ""
    return (
        f"{prose(problem)} {prose(remedy)}\n\n{one_click}Or paste this line into {link('overrides.yaml', editor)}:\n\n"
        f"```yaml\n{comment(line, 4000)}\n```\n"
    )
