"""The demo's accounts and media as AniList's GraphQL types, ready to be selected from.

A field that takes arguments, or that costs something to make, is a function of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from demo.anilist.account import DemoActivity, DemoEntry, DemoUser, Parts, parse_parts
from demo.anilist.query import JsonObject
from demo.anilist.rows import matching
from demo.library import DemoAiring, DemoAnime, DemoRelation, SampleLibrary, derived_relations

LIST_NAMES = {
    "CURRENT": "Watching",
    "PLANNING": "Planning",
    "COMPLETED": "Completed",
    "DROPPED": "Dropped",
    "PAUSED": "Paused",
    "REPEATING": "Rewatching",
}
SCORE_STEPS = {"POINT_100": 1, "POINT_10_DECIMAL": 10, "POINT_10": 10, "POINT_5": 20, "POINT_3": 33}
SEASONS = ("WINTER", "SPRING", "SUMMER", "FALL")
NEWER_RELATIONS = {"SOURCE": 2, "COMPILATION": 2, "CONTAINS": 2, "SAME_UNIVERSE": 3}
"""From which ``version`` of the enum a relation is shown by its own name; before, it is ``OTHER``."""
DEEPEST_SCHEDULE = 25
JOINED = 1_500_000_000

Arguments = Mapping[str, object]


class AniListViews:
    """AniList's types over one library, as they are at one moment."""

    def __init__(self, library: SampleLibrary, now: datetime) -> None:
        self._library = library
        self._now = now

    def media(self, anime: DemoAnime) -> JsonObject:
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
            "romaji": anime.romaji,
            "type": "ANIME",
            "format": anime.format,
            "status": lambda given: _status(anime.status, given),
            "episodes": anime.episodes,
            "duration": anime.minutes,
            "startDate": fuzzy(start),
            "endDate": fuzzy(parse_parts(anime.end)),
            "season": SEASONS[(start[1] - 1) // 3] if start[1] else None,
            "seasonYear": start[0],
            "synonyms": [],
            "coverImage": None,  # an address of AniList's own would be asked for by whoever looks at the demo's page
            "isAdult": False,
            "isLocked": False,
            "countryOfOrigin": "JP",
            "updatedAt": 1_790_000_000,
            "siteUrl": f"https://anilist.co/anime/{anime.anilist_id}",
            "nextAiringEpisode": lambda _: self._next_airing(anime),
            "airingSchedule": lambda given: self._schedule(anime, given),
            "relations": lambda _: self._relations(anime),
        }

    def media_rows(self, ids: object = None) -> list[JsonObject]:
        """Every media that AniList has; of ``ids`` only, if they are a list."""
        return [self.media(anime) for anime in self._anime(ids)]

    def _anime(self, ids: object) -> Iterator[DemoAnime]:
        wanted = frozenset(ids) if isinstance(ids, list) else None
        return (anime for _, anime in self._library.anime() if wanted is None or anime.anilist_id in wanted)

    def _relations(self, anime: DemoAnime) -> JsonObject:
        related = derived_relations(self._library, anime) if anime.relations is None else anime.relations
        edges: list[object] = [self._edge(anime, number, each) for number, each in enumerate(related)]
        return {"edges": edges, "nodes": [self._node(each) for each in related], "pageInfo": _whole(len(edges))}

    def _edge(self, anime: DemoAnime, number: int, relation: DemoRelation) -> JsonObject:
        def kind(given: Arguments) -> str:
            version = given.get("version")
            known = version if isinstance(version, int) else 1
            return relation.kind if NEWER_RELATIONS.get(relation.kind, 1) <= known else "OTHER"

        return {"id": anime.anilist_id * 100 + number, "relationType": kind, "node": self._node(relation)}

    def _node(self, relation: DemoRelation) -> JsonObject:
        """The media at the other end, of which less is known where the library has none of that id."""
        try:
            return self.media(self._library.by_anilist_id(relation.anilist_id)[1])
        except KeyError:
            title = dict.fromkeys(("romaji", "english", "native", "userPreferred"))
            nothing = {"startDate": fuzzy((None, None, None)), "endDate": fuzzy((None, None, None)), "title": title}
            kept = {"id": relation.anilist_id, "type": relation.type, "format": relation.format}
            return {"__typename": "Media", **nothing, **kept}

    def _next_airing(self, anime: DemoAnime) -> JsonObject | None:
        coming = [airing for airing in airings_of(anime) if airing.at > self._now or not anime.airings]
        return self._airing(anime, coming[0]) if coming else None

    def _schedule(self, anime: DemoAnime, given: Arguments) -> JsonObject:
        """A media's own rows, 25 to a page."""
        rows = matching(self.airings(anime), {"notYetAired": given.get("notYetAired")})
        size = min(_number(given.get("perPage"), DEEPEST_SCHEDULE), DEEPEST_SCHEDULE)
        begin = (_number(given.get("page"), 1) - 1) * size
        shown: list[object] = list(rows[begin : begin + size])
        info = _whole(len(rows)) | {"perPage": size, "hasNextPage": len(rows) > begin + size}
        return {"nodes": shown, "edges": [{"id": i, "node": row} for i, row in enumerate(shown)], "pageInfo": info}

    def airings(self, anime: DemoAnime) -> list[JsonObject]:
        """The media's rows in the schedule, in the order of the episodes."""
        return [self._airing(anime, airing) for airing in airings_of(anime)]

    def airing_rows(self, ids: object = None) -> list[JsonObject]:
        """The schedule of everything; of the media ``ids`` only, if they are a list."""
        return [row for anime in self._anime(ids) for row in self.airings(anime)]

    def _airing(self, anime: DemoAnime, airing: DemoAiring) -> JsonObject:
        until = int((airing.at - self._now).total_seconds())
        return {
            "id": anime.anilist_id * 10_000 + airing.episode,
            "mediaId": anime.anilist_id,
            "episode": airing.episode,
            "airingAt": int(airing.at.timestamp()),
            "timeUntilAiring": until,
            "notYetAired": until > 0,
            "media": lambda _: self.media(anime),
        }

    def entry(self, entry: DemoEntry, user: DemoUser) -> JsonObject:
        """A ``MediaList``; ``media`` is ``None`` where it was deleted."""

        def custom(given: Arguments) -> object:
            every = custom_names(user.entries.values())
            if given.get("asArray"):
                return [{"name": name, "enabled": name in entry.custom} for name in every]
            return {name: name in entry.custom for name in every} or None

        return {
            "__typename": "MediaList",
            "id": entry.entry_id,
            "userId": user.user_id,
            "mediaId": entry.media_id,
            "status": entry.status,
            "score": lambda given: float(
                entry.score // SCORE_STEPS.get(str(given.get("format") or user.score_format), 1)
            ),
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
            "media": lambda _: self._media_of(entry),
            "user": lambda _: self.user(user, mine=False),
        }

    def _media_of(self, entry: DemoEntry) -> JsonObject | None:
        """The entry's media as AniList has it now, which may be more than when the entry was made."""
        return self.media(self._library.by_anilist_id(entry.media_id)[1]) if entry.anime else None

    def collection(self, entries: list[DemoEntry], user: DemoUser, *, more: bool) -> JsonObject:
        """A ``MediaListCollection``: a group a status, then a group a custom list. Entries repeat in each that has
        them."""
        shown = {entry.entry_id: self.entry(entry, user) for entry in entries}
        groups: list[object] = []
        for status, name in LIST_NAMES.items():
            found = [shown[e.entry_id] for e in entries if e.status == status and not e.hidden]
            groups += [_group(name, status, found)] if found else []
        for name in custom_names(entries):
            groups.append(_group(name, None, [shown[e.entry_id] for e in entries if name in e.custom]))
        return {"lists": groups, "user": self.user(user, mine=False), "hasNextChunk": more}

    def user(self, user: DemoUser, *, mine: bool) -> JsonObject:
        """A ``User``. The time zone and what the feed leaves out are told to the user alone (``mine``)."""
        skipped = [{"type": status, "disabled": False} for status in LIST_NAMES] if mine else None
        return {
            "__typename": "User",
            "id": user.user_id,
            "name": user.name,
            "siteUrl": f"https://anilist.co/user/{user.name}",
            "createdAt": JOINED,
            "updatedAt": JOINED,
            "options": {
                "titleLanguage": "ROMAJI",
                "displayAdultContent": False,
                "timezone": user.timezone if mine else None,
                "activityMergeTime": 720,
                "disabledListActivity": skipped,
            },
            "mediaListOptions": lambda _: {
                "scoreFormat": user.score_format,
                "rowOrder": "score",
                "animeList": {
                    "sectionOrder": list(LIST_NAMES.values()),
                    "splitCompletedSectionByFormat": False,
                    "customLists": custom_names(user.entries.values()),
                },
            },
        }

    def activity(self, activity: DemoActivity, user: DemoUser) -> JsonObject:
        """A ``ListActivity``."""
        return {
            "__typename": "ListActivity",
            "id": activity.activity_id,
            "userId": user.user_id,
            "mediaId": activity.anime.anilist_id,
            "type": "ANIME_LIST",
            "status": activity.status,
            "progress": activity.progress,
            "siteUrl": f"https://anilist.co/activity/{activity.activity_id}",
            "createdAt": activity.created_at,
            "user": lambda _: self.user(user, mine=False),
            "media": lambda _: self.media(self._library.by_anilist_id(activity.anime.anilist_id)[1]),
        }


def airings_of(anime: DemoAnime) -> tuple[DemoAiring, ...]:
    """The rows of the schedule that AniList still has; where the library says only which episode is next, that one,
    weekly from the start."""
    if anime.airings or anime.next_episode is None:
        return anime.airings
    first = datetime.combine(date.fromisoformat(anime.start), time(15), tzinfo=UTC)
    return (DemoAiring(anime.next_episode, first + timedelta(days=7 * (anime.next_episode - 1))),)


def custom_names(entries: Iterable[DemoEntry]) -> list[str]:
    """The names of all custom lists."""
    return sorted({name for entry in entries for name in entry.custom})


def fuzzy(parts: Parts) -> JsonObject:
    """A ``FuzzyDate``: always an object, its parts ``None`` where unknown."""
    return {"year": parts[0], "month": parts[1], "day": parts[2]}


def _status(status: str, given: Arguments) -> str:
    """``HIATUS`` is told only to those who ask for version 2 of the enum."""
    return "RELEASING" if status == "HIATUS" and given.get("version") != 2 else status


def _group(name: str, status: str | None, entries: list[JsonObject]) -> JsonObject:
    return {
        "name": name,
        "status": status,
        "isCustomList": status is None,
        "isSplitCompletedList": False,
        "entries": list(entries),
    }


def _whole(count: int) -> JsonObject:
    """The ``PageInfo`` of something that is not cut into pages."""
    return {"total": count, "perPage": max(count, 1), "currentPage": 1, "lastPage": 1, "hasNextPage": False}


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and value > 0 else default
