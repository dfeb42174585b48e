"""Ratings, watchlist and dropped shows on Trakt: read, put, taken away (Trakt API contract, sync and users, 2026-07).

Unlike the history these hold a thing once: sending the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sync.model.budget import BATCH
from sync.model.lists import THERE, ItemKind, ListItem, TraktList
from sync.services.deadline import Deadline
from sync.services.http.exchange import TryAgain
from sync.services.shape import NOTHING, JsonObject, list_of, object_at, whole
from sync.services.trakt.answers import suspicious
from sync.services.trakt.wire import TraktWire

PAGE = 250
"""The largest page that Trakt serves."""
GROUPS = {ItemKind.MOVIE: "movies", ItemKind.SEASON: "seasons", ItemKind.SHOW: "shows"}
ALL_KINDS = tuple(GROUPS)
DROPPED_PATH = "/users/hidden/dropped"
_STAMPS = {
    TraktList.RATINGS: ("movies.rated_at", "seasons.rated_at", "shows.rated_at"),
    TraktList.WATCHLIST: ("watchlist.updated_at",),
    TraktList.DROPPED: ("shows.dropped_at",),
}


class TraktLists:
    """The lists of the account. Raises as ``TraktClient`` does; ``AccountFull`` when a list takes no more."""

    def __init__(self, wire: TraktWire) -> None:
        self._wire = wire

    def fetch(
        self, which: TraktList, deadline: Deadline, *, kinds: Collection[ItemKind] = ALL_KINDS
    ) -> dict[ListItem, int]:
        """What stands on the list, with its value; only items of ``kinds`` are looked for."""
        if which is TraktList.DROPPED:
            return self._fetch(DROPPED_PATH, ItemKind.SHOW, deadline, {"type": "show"})
        found: dict[ListItem, int] = {}
        for kind in sorted(kinds):
            found |= self._fetch(f"/sync/{which.value}/{GROUPS[kind]}", kind, deadline, {})
        return found

    def _fetch(self, path: str, kind: ItemKind, deadline: Deadline, params: Mapping[str, str]) -> dict[ListItem, int]:
        found: dict[ListItem, int] = {}
        rated = "/ratings/" in path
        pages = self._wire.get_pages(
            path, lambda value: parse_rows(value, kind, rated=rated), deadline, limit=PAGE, params=params
        )
        for page in pages:
            found |= page
        return found

    def put(self, which: TraktList, values: Mapping[ListItem, int], deadline: Deadline) -> frozenset[ListItem]:
        """Puts at most 100 items on the list, or sets their value; gives those that Trakt does not know.

        Raises ``OutcomeUnknown`` when it is not clear what Trakt did: reading it again settles that.
        """
        _check_size(values)
        body = list_body(values, rated=which is TraktList.RATINGS)
        return self._wire.post(_path(which), body, lambda a: parse_not_found(values, a.json()), deadline)

    def take(self, which: TraktList, items: Collection[ListItem], deadline: Deadline) -> frozenset[ListItem]:
        """Takes at most 100 items off the list; gives those that Trakt does not know. Raises as ``put`` does."""
        _check_size(items)
        body = list_body(dict.fromkeys(items, THERE), rated=False)
        return self._wire.post(f"{_path(which)}/remove", body, lambda a: parse_not_found(items, a.json()), deadline)


def stamp_names(which: TraktList) -> tuple[str, ...]:
    """The names in Trakt's ``last_activities`` that move when this list changes."""
    return _STAMPS[which]


def list_body(values: Mapping[ListItem, int], *, rated: bool) -> dict[str, list[dict[str, object]]]:
    """The body of a POST: by Trakt id only, and never a show with seasons inside it, which would mean all of them."""
    body: dict[str, list[dict[str, object]]] = {}
    for item in sorted(values):
        row: dict[str, object] = {"ids": {"trakt": item.trakt_id}}
        body.setdefault(GROUPS[item.kind], []).append(row | ({"rating": values[item]} if rated else {}))
    return body


def parse_rows(value: object, kind: ItemKind, *, rated: bool) -> dict[ListItem, int]:
    """One page of a list. Raises ``SuspiciousRead`` for rows that do not say what they are."""
    rows = list_of(value)
    if rows is None:
        raise suspicious(f"a page of {GROUPS[kind]} on a list that is no list")
    found: dict[ListItem, int] = {}
    for row in map(object_at, rows):
        if row is None or row.get("type", kind.value) != kind.value:
            continue
        trakt_id, rating = _id_of(object_at(row, kind.value)), whole(row.get("rating"))
        if trakt_id is None or (rated and rating is None):
            raise suspicious(f"a {kind.value} on a list without its id or rating")
        found[ListItem(kind, trakt_id)] = rating if rated and rating is not None else THERE
    return found


def parse_not_found(items: Collection[ListItem], value: object) -> frozenset[ListItem]:
    """Those of the ``items`` sent that a 2xx answer names as not found. Raises ``TryAgain`` (so that the outcome counts
    as unknown) when it does not say, or names what was not sent."""
    told = object_at(value, "not_found")
    if told is None:
        raise TryAgain("did not say what it did not find")
    missing: set[ListItem] = set()
    for kind, group in GROUPS.items():
        for row in list_of(told.get(group)) or ():
            trakt_id = _id_of(object_at(row))
            if trakt_id is None or ListItem(kind, trakt_id) not in items:
                raise TryAgain("says it did not find what it was not sent")
            missing.add(ListItem(kind, trakt_id))
    return frozenset(missing)


def _id_of(value: JsonObject | None) -> int | None:
    return whole((object_at(value, "ids") or NOTHING).get("trakt"))


def _path(which: TraktList) -> str:
    return DROPPED_PATH if which is TraktList.DROPPED else f"/sync/{which.value}"


def _check_size(items: Collection[ListItem]) -> None:
    if not 0 < len(items) <= BATCH:
        raise ValueError(f"a POST takes 1 to {BATCH} items, not {len(items)}")
