"""Ratings, watchlist and dropped shows in one run; Trakt is asked about them only where something is open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync.mapping.overrides.document import Overrides
from sync.model.anilist import AniListLibrary, MediaListEntry
from sync.model.lists import DesiredItem, ItemKind, ListChange, ListItem, ListMemory, ListPlan, ListReport, TraktList
from sync.model.mapping import CachedMapping, Verdict
from sync.model.trakt import ShowLayout
from sync.planning.lists import ratings, watchlist
from sync.planning.lists.decisions import is_open, joined_plans, open_items, plan_list
from sync.planning.lists.dropped import doubtful_shows, picked_up_again, wanted_as_dropped
from sync.planning.lists.places import Parts, Placed, place_entries, unplaced_entries
from sync.planning.lists.ratings import wanted_ratings
from sync.planning.lists.watchlist import left_the_plan, wanted_on_watchlist
from sync.services.trakt.lists import stamp_names
from sync.settings import Settings
from sync.steps.list_writer import ListWriter
from sync.steps.scope import entries_for_lists
from sync.wiring import Services

ASK_AGAIN = timedelta(days=1)
"""After this long a full list is tried again even if nothing on it changed: its limit may have been raised."""

Mappings = Mapping[int, CachedMapping]


class Shelver:
    """The lists of one run. With all parts switched off it does nothing and asks for nothing.

    ``lists`` is what is known of them, ``report`` what came of the run.
    """

    def __init__(
        self, settings: Settings, services: Services, overrides: Overrides, run_id: str, now: datetime
    ) -> None:
        self._settings = settings
        self._services = services
        self._overrides = overrides
        self._run_id = run_id
        self._now = now
        self._parts = Parts(settings.sync_ratings, settings.sync_watchlist, settings.sync_dropped)
        self.lists = ListMemory()
        self.report = ListReport()

    def entries_to_look_at(
        self, library: AniListLibrary, cache: Mappings, basis: Mapping[int, str]
    ) -> tuple[MediaListEntry, ...]:
        """The entries that have no certain place yet and are asked for one by these parts alone."""
        return unplaced_entries(self._used(library), cache=cache, basis=basis, now=self._now)

    def _used(self, library: AniListLibrary) -> tuple[MediaListEntry, ...]:
        if not self._parts:
            return ()
        listed = entries_for_lists(library.entries, self._settings, self._overrides)
        return tuple(entry for entry in listed if self._parts.use(entry))

    # --- planning -----------------------------------------------------------------------------------------------------

    def plan(
        self,
        library: AniListLibrary,
        cache: Mappings,
        layouts: Mapping[int, ShowLayout | None],
        lists: ListMemory,
        *,
        complete: bool = True,
        only: int | None = None,
        again: bool = False,
    ) -> ListPlan:
        """What to change. ``layouts`` are the shows that were read in this run; ``only`` keeps to one entry, ``again``
        forgets what the user changed or undid of it. Nothing is planned until the mapping is ``complete``: the ratings
        of shows, for one, are made of all their entries.
        """
        self.lists = ListMemory() if self._services.anonymous else lists
        if not self._parts or not complete:
            return ListPlan()
        if only is not None and again:
            self.lists = self.lists.asked_again(only)
        used = self._used(library)
        wanted = _Wanted(library, used, cache)
        self._learn_seasons(wanted, layouts, only)
        plan = joined_plans([self._plan_list(which, *wanted.of(which, self.lists)) for which in self._switched_on()])
        plan = plan if only is None else plan.only(only)
        self.report = ListReport(plan=plan, waiting=plan.waiting, unplaced=_unplaced(used, cache))
        for which, lines in plan.noted.items():
            self.lists = self.lists.noting(which, lines)
        return plan

    def _switched_on(self) -> tuple[TraktList, ...]:
        on = {
            TraktList.RATINGS: self._parts.ratings,
            TraktList.WATCHLIST: self._parts.watchlist,
            TraktList.DROPPED: self._parts.dropped,
        }
        return tuple(which for which, is_on in on.items() if is_on)

    def _learn_seasons(self, wanted: _Wanted, layouts: Mapping[int, ShowLayout | None], only: int | None) -> None:
        """The seasons of the shows that matter here: those that are not known, and afresh those that something is to be
        written about."""
        concerned = [each for each in wanted.placed(self.lists) if self._needs_seasons(each)]
        titles = {each.title.ids.trakt: each.title for each in concerned}
        self._note_seasons({key: layouts[key] for key in titles if key in layouts})
        for _ in range(2):  # what was not known at all may show that something is open
            opened = self._open_entries(wanted)
            stale = {
                each.title.ids.trakt
                for each in wanted.placed(self.lists)
                if self._needs_seasons(each)
                and each.title.ids.trakt not in layouts
                and only in (None, each.anilist_id)
                and (each.seasons is None or each.anilist_id in opened)
            }
            if not stale:
                return
            read = self._services.trakt.fetch_layouts([titles[key] for key in sorted(stale)], self._services.deadline)
            layouts = {**layouts, **dict.fromkeys(stale), **read}
            self._note_seasons(read)

    def _note_seasons(self, layouts: Mapping[int, ShowLayout | None]) -> None:
        self.lists = self.lists.with_seasons({key: each.seasons if each else () for key, each in layouts.items()})

    def _needs_seasons(self, placed: Placed) -> bool:
        return not placed.is_film and (
            (self._parts.ratings and ratings.needs_seasons(placed))
            or (self._parts.watchlist and watchlist.needs_seasons(placed))
        )

    def _open_entries(self, wanted: _Wanted) -> frozenset[int]:
        """The entries because of which something may have to be changed."""
        return frozenset(
            anilist_id
            for which in self._switched_on()
            for wish in wanted.of(which, self.lists)[0]
            if is_open(wish.value, self.lists.of(which).get(wish.item))
            for anilist_id in wish.anilist_ids
        )

    def _plan_list(self, which: TraktList, wishes: tuple[DesiredItem, ...], released: frozenset[ListItem]) -> ListPlan:
        notes = self.lists.of(which)
        opened = open_items(wishes, released, notes)
        if not opened:
            return plan_list(which, (), released, notes, None)
        if not opened & released and self._is_still_full(which):
            waiting = [
                ListChange(which, wish.item, None, wish.value, wish.anilist_ids, wish.season)
                for wish in wishes
                if wish.item in opened
            ]
            return replace(plan_list(which, (), released, notes, None), waiting=tuple(waiting))
        kinds = {item.kind for item in opened}
        there = self._fetch(which, kinds)
        # The kinds that were not read are as they should be, as far as is known.
        return plan_list(which, [wish for wish in wishes if wish.item.kind in kinds], released, notes, there)

    def _fetch(self, which: TraktList, kinds: Collection[ItemKind]) -> Mapping[ListItem, int]:
        if self._services.anonymous:
            return {}  # a preview without a log-in shows what would be there in an empty account
        return self._services.trakt.lists.fetch(which, self._services.deadline, kinds=kinds)

    def _is_still_full(self, which: TraktList) -> bool:
        """Whether Trakt said lately that the list takes no more, and nothing was taken off it since."""
        full_at = self.lists.full_at.get(which)
        if full_at is None or self._now - full_at >= ASK_AGAIN:
            return False
        stamps = self._services.trakt.fetch_last_activities(self._services.deadline)
        return all(name not in stamps or stamps[name] <= full_at for name in stamp_names(which))

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Saves what was found out, whether or not anything is written."""
        if self._parts:
            self._services.folder.save_lists(self.lists)

    def write(self, share: Callable[[], None]) -> None:
        """Makes the planned changes; ``share`` lets other machines know of what is about to be sent."""
        if not self.report.plan.changes:
            return
        services = self._services
        writer = ListWriter(
            services.trakt,
            services.folder,
            self.lists,
            services.deadline,
            run_id=self._run_id,
            share=share,
        )
        try:
            writer.write(self.report.plan)
        finally:
            self.lists = writer.lists
            self.report = replace(writer.report, unplaced=self.report.unplaced)


class _Wanted:
    """What AniList asks of each list, as far as the entries' places are certain."""

    def __init__(self, library: AniListLibrary, used: tuple[MediaListEntry, ...], cache: Mappings) -> None:
        self._format = library.user.score_format
        self._library = library
        self._used = used
        self._cache = cache
        self._listed = {entry.anilist_id for entry in used}

    def placed(self, lists: ListMemory) -> tuple[Placed, ...]:
        """The entries with a certain place, and with the seasons of their shows as they are known now."""
        return place_entries(self._used, self._cache, lists.seasons)

    def of(self, which: TraktList, lists: ListMemory) -> tuple[tuple[DesiredItem, ...], frozenset[ListItem]]:
        """The wishes for one list, and the known items of it that nobody asks for any more."""
        placed, notes = self.placed(lists), lists.of(which)
        if which is TraktList.RATINGS:
            return wanted_ratings(placed, self._format), frozenset()
        if which is TraktList.WATCHLIST:
            wishes = wanted_on_watchlist(placed)
            return wishes, left_the_plan(notes, wishes, self._library.entries, placed)
        # Also entries that are left out speak for their show, as far as their place is known.
        everywhere = place_entries(self._library.entries, self._cache, {})
        return self._dropped(everywhere), picked_up_again(notes, everywhere)

    def _dropped(self, everywhere: tuple[Placed, ...]) -> tuple[DesiredItem, ...]:
        if any(entry.anilist_id not in self._cache for entry in self._used):
            return ()  # while an entry was not looked at, it may belong to any show
        doubtful = doubtful_shows(self._library.entries, self._cache, everywhere)
        asked = wanted_as_dropped(everywhere, doubtful)
        mine = (replace(wish, anilist_ids=_those_in(wish.anilist_ids, self._listed)) for wish in asked)
        return tuple(wish for wish in mine if wish.anilist_ids)


def _those_in(anilist_ids: Iterable[int], listed: set[int]) -> tuple[int, ...]:
    return tuple(anilist_id for anilist_id in anilist_ids if anilist_id in listed)


def _unplaced(used: Iterable[MediaListEntry], cache: Mappings) -> tuple[int, ...]:
    """The entries that these parts ask for and that have no certain match."""
    uncertain = (Verdict.UNRESOLVED, Verdict.AMBIGUOUS)
    return tuple(e.anilist_id for e in used if (known := cache.get(e.anilist_id)) and known.verdict in uncertain)
