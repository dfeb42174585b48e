"""AniList's schema as far as it is used: the questions, in GraphQL, and the structs of the answers.

Fields are AniList's own (schema of 2026-03); anything but an id may be null. Each question declares only the variables
that it is given, because an omitted one is read as null, which AniList does not take for "no filter" everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from sync.model.anilist import MediaListStatus
from sync.model.bounds import Count, Id, Line, OtherId, UnixTime, Word
from sync.model.budget import ACTIVITY_PAGE, LIST_CHUNK

NULL = Raw(b"null")

MEDIA_FIELDS = """
id idMal format status(version: 2) episodes duration isAdult synonyms
title { romaji english native }
startDate { year month day } endDate { year month day }
nextAiringEpisode { episode airingAt } coverImage { medium }
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
  MediaListCollection(
    {by}: $user, type: ANIME, chunk: $chunk, perChunk: {LIST_CHUNK}, forceSingleCompletedList: true
  ) {{
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
  Page(page: $page, perPage: {ACTIVITY_PAGE}) {{
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

RELATIONS_QUERY = """
query ($ids: [Int]) {
  Page(perPage: 50) {
    media(id_in: $ids, type: ANIME) { id relations { edges { relationType(version: 2) node { id type format } } } }
  }
}"""

AIRING_QUERY = """
query ($ids: [Int], $page: Int) {
  Page(page: $page, perPage: 50) {
    pageInfo { hasNextPage }
    airingSchedules(mediaId_in: $ids, sort: [ID]) { mediaId episode airingAt }
  }
}"""
"""Sorted by what is unique, so that no page repeats or skips a row of another one (AniList API docs, pagination)."""


class ErrorRow(Struct):
    """One of ``errors``: ``status`` is an HTTP status."""

    message: str | None = None
    status: int | None = None


class Envelope(Struct):
    """What every answer is wrapped in."""

    data: Raw = NULL
    errors: Raw = NULL


class FuzzyRow(Struct, gc=False):
    """A ``FuzzyDate``; 0 stands for a part that is not known, as null does (AniList API docs, ``FuzzyDateInt``)."""

    year: Annotated[int, Meta(ge=0, le=9999)] | None = None
    month: Annotated[int, Meta(ge=0, le=12)] | None = None
    day: Annotated[int, Meta(ge=0, le=31)] | None = None


class MediaTitle(Struct, gc=False):
    """A ``MediaTitle``."""

    romaji: Line | None = None
    english: Line | None = None
    native: Line | None = None


class AiringSchedule(Struct, rename="camel", gc=False):
    """An ``AiringSchedule``; ``media_id`` is there where it was asked for."""

    episode: Count
    airing_at: UnixTime | None = None
    media_id: Id | None = None


class MediaConnection(Struct, gc=False):
    """``relations``."""

    edges: Raw


class CoverRow(Struct):
    """A ``MediaCoverImage``, of which the smallest size is asked for."""

    medium: Line | None = None


class MediaRow(Struct, rename="camel", gc=False):
    """A ``Media``."""

    id: Id
    id_mal: OtherId | None = None
    format: Word | None = None
    status: Word | None = None
    episodes: Count | None = None
    duration: Count | None = None
    is_adult: bool | None = None
    synonyms: Annotated[list[Line | None], Meta(max_length=1_000)] | None = None
    title: MediaTitle | None = None
    start_date: FuzzyRow | None = None
    end_date: FuzzyRow | None = None
    next_airing_episode: AiringSchedule | None = None
    cover_image: CoverRow | None = None
    relations: MediaConnection | None = None


class EntryRow(Struct, rename="camel", gc=False):
    """A ``MediaList``, that is, one entry of a list. ``media`` is null when AniList has it no longer."""

    id: Id
    status: MediaListStatus
    media: MediaRow | None = None
    score: Annotated[float, Meta(ge=0, le=100)] | None = None
    progress: Count | None = None
    repeat: Count | None = None
    private: bool | None = None
    started_at: FuzzyRow | None = None
    completed_at: FuzzyRow | None = None
    updated_at: UnixTime | None = None


class UserOptions(Struct, gc=False):
    """``options``; the time zone is there only for the one who is logged in."""

    timezone: Word | None = None


class MediaListOptions(Struct, rename="camel", gc=False):
    """``mediaListOptions``."""

    score_format: Word | None = None


class UserRow(Struct, rename="camel", gc=False):
    """A ``User``."""

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    options: UserOptions | None = None
    media_list_options: MediaListOptions | None = None


class MediaListGroup(Struct):
    """A ``MediaListGroup``: a status list or a custom one."""

    entries: Raw


class MediaListCollection(Struct, rename="camel"):
    """A ``MediaListCollection``."""

    has_next_chunk: bool
    lists: list[MediaListGroup]
    user: UserRow


class ListData(Struct):
    """The ``data`` of a question about a list."""

    collection: MediaListCollection = msgspec.field(name="MediaListCollection")


class ViewerData(Struct):
    """The ``data`` of a question about who is logged in."""

    viewer: UserRow = msgspec.field(name="Viewer")


class PageInfo(Struct, rename="camel"):
    """``pageInfo``; its ``total`` is not to be trusted (AniList API docs, pagination)."""

    has_next_page: bool


class Page(Struct, rename="camel"):
    """A ``Page`` with the one kind of rows that was asked for."""

    page_info: PageInfo | None = None
    activities: Raw = NULL
    media: Raw = NULL
    airing_schedules: Raw = NULL


class PageData(Struct):
    """The ``data`` of a question for a page."""

    page: Page = msgspec.field(name="Page")


class MediaId(Struct, gc=False):
    """A ``Media`` of which only the id was asked."""

    id: Id


class ActivityRow(Struct, rename="camel", gc=False):
    """A ``ListActivity``; other kinds of activities come as empty objects."""

    id: Id | None = None
    created_at: UnixTime | None = None
    status: Word | None = None
    progress: Word | None = None
    media: MediaId | None = None


class EdgeNode(Struct, gc=False):
    """The media at the other end of a relation; it may be a manga."""

    id: Id
    type: Word | None = None
    format: Word | None = None


class MediaEdge(Struct, rename="camel", gc=False):
    """A ``MediaEdge``."""

    node: EdgeNode
    relation_type: Word | None = None


class TokenClaims(Struct):
    """The claims of an access token, which is a JWT; ``exp`` is when it ends."""

    exp: Annotated[float, Meta(ge=0, le=253_402_300_799)]
