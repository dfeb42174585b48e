"""The demo's accounts and media as AniList's GraphQL types, ready to be selected from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from demo.anilist.account import DemoActivity, DemoEntry, DemoUser, Parts, parse_parts
from demo.anilist.graphql import JsonObject
from demo.library import DemoAnime

LIST_NAMES = {
    "CURRENT": "Watching",
    "PLANNING": "Planning",
    "COMPLETED": "Completed",
    "DROPPED": "Dropped",
    "PAUSED": "Paused",
    "REPEATING": "Rewatching",
}
SCORE_STEPS = {"POINT_100": 1, "POINT_10_DECIMAL": 10, "POINT_10": 10, "POINT_5": 20, "POINT_3": 33}


def media_view(anime: DemoAnime, now: datetime) -> JsonObject:
    """A ``Media``."""
    start = parse_parts(anime.start)
    return {
        "__typename": "Media",
        "id": anime.anilist_id,
        "idMal": anime.mal_id,
        "title": {
            "romaji": anime.romaji,
            "english": anime.english,
            "native": anime.native,
            "userPreferred": anime.romaji,
        },
        "type": "ANIME",
        "format": anime.format,
        "status": anime.status,
        "episodes": anime.episodes,
        "duration": anime.minutes,
        "startDate": fuzzy(start),
        "endDate": fuzzy(parse_parts(anime.end)),
        "seasonYear": start[0],
        "synonyms": [],
        "isAdult": False,
        "isLocked": False,
        "countryOfOrigin": "JP",
        "updatedAt": 1_790_000_000,
        "siteUrl": f"https://anilist.co/anime/{anime.anilist_id}",
        "nextAiringEpisode": _next_airing(anime, now),
        "relations": {"edges": [], "nodes": []},
    }


def _next_airing(anime: DemoAnime, now: datetime) -> JsonObject | None:
    if anime.next_episode is None:
        return None
    first = datetime.combine(date.fromisoformat(anime.start), time(15), tzinfo=UTC)
    airs = first + timedelta(days=7 * (anime.next_episode - 1))
    return {
        "id": anime.anilist_id * 100 + anime.next_episode,
        "mediaId": anime.anilist_id,
        "episode": anime.next_episode,
        "airingAt": int(airs.timestamp()),
        "timeUntilAiring": int((airs - now).total_seconds()),
    }


def entry_view(entry: DemoEntry, user: DemoUser, now: datetime) -> JsonObject:
    """A ``MediaList``; ``media`` is ``None`` where it was deleted."""
    every = custom_names(user.entries.values())

    def score(arguments: Mapping[str, object]) -> float:
        steps = SCORE_STEPS.get(str(arguments.get("format") or user.score_format), 1)
        return float(entry.score // steps)

    def custom(arguments: Mapping[str, object]) -> object:
        if arguments.get("asArray"):
            return [{"name": name, "enabled": name in entry.custom} for name in every]
        return {name: name in entry.custom for name in every} or None

    return {
        "__typename": "MediaList",
        "id": entry.entry_id,
        "userId": user.user_id,
        "mediaId": entry.media_id,
        "status": entry.status,
        "score": score,
        "progress": entry.progress,
        "progressVolumes": None,
        "repeat": entry.repeat,
        "priority": 0,
        "private": entry.private,
        "notes": None,
        "hiddenFromStatusLists": entry.hidden,
        "customLists": custom,
        "startedAt": fuzzy(entry.started),
        "completedAt": fuzzy(entry.completed),
        "updatedAt": entry.updated_at,
        "createdAt": entry.created_at,
        "media": media_view(entry.anime, now) if entry.anime else None,
        "user": {"id": user.user_id, "name": user.name},
    }


def collection_view(entries: list[DemoEntry], user: DemoUser, now: datetime, *, more: bool) -> JsonObject:
    """A ``MediaListCollection``: a group a status, then a group a custom list. Entries repeat in each that has them."""
    shown = {entry.entry_id: entry_view(entry, user, now) for entry in entries}
    groups: list[object] = []
    for status, name in LIST_NAMES.items():
        found = [shown[e.entry_id] for e in entries if e.status == status and not e.hidden]
        groups += [_group(name, status, found)] if found else []
    for name in custom_names(entries):
        groups.append(_group(name, None, [shown[e.entry_id] for e in entries if name in e.custom]))
    return {"lists": groups, "user": user_view(user, mine=False), "hasNextChunk": more}


def _group(name: str, status: str | None, entries: list[JsonObject]) -> JsonObject:
    return {
        "name": name,
        "status": status,
        "isCustomList": status is None,
        "isSplitCompletedList": False,
        "entries": list(entries),
    }


def user_view(user: DemoUser, *, mine: bool) -> JsonObject:
    """A ``User``. The time zone and what the feed leaves out are told to the user alone (``mine``)."""
    return {
        "id": user.user_id,
        "name": user.name,
        "siteUrl": f"https://anilist.co/user/{user.name}",
        "options": {
            "titleLanguage": "ROMAJI",
            "displayAdultContent": False,
            "timezone": user.timezone if mine else None,
            "activityMergeTime": 720,
            "disabledListActivity": [{"type": status, "disabled": False} for status in LIST_NAMES] if mine else None,
        },
        "mediaListOptions": {
            "scoreFormat": user.score_format,
            "rowOrder": "score",
            "animeList": {"splitCompletedSectionByFormat": False, "customLists": custom_names(user.entries.values())},
        },
    }


def activity_view(activity: DemoActivity, user: DemoUser, now: datetime) -> JsonObject:
    """A ``ListActivity``."""
    return {
        "__typename": "ListActivity",
        "id": activity.activity_id,
        "userId": user.user_id,
        "type": "ANIME_LIST",
        "status": activity.status,
        "progress": activity.progress,
        "createdAt": activity.created_at,
        "user": {"id": user.user_id, "name": user.name},
        "media": media_view(activity.anime, now),
    }


def custom_names(entries: Iterable[DemoEntry]) -> list[str]:
    """The names of all custom lists."""
    return sorted({name for entry in entries for name in entry.custom})


def fuzzy(parts: Parts) -> JsonObject:
    """A ``FuzzyDate``: always an object, its parts ``None`` where unknown."""
    return {"year": parts[0], "month": parts[1], "day": parts[2]}
