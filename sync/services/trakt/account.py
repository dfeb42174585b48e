"""The account on Trakt: whose it is, what changed in it last, and its ratings, watchlist and dropped shows (Trakt API
contract, sync and users, 2026-07).

Unlike the history the lists hold a thing once: sending it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from sync.model.bounds import UNREADABLE, LeftOut, Read, RowReader, Total, Word, utc
from sync.model.budget import BATCH, TRAKT_PAGE
from sync.model.lists import THERE, UNREADABLE_VALUE, ItemKind, ListItem, TraktList
from sync.services.clock import Deadline
from sync.services.http.exchange import TryAgain
from sync.services.trakt.answers import OwnIds, framed, suspicious
from sync.services.trakt.history import parse_write
from sync.services.trakt.wire import TraktWire

GROUPS = {ItemKind.MOVIE: "movies", ItemKind.SEASON: "seasons", ItemKind.SHOW: "shows"}
ALL_KINDS = tuple(GROUPS)
T = TypeVar("T")
DROPPED_PATH = "/users/hidden/dropped"
_STAMPS = {
    TraktList.RATINGS: ("movies.rated_at", "seasons.rated_at", "shows.rated_at"),
    TraktList.WATCHLIST: ("watchlist.updated_at",),
    TraktList.DROPPED: ("shows.dropped_at",),
}


@dataclass(frozen=True, slots=True)
class TraktAccount:
    """Whose account it is, and the settings that matter to a writer.

    ``watch_only_once`` is the user's setting that keeps a single play of each item. ``limits`` maps names such as
    ``watchlist.item_count`` to what the account may hold.
    """

    username: str
    slug: str | None = None
    vip: bool = False
    watch_only_once: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)


class UserSlug(Struct):
    """``user.ids``."""

    slug: Word | None = None


class AccountUser(Struct):
    """``user``."""

    username: Annotated[str, Meta(min_length=1, max_length=200)]
    vip: bool | None = None
    ids: UserSlug | None = None


class Browsing(Struct):
    """``browsing``."""

    watch_only_once: bool | None = None


class SettingsAnswer(Struct):
    """``/users/settings?extended=browsing``. Nothing else of it is read: it holds personal
    data, and a token."""

    user: AccountUser
    browsing: Browsing | None = None
    limits: dict[Word, Raw] = {}


_SETTINGS, _GROUP, _MOMENTS = Decoder(SettingsAnswer), Decoder(dict[str, Raw]), Decoder(datetime)
_TOTAL: Decoder[int] = Decoder(Total)


def parse_account(body: bytes) -> Read[TraktAccount]:
    """Whose account the token opens."""
    row = framed(_SETTINGS.decode, body, "account settings without a user name")
    account = TraktAccount(
        username=row.user.username,
        slug=row.user.ids.slug if row.user.ids else None,
        vip=row.user.vip is True,
        watch_only_once=row.browsing.watch_only_once is True if row.browsing else False,
        limits=_flat(row.limits, _TOTAL.decode),
    )
    return Read(account)


def parse_last_activities(body: bytes) -> Read[dict[str, datetime]]:
    """``/sync/last_activities`` as flat names: ``all``, ``episodes.watched_at``, ``movies.watched_at`` …"""
    without = "last activities without their times"
    groups = framed(_GROUP.decode, body, without)
    latest = framed(lambda raw: utc(_MOMENTS.decode(raw)), groups.pop("all", b"null"), without)
    return Read({"all": latest} | _flat(groups, lambda raw: utc(_MOMENTS.decode(raw))))


def _flat(groups: Mapping[str, Raw], decode: Callable[[Raw], T]) -> dict[str, T]:
    """``{"a": {"b": 1}}`` → ``{"a.b": 1}``, without what cannot be read."""
    found: dict[str, T] = {}
    for name, group in groups.items():
        try:
            for key, raw in _GROUP.decode(group).items():
                with suppress(*UNREADABLE):
                    found[f"{name}.{key}"] = decode(raw)
        except UNREADABLE:
            continue
    return found


# --- the lists --------------------------------------------------------------------------------------------------------


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


_ROWS = RowReader(ListRow)


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
