"""Ratings, watchlist and dropped shows on Trakt: read, put, taken away (Trakt API contract, sync and users, 2026-07).

Unlike the history these hold a thing once: sending the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from sync.model.bounds import LeftOut, Read, Rows, Word
from sync.model.budget import BATCH, TRAKT_PAGE
from sync.model.lists import THERE, UNREADABLE_VALUE, ItemKind, ListItem, TraktList
from sync.services.clock import Deadline
from sync.services.http.exchange import TryAgain
from sync.services.trakt.answers import OwnIds, framed, suspicious
from sync.services.trakt.history import parse_write
from sync.services.trakt.wire import TraktWire

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
            path, lambda body: parse_rows(body, kind, rated=rated), deadline, limit=TRAKT_PAGE, params=params
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
        return self._wire.post(_path(which), body, lambda answer: parse_not_found(values, answer), deadline)

    def take(self, which: TraktList, items: Collection[ListItem], deadline: Deadline) -> frozenset[ListItem]:
        """Takes at most 100 items off the list; gives those that Trakt does not know. Raises as ``put`` does."""
        _check_size(items)
        body = list_body(dict.fromkeys(items, THERE), rated=False)
        return self._wire.post(f"{_path(which)}/remove", body, lambda answer: parse_not_found(items, answer), deadline)


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


class ListRow(Struct, gc=False):
    """A row of a list: the object that ``type`` names. Without a ``type`` it is of the kind asked for."""

    type: Word | None = None
    show: OwnIds | None = None
    season: OwnIds | None = None
    movie: OwnIds | None = None
    rating: Annotated[int, Meta(ge=1, le=10)] | None = None


_ROWS = Rows(ListRow)


def parse_rows(body: bytes, kind: ItemKind, *, rated: bool) -> Read[dict[ListItem, int]]:
    """One page of a list. An item whose rating cannot be right has ``UNREADABLE_VALUE``.

    Raises ``SuspiciousRead`` for rows that do not say what they are: what is not known to be there would be put there.
    """
    rows, bad = framed(_ROWS.read, body, f"a page of {GROUPS[kind]} on a list that is no list")
    found: dict[ListItem, int] = {}
    left_out = [each.left_out(f"{GROUPS[kind]} on a list", kind.value, "ids", "trakt") for each in bad]
    for row in rows:
        if (row.type or kind.value) != kind.value:
            continue
        named = {ItemKind.SHOW: row.show, ItemKind.SEASON: row.season, ItemKind.MOVIE: row.movie}[kind]
        if named is None:
            raise suspicious(f"a {kind.value} on a list without its id")
        if rated and row.rating is None:
            left_out.append(LeftOut(f"{GROUPS[kind]} on a list", "rating: there is none", named.ids.trakt))
        found[ListItem(kind, named.ids.trakt)] = THERE if not rated else row.rating or UNREADABLE_VALUE
    for each in left_out:
        if each.row_id is None:
            raise suspicious(f"a {kind.value} on a list without its id")
        found[ListItem(kind, each.row_id)] = UNREADABLE_VALUE
    return Read(found, tuple(left_out))


def parse_not_found(items: Collection[ListItem], body: bytes) -> frozenset[ListItem]:
    """Those of the ``items`` sent that a 2xx answer names as not found. Raises ``TryAgain`` (so that the outcome counts
    as unknown) when it does not say, or names what was not sent."""
    told = parse_write(body).not_found
    if told is None:
        raise TryAgain("did not say what it did not find")
    groups = {ItemKind.MOVIE: told.movies, ItemKind.SEASON: told.seasons, ItemKind.SHOW: told.shows}
    missing = {ListItem(kind, row.ids.trakt) for kind, group in groups.items() for row in group or ()}
    if not missing <= set(items):
        raise TryAgain("says it did not find what it was not sent")
    return frozenset(missing)


def _path(which: TraktList) -> str:
    return DROPPED_PATH if which is TraktList.DROPPED else f"/sync/{which.value}"


def _check_size(items: Collection[ListItem]) -> None:
    if not 0 < len(items) <= BATCH:
        raise ValueError(f"a POST takes 1 to {BATCH} items, not {len(items)}")
