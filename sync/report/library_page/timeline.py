"""The runs, newest first: what each added, its id to copy, and the way to undo it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timezone

from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.library import Library, LibraryEntry, LibraryRun, RunPart
from sync.model.run import LastSync, Outcome
from sync.report.library_page.markup import href, html_text
from sync.report.numbers_and_days import counted, format_day, format_numbers

PARTS_IN_VIEW, PARTS_SHOWN = 8, 60
"""Entries that one run names at once, and when asked; a first import has thousands, and the library has them all."""

_OUTCOMES = {
    Outcome.ADDED: "added",
    Outcome.NOTHING_NEW: "nothing new",
    Outcome.PREVIEW: "dry run",
    Outcome.BRAKE: "waited for your word",
    Outcome.PARTIAL: "ran out of time; the next one carried on",
    Outcome.OUTAGE: "a service was out",
    Outcome.FAILED: "failed",
}


def render_timeline(library: Library) -> str:
    """The runs as a list, or a sentence that there are none."""
    if not library.runs:
        return "<p class=empty>No run has added anything yet.</p>"
    names = {entry.anilist_id: entry for entry in library.entries}
    runs = sorted(library.runs, key=lambda run: (run.at, run.run_id), reverse=True)
    undo = href(library.pages.undo) if library.pages.undo else ""
    zone = timezone(library.utc_offset) if library.utc_offset else UTC
    return f"<ol class=runs>{''.join(_run(run, names, undo, zone) for run in runs)}</ol>"


def _run(run: LibraryRun, names: Mapping[int, LibraryEntry], undo: str, zone: timezone) -> str:
    local = run.at.astimezone(zone)
    when = f"<time datetime={run.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}>{format_day(local.date())}, {local:%H:%M}</time>"
    gone = run.added > 0 and run.undone >= run.added
    standing = run.added > run.undone or (run.changed > 0 and not gone)
    way = f" <a class=button {undo}>Undo</a>" if undo and standing else ""
    return (
        f"<li{' class=gone' if gone else ''}><h3>{when} <span>{_gain(run)}</span></h3>"
        f"<p class=acts><code>{html_text(run.run_id)}</code> <button class=copy hidden>Copy</button>{way}"
        f"{f' <small>{run.seconds:,} s</small>' if run.seconds is not None else ''}</p>{_parts(run, names)}</li>"
    )


def _gain(run: LibraryRun) -> str:
    words = [f"+{counted(run.added, 'play')}"] if run.added else []
    words += [counted(run.changed, "change")] if run.changed else []
    said = ", ".join(words)
    if run.undone:
        return f"<s>{said}</s> undone" if run.undone >= run.added else f"{said}, {run.undone:,} of them undone"
    troubled = run.outcome not in (None, Outcome.ADDED, Outcome.NOTHING_NEW)
    return " · ".join(part for part in (said, _OUTCOMES[run.outcome] if run.outcome and troubled else "") if part) or (
        "nothing new"
    )


def _parts(run: LibraryRun, names: Mapping[int, LibraryEntry]) -> str:
    if not run.parts:
        return ""
    shown = [_part(part, names) for part in run.parts[:PARTS_SHOWN]]
    left = len(run.parts) - PARTS_SHOWN
    if left > 0:
        shown.append(f"{counted(left, 'more entry', 'more entries')}: <a href=#library>the library</a> has them")
    if len(shown) <= PARTS_IN_VIEW + 1:
        return f"<p>{', '.join(shown)}.</p>"
    first, rest = ", ".join(shown[:PARTS_IN_VIEW]), ", ".join(shown[PARTS_IN_VIEW:])
    more = counted(len(run.parts) - PARTS_IN_VIEW, "more entry", "more entries")
    return f"<p>{first}</p><details class=more><summary>{more}</summary><p>{rest}.</p></details>"


def _part(part: RunPart, names: Mapping[int, LibraryEntry]) -> str:
    """``Frieren 9–10`` with a link to its row, struck through when it was undone."""
    entry = names.get(part.anilist_id)
    name = html_text(entry.title, 60) if entry else f"AniList {part.anilist_id}"
    label = f"<a href=#e{part.anilist_id}>{name}</a>" if entry else name
    film = entry is not None and entry.trakt is not None and entry.trakt.kind.value == "movie"
    words = label if film else f"{label} {format_numbers(part.episodes)}"
    return f"<s>{words}</s>" if part.undone else words


@dataclass(slots=True)
class _Run:
    """One run while its lines are read: each play it added, and whether it was taken back."""

    at: datetime
    plays: dict[JournalPlay, bool] = field(default_factory=dict)


def library_runs(journal: Iterable[JournalLine], last: LastSync) -> tuple[LibraryRun, ...]:
    """Every run that the journal or the record of the last ones knows, in no order.

    A play belongs to the last run that added it: one that was cut off before may have written it down, too.
    """
    runs: dict[str, _Run] = {}
    owner: dict[JournalPlay, str] = {}
    for line in journal:
        for play in line.plays:
            if line.action is JournalAction.ADD:
                if before := runs.get(owner.get(play, "")):
                    before.plays.pop(play, None)
                runs.setdefault(line.run_id, _Run(line.at)).plays[play] = False
                owner[play] = line.run_id
            elif line.undoes in (None, owner.get(play)) and play in owner:
                run = runs[owner.pop(play)]
                if line.action is JournalAction.VOID:
                    run.plays.pop(play, None)
                else:
                    run.plays[play] = True
    made = {run_id: _library_run(run_id, run) for run_id, run in runs.items() if run.plays}
    for known in last.runs:
        bare = made.get(known.run_id) or LibraryRun(known.run_id, known.at, known.added)
        made[known.run_id] = replace(bare, outcome=known.outcome, seconds=known.seconds, changed=known.changed)
    return tuple(made.values())


def _library_run(run_id: str, run: _Run) -> LibraryRun:
    parts: dict[tuple[int, bool], set[int]] = defaultdict(set)
    for play, undone in run.plays.items():
        parts[play.anilist_id, undone].add(play.episode)
    return LibraryRun(
        run_id,
        run.at,
        added=len(run.plays),
        undone=sum(run.plays.values()),
        parts=tuple(
            RunPart(anilist_id, tuple(sorted(episodes)), undone)
            for (anilist_id, undone), episodes in sorted(parts.items(), key=lambda item: -len(item[1]))
        ),
    )
