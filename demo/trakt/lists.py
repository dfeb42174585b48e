"""Trakt's ratings, watchlist and hidden items in miniature: sending the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo.server import JsonObject
from demo.trakt.account import DemoAccount
from demo.trakt.catalogue import DemoCatalogue, episode_view, moment, title_view
from demo.trakt.history import BadItemError

KINDS = {"movies": "movie", "shows": "show", "seasons": "season", "episodes": "episode"}
STAMPS = {"ratings": "rated_at", "watchlist": "watchlisted_at", "hidden/dropped": "dropped_at"}
Key = tuple[str, int]


class KeptLists:
    """Ratings (1–10), watchlist and hidden sections (``hidden/dropped``, …) of any account."""

    def __init__(self, catalogue: DemoCatalogue, now: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._now = now

    def rows(self, account: DemoAccount, which: str, kinds: str) -> list[object]:
        """What stands on a list; ``kinds`` as in the address (``movies``, ``show``), empty for all."""
        wanted = {KINDS.get(kind, kind) for kind in kinds.split(",") if kind not in {"", "all"}}
        found: list[object] = []
        for key, (stamp, rating) in self._contents(account, which).items():
            if wanted and key[0] not in wanted:
                continue
            row: JsonObject = {"type": key[0], key[0]: self._view(key), _stamp_of(which): stamp}
            if rating:
                row["rating"] = rating
            found.append(row)
        return found

    def add(self, account: DemoAccount, which: str, body: JsonObject) -> JsonObject:
        """Puts items on a list; what stood there already counts as ``existing``. Raises ``BadItemError``."""
        added, existing, missing = _zeros(), _zeros(), _empties()
        now = moment(self._now()) or ""
        for kinds, key, item in self._items(body, missing):
            there = key in self._contents(account, which)
            (existing if there and which == "watchlist" else added)[kinds] += 1
            self._put(account, which, key, item, now)
            account.activity[f"{kinds}.{STAMPS.get(which, 'hidden_at')}"] = now
        answer: JsonObject = {"added": added, "not_found": missing}
        if which == "watchlist":
            account.activity["watchlist.updated_at"] = now
            answer |= {"existing": existing, "list": {"updated_at": now, "item_count": len(account.watchlist)}}
        return answer

    def has_room(self, account: DemoAccount, body: JsonObject) -> bool:
        """Whether the watchlist may hold what ``body`` would add."""
        wanted = {key for _, key, _ in self._items(body, _empties())}
        return len(wanted | account.watchlist.keys()) <= account.watchlist_limit

    def remove(self, account: DemoAccount, which: str, body: JsonObject) -> JsonObject:
        """Takes items off a list."""
        deleted, missing = _zeros(), _empties()
        for kinds, key, _ in self._items(body, missing):
            if key in self._contents(account, which):
                self._take(account, which, key)
                deleted[kinds] += 1
                account.activity[f"{kinds}.{STAMPS.get(which, 'hidden_at')}"] = moment(self._now()) or ""
                if which == "watchlist":
                    account.activity["watchlist.updated_at"] = moment(self._now()) or ""
        return {"deleted": deleted, "not_found": missing}

    def _put(self, account: DemoAccount, which: str, key: Key, item: JsonObject, now: str) -> None:
        if which == "ratings":
            rating = item.get("rating")
            if not isinstance(rating, int) or not 1 <= rating <= 10:
                raise BadItemError("rating must be 1 to 10")
            account.ratings[key] = (rating, str(item.get("rated_at") or now))
        elif which == "watchlist":
            account.watchlist.setdefault(key, now)
        else:
            account.hidden[_section(which) + key[0], key[1]] = str(item.get("hidden_at") or now)

    def _take(self, account: DemoAccount, which: str, key: Key) -> None:
        if which == "ratings":
            del account.ratings[key]
        elif which == "watchlist":
            del account.watchlist[key]
        else:
            del account.hidden[_section(which) + key[0], key[1]]

    def _contents(self, account: DemoAccount, which: str) -> dict[Key, tuple[str, int]]:
        if which == "ratings":
            return {key: (stamp, rating) for key, (rating, stamp) in account.ratings.items()}
        if which == "watchlist":
            return {key: (stamp, 0) for key, stamp in account.watchlist.items()}
        section = _section(which)
        kept = {key: stamp for key, stamp in account.hidden.items() if key[0].startswith(section)}
        return {(key[0].removeprefix(section), key[1]): (stamp, 0) for key, stamp in kept.items()}

    def _items(self, body: JsonObject, missing: dict[str, list[object]]) -> list[tuple[str, Key, JsonObject]]:
        found: list[tuple[str, Key, JsonObject]] = []
        for kinds, kind in KINDS.items():
            rows = body.get(kinds) or []
            for item in rows if isinstance(rows, list) else []:
                trakt_id = self._resolve(kind, item.get("ids") or {})
                if trakt_id is None:
                    missing[kinds].append(item)
                else:
                    found.append((kinds, (kind, trakt_id), item))
        return found

    def _resolve(self, kind: str, ids: JsonObject) -> int | None:
        if kind == "episode":
            known = self._catalogue.episode(ids.get("trakt"))
            return known[1].trakt_id if known else None
        if kind == "season":
            return self._catalogue.known_season(ids.get("trakt"))
        title = self._catalogue.find(kind, ids)
        return title.trakt_id if title else None

    def _view(self, key: Key) -> JsonObject | None:
        if key[0] == "episode":
            known = self._catalogue.episode(key[1])
            return episode_view(known[1]) if known else None
        if key[0] == "season":
            return {"number": self._catalogue.season(key[1])[0].season, "ids": {"trakt": key[1]}}
        title = self._catalogue.find(key[0], {"trakt": key[1]})
        return title_view(title) if title else None


def _section(which: str) -> str:
    return which.removeprefix("hidden/") + ":" if which.startswith("hidden/") else ""


def _stamp_of(which: str) -> str:
    return {"ratings": "rated_at", "watchlist": "listed_at"}.get(which, "hidden_at")


def _zeros() -> dict[str, int]:
    return dict.fromkeys(KINDS, 0)


def _empties() -> dict[str, list[object]]:
    return {kinds: [] for kinds in KINDS}
