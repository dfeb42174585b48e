"""Ratings, watchlist and dropped shows on Trakt: read, put, taken away (Trakt API contract, sync and users, 2026-07).

Unlike the history these hold a thing once: sending the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sync.model.shelves import THERE, ItemKind, Shelf, ShelfItem
from sync.services.deadline import Deadline
from sync.services.exchange import TryAgain
from sync.services.shape import NOTHING, JsonObject, list_of, object_at, whole
from sync.services.trakt_parse import suspicious
from sync.services.trakt_wire import TraktWire

MOST_ITEMS = 100
"""To a POST, as Trakt's own importer sends them."""
PAGE = 250
"""The largest page that Trakt serves."""
GROUPS = {ItemKind.MOVIE: "movies", ItemKind.SEASON: "seasons", ItemKind.SHOW: "shows"}
ALL_KINDS = tuple(GROUPS)
DROPPED_PATH = "/users/hidden/dropped"
_STAMPS = {
    Shelf.RATINGS: ("movies.rated_at", "seasons.rated_at", "shows.rated_at"),
    Shelf.WATCHLIST: ("watchlist.updated_at",),
    Shelf.DROPPED: ("shows.dropped_at",),
}


class TraktLists:
    """The shelves of the account. Raises as ``TraktClient`` does; ``AccountFull`` when a shelf takes no more."""

    def __init__(self, wire: TraktWire) -> None:
        self._wire = wire

    def fetch(
        self, shelf: Shelf, deadline: Deadline, *, kinds: Collection[ItemKind] = ALL_KINDS
    ) -> dict[ShelfItem, int]:
        """What stands on the shelf, with its value; only items of ``kinds`` are looked for."""
        if shelf is Shelf.DROPPED:
            return self._fetch(DROPPED_PATH, ItemKind.SHOW, deadline, {"type": "show"})
        found: dict[ShelfItem, int] = {}
        for kind in sorted(kinds):
            found |= self._fetch(f"/sync/{shelf.value}/{GROUPS[kind]}", kind, deadline, {})
        return found

    def _fetch(self, path: str, kind: ItemKind, deadline: Deadline, params: Mapping[str, str]) -> dict[ShelfItem, int]:
        found: dict[ShelfItem, int] = {}
        rated = "/ratings/" in path
        pages = self._wire.get_pages(
            path, lambda value: parse_rows(value, kind, rated=rated), deadline, limit=PAGE, params=params
        )
        for page in pages:
            found |= page
        return found

    def put(self, shelf: Shelf, values: Mapping[ShelfItem, int], deadline: Deadline) -> frozenset[ShelfItem]:
        """Puts at most 100 items on the shelf, or sets their value; gives those that Trakt does not know.

        Raises ``OutcomeUnknown`` when it is not clear what Trakt did: reading it again settles that.
        """
        _check_size(values)
        body = list_body(values, rated=shelf is Shelf.RATINGS)
        return self._wire.post(_path(shelf), body, lambda a: parse_not_found(values, a.json()), deadline)

    def take(self, shelf: Shelf, items: Collection[ShelfItem], deadline: Deadline) -> frozenset[ShelfItem]:
        """Takes at most 100 items off the shelf; gives those that Trakt does not know. Raises as ``put`` does."""
        _check_size(items)
        body = list_body(dict.fromkeys(items, THERE), rated=False)
        return self._wire.post(f"{_path(shelf)}/remove", body, lambda a: parse_not_found(items, a.json()), deadline)


def stamp_names(shelf: Shelf) -> tuple[str, ...]:
    """The names in Trakt's ``last_activities`` that move when this shelf changes."""
    return _STAMPS[shelf]


def list_body(values: Mapping[ShelfItem, int], *, rated: bool) -> dict[str, list[dict[str, object]]]:
    """The body of a POST: by Trakt id only, and never a show with seasons inside it, which would mean all of them."""
    body: dict[str, list[dict[str, object]]] = {}
    for item in sorted(values):
        row: dict[str, object] = {"ids": {"trakt": item.trakt_id}}
        body.setdefault(GROUPS[item.kind], []).append(row | ({"rating": values[item]} if rated else {}))
    return body


def parse_rows(value: object, kind: ItemKind, *, rated: bool) -> dict[ShelfItem, int]:
    """One page of a shelf. Raises ``SuspiciousRead`` for rows that do not say what they are."""
    rows = list_of(value)
    if rows is None:
        raise suspicious(f"a page of {GROUPS[kind]} on a list that is no list")
    found: dict[ShelfItem, int] = {}
    for row in map(object_at, rows):
        if row is None or row.get("type", kind.value) != kind.value:
            continue
        trakt_id, rating = _id_of(object_at(row, kind.value)), whole(row.get("rating"))
        if trakt_id is None or (rated and rating is None):
            raise suspicious(f"a {kind.value} on a list without its id or rating")
        found[ShelfItem(kind, trakt_id)] = rating if rated and rating is not None else THERE
    return found


def parse_not_found(items: Collection[ShelfItem], value: object) -> frozenset[ShelfItem]:
    """Those of the ``items`` sent that a 2xx answer names as not found. Raises ``TryAgain`` (so that the outcome counts
    as unknown) when it does not say, or names what was not sent."""
    told = object_at(value, "not_found")
    if told is None:
        raise TryAgain("did not say what it did not find")
    missing: set[ShelfItem] = set()
    for kind, group in GROUPS.items():
        for row in list_of(told.get(group)) or ():
            trakt_id = _id_of(object_at(row))
            if trakt_id is None or ShelfItem(kind, trakt_id) not in items:
                raise TryAgain("says it did not find what it was not sent")
            missing.add(ShelfItem(kind, trakt_id))
    return frozenset(missing)


def _id_of(value: JsonObject | None) -> int | None:
    return whole((object_at(value, "ids") or NOTHING).get("trakt"))


def _path(shelf: Shelf) -> str:
    return DROPPED_PATH if shelf is Shelf.DROPPED else f"/sync/{shelf.value}"


def _check_size(items: Collection[ShelfItem]) -> None:
    if not 0 < len(items) <= MOST_ITEMS:
        raise ValueError(f"a POST takes 1 to {MOST_ITEMS} items, not {len(items)}")
