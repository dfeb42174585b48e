"""How large ``state/`` is, how fast it is read and written, how little a new episode changes, and what a year of use
adds to the repository."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import unified_diff
from itertools import count
from pathlib import Path

from bench_values import NOW, Values, values_of

from demo.synthetic import synthetic_library
from sync.mapping.memory import basis_of, cached_from
from sync.mapping.overrides.document import Overrides
from sync.mapping.resolver import Resolver
from sync.model.anilist import watched_count
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger, NewPlay, PlayState, TimeSource
from sync.model.run import LastSync, Lease, Outcome, RunLine
from sync.model.trakt import PlayKind, TraktPlays
from sync.planning.plan import plan_plays
from sync.planning.times.watched_at import TimeHints
from sync.report.chart import count_by_month, render_chart
from sync.report.status_page import Status, render_status_page
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder
from sync.steps.mapping_run import targets_of_entries

ENTRIES, SHOWS, PLAYS = 3_000, 1_500, 60_000
BATCH = 100
PART = 10
"""Of a year with 1,460 runs, 730 of which add something, and 2,000 plays, one part in this many is lived through."""
RUNS, YEAR_PLAYS = 730, 2_000
SEED = 20261122
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StateMeasured:
    """Bytes by file, and seconds of CPU. ``changed`` is what a person sees as added and removed for one new episode;
    ``grown`` is by how much the repository, packed, grows in a year."""

    sizes: dict[str, int]
    load: float
    save: float
    changed: int
    grown: int

    @property
    def total(self) -> int:
        """All files together."""
        return sum(self.sizes.values())


def measure_state() -> StateMeasured:
    """A first import of 3,000 entries, one episode more, and a part of a year."""
    with tempfile.TemporaryDirectory() as scratch:
        year = Year(Path(scratch))
        year.first_import()
        sizes = {name: len(content) for name, content in year.files().items()}
        load, save = year.load_and_save()
        year.commit()
        packed = year.packed()
        year.watch(1)
        before = year.files()
        year.watch(1)
        changed = changed_bytes(before, year.files())
        chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
        left = YEAR_PLAYS // PART
        for run in range(RUNS // PART):
            episodes = min(left, max(1, left // (RUNS // PART - run) + chance.choice((-1, 0, 1))))
            year.watch(episodes, commit=True)
            left -= episodes
        return StateMeasured(_by_kind(sizes), load, save, changed, (year.packed() - packed) * PART)


class Year:
    """A state folder in a git repository, and what months of watching do to it."""

    def __init__(self, folder: Path) -> None:
        self._repository = folder
        self._folder = StateFolder(folder / "state")
        self._chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
        self._values = values_of(synthetic_library(ENTRIES, shows=SHOWS, plays=PLAYS, films=ENTRIES // 10))
        self._entries = {entry.anilist_id: entry for entry in self._values.entries}
        self._last = LastSync(anilist_user="misaki", anilist_user_id=5_000_123, trakt_user="misaki", entries=ENTRIES)
        self._ledger = Ledger()
        self._cache: dict[int, CachedMapping] = {}
        self._plays: list[JournalPlay] = []
        self._trakt_ids = count(90_000_000, 977)
        self._now = NOW
        self._git("init", "--quiet")

    def first_import(self) -> None:
        """60,000 plays, planned by the real planner, with ids as scattered as Trakt's are."""
        plays = scattered(planned(self._values, self._cache), self._chance)
        for start in range(0, len(plays), BATCH):
            self._add(plays[start : start + BATCH], PlayState.CONFIRMED)
        self._end(len(plays))

    def watch(self, episodes: int, *, commit: bool = False) -> None:
        """A run that adds the next episodes of some entry, with its two commits: before it writes, and at its end."""
        self._now += timedelta(hours=12)
        anilist_id = self._chance.choice(list(self._cache))
        first = len(self._ledger.of(anilist_id)) + 1
        plays = [self._play(anilist_id, number) for number in range(first, first + episodes)]
        self._last = replace(self._last, writing=Lease(self._run_id, self._now + timedelta(minutes=15)))
        self._add(plays, PlayState.PENDING)
        self._save()
        if commit:
            self.commit()
        self._last = replace(self._last, writing=None)
        self._note(plays, PlayState.CONFIRMED)
        self._end(len(plays))
        if commit:
            self.commit()

    def load_and_save(self) -> tuple[float, float]:
        """CPU seconds to read all that a run reads, and to write all of it into a fresh folder."""
        started = time.process_time()
        state = StateFolder(self._folder.path).load()
        loaded = time.process_time()
        copy = StateFolder(self._repository / "copy")
        copy.save_last_sync(state.last_sync)
        copy.save_cache(state.cache)
        copy.save_ledger(state.ledger)
        saved = time.process_time()
        shutil.rmtree(copy.path)
        return loaded - started, saved - loaded

    def commit(self) -> None:
        """The folder as it stands, as the job commits it."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", f"run {self._run_id}")

    def packed(self) -> int:
        """Bytes of the repository, packed as a server does it."""
        self._git("gc", "--quiet", "--prune=now")
        return sum(path.stat().st_size for path in (self._repository / ".git" / "objects").rglob("*") if path.is_file())

    def files(self) -> dict[str, bytes]:
        """The state files."""
        return self._folder.files()

    @property
    def _run_id(self) -> str:
        return f"{self._now:%Y%m%d-%H%M}-a3f"

    def _play(self, anilist_id: int, number: int) -> NewPlay:
        at = self._now - timedelta(minutes=self._chance.randrange(700))
        return NewPlay(anilist_id, number, PlayKind.EPISODE, next(self._trakt_ids), at, TimeSource.ACTIVITY)

    def _add(self, plays: Sequence[NewPlay], state: PlayState) -> None:
        line = JournalLine(self._run_id, self._now, JournalAction.ADD, tuple(map(JournalPlay.of, plays)))
        self._folder.append_journal(line)
        self._plays += line.plays
        self._note(plays, state)

    def _note(self, plays: Iterable[NewPlay], state: PlayState) -> None:
        self._ledger = self._ledger.noting(pair for play in plays for pair in play.lines(state))

    def _end(self, added: int) -> None:
        run = RunLine(self._run_id, self._now, Outcome.ADDED, added, 9)
        at = self._now
        self._last = replace(
            self._last, good_at=at, changed_at=at, activity_cursor=at, runs=(*self._last.runs, run)[-20:]
        )
        self._save()
        months = count_by_month(play.watched_at for play in self._plays if isinstance(play.watched_at, datetime))
        status = Status(self._last, self._cache, self._ledger, self._entries, plays_by_month=months)
        self._folder.save_text("plays.svg", render_chart(months))
        self._folder.save_text("README.md", render_status_page(status))

    def _save(self) -> None:
        self._folder.save_last_sync(self._last)
        self._folder.save_cache(self._cache)
        self._folder.save_ledger(self._ledger)

    def _git(self, *arguments: str) -> None:
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self._repository, check=True)  # noqa: S603, S607 - plain git


def planned(values: Values, cache: dict[int, CachedMapping]) -> list[NewPlay]:
    """What a first import of the library would add; its mappings go to ``cache``."""
    resolver = Resolver(
        [entry.media for entry in values.entries],
        index=values.index,
        overrides=Overrides(),
        memory={},
        progress={entry.anilist_id: watched_count(entry) for entry in values.entries},
    )
    resolver.learn(values.catalogue)
    resolved = resolver.resolved()
    for entry in values.entries:
        cache[entry.anilist_id] = cached_from(resolved.resolutions[entry.anilist_id], basis_of(entry.media, None), NOW)
    targets = targets_of_entries(values.entries, resolved.resolutions, values.catalogue)
    hints = TimeHints(values.activities)
    plan = plan_plays(values.entries, targets=targets, plays=TraktPlays(), ledger=Ledger(), now=NOW, hints=hints)
    return list(plan.adds)


def scattered(plays: Iterable[NewPlay], chance: random.Random) -> list[NewPlay]:
    """The plays with ids as they are on Trakt: seven of ten follow the one before, the others jump."""
    found, trakt_id = [], 100_000
    for play in plays:
        trakt_id += 1 if chance.random() < 0.7 else chance.randrange(2, 5_000)
        found.append(replace(play, trakt_id=trakt_id))
    return found


def changed_bytes(before: dict[str, bytes], after: dict[str, bytes]) -> int:
    """What a person sees as added and removed."""
    total = 0
    for name, content in after.items():
        old, new = before.get(name, b"").decode().splitlines(), content.decode().splitlines()
        if old != new:
            lines = [
                line for line in unified_diff(old, new, n=0) if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ]
            total += sum(len(line.encode()) for line in lines)
    return total


def _by_kind(sizes: dict[str, int]) -> dict[str, int]:
    """The journal's months as one."""
    found: dict[str, int] = {}
    for name, size in sizes.items():
        kind = "journal/" if name.startswith("journal/") else name
        found[kind] = found.get(kind, 0) + size
    return dict(sorted(found.items(), key=lambda item: -item[1]))
