"""The folder ``state/``: the job's memory between runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sync.errors import StateError
from sync.model.lists import ListMemory
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger
from sync.model.run import LastSync
from sync.model.state import State
from sync.services.clock import Clock
from sync.services.state.atomic import append_durably, save_atomically, unwritable
from sync.services.state.changes import worth_committing
from sync.services.state.journal import (
    JournalLine,
    JournalPlay,
    parse_journal,
    render_line,
    standing_plays,
    whole_lines,
)
from sync.services.state.last_sync_file import LAST_SYNC_FILE, parse_last_sync, render_last_sync
from sync.services.state.ledger_file import LEDGER_FILE, LedgerRenderer, parse_ledger
from sync.services.state.lists_file import SHELVES_FILE, parse_lists, render_lists
from sync.services.state.lock import hold_lock
from sync.services.state.mapping_file import MAPPING_FILE, parse_mappings, render_mappings

JOURNAL_FOLDER = "journal"
STATE_SUFFIXES = (".json", ".jsonl", ".enc", ".md", ".svg")
"""What a commit takes along; anything else in the folder is not the job's."""

_PARSERS: Mapping[str, Callable[[bytes, str], object]] = {
    LAST_SYNC_FILE: parse_last_sync,
    MAPPING_FILE: parse_mappings,
    LEDGER_FILE: parse_ledger,
    SHELVES_FILE: parse_lists,
}


class StateFolder:
    """Loads and saves the state files at ``path``.

    Every method raises ``StateError`` when a file is damaged, of a newer schema, or cannot be read or written; such a
    file is never overwritten. It also remembers each file as it was first seen (``base``), which is how a commit
    knows what changed here and what changed on GitHub meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ledger = LedgerRenderer()
        self._checked: set[str] = set()
        self._base: dict[str, bytes] | None = None
        self._merged: dict[str, bytes] = {}

    @property
    def base(self) -> Mapping[str, bytes]:
        """Each file as this run found it, or as it was last committed; empty before ``load``."""
        return self._base or {}

    def load(self) -> State:
        """All that the files hold. The first call settles ``base``, so call it before anything is saved."""
        files = self.files()
        last_sync, cache, ledger, lists = (files.get(name) for name in _PARSERS)
        state = State(
            last_sync=LastSync() if last_sync is None else parse_last_sync(last_sync, self._shown(LAST_SYNC_FILE)),
            cache={} if cache is None else parse_mappings(cache, self._shown(MAPPING_FILE)),
            ledger=Ledger() if ledger is None else parse_ledger(ledger, self._shown(LEDGER_FILE)),
            lists=ListMemory() if lists is None else parse_lists(lists, self._shown(SHELVES_FILE)),
        )
        self._checked.update(_PARSERS)
        if self._base is None:
            self._base = dict(files)
        # What a commit merged in is known to the run only from here on.
        self._base.update({name: content for name, content in self._merged.items() if files.get(name) == content})
        self._merged.clear()
        return state

    def save_last_sync(self, last: LastSync) -> bool:
        """Saves ``last_sync.json``; returns whether it changed."""
        return self._save(LAST_SYNC_FILE, render_last_sync(last))

    def save_cache(self, cache: Mapping[int, CachedMapping]) -> bool:
        """Saves ``mapping_cache.json``; returns whether it changed."""
        return self._save(MAPPING_FILE, render_mappings(cache))

    def save_ledger(self, ledger: Ledger) -> bool:
        """Saves ``plays.json``; returns whether it changed. Cheap when few entries did, as after each batch."""
        return self._save(LEDGER_FILE, self._ledger.render(ledger))

    def save_lists(self, lists: ListMemory) -> bool:
        """Saves ``shelves.json``; returns whether it changed."""
        return self._save(SHELVES_FILE, render_lists(lists))

    def save_text(self, name: str, text: str) -> bool:
        """Saves a page such as ``README.md`` or a chart as it is given; returns whether it changed."""
        return save_atomically(self.path / name, text.encode("utf-8", "replace"))

    def append_journal(self, line: JournalLine) -> None:
        """Adds one batch to its month's file and waits until it is on the disk."""
        name = f"{JOURNAL_FOLDER}/{line.at:%Y-%m}.jsonl"
        content = self._read(name) or b""
        whole = whole_lines(content)
        missing_end = whole[len(content) :]
        append_durably(self.path / name, missing_end + render_line(line), keep=min(len(whole), len(content)))

    def load_journal(self, *, run_id: str | None = None) -> tuple[JournalLine, ...]:
        """All lines in the order of writing, or those of one run."""
        names = sorted(name for name in self._names() if name.startswith(f"{JOURNAL_FOLDER}/"))
        lines = (line for name in names for line in parse_journal(self._read(name) or b"", self._shown(name)))
        return tuple(line for line in lines if run_id in (None, line.run_id))

    def plays_added_by(self, run_id: str, *, anilist_id: int | None = None) -> tuple[JournalPlay, ...]:
        """What that run added and no undo has removed since, of all entries or of one."""
        return standing_plays(self.load_journal(), run_id=run_id, anilist_id=anilist_id)

    def plays_added_for(self, anilist_id: int) -> tuple[JournalPlay, ...]:
        """What all runs added for one entry and no undo has removed since."""
        return standing_plays(self.load_journal(), anilist_id=anilist_id)

    def files(self, only: Collection[str] = ()) -> dict[str, bytes]:
        """The files that belong to the state (all, or those named), by name relative to the folder."""
        return {
            name: content
            for name in self._names()
            if (not only or name in only) and (content := self._read(name)) is not None
        }

    def has_news(self, now: datetime) -> bool:
        """Whether there is something to commit: more than a clock changed, or the weekly heartbeat is due."""
        return worth_committing(self.base, self.files(), now)

    def stamp_commit(self, now: datetime) -> None:
        """Notes in ``last_sync.json`` that the state is committed now; the heartbeat counts from it."""
        content = self._read(LAST_SYNC_FILE)
        if content is not None:
            last = parse_last_sync(content, self._shown(LAST_SYNC_FILE))
            self._save(LAST_SYNC_FILE, render_last_sync(replace(last, changed_at=now)))

    def restore(self) -> None:
        """Puts every file back as this run found it, or as it was last committed."""
        for name in self.files():
            if name not in self.base:
                self._remove(name)
        for name, content in self.base.items():
            save_atomically(self.path / name, content)

    def note_committed(self, ours: Mapping[str, bytes], merged: Mapping[str, bytes]) -> None:
        """Takes in what a commit left on GitHub: ``ours`` went up as it was, ``merged`` holds others' news too.

        Merged files are saved here; what this run holds in its memory does not know them until the next ``load``.
        """
        if self._base is None:
            self._base = {}
        self._base.update(ours)
        for name, content in merged.items():
            save_atomically(self.path / name, content)
        self._merged.update(merged)

    @contextmanager
    def locked(self, clock: Clock, *, patience: float = 0.0) -> Iterator[None]:
        """Keeps other runs on this machine out of the folder; waits up to ``patience`` seconds for one to end.

        Raises ``StateInUse``. The lock falls with its process, however that ends. Half-written files that a killed
        run left are removed.
        """
        with hold_lock(self.path, clock, patience):
            yield

    def _save(self, name: str, content: bytes) -> bool:
        if name not in self._checked:
            self._refuse_damaged(name)
        return save_atomically(self.path / name, content)

    def _refuse_damaged(self, name: str) -> None:
        """Raises rather than overwrite a file that this version cannot read."""
        content = self._read(name)
        if content is not None:
            _PARSERS[name](content, self._shown(name))
        self._checked.add(name)

    def _names(self) -> list[str]:
        try:
            found = [*self.path.glob("*"), *(self.path / JOURNAL_FOLDER).glob("*")]
        except OSError as error:
            raise self._unreadable(self.path.name, error) from error
        return sorted(
            path.relative_to(self.path).as_posix()
            for path in found
            if path.suffix in STATE_SUFFIXES and not path.name.startswith(".") and path.is_file()
        )

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(name, error) from error

    def _remove(self, name: str) -> None:
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path / name, error) from error

    def _shown(self, name: str) -> str:
        return f"{self.path.name}/{name}"

    def _unreadable(self, name: str, error: OSError) -> StateError:
        return StateError(f"{self._shown(name)} cannot be read: {error.strerror or error}.", "Check its permissions.")
