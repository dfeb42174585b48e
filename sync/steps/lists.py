"""Ratings, watchlist and dropped shows in one run; Trakt is asked about them only where something is open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync.model.lists import (
    ItemKind,
    ListChange,
    ListItem,
    ListMemory,
    ListPlan,
    ListReport,
    MatchedEntry,
    SyncedLists,
    TraktList,
    Wish,
)
from sync.model.trakt import ShowLayout
from sync.planning.lists import ratings, watchlist
from sync.planning.lists.plan import ListWishes, is_open, joined_plans, open_items, plan_list
from sync.planning.selection import Parts
from sync.services.trakt.account import stamp_names
from sync.steps.memory import RunMemory
from sync.steps.writing import ListWriter
from sync.wiring import Services

ASK_AGAIN = timedelta(days=1)
"""After this long a full list is tried again even if nothing on it changed: its limit may have been raised."""

Layouts = Mapping[int, ShowLayout | None]


class ListSync:
    """The lists of one run. With all ``parts`` switched off it does nothing and asks for nothing."""

    def __init__(self, parts: Parts, services: Services, now: datetime) -> None:
        self._parts = parts
        self._services = services
        self._now = now

    # --- planning -----------------------------------------------------------------------------------------------------

    def plan(self, wishes: ListWishes, layouts: Layouts, memory: ListMemory, *, only: int | None = None) -> SyncedLists:
        """What to change. ``layouts`` are the shows that were read in this run; ``only`` keeps to one entry."""
        if not self._parts:
            return SyncedLists(memory)
        memory = self._with_seasons(wishes, layouts, memory, only)
        plan = joined_plans([self._plan_list(which, wishes, memory) for which in self._switched_on()])
        # Planned as a whole, since a show is rated by all its entries; then cut to the one.
        plan = plan if only is None else plan.only(only)
        for which, lines in plan.noted.items():
            memory = memory.noting(which, lines)
        return SyncedLists(memory, ListReport(plan=plan, waiting=plan.waiting, unmatched=wishes.unmatched()))

    def _switched_on(self) -> tuple[TraktList, ...]:
        on = {
            TraktList.RATINGS: self._parts.ratings,
            TraktList.WATCHLIST: self._parts.watchlist,
            TraktList.DROPPED: self._parts.dropped,
        }
        return tuple(which for which, is_on in on.items() if is_on)

    def _with_seasons(self, wishes: ListWishes, layouts: Layouts, memory: ListMemory, only: int | None) -> ListMemory:
        """``memory`` with the seasons of the shows that matter here: those that are not known, and afresh those that
        something is to be written about."""
        concerned = [each for each in wishes.matched(memory) if self._needs_seasons(each)]
        titles = {each.title.ids.trakt: each.title for each in concerned}
        memory = _noting_seasons(memory, {key: layouts[key] for key in titles if key in layouts})
        for _ in range(2):  # what was not known at all may show that something is open
            opened = self._open_entries(wishes, memory)
            stale = {
                each.title.ids.trakt
                for each in wishes.matched(memory)
                if self._needs_seasons(each)
                and each.title.ids.trakt not in layouts
                and only in (None, each.anilist_id)
                and (each.seasons is None or each.anilist_id in opened)
            }
            if not stale:
                break
            read = self._services.trakt.fetch_layouts([titles[key] for key in sorted(stale)], self._services.deadline)
            layouts = {**layouts, **dict.fromkeys(stale), **read}
            memory = _noting_seasons(memory, read)
        return memory

    def _needs_seasons(self, matched: MatchedEntry) -> bool:
        return not matched.is_film and (
            (self._parts.ratings and ratings.needs_seasons(matched))
            or (self._parts.watchlist and watchlist.needs_seasons(matched))
        )

    def _open_entries(self, wishes: ListWishes, memory: ListMemory) -> frozenset[int]:
        """The entries because of which something may have to be changed."""
        return frozenset(
            anilist_id
            for which in self._switched_on()
            for wish in wishes.of(which, memory)[0]
            if is_open(wish.value, memory.of(which).get(wish.item))
            for anilist_id in wish.anilist_ids
        )

    def _plan_list(self, which: TraktList, asked: ListWishes, memory: ListMemory) -> ListPlan:
        wishes, unwanted = asked.of(which, memory)
        notes = memory.of(which)
        opened = open_items(wishes, unwanted, notes)
        if not opened:
            return plan_list(which, (), unwanted, notes, None)
        # Taking something off makes room, so then it is worth trying.
        if not opened & unwanted and self._is_still_full(which, memory):
            waiting = tuple(_without_room(which, wish) for wish in wishes if wish.item in opened)
            return replace(plan_list(which, (), unwanted, notes, None), waiting=waiting)
        kinds = {item.kind for item in opened}
        there = self._fetch(which, kinds)
        # The kinds that were not read are as they should be, as far as is known.
        return plan_list(which, [wish for wish in wishes if wish.item.kind in kinds], unwanted, notes, there)

    def _fetch(self, which: TraktList, kinds: Collection[ItemKind]) -> Mapping[ListItem, int]:
        if self._services.anonymous:
            return {}  # a preview without a log-in shows what would be there in an empty account
        return self._services.trakt.lists.fetch(which, self._services.deadline, kinds=kinds)

    def _is_still_full(self, which: TraktList, memory: ListMemory) -> bool:
        """Whether Trakt said lately that the list takes no more, and nothing was taken off it since."""
        full_at = memory.full_at.get(which)
        if full_at is None or self._now - full_at >= ASK_AGAIN:
            return False
        stamps = self._services.trakt.fetch_last_activities(self._services.deadline)
        return all(name not in stamps or stamps[name] <= full_at for name in stamp_names(which))

    # --- writing ------------------------------------------------------------------------------------------------------

    def save(self, lists: SyncedLists) -> None:
        """Saves what was found out, whether or not anything is written."""
        if self._parts:
            self._services.folder.save_lists(lists.memory)

    def write(self, lists: SyncedLists, memory: RunMemory, *, reserve: float) -> Iterator[SyncedLists]:
        """Makes the planned changes, and gives what is known after each; raises ``UnknownOutcome``."""
        return ListWriter(self._services.trakt, memory, self._services.deadline, reserve=reserve).write(lists)


def _noting_seasons(memory: ListMemory, layouts: Layouts) -> ListMemory:
    return memory.with_seasons({key: each.seasons if each else () for key, each in layouts.items()})


def _without_room(which: TraktList, wish: Wish) -> ListChange:
    return ListChange(which, wish.item, None, wish.value, wish.anilist_ids, wish.season)
