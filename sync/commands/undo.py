"""``python -m sync undo``: takes back what a run added, or what all runs added for one entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sync.commands.run import new_run_id
from sync.commands.shell import Options, Shell, clock_for, run_command
from sync.commands.undoing import BATCH, Eraser, Found, lines_of
from sync.commands.unshelving import ListEraser, Restoring
from sync.errors import ConfigError
from sync.model.lists import TraktList
from sync.model.run import LastSync
from sync.report.ranges import counted
from sync.services.clock import Clock
from sync.services.console.actions_log import append_summary
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder, standing_changes
from sync.settings import Settings
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
    if run_id is None and anilist_id is None:
        raise ConfigError(["Say what to undo: a run id (its summary names it) or an AniList id."])
    settings = shell.settings(anilist=False)
    clock = given_clock or clock_for(settings)
    with open_services(settings, clock, shell.redactor, read_only=options.dry_run) as services:
        services.folder.path.mkdir(parents=True, exist_ok=True)
        with services.folder.locked(clock):
            state = services.folder.load()
            if not options.dry_run:
                refuse_if_leased(state.last_sync, clock.now())
            plays = _journaled(services.folder, run_id, anilist_id)
            services.login.access_token()
            eraser = Eraser(services.trakt, services.deadline)
            found = eraser.find(plays)
            words = _words(state.last_sync, plays, found, what=_what(run_id, anilist_id), dry_run=options.dry_run)
            changes = standing_changes(services.folder.load_journal(), run_id=run_id, anilist_id=anilist_id)
            lists = ListEraser(services.trakt, services.folder, services.deadline)
            restoring = lists.find(changes)
            words += _words_of_lists(restoring, len(changes), dry_run=options.dry_run)
            if not options.dry_run:
                own_id = new_run_id(clock)
                _remove(eraser, found, plays, services, clock_run_id=own_id, undoes=run_id)
                lists.restore(restoring, changes, run_id=own_id, undoes=run_id)
            _say(shell, settings, words)
            if not options.dry_run and services.repository is not None and services.folder.has_news(clock.now()):
                services.repository.commit(services.folder, f"Undo of {_what(run_id, anilist_id)}")
    return 0


def _journaled(folder: StateFolder, run_id: str | None, anilist_id: int | None) -> tuple[JournalPlay, ...]:
    if run_id is None:
        return folder.plays_added_for(anilist_id) if anilist_id is not None else ()
    known = folder.load_journal(run_id=run_id)
    if not known:
        raise ConfigError(
            [f"The journal knows no run {run_id!r} that added anything. Run ids look like 20261122-0617-a3f."]
        )
    return folder.plays_added_by(run_id, anilist_id=anilist_id)


def _remove(
    eraser: Eraser,
    found: Sequence[Found],
    plays: Sequence[JournalPlay],
    services: Services,
    *,
    clock_run_id: str,
    undoes: str | None,
) -> None:
    """Batch by batch, each written down once it is gone; plays that were not there any more are settled at the end."""
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        eraser.remove(batch)
        _write_down([each.play for each in batch], services, clock_run_id, undoes)
    there = Counter(each.play for each in found)
    absent = [play for play in plays if there[play] == 0]
    if absent:
        _write_down(absent, services, clock_run_id, undoes)


def _write_down(plays: Sequence[JournalPlay], services: Services, run_id: str, undoes: str | None) -> None:
    folder = services.folder
    ledger = folder.load().ledger
    folder.append_journal(JournalLine(run_id, services.clock.now(), JournalAction.UNDO, tuple(plays), undoes=undoes))
    folder.save_ledger(ledger.undoing(lines_of(plays, ledger)))


def _what(run_id: str | None, anilist_id: int | None) -> str:
    entry = f"AniList entry {anilist_id}" if anilist_id is not None else ""
    return " of ".join(part for part in (entry, f"run {run_id}" if run_id else "") if part)


def _words(
    last: LastSync, plays: Sequence[JournalPlay], found: Sequence[Found], *, what: str, dry_run: bool
) -> list[str]:
    """What was done, in sentences."""
    verb = "Would remove" if dry_run else "Removed"
    whose = f" from the Trakt history of {last.trakt_user}" if last.trakt_user else " from Trakt"
    lines = [f"{verb} {counted(len(found), 'play')}{whose}: {what}."]
    missing = len(plays) - len(found)
    if missing:
        lines.append(f"{counted(missing, 'play')} of it had been removed before.")
    by_entry = Counter(each.play.anilist_id for each in found)
    lines += [f"AniList {anilist_id}: {counted(count, 'play')}." for anilist_id, count in sorted(by_entry.items())]
    if found and not dry_run:
        lines.append(
            "They are remembered as undone: no later run adds them again in the same place, unless it is asked to "
            "(the Sync workflow with an AniList id and “again”, or python -m sync --anilist-id N --again)."
        )
    return lines


def _words_of_lists(restoring: Sequence[Restoring], changes: int, *, dry_run: bool) -> list[str]:
    verb = "Would put back" if dry_run else "Put back"
    by_list = Counter(each.which for each in restoring)
    lines = [f"{verb} to what they were before: {_named(which, count)}." for which, count in sorted(by_list.items())]
    left = changes - sum(len(each.undone) for each in restoring)
    if left:
        lines.append(f"{counted(left, 'change')} of lists left alone: they had been changed on Trakt since.")
    return lines


def _named(which: TraktList, count: int) -> str:
    words = {
        TraktList.RATINGS: ("rating", "ratings"),
        TraktList.WATCHLIST: ("watchlist entry", "watchlist entries"),
        TraktList.DROPPED: ("dropped show", "dropped shows"),
    }
    return counted(count, *words[which])


def _say(shell: Shell, settings: Settings, words: Sequence[str]) -> None:
    for line in words:
        shell.log.say(line)
    if settings.summary_file is not None:
        rows = "\n".join(f"- {line}" for line in words[1:])
        append_summary(settings.summary_file, f"## ↩️ {words[0]}\n\n{rows}\n")
