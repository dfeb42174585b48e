"""Ratings, watchlist and dropped shows in one run; Trakt is asked about them only where something is open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync.config import Config
from sync.mapping.overrides import Overrides
from sync.model.anilist import AniListLibrary, MediaListEntry
from sync.model.mapping import CachedMapping, Verdict
from sync.model.shelves import ItemKind, Shelf, ShelfChange, ShelfItem, ShelfPlan, ShelfReport, Shelves, Wish
from sync.model.trakt import ShowLayout
from sync.planning import ratings, watchlist
from sync.planning.dropped import doubtful_shows, picked_up_again, wanted_as_dropped
from sync.planning.placed import Parts, Placed, place_entries, unplaced_entries
from sync.planning.ratings import wanted_ratings
from sync.planning.shelves import is_open, joined_plans, open_items, plan_shelf
from sync.planning.watchlist import left_the_plan, wanted_on_watchlist
from sync.services.trakt_lists import stamp_names
from sync.steps.scope import entries_for_lists
from sync.steps.shelf_writer import ShelfWriter
from sync.wiring import Services

ASK_AGAIN = timedelta(days=1)
"""After this long a full shelf is tried again even if nothing on it changed: its limit may have been raised."""

Mappings = Mapping[int, CachedMapping]


class Shelver:
    """The shelves of one run. With all parts switched off it does nothing and asks for nothing.

    ``shelves`` is what is known of them, ``report`` what came of the run.
    """

    def __init__(self, config: Config, services: Services, overrides: Overrides, run_id: str, now: datetime) -> None:
        self._config = config
        self._services = services
        self._overrides = overrides
        self._run_id = run_id
        self._now = now
        self._parts = Parts(config.sync_ratings, config.sync_watchlist, config.sync_dropped)
        self.shelves = Shelves()
        self.report = ShelfReport()

    def entries_to_look_at(
        self, library: AniListLibrary, cache: Mappings, basis: Mapping[int, str]
    ) -> tuple[MediaListEntry, ...]:
        """The entries that have no certain place yet and are asked for one by these parts alone."""
        return unplaced_entries(self._used(library), cache=cache, basis=basis, now=self._now)

    def _used(self, library: AniListLibrary) -> tuple[MediaListEntry, ...]:
        if not self._parts:
            return ()
        listed = entries_for_lists(library.entries, self._config, self._overrides)
        return tuple(entry for entry in listed if self._parts.use(entry))

    # --- planning -----------------------------------------------------------------------------------------------------

    def plan(
        self,
        library: AniListLibrary,
        cache: Mappings,
        layouts: Mapping[int, ShowLayout | None],
        shelves: Shelves,
        *,
        complete: bool = True,
        only: int | None = None,
        again: bool = False,
    ) -> ShelfPlan:
        """What to change. ``layouts`` are the shows that were read in this run; ``only`` keeps to one entry, ``again``
        forgets what the user changed or undid of it. Nothing is planned until the mapping is ``complete``: the ratings
        of shows, for one, are made of all their entries.
        """
        self.shelves = Shelves() if self._services.anonymous else shelves
        if not self._parts or not complete:
            return ShelfPlan()
        if only is not None and again:
            self.shelves = self.shelves.asked_again(only)
        used = self._used(library)
        wanted = _Wanted(library, used, cache)
        self._learn_seasons(wanted, layouts, only)
        plan = joined_plans([self._plan_shelf(shelf, *wanted.of(shelf, self.shelves)) for shelf in self._switched_on()])
        plan = plan if only is None else plan.only(only)
        self.report = ShelfReport(plan=plan, waiting=plan.waiting, unplaced=_unplaced(used, cache))
        for shelf, lines in plan.noted.items():
            self.shelves = self.shelves.noting(shelf, lines)
        return plan

    def _switched_on(self) -> tuple[Shelf, ...]:
        on = {
            Shelf.RATINGS: self._parts.ratings,
            Shelf.WATCHLIST: self._parts.watchlist,
            Shelf.DROPPED: self._parts.dropped,
        }
        return tuple(shelf for shelf, is_on in on.items() if is_on)

    def _learn_seasons(self, wanted: _Wanted, layouts: Mapping[int, ShowLayout | None], only: int | None) -> None:
        """The seasons of the shows that matter here: those that are not known, and afresh those that something is to be
        written about."""
        concerned = [each for each in wanted.placed(self.shelves) if self._needs_seasons(each)]
        titles = {each.title.ids.trakt: each.title for each in concerned}
        self._note_seasons({key: layouts[key] for key in titles if key in layouts})
        for _ in range(2):  # what was not known at all may show that something is open
            opened = self._open_entries(wanted)
            stale = {
                each.title.ids.trakt
                for each in wanted.placed(self.shelves)
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
        self.shelves = self.shelves.with_seasons({key: each.seasons if each else () for key, each in layouts.items()})

    def _needs_seasons(self, placed: Placed) -> bool:
        return not placed.is_film and (
            (self._parts.ratings and ratings.needs_seasons(placed))
            or (self._parts.watchlist and watchlist.needs_seasons(placed))
        )

    def _open_entries(self, wanted: _Wanted) -> frozenset[int]:
        """The entries because of which something may have to be changed."""
        return frozenset(
            anilist_id
            for shelf in self._switched_on()
            for wish in wanted.of(shelf, self.shelves)[0]
            if is_open(wish.value, self.shelves.of(shelf).get(wish.item))
            for anilist_id in wish.anilist_ids
        )

    def _plan_shelf(self, shelf: Shelf, wishes: tuple[Wish, ...], released: frozenset[ShelfItem]) -> ShelfPlan:
        notes = self.shelves.of(shelf)
        opened = open_items(wishes, released, notes)
        if not opened:
            return plan_shelf(shelf, (), released, notes, None)
        if not opened & released and self._is_still_full(shelf):
            waiting = [
                ShelfChange(shelf, wish.item, None, wish.value, wish.anilist_ids, wish.season)
                for wish in wishes
                if wish.item in opened
            ]
            return replace(plan_shelf(shelf, (), released, notes, None), waiting=tuple(waiting))
        kinds = {item.kind for item in opened}
        there = self._fetch(shelf, kinds)
        # The kinds that were not read are as they should be, as far as is known.
        return plan_shelf(shelf, [wish for wish in wishes if wish.item.kind in kinds], released, notes, there)

    def _fetch(self, shelf: Shelf, kinds: Collection[ItemKind]) -> Mapping[ShelfItem, int]:
        if self._services.anonymous:
            return {}  # a preview without a log-in shows what would be there in an empty account
        return self._services.trakt.lists.fetch(shelf, self._services.deadline, kinds=kinds)

    def _is_still_full(self, shelf: Shelf) -> bool:
        """Whether Trakt said lately that the shelf takes no more, and nothing was taken off it since."""
        full_at = self.shelves.full_at.get(shelf)
        if full_at is None or self._now - full_at >= ASK_AGAIN:
            return False
        stamps = self._services.trakt.fetch_last_activities(self._services.deadline)
        return all(name not in stamps or stamps[name] <= full_at for name in stamp_names(shelf))

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Saves what was found out, whether or not anything is written."""
        if self._parts:
            self._services.folder.save_shelves(self.shelves)

    def write(self, share: Callable[[], None]) -> None:
        """Makes the planned changes; ``share`` lets other machines know of what is about to be sent."""
        if not self.report.plan.changes:
            return
        services = self._services
        writer = ShelfWriter(
            services.trakt,
            services.folder,
            self.shelves,
            services.deadline,
            run_id=self._run_id,
            share=share,
        )
        try:
            writer.write(self.report.plan)
        finally:
            self.shelves = writer.shelves
            self.report = replace(writer.report, unplaced=self.report.unplaced)


class _Wanted:
    """What AniList asks of each shelf, as far as the entries' places are certain."""

    def __init__(self, library: AniListLibrary, used: tuple[MediaListEntry, ...], cache: Mappings) -> None:
        self._format = library.user.score_format
        self._library = library
        self._used = used
        self._cache = cache
        self._listed = {entry.anilist_id for entry in used}

    def placed(self, shelves: Shelves) -> tuple[Placed, ...]:
        """The entries with a certain place, and with the seasons of their shows as they are known now."""
        return place_entries(self._used, self._cache, shelves.seasons)

    def of(self, shelf: Shelf, shelves: Shelves) -> tuple[tuple[Wish, ...], frozenset[ShelfItem]]:
        """The wishes for one shelf, and the known items of it that nobody asks for any more."""
        placed, notes = self.placed(shelves), shelves.of(shelf)
        if shelf is Shelf.RATINGS:
            return wanted_ratings(placed, self._format), frozenset()
        if shelf is Shelf.WATCHLIST:
            wishes = wanted_on_watchlist(placed)
            return wishes, left_the_plan(notes, wishes, self._library.entries, placed)
        # Also entries that are left out speak for their show, as far as their place is known.
        everywhere = place_entries(self._library.entries, self._cache, {})
        return self._dropped(everywhere), picked_up_again(notes, everywhere)

    def _dropped(self, everywhere: tuple[Placed, ...]) -> tuple[Wish, ...]:
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
    certain = (Verdict.RESOLVED, Verdict.SKIPPED)
    return tuple(e.anilist_id for e in used if (known := cache.get(e.anilist_id)) and known.verdict not in certain)
