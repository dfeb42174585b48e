"""What the job remembers between runs, and how a run left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.errors import SyncError
from sync.model.lists import ListMemory
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger
from sync.model.run import LastSync, Readings, RunReport
from sync.model.trakt import ShowLayout


@dataclass(frozen=True, slots=True)
class State:
    """What the files of ``state/`` hold, the journal aside; a missing file is an empty value. ``cache`` is by AniList
    id."""

    last_sync: LastSync = field(default_factory=LastSync)
    cache: Mapping[int, CachedMapping] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    lists: ListMemory = field(default_factory=ListMemory)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. ``error`` decides the exit code; ``state`` is what ``state/`` holds now, as far as is known.

    ``readings`` are of the whole list, whatever the run was about, ``None`` if it did not come that far; ``layouts``
    are the shows that were read, by Trakt id.
    """

    report: RunReport
    state: State
    error: SyncError | None = None
    readings: Readings | None = None
    layouts: Mapping[int, ShowLayout] = field(default_factory=dict)
