"""One run, top to bottom: read, map, plan, brake, write, remember. All reads end before the first write."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sync.errors import ServiceUnavailable, StateError, StoppedByBrake, SyncError
from sync.mapping.overrides.document import Overrides
from sync.model.anilist import MediaListEntry
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger, Plan
from sync.model.run import Outcome, Requests, RunReport
from sync.planning.new_plays import TimeHints
from sync.planning.plan import plan_plays
from sync.planning.progress import watched_count
from sync.planning.safety import check_brake
from sync.report.trouble import describe
from sync.services.console.progress import tell_progress
from sync.services.state import State, StateInUse
from sync.settings import Settings
from sync.steps.accounting import budget_of
from sync.steps.applying import Writer
from sync.steps.feed import FeedReader, Hints
from sync.steps.looking import Looker
from sync.steps.mapping_run import Mapped, Mapper
from sync.steps.memory import RunMemory, refuse_if_leased
from sync.steps.reading import Reader, Readings
from sync.steps.remembering import goes_on, last_sync_after
from sync.steps.rewatching import Rewatches
from sync.steps.shelving import Shelver
from sync.steps.timetable import Timetable
from sync.wiring import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What this run was asked to do. ``only`` is one AniList id; with ``again``, plays of it that were removed or
    undone are added once more."""

    run_id: str
    dry_run: bool = False
    allow_large: bool = False
    only: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. ``error`` decides the exit code; ``state`` is what ``state/`` holds now, as far as is known."""

    report: RunReport
    state: State
    error: SyncError | None = None


class Job:
    """One run. ``run`` never raises a ``SyncError``: trouble is part of what it gives back."""

    def __init__(self, settings: Settings, services: Services, overrides: Overrides, request: RunRequest) -> None:
        self._settings = settings
        self._services = services
        self._request = request
        self._now = services.clock.now()
        self._left_out = {entry.anilist_id for entry in overrides.entries.values() if entry.skip is not None}
        self._reader = Reader(settings, services, overrides)
        self._mapper = Mapper(services, settings, overrides, self._now)
        self._rewatches = Rewatches(settings, services)
        self._shelver = Shelver(settings, services, overrides, request.run_id, self._now)
        self._looker = Looker(self._reader, self._mapper, self._rewatches, self._shelver, self._now)
        self._state: State | None = None
        self._readings: Readings | None = None
        self._hints: Hints | None = None
        self._mapped = Mapped()
        self._others = 0
        self._timetable = Timetable(services.deadline, settings.time_budget.total_seconds())
        self._report = RunReport(
            run_id=request.run_id,
            started_at=self._now,
            finished_at=self._now,
            outcome=Outcome.NOTHING_NEW,
            dry_run=request.dry_run,
            only=request.only,
            max_new_plays=settings.max_new_plays,
            log_titles=settings.log_titles,
        )

    def run(self) -> Finished:
        """Does it all, and says what came of it."""
        error: SyncError | None = None
        try:
            self._state = self._services.folder.load()
            self._report = replace(self._report, last_good_at=self._state.last_sync.good_at)
            if not self._request.dry_run:
                refuse_if_leased(self._state.last_sync, self._now)
            self._sync(self._state)
        except SyncError as met:
            error = met
            self._note_error(met)
        self._report = replace(
            self._report,
            finished_at=self._services.clock.now(),
            requests=self._services.usage,
            budget=budget_of(
                self._report,
                self._readings,
                self._mapped,
                self._hints,
                others=self._others + self._reader.asked_account,
            ),
            warnings=(*self._report.warnings, *self._services.login.warnings),
        )
        if self._state is not None and not self._request.dry_run and not isinstance(error, StateError | StateInUse):
            self._remember_run(self._state)
        return Finished(self._report, self._state or State(), error)

    def _sync(self, state: State) -> None:
        if self._services.anonymous:
            state = replace(state, ledger=Ledger())  # what it knows of plays could not be compared with Trakt's
        readings = self._reader.read(state, self._now)
        self._note_readings(readings)
        looked_at, readings = self._entries_to_look_at(readings, state)
        trusted = {key: cached for key, cached in state.cache.items() if key != self._request.only}
        most = None if self._may_be_large(state) else self._settings.max_new_plays
        self._timetable = replace(self._timetable, most_plays=0 if self._request.dry_run else most)
        with FeedReader(self._services, self._timetable) as feed:
            feed.read_ahead(readings, looked_at, state)
            mapped = self._mapped = self._map(looked_at, trusted, readings)
            plan = self._plan(readings, mapped, state, feed)
        on_list = tuple(entry for entry in looked_at if entry.anilist_id in self._report.entries)
        cache = self._mapper.remember(self._still_asked(state.cache), on_list, mapped, plan.waiting)
        self._note_mapped(readings, mapped, cache)
        with self._counting_others():
            self._shelver.plan(
                readings.library,
                cache,
                mapped.layouts,
                state.lists,
                complete=mapped.complete,
                only=self._request.only,
                again=self._request.again,
            )
        self._report = replace(self._report, lists=self._shelver.report)
        if not self._request.dry_run:
            self._write(plan, replace(state, cache=cache, ledger=state.ledger.noting(plan.noted)))
        self._report = replace(self._report, outcome=self._outcome(mapped))

    # --- reading and mapping ------------------------------------------------------------------------------------------

    def _entries_to_look_at(self, readings: Readings, state: State) -> tuple[tuple[MediaListEntry, ...], Readings]:
        """The entries to map, and the readings as far as this run is about them."""
        only = self._request.only
        if only is None:
            return self._looker.unsettled(readings, state), readings
        entries, about_it = self._looker.single(readings, only)
        if not entries:
            self._warn(f"AniList knows no anime with the id {only}: it is the number in anilist.co/anime/…")
        return entries, about_it

    def _map(
        self, looked_at: tuple[MediaListEntry, ...], cache: Mapping[int, CachedMapping], readings: Readings
    ) -> Mapped:
        """Resolves as many entries as there is time to write; if that is none at all, it takes all the time."""
        in_time = self._timetable.for_reading(sum(map(watched_count, looked_at)))
        mapped = self._mapper.map(looked_at, cache, readings.library.entries, in_time)
        if not mapped.complete and not mapped.targets:
            mapped = self._mapper.map(looked_at, cache, readings.library.entries, self._services.deadline)
        return mapped

    def _still_asked(self, cache: Mapping[int, CachedMapping]) -> dict[int, CachedMapping]:
        """``cache`` without the open questions that nobody asks any more: the entry left the list, or was settled by
        leaving it out. That it is gone is news, so the issue ticks it off."""
        listed = self._report.entries.keys() - self._left_out
        return {
            anilist_id: known for anilist_id, known in cache.items() if known.verdict.is_certain or anilist_id in listed
        }

    def _note_readings(self, readings: Readings) -> None:
        self._readings = readings
        self._report = replace(
            self._report,
            anilist_user=readings.library.user.name,
            trakt_user=readings.trakt_user,
            entries={entry.anilist_id: entry for entry in readings.library.entries},
            skipped=readings.left_out,
            warnings=(*self._report.warnings, *readings.warnings),
        )

    def _note_mapped(self, readings: Readings, mapped: Mapped, cache: dict[int, CachedMapping]) -> None:
        on_list = {entry.anilist_id for entry in readings.entries}
        self._report = replace(
            self._report,
            resolutions=mapped.resolutions,
            remembered={key: known for key, known in cache.items() if key in on_list and key not in mapped.resolutions},
            mapped=sum(1 for key in on_list if key in cache and cache[key].verdict.is_certain),
            warnings=(*self._report.warnings, *mapped.warnings),
        )

    # --- planning and writing -----------------------------------------------------------------------------------------

    def _plan(self, readings: Readings, mapped: Mapped, state: State, reader: FeedReader) -> Plan:
        """What is to be added; its times only once it is known which activities may tell them."""

        def plan(hints: TimeHints) -> Plan:
            first = plan_plays(
                readings.entries,
                targets=mapped.targets,
                plays=readings.plays,
                ledger=state.ledger,
                now=self._now,
                hints=hints,
                again=frozenset({self._request.only} if self._request.only and self._request.again else ()),
            )
            return self._rewatches.plan(
                first, readings, targets=mapped.targets, ledger=state.ledger, now=self._now, hints=hints
            )

        planned = plan(TimeHints())
        if planned.adds:
            hints = self._hints = reader.read(readings, planned, state, whole=mapped.complete)
            if not hints.feed.complete and not self._timetable.may_add(len(planned.adds)):
                self._warn("There was no time to read all AniList activities; some times in this preview are others.")
            offset = readings.library.user.utc_offset
            planned = plan(TimeHints(hints.feed.activities, offset, self._settings.undated_plays))
        self._report = replace(self._report, plan=planned)
        return planned

    def _write(self, plan: Plan, state: State) -> None:
        """What was found out is kept in any case; the plays are added unless the brake holds them back."""
        services = self._services
        self._state = state
        services.folder.save_cache(state.cache)
        services.folder.save_ledger(state.ledger)
        self._shelver.keep()
        changes = len(self._report.lists.plan.changes)
        check_brake(
            plan, max_new_plays=self._settings.max_new_plays, approved=self._may_be_large(state), changes=changes
        )
        memory = RunMemory(
            services.folder,
            self._request.run_id,
            services.clock,
            last=state.last_sync,
            until=self._now + self._settings.time_budget,
            remote=services.repository,
        )
        writer = Writer(services.trakt, memory, state.ledger, services.deadline, reserve=self._timetable.reserve)
        unread = self._hints.unread if self._hints else frozenset()
        dated = tuple(play for play in plan.adds if play.anilist_id not in unread)
        try:
            writer.add(dated, _tell_added)
            with self._counting_others():
                self._shelver.write(memory.share)
        finally:
            self._state = replace(state, ledger=writer.ledger, lists=self._shelver.lists)
            self._report = replace(
                self._report,
                lists=self._shelver.report,
                posted=tuple(writer.posted),
                not_found=tuple(writer.not_found),
                carried_over=writer.carried_over + len(plan.adds) - len(dated),
            )

    @contextmanager
    def _counting_others(self) -> Iterator[None]:
        """Counts the requests to Trakt that are about something else than plays."""
        before = self._services.usage.get("Trakt", Requests()).made
        yield
        self._others += self._services.usage.get("Trakt", Requests()).made - before

    def _may_be_large(self, state: State) -> bool:
        """Whether a person has approved more than ``MAX_NEW_PLAYS``, now or for the import that is being continued."""
        return self._request.allow_large or goes_on(state.last_sync)

    def _outcome(self, mapped: Mapped) -> Outcome:
        if self._request.dry_run:
            return Outcome.PREVIEW
        lists = self._report.lists
        if self._report.carried_over or lists.carried_over or not mapped.complete:
            return Outcome.PARTIAL
        return Outcome.ADDED if self._report.posted or lists.done else Outcome.NOTHING_NEW

    # --- remembering --------------------------------------------------------------------------------------------------

    def _remember_run(self, state: State) -> None:
        last = last_sync_after(
            state.last_sync, self._report, self._readings, self._hints, approved=self._may_be_large(state)
        )
        self._state = replace(state, last_sync=last)
        self._services.folder.save_last_sync(last)

    def _note_error(self, error: SyncError) -> None:
        if isinstance(error, StoppedByBrake):
            outcome = Outcome.BRAKE
        else:
            outcome = Outcome.OUTAGE if isinstance(error, ServiceUnavailable) else Outcome.FAILED
        trouble = describe(error)
        self._report = replace(self._report, outcome=outcome, trouble=trouble.text, remedy=trouble.remedy)

    def _warn(self, sentence: str) -> None:
        self._report = replace(self._report, warnings=(*self._report.warnings, sentence))


def _tell_added(done: int, of: int) -> None:
    log.info("Added %d of %d plays.", done, of)
    tell_progress(log, "Plays added to Trakt", done, of)
