"""The command: finds what a run or an entry's runs left on Trakt, takes it back, and writes down what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sync.commands.shell import Options, Shell, clock_for, new_run_id, run_command
from sync.commands.undo.lists import Restoring, find_restorings, restore
from sync.commands.undo.plays import FoundPlay, find_plays, lines_of, remove_plays
from sync.errors import ConfigError
from sync.model.lists import ListChange
from sync.report.undo_page import UndoReport, render_undo, undo_lines
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder, standing_changes
from sync.steps.memory import refuse_if_leased
from sync.wiring import Services, open_services


def main(options: Options, env: Mapping[str, str], clock: Clock | None = None) -> int:
    """Removes the plays from Trakt, or with ``--dry-run`` says which it would remove."""
    return run_command(env, lambda shell: _undo(shell, options, clock))


def _undo(shell: Shell, options: Options, given_clock: Clock | None) -> int:
    if shell.is_fresh_copy():
        return 0
    run_id: str | None = (options.run_id or "").strip() or None
    anilist_id: int | None = options.anilist_id
    dry_run: bool = options.dry_run
    if run_id is None and anilist_id is None:
        raise ConfigError(["Say what to undo: a run id (its summary names it) or an AniList id."])
    settings = shell.settings(anilist=False)
    clock = given_clock or clock_for(settings)
    with open_services(settings, clock, shell.redactor, read_only=dry_run) as services:
        folder, trakt, deadline = services.folder, services.trakt, services.deadline
        folder.create()
        with folder.locked(clock):
            last = folder.load().last_sync
            if not dry_run:
                refuse_if_leased(last, clock.now())
            # From the disk first: for a mistyped run id nobody need be asked.
            plays = _journaled_plays(folder, run_id, anilist_id)
            changes = standing_changes(folder.load_journal(), run_id=run_id, anilist_id=anilist_id)
            services.login.access_token()
            found = find_plays(plays, trakt, deadline)
            restorings = find_restorings(changes, trakt, deadline)
            if not dry_run:
                record = _Record(services, new_run_id(clock), undoes=run_id)
                _take_back(record, found, plays)
                _put_back(record, restorings, changes)
            what = _what(run_id, anilist_id)
            lines = undo_lines(
                UndoReport(
                    what=what,
                    dry_run=dry_run,
                    trakt_user=last.trakt_user,
                    removed=Counter(each.play.anilist_id for each in found),
                    absent=len(plays) - len(found),
                    restored=Counter(each.change.which for each in restorings),
                    left_alone=len(changes) - sum(len(each.undone) for each in restorings),
                )
            )
            for line in lines:
                shell.log.say(line)
            if settings.summary_file is not None:
                append_summary(settings.summary_file, render_undo(lines))
            if not dry_run and services.repository is not None and folder.has_news(clock.now()):
                services.repository.commit(folder, f"Undo of {what}")
    return 0


def _journaled_plays(folder: StateFolder, run_id: str | None, anilist_id: int | None) -> tuple[JournalPlay, ...]:
    if run_id is None:
        return folder.plays_added_for(anilist_id) if anilist_id is not None else ()
    known = folder.load_journal(run_id=run_id)
    if not known:
        raise ConfigError(
            [f"The journal knows no run {run_id!r} that added anything. Run ids look like 20261122-0617-a3f."]
        )
    return folder.plays_added_by(run_id, anilist_id=anilist_id)


class _Record:
    """Where an undo, which is a run of its own, writes down what is gone."""

    def __init__(self, services: Services, run_id: str, *, undoes: str | None) -> None:
        self.services = services
        self._run_id = run_id
        self._undoes = undoes

    def undone_plays(self, plays: Sequence[JournalPlay]) -> None:
        folder = self.services.folder
        ledger = folder.load().ledger
        self._journal(plays=tuple(plays))
        folder.save_ledger(ledger.undoing(lines_of(plays, ledger)))

    def undone_changes(self, changes: Sequence[ListChange]) -> None:
        self._journal(changes=tuple(changes))

    def restored(self, restorings: Sequence[Restoring]) -> None:
        folder = self.services.folder
        lists = folder.load().lists
        for each in restorings:
            lists = lists.noting(each.change.which, {each.change.item: each.note})
        folder.save_lists(lists)

    def _journal(self, *, plays: tuple[JournalPlay, ...] = (), changes: tuple[ListChange, ...] = ()) -> None:
        if plays or changes:
            at = self.services.clock.now()
            self.services.folder.append_journal(
                JournalLine(self._run_id, at, JournalAction.UNDO, plays, self._undoes, changes)
            )


def _take_back(record: _Record, found: Sequence[FoundPlay], plays: Sequence[JournalPlay]) -> None:
    """Batch by batch, each written down once it is gone; plays that were not there any more come at the end."""
    for gone in remove_plays(found, record.services.trakt, record.services.deadline):
        record.undone_plays([each.play for each in gone])
    there = {each.play for each in found}
    absent = [play for play in plays if play not in there]
    # They count as undone too, or the next run would take them for removed by the user.
    if absent:
        record.undone_plays(absent)


def _put_back(record: _Record, restorings: Sequence[Restoring], changes: Sequence[ListChange]) -> None:
    """Batch by batch, each written down once it is done; those that had been changed since come at the end."""
    for done in restore(restorings, record.services.trakt, record.services.deadline):
        record.undone_changes([change for each in done for change in each.undone])
        record.restored(done)
    undone = {change for each in restorings for change in each.undone}
    record.undone_changes([change for change in changes if change not in undone])


def _what(run_id: str | None, anilist_id: int | None) -> str:
    entry = f"AniList entry {anilist_id}" if anilist_id is not None else ""
    return " of ".join(part for part in (entry, f"run {run_id}" if run_id else "") if part)
