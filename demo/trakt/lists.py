"""Trakt's ratings, watchlist and hidden items in miniature: sending the same again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo.server import JsonObject
from demo.trakt.account import DemoAccount
from demo.trakt.bodies import DroppedBody, HiddenBody, ListBody, RatingsBody, check_body
from demo.trakt.catalogue import DemoCatalogue, episode_view, moment, title_view

KINDS = {"movies": "movie", "shows": "show", "seasons": "season", "episodes": "episode"}
STAMPS = {"ratings": "rated_at", "watchlist": "watchlisted_at", "hidden/dropped": "dropped_at"}
FIRST_ROW_ID = 700_000
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
        for rank, (key, (stamp, rating)) in enumerate(self._contents(account, which).items(), start=1):
            if wanted and key[0] not in wanted:
                continue
            row: JsonObject = {"type": key[0], _stamp_of(which): stamp, **self._view(key)}
            row |= {"rating": rating} if which == "ratings" else {}
            row |= {"rank": rank, "id": FIRST_ROW_ID + rank, "notes": None} if which == "watchlist" else {}
            found.append(row)
        return found

    def add(self, account: DemoAccount, which: str, body: JsonObject) -> JsonObject:
        """Puts items on a list; what stood there already counts as ``existing``. Raises ``BadBodyError``."""
        check_body(body, _body_of(which), self._now())
        added, existing, missing = _zeros(), _zeros(), _empties()
        now = moment(self._now()) or ""
        for kinds, key, item in self._items(body, missing):
            there = key in self._contents(account, which)
            (existing if there and which == "watchlist" else added)[kinds] += 1
            self._put(account, which, key, item, now)
            account.activity[f"{kinds}.{STAMPS.get(which, 'hidden_at')}"] = now
        answer: JsonObject = {"added": added, "not_found": missing}
        if which.startswith("hidden/"):
            answer["added"] = {"movies": added["movies"], "shows": added["shows"], "season": added["seasons"]}
        if which == "watchlist":
            account.activity["watchlist.updated_at"] = now
            answer |= {"existing": existing, "list": {"updated_at": now, "item_count": len(account.watchlist)}}
        return answer

    def has_room(self, account: DemoAccount, body: JsonObject) -> bool:
        """Whether the watchlist may hold what ``body`` would add. Raises ``BadBodyError``."""
        check_body(body, ListBody, self._now())
        wanted = {key for _, key, _ in self._items(body, _empties())}
        return len(wanted | account.watchlist.keys()) <= account.watchlist_limit

    def remove(self, account: DemoAccount, which: str, body: JsonObject) -> JsonObject:
        """Takes items off a list. Raises ``BadBodyError``."""
        check_body(body, _body_of(which) if which.startswith("hidden/") else ListBody, self._now())
        deleted, missing = _zeros(), _empties()
        for kinds, key, _ in self._items(body, missing):
            if key in self._contents(account, which):
                self._take(account, which, key)
                deleted[kinds] += 1
                account.activity[f"{kinds}.{STAMPS.get(which, 'hidden_at')}"] = moment(self._now()) or ""
                if which == "watchlist":
                    account.activity["watchlist.updated_at"] = moment(self._now()) or ""
        answer: JsonObject = {"deleted": deleted, "not_found": missing}
        if which == "watchlist":
            answer["list"] = {"updated_at": moment(self._now()), "item_count": len(account.watchlist)}
        return answer

    def _put(self, account: DemoAccount, which: str, key: Key, item: JsonObject, now: str) -> None:
        if which == "ratings":
            account.ratings[key] = (int(str(item["rating"])), str(item.get("rated_at") or now))
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
            known = self._catalogue.episode(ids)
            return known[1].trakt_id if known else None
        if kind == "season":
            season_id = ids.get("trakt")
            return season_id if isinstance(season_id, int) and self._catalogue.season(season_id) else None
        title = self._catalogue.find(kind, ids)
        return title.trakt_id if title else None

    def _view(self, key: Key) -> JsonObject:
        """The item by its kind; a season or an episode with its show. Nothing of what Trakt no longer lists."""
        if key[0] == "episode":
            known = self._catalogue.episode({"trakt": key[1]})
            return {"episode": episode_view(known[1]), "show": title_view(known[0])} if known else {}
        if key[0] == "season":
            season = self._catalogue.season(key[1])
            ids = {"trakt": key[1], "tvdb": None, "tmdb": None}
            return {"season": {"number": season[1], "ids": ids}, "show": title_view(season[0])} if season else {}
        title = self._catalogue.find(key[0], {"trakt": key[1]})
        return {key[0]: title_view(title)} if title else {}


def _body_of(which: str) -> type[RatingsBody | ListBody | HiddenBody | DroppedBody]:
    kinds: dict[str, type[RatingsBody | ListBody | DroppedBody]] = {
        "ratings": RatingsBody,
        "watchlist": ListBody,
        "hidden/dropped": DroppedBody,
    }
    return kinds.get(which, HiddenBody)


def _section(which: str) -> str:
    return which.removeprefix("hidden/") + ":" if which.startswith("hidden/") else ""


def _stamp_of(which: str) -> str:
    return {"ratings": "rated_at", "watchlist": "listed_at"}.get(which, "hidden_at")


def _zeros() -> dict[str, int]:
    return dict.fromkeys(KINDS, 0)


def _empties() -> dict[str, list[object]]:
    return {kinds: [] for kinds in KINDS}
