"""Ratings, watchlist and dropped shows on the pages: what was changed, or would be, and what was left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sync.model.lists import ItemKind, ListChange, ListMemory, Standing, TraktList
from sync.model.run import Outcome, RunReport
from sync.report.entry_view import EntryView, view_of
from sync.report.numbers_and_days import counted, joined
from sync.report.page import Section, folded
from sync.report.side_sections import SideGroup
from sync.report.text import escape

LIST_WORDS = {
    TraktList.RATINGS: ("rating", "ratings"),
    TraktList.WATCHLIST: ("watchlist entry", "watchlist entries"),
    TraktList.DROPPED: ("dropped show", "dropped shows"),
}
_HEAD = "| AniList | on Trakt | before | after |\n|---|---|---|---|\n"
ROWS_IN_VIEW = 25


def changes_shown(report: RunReport) -> tuple[ListChange, ...]:
    """The changes that this page is about: those planned where nothing was to be written, else those made."""
    before_writing = report.outcome in {Outcome.PREVIEW, Outcome.BRAKE}
    return report.lists.plan.changes if before_writing else report.lists.done


def format_changes(changes: Iterable[ListChange]) -> str:
    """``5 ratings, 2 watchlist entries and 1 dropped show``; empty for none."""
    return _format_counts(Counter(change.which for change in changes))


def format_set(lists: ListMemory) -> str:
    """How much this job has put on each list and answers for, such as ``5 ratings and 1 dropped show``."""
    return _format_counts(
        {which: sum(note.standing is Standing.SET for note in lists.of(which).values()) for which in TraktList}
    )


def _format_counts(by_list: Mapping[TraktList, int]) -> str:
    return joined(counted(by_list[which], *LIST_WORDS[which]) for which in TraktList if by_list.get(which))


def list_sections(report: RunReport) -> tuple[Section, ...]:
    """The table of changes, folded when long, and what else there is to say of them."""
    sections: list[Section] = []
    changes = changes_shown(report)
    if changes:
        rows = tuple(_row(report, change) for change in changes)
        table = Section(_HEAD, rows, more="| … and {count} more | | | |", rank=2)
        heading = escape(_heading(report, changes), 200)
        if len(rows) > ROWS_IN_VIEW:
            sections.append(folded(heading, table))
        else:
            sections.append(Section(f"### {heading}\n\n{table.head}", table.rows, more=table.more, rank=2))
    for group in list_groups(report):
        rows = tuple(f"- {view.markdown}: {escape(words, 300)}" for view, words in group.lines)
        more = "- … and {count} more"
        if group.loud:
            sections.append(Section(f"### {escape(group.heading, 200)}\n\n", rows, more=more, rank=2, share=0.1))
        else:
            sections.append(folded(escape(group.heading, 200), Section("", rows, more=more, rank=3, share=0.2)))
    return tuple(sections)


def list_groups(report: RunReport) -> tuple[SideGroup, ...]:
    """What was not changed, and why: refused, without room, out of time, the user's own, without a certain match."""
    lists = report.lists
    groups = [_group(report, f"Trakt does not know {format_changes(lists.not_found)}", lists.not_found, loud=True)]
    for which in TraktList:
        waiting = [change for change in lists.waiting if change.which is which]
        limit = lists.full.get(which)
        holds = f" holds the {limit:,} that your account allows" if limit else " is full"
        heading = f"The {which.value}{holds}: {format_changes(waiting)} kept for later"
        groups.append(_group(report, heading, waiting, loud=which in lists.full))
    carried = lists.carried_over
    groups.append(_group(report, f"No time left: {format_changes(carried)} carried on by the next run", carried))
    theirs = lists.plan.theirs
    groups.append(_group(report, f"Left as you changed it on Trakt: {format_changes(theirs)}", theirs))
    groups.append(_unmatched(report))
    return tuple(group for group in groups if group.lines)


def list_lines(report: RunReport) -> list[str]:
    """The changes and the groups as plain lines for the log."""
    would = "Would change" if report.outcome in {Outcome.PREVIEW, Outcome.BRAKE} else "Changed"
    lines = [f"{would}: {_named(report, change)}: {_values(change)}." for change in changes_shown(report)]
    for group in list_groups(report):
        lines += [f"{group.heading}.", *(f"  {view.named}: {words}." for view, words in group.lines)]
    return lines


def _heading(report: RunReport, changes: Sequence[ListChange]) -> str:
    verb = "Would change" if report.outcome in {Outcome.PREVIEW, Outcome.BRAKE} else "Changed"
    return f"{verb} {format_changes(changes)}"


def _row(report: RunReport, change: ListChange) -> str:
    views = _views(report, change)
    entries = ", ".join(view.markdown for view in views[:3]) + (f" and {len(views) - 3} more" if views[3:] else "")
    where = views[0].trakt(_what(change)) if views else escape(_what(change))
    before, after = (_value(change, value) for value in (change.before, change.after))
    return f"| {entries} | {where} | {before} | {after} |"


def _group(report: RunReport, heading: str, changes: Iterable[ListChange], *, loud: bool = False) -> SideGroup:
    lines = tuple(
        (view, f"{_what(change)}, {_values(change)}") for change in changes for view in _views(report, change)[:1]
    )
    return SideGroup(heading, lines, loud=loud)


def _unmatched(report: RunReport) -> SideGroup:
    """Entries that only these parts ask for; the watched ones are listed where they need a person."""
    views = [view_of(report, anilist_id) for anilist_id in report.lists.unmatched]
    lines = tuple((view, view.why or "no certain match on Trakt") for view in views if not view.watched)
    count = counted(len(lines), "entry", "entries")
    return SideGroup(f"Not watched yet and without a certain match on Trakt: {count}", lines)


def _views(report: RunReport, change: ListChange) -> list[EntryView]:
    return [view_of(report, anilist_id) for anilist_id in change.anilist_ids]


def _named(report: RunReport, change: ListChange) -> str:
    views = _views(report, change)
    more = f" and {len(views) - 1} more" if views[1:] else ""
    return f"{views[0].named}{more}, {_what(change)}" if views else _what(change)


def _what(change: ListChange) -> str:
    """``rating of season 3``, ``watchlist, film``, ``dropped shows``."""
    kind = f"season {change.season}" if change.season is not None else _KINDS[change.item.kind]
    if change.which is TraktList.RATINGS:
        return f"rating of the {kind}" if change.season is None else f"rating of {kind}"
    return f"watchlist, {kind}" if change.which is TraktList.WATCHLIST else "dropped shows"


_KINDS = {ItemKind.SHOW: "show", ItemKind.SEASON: "season", ItemKind.MOVIE: "film"}


def _values(change: ListChange) -> str:
    return f"{_value(change, change.before)} → {_value(change, change.after)}"


def _value(change: ListChange, value: int | None) -> str:
    if change.which is TraktList.RATINGS:
        return "none" if value is None else str(value)
    return "not there" if value is None else "there"
