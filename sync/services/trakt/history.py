"""The bodies that write to and remove from the Trakt history, and what the answers say came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from sync.model.plan import NewPlay
from sync.model.trakt import PlayKind, WatchedAt
from sync.services.http.exchange import TryAgain
from sync.services.shape import NOTHING, list_of, object_at, whole

GROUPS = {PlayKind.EPISODE: "episodes", PlayKind.MOVIE: "movies"}


@dataclass(frozen=True, slots=True)
class AddedPlays:
    """What Trakt made of one POST: ``taken`` and ``not_found`` are the plays sent, divided.

    ``short`` is how many of ``taken`` Trakt's own counts do not account for; it does not say which.
    """

    taken: tuple[NewPlay, ...]
    not_found: tuple[NewPlay, ...] = ()
    short: int = 0


@dataclass(frozen=True, slots=True)
class RemovedPlays:
    """How many plays Trakt removed, and the history ids it did not know."""

    removed: int
    not_found: tuple[int, ...] = ()


def history_body(plays: Sequence[NewPlay]) -> dict[str, list[dict[str, object]]]:
    """The body of ``POST /sync/history``: by Trakt id only, never a whole show or season."""
    body: dict[str, list[dict[str, object]]] = {}
    for play in plays:
        item: dict[str, object] = {"ids": {"trakt": play.trakt_id}, "watched_at": _spelt(play.watched_at)}
        body.setdefault(GROUPS[play.kind], []).append(item)
    return body


def _spelt(watched_at: WatchedAt) -> str:
    """To the minute, because Trakt keeps no seconds and reads back what it keeps."""
    return watched_at if isinstance(watched_at, str) else watched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def parse_added(plays: Sequence[NewPlay], value: object) -> AddedPlays:
    """What a 2xx answer says. Raises ``TryAgain`` (so that its outcome counts as unknown) when it does not say which
    plays were not found, or names something that was not sent."""
    not_found = _not_found(value)
    missing: set[tuple[PlayKind, int]] = set()
    for kind, group in GROUPS.items():
        for item in _items(not_found.get(group)):
            missing.add((kind, item))
    if not missing <= {(play.kind, play.trakt_id) for play in plays} or _items(not_found.get("shows")):
        raise TryAgain("says it did not find what it was not sent")
    taken = tuple(play for play in plays if (play.kind, play.trakt_id) not in missing)
    lost = tuple(play for play in plays if (play.kind, play.trakt_id) in missing)
    counted = [whole(count) for name in ("added", "updated") for count in (object_at(value, name) or NOTHING).values()]
    known = [count for count in counted if count is not None]
    return AddedPlays(taken, lost, max(0, len(taken) - sum(known)) if known else 0)


def _not_found(value: object) -> dict[str, object]:
    found = object_at(value, "not_found")
    if found is None:
        raise TryAgain("did not say what it did not find")
    return dict(found)


def _items(value: object) -> tuple[int, ...]:
    """The Trakt ids in one group of ``not_found``. Raises ``TryAgain`` for an item without one."""
    if value is None:
        return ()
    ids = [whole((object_at(item, "ids") or NOTHING).get("trakt")) for item in list_of(value) or ()]
    if None in ids:
        raise TryAgain("names something it did not find without its id")
    return tuple(found for found in ids if found is not None)


def removal_body(history_ids: Iterable[int]) -> dict[str, list[int]]:
    """The body of ``POST /sync/history/remove``: single plays, never all plays of an item."""
    return {"ids": sorted(history_ids)}


def parse_removed(value: object) -> RemovedPlays:
    """What a 2xx answer says. Raises ``TryAgain`` (so that its outcome counts as unknown) when it has no counts."""
    counts = object_at(value, "deleted") or object_at(value, "removed")
    if counts is None:
        raise TryAgain("did not say what it removed")
    removed = sum(whole(count) or 0 for count in counts.values())
    missing = list_of((object_at(value, "not_found") or NOTHING).get("ids")) or ()
    return RemovedPlays(removed, tuple(found for item in missing if (found := whole(item)) is not None))
