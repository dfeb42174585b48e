"""AniList's answers → values. Missing parts become ``None``; a missing frame raises ``SuspiciousRead``.

Field names and what may be null: AniList API docs, schema of 2026-03.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sync.model.anilist import (
    ActivityKind,
    Airing,
    AniListUser,
    FuzzyDate,
    ListActivity,
    Media,
    MediaFormat,
    MediaListEntry,
    MediaListStatus,
    MediaRelation,
    MediaStatus,
    RelationType,
)
from sync.services.anilist.errors import suspicious
from sync.services.shape import NOTHING, JsonObject, list_of, number, object_at, text, texts, unix_moment, whole

ServiceWord = TypeVar("ServiceWord", bound=StrEnum)

UNINTERESTING = {"plans to watch", "paused watching", "dropped"}
"""Activities that say nothing of an episode being watched now."""
EPISODES = re.compile(r"(\d{1,6})(?: - (\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class ListChunk:
    """One chunk of a list. ``orphans`` are entry ids without a media, ``odd`` those whose status is not known."""

    user: AniListUser
    entries: tuple[MediaListEntry, ...]
    orphans: tuple[int, ...]
    odd: tuple[int, ...]
    has_next: bool


def parse_list_chunk(data: JsonObject) -> ListChunk:
    """A ``MediaListCollection``. The same entry comes once for each list that holds it; here it is kept once."""
    collection = object_at(data, "MediaListCollection")
    lists = list_of(collection.get("lists")) if collection else None
    if collection is None or lists is None or not isinstance(has_next := collection.get("hasNextChunk"), bool):
        raise suspicious("a list without its entries")
    entries: dict[int, MediaListEntry] = {}
    orphans: set[int] = set()
    odd: set[int] = set()
    for row in _rows(lists):
        entry_id = whole(row.get("id"))
        if entry_id is None:
            raise suspicious("a list entry without an id")
        media = parse_media(row.get("media"))
        status = _word(MediaListStatus, row.get("status"))
        if media is None:
            orphans.add(entry_id)
        elif status is None:
            odd.add(entry_id)
        elif entry_id not in entries:
            entries[entry_id] = _entry(entry_id, media, status, row)
    user = parse_user(collection.get("user"))
    return ListChunk(user, tuple(entries.values()), tuple(sorted(orphans)), tuple(sorted(odd)), has_next)


def _rows(lists: object) -> Iterator[JsonObject]:
    for group in list_of(lists) or ():
        rows = list_of(group.get("entries")) if (group := object_at(group)) else None
        if rows is None:
            raise suspicious("a list without its entries")
        for row in rows:
            if (entry := object_at(row)) is not None:
                yield entry


def _entry(entry_id: int, media: Media, status: MediaListStatus, row: JsonObject) -> MediaListEntry:
    return MediaListEntry(
        entry_id=entry_id,
        media=media,
        status=status,
        progress=max(0, whole(row.get("progress")) or 0),
        repeat=max(0, whole(row.get("repeat")) or 0),
        score=number(row.get("score")),
        private=row.get("private") is True,
        started_at=parse_fuzzy_date(row.get("startedAt")),
        completed_at=parse_fuzzy_date(row.get("completedAt")),
        updated_at=unix_moment(row.get("updatedAt")),
    )


def parse_user(value: object) -> AniListUser:
    """A ``User``; ``options.timezone`` is there only for the one who is logged in."""
    user = object_at(value) or NOTHING
    user_id, name = whole(user.get("id")), text(user.get("name"))
    if user_id is None or name is None:
        raise suspicious("an answer that does not say whose list it is")
    return AniListUser(
        user_id=user_id,
        name=name,
        utc_offset=parse_utc_offset((object_at(user, "options") or NOTHING).get("timezone")),
        score_format=text((object_at(user, "mediaListOptions") or NOTHING).get("scoreFormat")),
    )


def _airing(value: object) -> Airing | None:
    airing = object_at(value) or NOTHING
    episode = whole(airing.get("episode"))
    return None if episode is None else Airing(episode, unix_moment(airing.get("airingAt")))


def _relations(connection: JsonObject) -> Iterator[MediaRelation]:
    for each in list_of(connection.get("edges")) or ():
        edge = object_at(each) or NOTHING
        node, kind = object_at(edge, "node") or NOTHING, _word(RelationType, edge.get("relationType"))
        anilist_id = whole(node.get("id"))
        if kind is not None and anilist_id is not None and node.get("type") == "ANIME":
            yield MediaRelation(kind, anilist_id, _word(MediaFormat, node.get("format")))


def parse_media(value: object) -> Media | None:
    """A ``Media``, ``None`` when it is gone."""
    media = object_at(value)
    anilist_id = whole(media.get("id")) if media else None
    if media is None or anilist_id is None:
        return None
    title = object_at(media, "title") or NOTHING
    return Media(
        anilist_id=anilist_id,
        mal_id=whole(media.get("idMal")),
        format=_word(MediaFormat, media.get("format")),
        status=_word(MediaStatus, media.get("status")),
        episodes=whole(media.get("episodes")) or None,
        duration=whole(media.get("duration")) or None,
        start_date=parse_fuzzy_date(media.get("startDate")),
        end_date=parse_fuzzy_date(media.get("endDate")),
        title_romaji=text(title.get("romaji")),
        title_english=text(title.get("english")),
        title_native=text(title.get("native")),
        synonyms=texts(media.get("synonyms")),
        is_adult=media.get("isAdult") is True,
        next_airing=_airing(media.get("nextAiringEpisode")),
        relations=tuple(_relations(object_at(media, "relations") or NOTHING)),
    )


def parse_fuzzy_date(value: object) -> FuzzyDate:
    """A ``FuzzyDate``: the object is always there, each of its parts may be null."""
    parts = object_at(value) or NOTHING
    return FuzzyDate(whole(parts.get("year")), whole(parts.get("month")), whole(parts.get("day")))


def parse_utc_offset(value: object) -> timedelta | None:
    """``-?HH:MM`` → the offset from UTC; the sign belongs to the minutes too."""
    match = re.fullmatch(r"([+-]?)(\d{1,2}):(\d{2})", value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -offset if match[1] == "-" else offset


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One row of the feed: its id, when it was logged, and the activity, if it is of a kind that matters.

    ``unknown`` is the wording when it is one that this project has never heard of.
    """

    activity_id: int
    created_at: datetime
    activity: ListActivity | None = None
    unknown: str | None = None


def parse_activity_page(data: JsonObject) -> tuple[tuple[ActivityRow, ...], bool]:
    """A ``Page`` of ``activities``, with whether there is another (``pageInfo.total`` is not to be trusted)."""
    page = object_at(data, "Page")
    rows = list_of(page.get("activities")) if page else None
    has_next = (object_at(page, "pageInfo") or NOTHING).get("hasNextPage")
    if rows is None or not isinstance(has_next, bool):
        raise suspicious("an activity page without its activities")
    parsed = (_activity(object_at(row) or NOTHING) for row in rows)
    return tuple(row for row in parsed if row is not None), has_next


def _activity(row: JsonObject) -> ActivityRow | None:
    activity_id, at = whole(row.get("id")), unix_moment(row.get("createdAt"))
    anilist_id = whole((object_at(row, "media") or NOTHING).get("id"))
    if activity_id is None or at is None:
        return None
    status, progress = text(row.get("status")) or "", text(row.get("progress"))
    kind = _word(ActivityKind, status)
    if kind is None:
        return ActivityRow(activity_id, at, unknown=None if status in UNINTERESTING else status[:60])
    if anilist_id is None:
        return ActivityRow(activity_id, at)
    episodes = _episodes(progress)
    names_episodes = kind in (ActivityKind.WATCHED, ActivityKind.REWATCHED_EPISODE)
    if names_episodes and episodes is None:
        return ActivityRow(activity_id, at, unknown=f"{status} {progress or ''}"[:60].strip())
    first, last = episodes or (None, None)
    return ActivityRow(activity_id, at, ListActivity(anilist_id, kind, at, first, last))


def _episodes(progress: str | None) -> tuple[int, int] | None:
    """``"5"`` or ``"3 - 5"``: the only two shapes that AniList writes."""
    match = EPISODES.fullmatch(progress) if progress else None
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (first, last) if 1 <= first <= last else None


def parse_media_page(data: JsonObject) -> tuple[Media, ...]:
    """A ``Page`` of ``media``; ids that AniList does not know are simply not there."""
    page = object_at(data, "Page")
    rows = list_of(page.get("media")) if page else None
    if rows is None:
        raise suspicious("a media page without its media")
    return tuple(media for row in rows if (media := parse_media(row)) is not None)


def token_expiry(token: str) -> datetime | None:
    """When an AniList token ends: the ``exp`` of the JWT that it is, read without checking its signature.

    ``None`` when it cannot be read (AniList API docs, authenticated requests, 2024-09).
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        expiry = claims.get("exp") if isinstance(claims, dict) else None
        return datetime.fromtimestamp(float(expiry), UTC) if isinstance(expiry, int | float) else None
    except (ValueError, OverflowError, OSError, binascii.Error):
        return None


def _word(words: type[ServiceWord], value: object) -> ServiceWord | None:
    """The member of an enum that this is, ``None`` if it is a word the enum does not have."""
    try:
        return words(value) if isinstance(value, str) else None
    except ValueError:
        return None
