"""Rewatches in one run, if they are synced and the Trakt account keeps more than one play of each item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sync.model.anilist import MediaListEntry
from sync.model.plan import Ledger, Plan
from sync.planning.decision import Targets
from sync.planning.new_plays import TimeHints
from sync.planning.rewatches import plan_rewatches
from sync.settings import Settings
from sync.steps.reading import Readings
from sync.wiring import Services

Entries = tuple[MediaListEntry, ...]


class Rewatches:
    """Adds rewatches to what a run looks at and plans. Trakt is asked about the account only when there are some."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._on = settings.sync_rewatches
        self._services = services
        self._once: bool | None = None

    def entries_to_look_at(self, look: Callable[[bool], Entries]) -> Entries:
        """What ``look`` gives with rewatches in mind, if any are to be added; else what it gives without."""
        first = look(False)
        with_rewatches = look(True) if self._on else first
        return with_rewatches if len(with_rewatches) > len(first) and not self._keeps_one_play() else first

    def plan(
        self,
        first: Plan,
        readings: Readings,
        *,
        targets: Mapping[int, Targets],
        ledger: Ledger,
        now: datetime,
        hints: TimeHints,
    ) -> Plan:
        """``first``, which was made of the same values, with the rewatches."""
        if not self._on:
            return first
        planned = plan_rewatches(
            first, readings.entries, targets=targets, plays=readings.plays, ledger=ledger, now=now, hints=hints
        )
        return first if any(play.rewatch for play in planned.adds) and self._keeps_one_play() else planned

    def _keeps_one_play(self) -> bool:
        """Whether the user told Trakt to keep only one play of each item."""
        if self._once is None:
            services = self._services
            self._once = not services.anonymous and services.trakt.fetch_account(services.deadline).watch_only_once
        return self._once
