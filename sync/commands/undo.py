"""``python -m sync undo``: takes back what a run added, or what all runs added for one entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.commands.shell import Options, Shell, clock_for, new_run_id, run_command
from sync.errors import ConfigError
from sync.model.budget import BATCH
from sync.model.lists import ListChange, ListItem, Noted, Standing, TraktList
from sync.model.plan import Ledger, LedgerPlay
from sync.model.trakt import UNKNOWN_TIME, PlayKind, WatchedAt
from sync.report.command_pages import UndoReport, render_undo, undo_lines
from sync.services.clock import Clock, Deadline
from sync.services.console.actions_log import append_summary
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder, standing_changes
from sync.services.trakt.client import TraktClient
from sync.steps.memory import refuse_if_leased
from sync.steps.settling import Receipt, Write, settle_all
from sync.steps.writing import list_write
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


@dataclass(frozen=True, slots=True)
class Restoring:
    """The change that makes an item what it was; ``undone`` are the changes that this takes back, the newest first."""

    change: ListChange
    undone: tuple[ListChange, ...]

    @property
    def note(self) -> Noted | None:
        """What is to be remembered of the item: what was set is not set again by itself; what was taken away is no
        longer among the items that this job answers for."""
        newest = self.undone[0]
        return None if newest.after is None else Noted(newest.after, Standing.UNDONE, newest.anilist_ids)


def find_restorings(changes: Sequence[ListChange], trakt: TraktClient, deadline: Deadline) -> tuple[Restoring, ...]:
    """What is to be restored of ``changes``, which are in the order in which they were made. An item that somebody
    changed since is left alone."""
    by_item: dict[tuple[TraktList, ListItem], list[ListChange]] = defaultdict(list)
    for change in reversed(changes):
        by_item[change.which, change.item].append(change)
    found: list[Restoring] = []
    for which in sorted({which for which, _ in by_item}):
        items = sorted(item for of, item in by_item if of is which)
        there = trakt.lists.fetch(which, deadline, kinds={item.kind for item in items})
        for item in items:
            value, undone = there.get(item), list[ListChange]()
            for change in by_item[which, item]:
                if change.after == value:
                    value = change.before
                    undone.append(change)
            if undone:
                found.append(Restoring(ListChange(which, item, there.get(item), value), tuple(undone)))
    return tuple(found)


def restore(found: Sequence[Restoring], trakt: TraktClient, deadline: Deadline) -> Iterator[tuple[Restoring, ...]]:
    """Restores ``found``, at most 100 at a time, and gives those that are as they were for certain.

    Raises ``UnknownOutcome`` if Trakt does not say what it did.
    """
    by_change = {each.change: each for each in found}
    for which in TraktList:
        write = list_write(
            trakt,
            which,
            deadline,
            doing="restore {} items of the",
            remedy="Run the undo again: it restores only what is left.",
        )
        mine = [each.change for each in found if each.change.which is which]
        for taking in (True, False):
            group = [change for change in mine if (change.after is None) is taking]
            for start in range(0, len(group), BATCH):
                for changes in settle_all(write, group[start : start + BATCH], deadline):
                    yield tuple(by_change[change] for change in changes)


FEW = 20
"""Up to this many items are looked up one by one; beyond, the whole history takes fewer requests (250 plays a page)."""

Item = tuple[PlayKind, int]


@dataclass(frozen=True, slots=True)
class FoundPlay:
    """A play of the journal that is on Trakt, and its history id there."""

    play: JournalPlay
    history_id: int


def find_plays(plays: Iterable[JournalPlay], trakt: TraktClient, deadline: Deadline) -> tuple[FoundPlay, ...]:
    """Those of ``plays`` that are on Trakt, told by item and minute. Each history id is given once, to one of them."""
    plays = tuple(plays)
    there = _history({(play.kind, play.trakt_id) for play in plays}, trakt, deadline)
    found: list[FoundPlay] = []
    for play in plays:
        ids = there.get((play.kind, play.trakt_id, _as_read_back(play.watched_at)))
        if ids:
            found.append(FoundPlay(play, ids.pop()))
    return tuple(found)


def remove_plays(found: Sequence[FoundPlay], trakt: TraktClient, deadline: Deadline) -> Iterator[tuple[FoundPlay, ...]]:
    """Removes them by history id, at most 100 at a time, and gives those that are gone for certain.

    Raises ``UnknownOutcome`` if Trakt does not say what it did, or did not do it.
    """

    def send(some: Sequence[FoundPlay]) -> Receipt[FoundPlay]:
        trakt.remove_history([each.history_id for each in some], deadline)
        return Receipt(tuple(some))

    def fetch_missing(some: Sequence[FoundPlay], until: Deadline) -> Sequence[FoundPlay]:
        still = {each.history_id for each in find_plays([each.play for each in some], trakt, until)}
        return [each for each in some if each.history_id in still]

    write = Write(send, fetch_missing, "remove {} plays", "Run the undo again: it removes only what is left.")
    for start in range(0, len(found), BATCH):
        yield from settle_all(write, found[start : start + BATCH], deadline)


def _history(
    items: set[Item], trakt: TraktClient, deadline: Deadline
) -> dict[tuple[PlayKind, int, datetime], list[int]]:
    there: dict[tuple[PlayKind, int, datetime], list[int]] = defaultdict(list)
    for kind in PlayKind:
        ids = sorted(trakt_id for item_kind, trakt_id in items if item_kind is kind)
        asked: Iterable[int | None] = ids if len(ids) <= FEW else (None,)
        for trakt_id in asked:
            for play in trakt.fetch_history(kind, deadline, trakt_id=trakt_id):
                there[kind, play.trakt_id, play.watched_at].append(play.history_id)
    return there


def lines_of(plays: Iterable[JournalPlay], ledger: Ledger) -> tuple[tuple[int, LedgerPlay], ...]:
    """The ledger's lines (AniList id, line) for plays of the journal, one for each play."""
    wanted = Counter((play.anilist_id, play.episode, play.kind, play.trakt_id) for play in plays)
    lines: list[tuple[int, LedgerPlay]] = []
    for anilist_id, line in ledger:
        key = (anilist_id, line.episode, line.kind, line.trakt_id)
        if wanted[key] > 0:
            wanted[key] -= 1
            lines.append((anilist_id, line))
    return tuple(lines)


def _as_read_back(watched_at: WatchedAt) -> datetime:
    """The time as Trakt's history names it: a play without a date is of the year 1970."""
    return watched_at.astimezone(UTC) if isinstance(watched_at, datetime) else UNKNOWN_TIME
