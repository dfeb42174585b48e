"""Trakt's own importer (app.trakt.tv → settings → data) in miniature: a CSV file in, POSTs to Trakt's API out.

It does what Trakt's web client does, traps included: it does not look for plays that are there already, a film or an
episode is named by the first of its ids that the importer uses, and a request that failed is sent again.
Source: github.com/trakt/trakt-web b4aae4485 (2026-08-22), sections/settings/import.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal

import requests

from demo.server import JsonObject
from demo.trakt.logins import CLIENT_ID
from sync.services.clock import Clock

CHUNK = 100
"""How many items go into one POST."""
TRIES = 3
PAUSE = 1.1
"""Seconds between two POSTs; Trakt takes one a second."""
IDS = {
    "movie": ("imdb", "tmdb", "trakt"),
    "show": ("imdb", "tvdb", "trakt"),
    "season": ("tvdb", "trakt"),
    "episode": ("tvdb", "trakt"),
}
"""Which ids are used, the first that is there. An episode's TMDB id never is."""
TYPES = {"show": "show", "series": "show", "tv series": "show", "season": "season", "episode": "episode"}
"""How a row may call its type; whatever else it says, or nothing, is a film."""
ACTIONS = {"watchlist": "watchlist", "ratings": "ratings", "rating": "ratings"}

Action = Literal["history", "watchlist", "ratings"]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One thing to do for one title; ``watched_at`` is in Trakt's words, ``None`` for now."""

    action: Action
    type: str
    ids: Mapping[str, str | int]
    watched_at: str | None = None
    rating: int | None = None
    rated_at: str | None = None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of an import: items sent, items of requests that failed, rows without an id that it could use, and what
    Trakt did not find."""

    sent: int = 0
    failed: int = 0
    unusable: int = 0
    not_found: tuple[object, ...] = ()


@dataclass(slots=True)
class TraktImporter:
    """The importer of somebody who is logged in with ``access_token``; ``zone`` is their browser's."""

    api_url: str
    access_token: str
    clock: Clock
    zone: tzinfo = UTC
    posts: list[str] = field(default_factory=list)
    """The path of each POST, those that were sent again included."""

    def import_csv(self, text: str) -> ImportOutcome:
        """Sends everything in a file: plays first, then the watchlist, then ratings; 100 items to a POST."""
        items, unusable = parse_csv(text, self.zone)
        sent, failed = 0, 0
        not_found: list[object] = []
        for action in ("history", "watchlist", "ratings"):
            mine = [item for item in items if item.action == action]
            for begin in range(0, len(mine), CHUNK):
                chunk = mine[begin : begin + CHUNK]
                answer = self._post(f"/sync/{action}", _body(chunk))
                sent += len(chunk)
                failed += 0 if answer is not None and answer.ok else len(chunk)
                not_found += _missing(answer)
        return ImportOutcome(sent, failed, unusable, tuple(not_found))

    def _post(self, path: str, body: JsonObject) -> requests.Response | None:
        """One request, and up to twice more while Trakt is busy, broken or silent, whatever it did with the first."""
        headers = {
            "User-Agent": "Trakt web",
            "trakt-api-key": CLIENT_ID,
            "trakt-api-version": "2",
            "Authorization": f"Bearer {self.access_token}",
        }
        answer: requests.Response | None = None
        for _ in range(TRIES):
            self.clock.sleep(PAUSE)
            self.posts.append(path)
            try:
                answer = requests.post(self.api_url + path, json=body, headers=headers, timeout=60)
            except requests.ConnectionError:
                continue
            if answer.status_code != 429 and answer.status_code < 500:
                break
            self.clock.sleep(float(answer.headers.get("Retry-After", 0)))
        return answer


def parse_csv(text: str, zone: tzinfo = UTC) -> tuple[list[ImportItem], int]:
    """The items that a file stands for, and how many rows have no id that the importer can use. The header names the
    columns; their order, case and surrounding spaces do not matter, and Trakt's own names (``trakt`` for ``trakt_id``)
    are taken too."""
    items: list[ImportItem] = []
    unusable = 0
    for raw in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
        row = {str(key).strip().lower(): str(value).strip() for key, value in raw.items() if key and value}
        type_ = TYPES.get(row.get("type", "").lower(), "movie")
        ids = _picked(row, type_)
        unusable += not ids and bool(row)
        items += _items(row, type_, ids, zone) if ids else ()
    return items, unusable


def _picked(row: Mapping[str, str], type_: str) -> dict[str, str | int]:
    """The one id that is sent: the first that the importer uses for this type."""
    for owner in IDS[type_]:
        value = row.get(owner) or row.get(f"{owner}_id") or ""
        if owner == "imdb" and value:
            return {owner: value}
        if (number := _whole(value)) is not None:
            return {owner: number}
    return {}


def _items(row: Mapping[str, str], type_: str, ids: Mapping[str, str | int], zone: tzinfo) -> Iterator[ImportItem]:
    """What a row asks for: a play, a rating and a place on the watchlist, as far as it has them; with an ``action``
    that one alone. A row with none of them is a play of now."""
    watched = _moment(row.get("watched_at") or row.get("date_watched") or "", zone)
    rating, rated_at = _whole(row.get("rating", "")), _moment(row.get("rated_at", ""), zone)
    listed = row.get("listed_at") or row.get("watchlisted_at")
    if "action" in row:
        action = ACTIONS.get(row["action"].lower(), "history")
        if action == "ratings":
            yield ImportItem("ratings", type_, ids, rating=rating, rated_at=rated_at)
        elif action == "watchlist":
            yield ImportItem("watchlist", type_, ids)
        else:
            yield ImportItem("history", type_, ids, watched)
        return
    if watched or not (rating or rated_at or listed):
        yield ImportItem("history", type_, ids, watched)
    if rating or (rated_at and not watched and not listed):
        yield ImportItem("ratings", type_, ids, rating=rating, rated_at=rated_at)
    if listed:
        yield ImportItem("watchlist", type_, ids)


def _moment(text: str, zone: tzinfo) -> str | None:
    """A time as it is sent: ``unknown`` stays so, a day without a time is its noon, what has no zone is in the
    browser's. ``None`` for what is no time."""
    if text == "unknown":
        return text
    try:
        at = datetime.fromisoformat(f"{text}T12:00:00" if _DATE.fullmatch(text) else text)
    except ValueError:
        return None
    at = at.replace(tzinfo=zone) if at.tzinfo is None else at
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _whole(text: str) -> int | None:
    """A number above 0 at the beginning of a text, as JavaScript reads it."""
    found = re.match(r"\s*\+?0*([1-9]\d*)", text)
    return int(found[1]) if found else None


def _body(items: Iterable[ImportItem]) -> JsonObject:
    """The body of one POST. A rating is cut to 1 to 10; an item without one is left out of the ratings."""
    body: dict[str, object] = {}
    for item in items:
        sent: JsonObject = {"ids": dict(item.ids)}
        if item.action == "history" and item.watched_at is not None:
            sent["watched_at"] = item.watched_at
        if item.action == "ratings":
            if item.rating is None:
                continue
            sent["rating"] = min(10, max(1, item.rating))
            if item.rated_at and item.rated_at != "unknown":
                sent["rated_at"] = item.rated_at
        group = body.setdefault(f"{item.type}s", [])
        if isinstance(group, list):
            group.append(sent)
    return body


def _missing(answer: requests.Response | None) -> list[object]:
    if answer is None or not answer.ok:
        return []
    groups = answer.json()["not_found"].values()
    return [item for group in groups for item in group]
