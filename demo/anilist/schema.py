"""The part of AniList's schema that reading a list, a feed and media needs (AniList's schema, 2026-03-17).

A field or argument that is not here is refused, even where AniList has it: whoever needs it adds it.
"""

from __future__ import annotations

from demo.anilist.graphql import FieldType


def _scalars(names: str) -> dict[str, FieldType]:
    return {name: FieldType() for name in names.split()}


def _takes(names: str, of: str | None = None) -> FieldType:
    return FieldType(of, frozenset(names.split()))


_FUZZY = FieldType("FuzzyDate")
_LIST_FILTERS = (
    "userId userName type status notes startedAt completedAt status_in status_not_in status_not notes_like"
    " startedAt_greater startedAt_lesser startedAt_like completedAt_greater completedAt_lesser completedAt_like sort"
)
_CHUNKS = " forceSingleCompletedList chunk perChunk"
_ACTIVITY_FILTERS = (
    "id userId mediaId type isFollowing hasReplies createdAt id_not id_in id_not_in userId_not userId_in mediaId_not"
    " mediaId_in mediaId_not_in type_not type_in type_not_in createdAt_greater createdAt_lesser sort"
)
_AIRING = "id mediaId episode airingAt notYetAired id_in mediaId_in episode_in episode_greater episode_lesser"

SCHEMA: dict[str, dict[str, FieldType]] = {
    "Query": {
        "Viewer": FieldType("User"),
        "User": _takes("id name", "User"),
        "Media": _takes("id idMal type", "Media"),
        "MediaListCollection": _takes(_LIST_FILTERS + _CHUNKS, "MediaListCollection"),
        "Page": _takes("page perPage", "Page"),
    },
    "Page": {
        "pageInfo": FieldType("PageInfo"),
        "media": _takes("id idMal type id_in idMal_in sort search", "Media"),
        "mediaList": _takes(_LIST_FILTERS + " id mediaId mediaId_in compareWithAuthList isFollowing", "MediaList"),
        "activities": _takes(_ACTIVITY_FILTERS, "ActivityUnion"),
        "airingSchedules": _takes(_AIRING + " airingAt_greater airingAt_lesser sort", "AiringSchedule"),
    },
    "PageInfo": _scalars("total perPage currentPage lastPage hasNextPage"),
    "User": {
        **_scalars("id name siteUrl createdAt updatedAt"),
        "options": FieldType("UserOptions"),
        "mediaListOptions": FieldType("MediaListOptions"),
    },
    "UserOptions": {
        **_scalars("titleLanguage displayAdultContent timezone activityMergeTime"),
        "disabledListActivity": FieldType("ListActivityOption"),
    },
    "ListActivityOption": _scalars("disabled type"),
    "MediaListOptions": {**_scalars("scoreFormat rowOrder"), "animeList": FieldType("MediaListTypeOptions")},
    "MediaListTypeOptions": _scalars("sectionOrder splitCompletedSectionByFormat customLists"),
    "MediaListCollection": {
        "lists": FieldType("MediaListGroup"),
        "user": FieldType("User"),
        "hasNextChunk": FieldType(),
    },
    "MediaListGroup": {**_scalars("name isCustomList isSplitCompletedList status"), "entries": FieldType("MediaList")},
    "MediaList": {
        **_scalars("id userId mediaId status progress progressVolumes repeat priority private notes"),
        **_scalars("hiddenFromStatusLists advancedScores updatedAt createdAt"),
        "score": _takes("format"),
        "customLists": _takes("asArray"),
        "startedAt": _FUZZY,
        "completedAt": _FUZZY,
        "media": FieldType("Media"),
        "user": FieldType("User"),
    },
    "Media": {
        **_scalars("id idMal type format season seasonYear episodes duration countryOfOrigin hashtag updatedAt genres"),
        **_scalars("synonyms averageScore popularity isLocked isAdult siteUrl"),
        "title": FieldType("MediaTitle"),
        "status": _takes("version"),
        "source": _takes("version"),
        "startDate": _FUZZY,
        "endDate": _FUZZY,
        "nextAiringEpisode": FieldType("AiringSchedule"),
        "relations": FieldType("MediaConnection"),
    },
    "MediaTitle": {name: _takes("stylised") for name in ("romaji", "english", "native")} | _scalars("userPreferred"),
    "FuzzyDate": _scalars("year month day"),
    "AiringSchedule": {**_scalars("id airingAt timeUntilAiring episode mediaId"), "media": FieldType("Media")},
    "MediaConnection": {"edges": FieldType("MediaEdge"), "nodes": FieldType("Media")},
    "MediaEdge": {"node": FieldType("Media"), "id": FieldType(), "relationType": _takes("version")},
    "ActivityUnion": {},
    "ListActivity": {
        **_scalars("id userId type status progress siteUrl createdAt"),
        "user": FieldType("User"),
        "media": FieldType("Media"),
    },
    "TextActivity": _scalars("id userId type text createdAt"),
    "MessageActivity": _scalars("id type message createdAt"),
}
