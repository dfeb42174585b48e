"""The issues that the job keeps: what has no match, what the brake holds back, what goes on failing.

Each carries a hidden marker by which the job finds it again, and none holds a time or a run id, so that an unchanged
state gives an unchanged text and nobody is notified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sync.errors import StateError, SyncError
from sync.model.run import RunReport
from sync.report.entry_view import EntryView, view_of
from sync.report.headline import render_headline
from sync.report.list_sections import list_sections
from sync.report.needs_you import NeedsYou, entries_in_need, need_sections, remedy_sentence
from sync.report.numbers_and_days import counted, format_stamp
from sync.report.override_snippet import render_snippet
from sync.report.page import Section, render_page
from sync.report.play_sections import count_section, play_sections
from sync.report.summary import action_link
from sync.report.text import escape, plain, prose
from sync.report.trouble import describe

UNMAPPED_MARKER = "<!-- trakt-sync:unmapped -->"
BRAKE_MARKER = "<!-- trakt-sync:brake -->"
FAILURE_MARKER = "<!-- trakt-sync:failure -->"

NOTHING_WAITS = "Nothing waits for your word", f"{BRAKE_MARKER}\nThe preview that stood here was settled.\n"
NOTHING_FAILS = "The sync works again", f"{FAILURE_MARKER}\nThe latest run ended well.\n"
"""(title, body) of the issues about the brake and about failing runs when they are closed."""

SIZE_LIMIT = 59_000
"""Bytes; an issue takes 65,536 characters."""
TICKED_SHOWN = 50

_ITEM = re.compile(r"<!-- entry:([0-9]{1,9}) -->")


def render_unmapped_issue(report: RunReport, previous_body: str | None = None) -> tuple[str, str]:
    """(title, body) of the issue that lists what has no certain match, the most watched first.

    ``previous_body`` is the issue as it stands: an entry listed there that needs nobody any more is shown ticked.
    The title of an issue with nothing left says so; the job then closes it.
    """
    need = entries_in_need(report)
    open_ids = {item.view.anilist_id for item in need}
    ticked = [view_of(report, number) for number in _listed(previous_body) if number not in open_ids]
    sections = [Section(f"{UNMAPPED_MARKER}\n{_unmapped_opening(report, need)}\n", rank=0)]
    if need:
        more = "\n… and {count} more; they are listed as soon as some of these are settled."
        sections.append(Section("", tuple(map(_unmapped_item, need)), more=more, rank=1))
    if ticked:
        rows = tuple(map(_ticked_item, ticked[:TICKED_SHOWN]))
        sections.append(Section("### Settled\n\n", rows, more="- … and {count} more", rank=2, share=0.2))
    return unmapped_title(len(need)), render_page(sections, SIZE_LIMIT)


def unmapped_title(count: int) -> str:
    """The title for ``count`` open entries."""
    if count == 0:
        return "Every watched entry has a match on Trakt"
    return f"{counted(count, 'entry needs', 'entries need')} a match on Trakt"


def render_brake_issue(report: RunReport) -> tuple[str, str]:
    """(title, body) of the issue that holds the preview of a run stopped by the brake, and the way to approve it."""
    workflow = action_link(report.pages.sync, "Actions → Sync → Run workflow")
    opening = [
        BRAKE_MARKER,
        f"**{escape(render_headline(report), 200)}.** Nothing has been written.",
        "",
        f"A run adds at most {report.max_new_plays:,} plays by itself. When the list below looks right, run {workflow} "
        "with **allow_large** ticked; this issue then closes by itself. If it does not look right, leave it: nothing "
        "happens without your word.",
    ]
    parts = (*count_section(report), *play_sections(report), *list_sections(report), *need_sections(report))
    sections = [Section("\n".join(opening) + "\n", rank=0), *parts]
    return render_headline(report), render_page(sections, SIZE_LIMIT)


def render_failure_issue(error: SyncError, *, since: datetime | None = None) -> tuple[str, str]:
    """(title, body) of the issue about runs that fail for a day or need a person.

    ``since`` is when a run last ended well; it stays the same while the trouble lasts.
    """
    trouble = describe(error)
    good = f"The last good run was on {format_stamp(since)}." if since else "No run has ended well yet."
    if since is None and isinstance(error, StateError):
        good = ""  # the record of good runs is among what cannot be read
    what_next = "This issue closes by itself when a run ends well again."
    body = [FAILURE_MARKER, f"**{escape(trouble.headline, 160)}.**", ""]
    body += [prose(part, 3000) + "\n" for part in (trouble.detail, trouble.remedy) if part]
    body += [f"{good} {what_next}".strip()]
    return plain(trouble.headline, 120), "\n".join(body) + "\n"


def _unmapped_opening(report: RunReport, need: Sequence[NeedsYou]) -> str:
    if not need:
        return "Every watched entry has a certain match; nothing is left to do here."
    return f"{remedy_sentence(report)} This list keeps itself up to date."


def _unmapped_item(need: NeedsYou) -> str:
    """A task with its lines to paste. Everything here is known from the cache too, so that a later run that only
    remembers the entry writes the same."""
    view = need.view
    title = f"**{view.markdown}**{'' if view.label == f'AniList {view.anilist_id}' else f' ({view.anilist_id})'}"
    said = f"- [ ] {title}, {need.watched}: {escape(need.said, 300)}. <!-- entry:{view.anilist_id} -->"
    return f"{said}\n\n{render_snippet(view.anilist_id, need.lines, indent='  ')}\n"


def _ticked_item(view: EntryView) -> str:
    return f"- [x] {view.markdown} <!-- entry:{view.anilist_id} -->"


def _listed(body: str | None) -> list[int]:
    return sorted({int(number) for number in _ITEM.findall(body or "")})
