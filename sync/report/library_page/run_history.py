"""The runs of the journal: what each added, and what of it an undo has taken back since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.library import LibraryRun, RunPart
from sync.model.run import LastSync


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
