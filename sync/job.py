"""One run, top to bottom: read, select, map, plan; then brake, write, remember. Nothing is written before the plan."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

from sync.errors import StateError, SyncError
from sync.mapping.overrides.document import Overrides
from sync.model.anilist import MediaListEntry, MediaListStatus, watched_count
from sync.model.budget import Timetable
from sync.model.lists import ListMemory, SyncedLists
from sync.model.mapping import CachedMapping
from sync.model.plan import Ledger, Plan
from sync.model.run import Finished, LastSync, Readings, Requests, RunReport, RunRequest, State, Written
from sync.planning.lists.plan import ListWishes
from sync.planning.plan import plan_plays
from sync.planning.rewatches import plan_rewatches
from sync.planning.safety import check_brake
from sync.planning.selection import EntryMemory, open_entries, questions_still_asked
from sync.planning.times.watched_at import NO_HINTS, TimeHints
from sync.report.trouble import left_out_sentences
from sync.services.state import StateInUse
from sync.settings import Settings
from sync.steps.feed import FeedReader
from sync.steps.lists import ListSync
from sync.steps.mapping_run import Mapped, Mapper
from sync.steps.memory import RunMemory, refuse_if_leased
from sync.steps.reading import Reader, scope_of
from sync.steps.reporting import Circumstances, Known, last_sync_after, report_of
from sync.steps.writing import add_plays
from sync.wiring import Services

Entries = tuple[MediaListEntry, ...]
Steps = Generator[Known, None, Known]
"""Gives what is known after each step, so that after an error the last one tells how far the run came."""


class Job:
    """One run. ``run`` never raises a ``SyncError``: trouble is part of what it gives back."""

    def __init__(self, settings: Settings, services: Services, overrides: Overrides, request: RunRequest) -> None:
        self._settings = settings
        self._services = services
        self._request = request
        # Read once, so that the whole run is judged by one moment.
        self._now = services.clock.now()
        self._scope = scope_of(settings, overrides)
        self._reader = Reader(settings, services, self._scope)
        self._mapper = Mapper(services, settings, overrides, self._now)
        self._lists = ListSync(self._scope.parts, services, self._now)

    def run(self) -> Finished:
        """Does it all, and says what came of it."""
        known, error = Known(), None
        try:
            for known in self._steps():  # noqa: B007 - the last one is what is known at the end
                pass
        except SyncError as met:
            error = met
        return self._finish(known, error)

    def _steps(self) -> Iterator[Known]:
        known = Known(self._services.folder.load())
        yield known
        # A preview writes nothing, so another run that writes is not in its way.
        if not self._request.dry_run:
            refuse_if_leased(known.state.last_sync, self._now)
        known = yield from self._plan(known)
        # The seam: up to here nothing was written, and whatever is to be done with a plan begins here.
        if not self._request.dry_run:
            yield from self._apply(known)

    # --- planning -----------------------------------------------------------------------------------------------------

    def _plan(self, known: Known) -> Steps:
        """All that is read and decided before the first write."""
        state, timetable = self._comparable(known.state), self._timetable(known.state)
        readings = self._reader.read(state, self._now)
        yield (known := replace(known, readings=readings).warning(*readings.warnings))
        selected, readings, warnings = self._select(readings, state)
        yield (known := replace(known, readings=readings).warning(*warnings))
        # AniList tells when and Trakt tells which episodes: one is read while the other is.
        with FeedReader(self._services, timetable) as feed:
            feed.read_ahead(readings, selected, state)
            mapped = self._map(selected, readings, state, timetable)
            yield (known := replace(known, mapped=mapped))
            known = yield from self._plan_history(known, readings, state, feed)
        cache = self._remembered(selected, readings, mapped, state, known.plan)
        yield (known := replace(known, cache=cache).warning(*mapped.warnings))
        return (yield from self._plan_lists(known, ListWishes(readings.library, readings.for_lists, cache), state))

    def _comparable(self, state: State) -> State:
        """``state`` as far as it can be compared with what is read: without a log-in nobody's plays are."""
        return replace(state, ledger=Ledger(), lists=ListMemory()) if self._services.anonymous else state

    def _timetable(self, state: State) -> Timetable:
        most = None if self._is_approved(state.last_sync) else self._settings.max_new_plays
        return Timetable(self._settings.time_budget.total_seconds(), 0 if self._request.dry_run else most)

    def _is_approved(self, last: LastSync) -> bool:
        """Whether a person has approved more than ``MAX_NEW_PLAYS``, now or for the import that is being continued."""
        return self._request.allow_large or last.approved_import

    def _select(self, readings: Readings, state: State) -> tuple[Entries, Readings, tuple[str, ...]]:
        """The entries to resolve, the readings as far as this run is about them, and warnings."""
        only = self._request.only
        if only is not None:
            return self._select_one(readings, only)
        # A mapping that was made from other facts, or another override, is an open question again.
        basis = self._mapper.basis(readings.library.entries)
        memory = EntryMemory(state.ledger, state.cache, basis, self._now, readings.plays)
        selected = open_entries(readings.entries, readings.for_lists, memory)
        if self._settings.sync_rewatches:
            more = open_entries(readings.entries, readings.for_lists, memory, rewatches=True)
            # The account is asked for only where something depends on its answer.
            if len(more) > len(selected) and not self._reader.keeps_one_play():
                selected = more
        return selected, readings, ()

    def _select_one(self, readings: Readings, only: int) -> tuple[Entries, Readings, tuple[str, ...]]:
        """One entry as it stands on the list; one that is not on it is looked up, so that its mapping can be shown."""
        about_it = replace(readings, entries=tuple(e for e in readings.entries if e.anilist_id == only))
        on_list = tuple(entry for entry in readings.library.entries if entry.anilist_id == only)
        if on_list:
            return on_list, about_it, ()
        media = self._reader.fetch_media(only)
        if media is None:
            unknown = f"AniList knows no anime with the id {only}: it is the number in anilist.co/anime/…"
            return (), about_it, (unknown,)
        return (MediaListEntry(entry_id=0, media=media, status=MediaListStatus.PLANNING),), about_it, ()

    def _map(self, selected: Entries, readings: Readings, state: State, timetable: Timetable) -> Mapped:
        """Resolves as many entries as there is time to write; if that is none at all, it takes all the time."""
        # An entry that is asked for by itself is mapped afresh.
        cache = {key: cached for key, cached in state.cache.items() if key != self._request.only}
        deadline, datasets_at = self._services.deadline, state.last_sync.datasets_at
        in_time = deadline.earlier(timetable.for_writing(sum(map(watched_count, selected))))
        mapped = self._mapper.map(selected, cache, readings.library.entries, in_time, datasets_at)
        # Else an entry that takes longer than its share of the time would be put off by every run.
        if not mapped.complete and not mapped.targets:
            mapped = self._mapper.map(selected, cache, readings.library.entries, deadline, datasets_at)
        return mapped

    def _plan_history(self, known: Known, readings: Readings, state: State, feed: FeedReader) -> Steps:
        """What is to be added; its times only once it is known which activities may tell them."""
        mapped = known.mapped
        # Which plays are missing does not depend on their times, so the feed is read for those alone.
        plan = self._plan_plays(readings, mapped, state, NO_HINTS)
        yield (known := replace(known, plan=plan))
        if plan.adds:
            read = feed.read(readings, plan, state, whole=mapped.complete)
            hints = TimeHints(read.feed.activities, readings.library.user.utc_offset, self._settings.undated_plays)
            yield (known := replace(known, feed=read, plan=self._plan_plays(readings, mapped, state, hints)))
            if not read.feed.complete and not self._timetable(known.state).may_add(len(plan.adds)):
                known = known.warning(
                    "There was no time to read all AniList activities; some times in this preview are others."
                )
        return known

    def _plan_plays(self, readings: Readings, mapped: Mapped, state: State, hints: TimeHints) -> Plan:
        plan = plan_plays(
            readings.entries,
            targets=mapped.targets,
            plays=readings.plays,
            ledger=state.ledger,
            now=self._now,
            hints=hints,
            again=frozenset({self._request.only} if self._request.only and self._request.again else ()),
        )
        if not self._settings.sync_rewatches:
            return plan
        more = plan_rewatches(
            plan,
            readings.entries,
            targets=mapped.targets,
            plays=readings.plays,
            ledger=state.ledger,
            now=self._now,
            hints=hints,
        )
        return plan if any(play.rewatch for play in more.adds) and self._reader.keeps_one_play() else more

    def _remembered(
        self, selected: Entries, readings: Readings, mapped: Mapped, state: State, plan: Plan
    ) -> Mapping[int, CachedMapping]:
        """The mappings to remember: what was found out about the entries on the list, and what is still asked."""
        library = readings.library
        listed = {entry.anilist_id for entry in library.entries}
        on_list = tuple(entry for entry in selected if entry.anilist_id in listed)
        # Of an entry that came in a way that cannot be right, nobody says that it left the list.
        unread = set(state.cache) if 0 in library.unreadable else set(library.unreadable)
        cache = questions_still_asked(state.cache, (listed | unread) - self._scope.skipped)
        return self._mapper.remember(cache, on_list, mapped, plan.waiting)

    def _plan_lists(self, known: Known, wishes: ListWishes, state: State) -> Steps:
        """What to change on the lists: nothing until the mapping is complete and every entry can be read, since the
        ratings of shows, for one, are made of all their entries."""
        only, asked = self._request.only, self._trakt_requests()
        lists = SyncedLists(state.lists)
        if known.mapped.complete and not wishes.library.unreadable:
            memory = state.lists.asked_again(only) if only is not None and self._request.again else state.lists
            lists = self._lists.plan(wishes, known.mapped.layouts, memory, only=only)
        yield (known := replace(known, lists=lists, others=self._trakt_requests() - asked))
        return known

    def _trakt_requests(self) -> int:
        """How many requests to Trakt were made so far."""
        return self._services.usage.get("Trakt", Requests()).made

    # --- writing ------------------------------------------------------------------------------------------------------

    def _apply(self, known: Known) -> Iterator[Known]:
        """What was found out is kept in any case; what is planned is written unless the brake holds it back."""
        services, settings, plan = self._services, self._settings, known.plan
        ledger = known.state.ledger.noting(plan.noted)
        state = replace(known.state, cache=known.cache or {}, ledger=ledger, lists=known.lists.memory)
        yield (known := replace(known, state=state))
        # Before the brake: what was found out need not be asked for again when the person approves.
        services.folder.save_cache(state.cache)
        services.folder.save_ledger(state.ledger)
        self._lists.save(known.lists)
        check_brake(
            plan,
            max_new_plays=settings.max_new_plays,
            approved=self._is_approved(state.last_sync),
            changes=len(known.lists.report.plan.changes),
        )
        memory = RunMemory(
            services.folder,
            self._request.run_id,
            services.clock,
            last=state.last_sync,
            until=self._now + settings.time_budget,
            remote=services.repository,
        )
        known = yield from self._add_plays(known, memory)
        yield from self._change_lists(known, memory)

    def _add_plays(self, known: Known, memory: RunMemory) -> Steps:
        """Adds the plays whose activities were read; the others are for the next run, which will know when they were
        watched."""
        adds, unread = known.plan.adds, known.feed.unread if known.feed else frozenset[int]()
        dated = tuple(play for play in adds if play.anilist_id not in unread)
        nothing_yet = Written(known.state.ledger, carried_over=len(adds) - len(dated))
        yield (known := replace(known, written=nothing_yet))
        for written in add_plays(
            dated,
            nothing_yet,
            trakt=self._services.trakt,
            memory=memory,
            deadline=self._services.deadline,
            reserve=self._timetable(known.state).reserve,
        ):
            state = replace(known.state, ledger=written.ledger)
            yield (known := replace(known, written=written, state=state))
        return known

    def _change_lists(self, known: Known, memory: RunMemory) -> Iterator[Known]:
        others, asked = known.others, self._trakt_requests()
        for lists in self._lists.write(known.lists, memory, reserve=self._timetable(known.state).reserve):
            state = replace(known.state, lists=lists.memory)
            yield (known := replace(known, lists=lists, state=state, others=others + self._trakt_requests() - asked))

    # --- the end ------------------------------------------------------------------------------------------------------

    def _finish(self, known: Known, error: SyncError | None) -> Finished:
        """The report, made once of what is known, and what the next run remembers of this one."""
        services, last = self._services, known.state.last_sync
        folder, login = services.folder, services.login
        known = known.warning(*login.warnings, *folder.warnings, *left_out_sentences(services.left_out))
        report = report_of(
            replace(known, others=known.others + self._reader.asked_account),
            Circumstances(self._request, self._settings, self._now, services.clock.now(), last.good_at, services.usage),
            error,
        )
        # What cannot be read, or belongs to another run just now, is not written over; what was done is remembered.
        unread = isinstance(error, StateError) and not (report.posted or report.lists.done)
        if self._request.dry_run or unread or isinstance(error, StateInUse):
            return self._finished(report, known, known.state, error)
        last = last_sync_after(last, known, report, approved=self._is_approved(last))
        try:
            services.folder.save_last_sync(last)
        except StateError as met:
            report, error = replace(report, warnings=(*report.warnings, str(met))), error or met
        return self._finished(report, known, replace(known.state, last_sync=last), error)

    def _finished(self, report: RunReport, known: Known, state: State, error: SyncError | None) -> Finished:
        """With what was read, for the pages that show the whole list."""
        readings = known.readings
        if readings is not None:
            entries, _ = self._scope.for_history(readings.library.entries)
            readings = replace(readings, entries=entries)
        layouts = {key: layout for key, layout in known.mapped.layouts.items() if layout is not None}
        return Finished(report, state, error, readings, layouts)
