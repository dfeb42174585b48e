"""The folder ``state/``: the job's memory between runs.

Two runs may work at the same time, a person may put back a week-old file, a run may have begun from an old checkout.
Which side is newer is not always known, so each file is merged by a rule that needs no order: merging is commutative
and idempotent, and what it may get wrong, the next run's reading of Trakt puts right without adding a play.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sync.errors import StateError
from sync.model.journal import JournalLine, JournalPlay, standing_plays
from sync.model.lists import ListMemory
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger
from sync.model.run import LastSync, State
from sync.services.clock import Clock
from sync.services.state.disk import PlainFolder
from sync.services.state.document import newer_token
from sync.services.state.journal import merge_journals, parse_journal, read_lines, render_line, whole_lines
from sync.services.state.last_sync_file import (
    LAST_SYNC_FILE,
    merge_last_syncs,
    parse_last_sync,
    render_last_sync,
    without_clocks,
)
from sync.services.state.ledger_file import LEDGER_FILE, LedgerFile, merge_ledgers, parse_ledger, render_ledger
from sync.services.state.lists_file import SHELVES_FILE, merge_lists, parse_lists, render_lists
from sync.services.state.mapping_file import (
    MAPPING_FILE,
    merge_mappings,
    parse_mappings,
    render_mappings,
    without_verified_at,
)

T = TypeVar("T")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
JOURNAL_FOLDER = "journal"
PAGES = ("README.md", "plays.svg")
"""What is drawn from the rest: no reason for a commit by itself, but part of one."""
TOKEN_FILES = ("trakt_token.enc", "trakt_token.json")
"""They are taken whole, the newer one of two."""
HEARTBEAT = timedelta(days=7)
"""GitHub switches a public repository's schedule off after 60 days without activity (GitHub docs, "Disabling and
enabling a workflow"); a weekly record of the last run is activity, and tells a person that all is well."""

_JOURNAL = re.compile(rf"{JOURNAL_FOLDER}/[0-9]{{4}}-(?:0[1-9]|1[0-2])\.jsonl")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one file is read, written and merged; ``steady`` is what of it is worth a commit."""

    parse: Callable[..., Any]
    render: Callable[..., bytes]
    merge: Callable[[Any, Any], Any]
    steady: Callable[[Any], object]


_KINDS: Mapping[str, _Kind] = {
    LAST_SYNC_FILE: _Kind(parse_last_sync, render_last_sync, merge_last_syncs, without_clocks),
    MAPPING_FILE: _Kind(parse_mappings, render_mappings, merge_mappings, without_verified_at),
    LEDGER_FILE: _Kind(parse_ledger, render_ledger, merge_ledgers, lambda ledger: ledger),
    SHELVES_FILE: _Kind(parse_lists, render_lists, merge_lists, lambda lists: lists),
}
NAMES = (*_KINDS, *TOKEN_FILES, *PAGES)
"""All that the folder holds besides the journal's months; nothing else in it is read or committed."""


class StateFolder:
    """Loads and saves the state files at ``path``.

    Every method raises ``StateError`` when a file is damaged, of a newer schema, no plain file, or cannot be read or
    written; such a file is never overwritten. It also remembers each file as it was first seen (``base``), which is how
    a commit knows what changed here and what changed on GitHub meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._disk = PlainFolder(path)
        self._ledger = LedgerFile()
        self._months: dict[str, tuple[bytes, tuple[JournalLine, ...]]] | None = None
        self._checked: dict[str, bytes] = {}
        self._base: dict[str, bytes] | None = None
        self._merged: dict[str, bytes] = {}
        self._left_out: dict[str, dict[str, None]] = {}

    @property
    def base(self) -> Mapping[str, bytes]:
        """Each file as this run found it, or as it was last committed; empty before ``load``."""
        return self._base or {}

    @property
    def is_loaded(self) -> bool:
        """Whether everything in it could be read."""
        return self._base is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out of each file, when it was read or written, because nothing real is like that."""
        return tuple(
            f"{self._disk.shown(name)} does without what no AniList entry and no Trakt title has: {'; '.join(beyond)}."
            for name, beyond in self._left_out.items()
        )

    def create(self) -> None:
        """Makes the folder, if it is not there."""
        self._disk.create()

    def load(self) -> State:
        """All that the files hold; the journal is looked through, too, since a run that cannot read it must not write.
        The first call settles ``base``, so call it before anything is saved."""
        files = self.files()
        state = State(
            last_sync=self._parsed(LAST_SYNC_FILE, files, parse_last_sync) or LastSync(),
            cache=self._parsed(MAPPING_FILE, files, parse_mappings) or {},
            ledger=self._parsed(LEDGER_FILE, files, self._ledger.parse) or Ledger(),
            lists=self._parsed(SHELVES_FILE, files, parse_lists) or ListMemory(),
        )
        for name, content in files.items():
            if _JOURNAL.fullmatch(name) and self._checked.get(name) != content:
                for _ in read_lines(content, self._disk.shown(name)):
                    pass
        self._checked.update(files)
        if self._base is None:
            self._base = dict(files)
        # What a commit merged in is known to the run only from here on.
        self._base.update({name: content for name, content in self._merged.items() if files.get(name) == content})
        self._merged.clear()
        return state

    def save_last_sync(self, last: LastSync) -> bool:
        """Saves ``last_sync.json``; returns whether it changed."""
        return self._save(LAST_SYNC_FILE, last)

    def save_cache(self, cache: Mapping[int, CachedMapping]) -> bool:
        """Saves ``mapping_cache.json``; returns whether it changed."""
        return self._save(MAPPING_FILE, cache)

    def save_ledger(self, ledger: Ledger) -> bool:
        """Saves ``plays.json``; returns whether it changed. Cheap when few entries did, as after each batch."""
        return self._save(LEDGER_FILE, ledger, render=self._ledger.render)

    def save_lists(self, lists: ListMemory) -> bool:
        """Saves ``shelves.json``; returns whether it changed."""
        return self._save(SHELVES_FILE, lists)

    def save_text(self, name: str, text: str) -> bool:
        """Saves one of the ``PAGES`` as it is given; returns whether it changed."""
        return self._disk.save(PAGES[PAGES.index(name)], text.encode("utf-8", "replace"))

    def append_journal(self, line: JournalLine) -> None:
        """Adds one batch to its month's file and waits until it is on the disk.

        The whole journal is read before the first line is added: after it, something is on Trakt.
        """
        months = self._read_months() if self._months is None else self._months
        name = f"{JOURNAL_FOLDER}/{line.at:%Y-%m}.jsonl"
        text, beyond = render_line(line), list[str]()
        added = parse_journal(text, self._disk.shown(name), beyond)
        if beyond:
            raise StateError(f"What is about to be done cannot be written down: {'; '.join(beyond)}.", "Report this.")
        content = self._disk.read(name) or b""
        whole = whole_lines(content)
        missing_end = whole[len(content) :]
        self._disk.append(name, missing_end + text, keep=min(len(whole), len(content)))
        _, known = months.get(name, (b"", ()))
        months[name] = _as_in_git(whole) + text, (*known, *added)

    def load_journal(self, *, run_id: str | None = None) -> tuple[JournalLine, ...]:
        """All lines in the order of writing, or those of one run."""
        lines = (line for _, of_month in self._read_months().values() for line in of_month)
        return tuple(line for line in lines if run_id in (None, line.run_id))

    def plays_added_by(self, run_id: str, *, anilist_id: int | None = None) -> tuple[JournalPlay, ...]:
        """What that run added and no undo has removed since, of all entries or of one."""
        return standing_plays(self.load_journal(), run_id=run_id, anilist_id=anilist_id)

    def plays_added_for(self, anilist_id: int) -> tuple[JournalPlay, ...]:
        """What all runs added for one entry and no undo has removed since."""
        return standing_plays(self.load_journal(), anilist_id=anilist_id)

    def files(self, only: Collection[str] = ()) -> dict[str, bytes]:
        """The files that belong to the state (all, or those named), by name relative to the folder."""
        wanted = [name for name in sorted((*NAMES, *self._month_names())) if not only or name in only]
        return {name: content for name in wanted if (content := self._read(name)) is not None}

    def has_news(self, now: datetime) -> bool:
        """Whether there is something to commit: more than a clock changed, or the weekly heartbeat is due."""
        changed = self._changed()
        return self.has_changes() or (LAST_SYNC_FILE in changed and _heartbeat_due(self.base.get(LAST_SYNC_FILE), now))

    def has_changes(self) -> bool:
        """Whether more than a clock changed."""
        return any(_says_more(name, self.base.get(name), content) for name, content in self._changed().items())

    def _changed(self) -> dict[str, bytes]:
        """The files that are not as they were, the pages aside."""
        ours = self.files()
        return {name: each for name, each in ours.items() if self.base.get(name) != each and name not in PAGES}

    def stamp_commit(self, now: datetime) -> None:
        """Notes in ``last_sync.json`` that the state is committed now; the heartbeat counts from it."""
        content = self._read(LAST_SYNC_FILE)
        if content is not None:
            last = parse_last_sync(content, self._disk.shown(LAST_SYNC_FILE))
            self.save_last_sync(replace(last, changed_at=now))

    def restore(self) -> None:
        """Puts every file back as this run found it, or as it was last committed."""
        for name in self.files():
            if name not in self.base:
                self._disk.remove(name)
        for name, content in self.base.items():
            self._disk.save(name, content)

    def note_committed(self, ours: Mapping[str, bytes], merged: Mapping[str, bytes]) -> None:
        """Takes in what a commit left on GitHub: ``ours`` went up as it was, ``merged`` holds others' news too.

        Merged files are saved here; what this run holds in its memory does not know them until the next ``load``.
        """
        if self._base is None:
            self._base = {}
        self._base.update(ours)
        for name, content in merged.items():
            self._disk.save(name, content)
        self._merged.update(merged)

    @contextmanager
    def locked(self, clock: Clock, *, patience: float = 0.0) -> Iterator[None]:
        """Keeps other runs on this machine out of the folder; waits up to ``patience`` seconds for one to end.

        Raises ``StateInUse``. The lock falls with its process, however that ends. Half-written files that a killed
        run left are removed.
        """
        with self._disk.locked(clock, patience=patience):
            with suppress(StateError):  # what is wrong with the folder is said when it is loaded
                self._disk.remove_leftovers()
                self._disk.remove_leftovers(JOURNAL_FOLDER)
            yield

    def _month_names(self) -> list[str]:
        names = (f"{JOURNAL_FOLDER}/{name}" for name in self._disk.names(JOURNAL_FOLDER))
        return sorted(filter(_JOURNAL.fullmatch, names))

    def _read_months(self) -> dict[str, tuple[bytes, tuple[JournalLine, ...]]]:
        """Each month's content and lines; one that is as it was is not worked out again."""
        months = {}
        for name in self._month_names():
            content = self._read(name) or b""
            known = (self._months or {}).get(name)
            if known is None or known[0] != content:
                known = content, self._parsed(name, {name: content}, parse_journal) or ()
            months[name] = known
        self._months = months
        return months

    def _parsed(self, name: str, files: Mapping[str, bytes], parse: Callable[[bytes, str, list[str]], T]) -> T | None:
        content = files.get(name)
        if content is None:
            return None
        left_out: list[str] = []
        value = parse(content, self._disk.shown(name), left_out)
        self._note_left_out(name, left_out)
        return value

    def _save(self, name: str, value: object, *, render: Callable[..., bytes] | None = None) -> bool:
        if name not in self._checked:
            self._refuse_damaged(name)
        left_out: list[str] = []
        content = (render or _KINDS[name].render)(value, left_out)
        self._note_left_out(name, left_out)
        return self._disk.save(name, content)

    def _note_left_out(self, name: str, left_out: list[str]) -> None:
        if left_out:
            self._left_out.setdefault(name, {}).update(dict.fromkeys(left_out))

    def _refuse_damaged(self, name: str) -> None:
        """Raises rather than overwrite a file that this version cannot read."""
        content = self._read(name)
        if content is not None:
            _KINDS[name].parse(content, self._disk.shown(name))
        self._checked[name] = content or b""

    def _read(self, name: str) -> bytes | None:
        content = self._disk.read(name)
        return None if content is None else _as_in_git(content)


def is_state_file(name: str) -> bool:
    """Whether the job writes a file of this name, relative to the folder."""
    return name in NAMES or _JOURNAL.fullmatch(name) is not None


def merge_file(name: str, ours: bytes, theirs: bytes) -> bytes:
    """The file called ``name`` with what both versions know. Raises ``StateError`` if either cannot be read."""
    if ours == theirs:
        return ours
    if kind := _KINDS.get(name):
        return kind.render(kind.merge(kind.parse(ours, name), kind.parse(theirs, name)))
    if _JOURNAL.fullmatch(name):
        return merge_journals(ours, theirs, name)
    # Of the pages, ours is the one made from the newest run.
    return newer_token(ours, theirs, name) if name in TOKEN_FILES else ours


def _as_in_git(content: bytes) -> bytes:
    """A file as git keeps it: a clone on Windows may end lines its own way, and an editor there add a mark."""
    return content.removeprefix(BYTE_ORDER_MARK).replace(b"\r\n", b"\n")


def _says_more(name: str, base: bytes | None, ours: bytes) -> bool:
    kind = _KINDS.get(name)
    if base is None or kind is None:
        return True
    return kind.steady(kind.parse(base, name)) != kind.steady(kind.parse(ours, name))


def _heartbeat_due(base: bytes | None, now: datetime) -> bool:
    changed_at = parse_last_sync(base, LAST_SYNC_FILE).changed_at if base is not None else None
    return changed_at is None or now - changed_at >= HEARTBEAT
