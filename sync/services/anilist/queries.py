"""What is asked of AniList, in GraphQL. Each query declares only the variables that it is given, because an omitted
variable is read as null, which AniList does not take for "no filter" everywhere."""

from __future__ import annotations

from collections.abc import Collection

MEDIA_FIELDS = """
id idMal format status(version: 2) episodes duration isAdult synonyms
title { romaji english native }
startDate { year month day } endDate { year month day }
nextAiringEpisode { episode }
"""

ENTRY_FIELDS = f"""
id status score(format: POINT_100) progress repeat private updatedAt
startedAt {{ year month day }} completedAt {{ year month day }}
media {{ {MEDIA_FIELDS} }}
"""

VIEWER = "Viewer { id name options { timezone } mediaListOptions { scoreFormat } }"
VIEWER_QUERY = f"query {{ {VIEWER} }}"


def library_query(by: str, *, with_viewer: bool = False) -> str:
    """One chunk of a whole anime list, ``by`` ``userName`` or ``userId``; custom lists are included, because entries
    hidden from the status lists are only there (AniList API docs, media lists, 2026-03)."""
    kind = {"userName": "String", "userId": "Int"}[by]
    return f"""
query ($user: {kind}, $chunk: Int) {{
  {VIEWER if with_viewer else ""}
  MediaListCollection({by}: $user, type: ANIME, chunk: $chunk, perChunk: 500, forceSingleCompletedList: true) {{
    hasNextChunk
    user {{ id name mediaListOptions {{ scoreFormat }} }}
    lists {{ entries {{ {ENTRY_FIELDS} }} }}
  }}
}}"""


def activity_query(filters: Collection[str]) -> str:
    """A page of list activities, oldest first; ``filters`` are keys of ``ACTIVITY_FILTERS`` given as variables."""
    declared = "".join(f", ${name}: {ACTIVITY_FILTERS[name]}" for name in filters)
    used = "".join(f", {name}: ${name}" for name in filters)
    return f"""
query ($userId: Int, $page: Int{declared}) {{
  Page(page: $page, perPage: 50) {{
    pageInfo {{ hasNextPage }}
    activities(userId: $userId, type: ANIME_LIST, sort: [ID]{used}) {{
      ... on ListActivity {{ id status progress createdAt media {{ id }} }}
    }}
  }}
}}"""


ACTIVITY_FILTERS = {"createdAt_greater": "Int", "mediaId_in": "[Int]"}

MEDIA_QUERY = f"""
query ($ids: [Int]) {{
  Page(perPage: 50) {{ media(id_in: $ids, type: ANIME) {{ {MEDIA_FIELDS} }} }}
}}"""
