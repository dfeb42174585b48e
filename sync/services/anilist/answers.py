"""AniList's answers → values. A bad row is left out and named; a missing frame raises ``SuspiciousRead``."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from msgspec import Raw, ValidationError
from msgspec.json import Decoder

from sync.errors import NEXT_RUN, SuspiciousRead
from sync.model.anilist import (
    ActivityKind,
    Airing,
    AniListUser,
    FuzzyDate,
    ListActivity,
    Media,
    MediaFormat,
    MediaListEntry,
    MediaRelation,
    MediaStatus,
    RelationType,
)
from sync.model.bounds import UNREADABLE, BadRow, Read, RowReader, id_at, read_json
from sync.services.anilist import schema

Term = TypeVar("Term", bound=StrEnum)
T = TypeVar("T")

UNINTERESTING = {"plans to watch", "paused watching", "dropped", ""}
"""Activities that say nothing of an episode being watched now."""
EPISODES = re.compile(r"(\d{1,5})(?: - (\d{1,5}))?")
MOST_EPISODES = 20_000

_ENVELOPE, _CLAIMS = Decoder(schema.Envelope), Decoder(schema.TokenClaims)
_LIST, _VIEWER, _PAGE = Decoder(schema.ListData), Decoder(schema.ViewerData), Decoder(schema.PageData)
_ENTRIES, _MEDIA, _ACTIVITIES = RowReader(schema.EntryRow), RowReader(schema.MediaRow), RowReader(schema.ActivityRow)
_ONE_MEDIA = Decoder(schema.MediaRow)
_SCHEDULES, _EDGES, _ERRORS = RowReader(schema.AiringSchedule), RowReader(schema.MediaEdge), RowReader(schema.ErrorRow)


def suspicious(what: str) -> SuspiciousRead:
    """The error for an answer that lacks what it must have."""
    return SuspiciousRead("AniList", f"AniList sent {what}.", NEXT_RUN)


def parse_envelope(body: bytes) -> tuple[Raw | None, tuple[schema.ErrorRow, ...]]:
    """``data``, ``None`` if there is none, and ``errors``. Raises ``NotJson``."""
    try:
        envelope = read_json(_ENVELOPE.decode, body)
    except ValidationError:
        return None, ()
    try:
        errors, odd = _ERRORS.read(envelope.errors)
    except ValidationError:
        errors, odd = [], []
    data = None if bytes(envelope.data) == b"null" else envelope.data
    return data, (*errors, *(schema.ErrorRow() for _ in odd))


@dataclass(frozen=True, slots=True)
class ListChunk:
    """One chunk of a list. ``orphans`` are entry ids without a media; ``unreadable`` are the media ids of the rows that
    were left out, 0 for each whose id cannot be read either."""

    user: AniListUser
    entries: tuple[MediaListEntry, ...]
    orphans: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    has_next: bool = False


def parse_list_chunk(data: Raw) -> Read[ListChunk]:
    """A ``MediaListCollection``. AniList sends an entry once for each list that holds it; here it is kept once."""
    without = "a list without its entries"
    collection = _framed(_LIST, data, without).collection
    entries: dict[int, MediaListEntry] = {}
    orphans: set[int] = set()
    odd: list[BadRow] = []
    for group in collection.lists:
        rows, bad = _rows(_ENTRIES, group.entries, without)
        odd += bad
        for row in rows:
            if row.media is None:
                orphans.add(row.id)
            elif row.id not in entries:
                entries[row.id] = _entry(row, row.media)
    left = _once(odd, entries)
    chunk = ListChunk(
        user=_user(collection.user),
        entries=tuple(entries.values()),
        orphans=tuple(sorted(orphans)),
        unreadable=tuple(id_at(each.raw, "media", "id") or 0 for each in left),
        has_next=collection.has_next_chunk,
    )
    return Read(chunk, tuple(each.left_out("list entries", "id") for each in left))


def _once(odd: Iterable[BadRow], good: Container[int]) -> list[BadRow]:
    """The bad rows, each entry once, without those that came in order as well."""
    found: dict[int, BadRow] = {}
    for at, each in enumerate(odd):
        entry_id = id_at(each.raw, "id")
        if entry_id is None or entry_id not in good:
            found.setdefault(entry_id or -at, each)
    return list(found.values())


def _entry(row: schema.EntryRow, media: schema.MediaRow) -> MediaListEntry:
    return MediaListEntry(
        entry_id=row.id,
        media=media_of(media),
        status=row.status,
        progress=row.progress or 0,
        repeat=row.repeat or 0,
        score=row.score or 0.0,
        private=row.private is True,
        started_at=_day(row.started_at),
        completed_at=_day(row.completed_at),
        updated_at=_moment(row.updated_at),
    )


def parse_viewer(data: Raw) -> AniListUser:
    """Who is logged in."""
    return _user(_framed(_VIEWER, data, "an answer that does not say whose list it is").viewer)


def _user(row: schema.UserRow) -> AniListUser:
    return AniListUser(
        user_id=row.id,
        name=row.name,
        utc_offset=parse_utc_offset(row.options.timezone if row.options else None),
        score_format=row.media_list_options.score_format if row.media_list_options else None,
    )


def parse_utc_offset(text: str | None) -> timedelta | None:
    """``-?HH:MM`` → the offset from UTC; the sign belongs to the minutes too."""
    match = re.fullmatch(r"([+-]?)(\d{1,2}):(\d{2})", text.strip()) if text else None
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -offset if match[1] == "-" else offset


def parse_media(line: bytes) -> Media:
    """One ``Media`` on its own, as a file may hold it. Raises ``NotJson``, and ``ValidationError`` for a bad one."""
    return media_of(read_json(_ONE_MEDIA.decode, line))


def media_of(row: schema.MediaRow) -> Media:
    """The value of a ``Media``."""
    title = row.title or schema.MediaTitle()
    return Media(
        anilist_id=row.id,
        mal_id=row.id_mal or None,
        format=_term(MediaFormat, row.format),
        status=_term(MediaStatus, row.status),
        episodes=row.episodes or None,
        duration=row.duration or None,
        start_date=_day(row.start_date),
        end_date=_day(row.end_date),
        title_romaji=_said(title.romaji),
        title_english=_said(title.english),
        title_native=_said(title.native),
        synonyms=tuple(filter(None, row.synonyms or ())),
        is_adult=row.is_adult is True,
        next_airing=_airing(row.next_airing_episode) if row.next_airing_episode else None,
        cover=row.cover_image.medium if row.cover_image else None,
        relations=_relations(row.relations).value if row.relations else (),
    )


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of the feed: its id, when it was logged, and the activity, if it is of a kind that matters.

    ``unknown`` is the wording when it is one that this project has never heard of.
    """

    activity_id: int
    created_at: datetime
    activity: ListActivity | None = None
    unknown: str | None = None


def parse_activity_page(data: Raw) -> tuple[Read[tuple[FeedRow, ...]], bool]:
    """A ``Page`` of ``activities``, with whether there is another."""
    without = "an activity page without its activities"
    page = _framed(_PAGE, data, without).page
    rows, bad = _rows(_ACTIVITIES, page.activities, without)
    found = tuple(feed_row for row in rows if (feed_row := _feed_row(row)) is not None)
    return Read(found, tuple(each.left_out("activities", "id") for each in bad)), _has_next(page, without)


def _feed_row(row: schema.ActivityRow) -> FeedRow | None:
    at = _moment(row.created_at)
    if row.id is None or at is None:
        return None
    status, progress = (row.status or "").strip(), (row.progress or "").strip()
    kind = _term(ActivityKind, status)
    if kind is None:
        return FeedRow(row.id, at, unknown=None if status in UNINTERESTING else status[:60])
    if row.media is None:
        return FeedRow(row.id, at)
    episodes = _episodes(progress)
    if episodes is None and kind in (ActivityKind.WATCHED, ActivityKind.REWATCHED_EPISODE):
        return FeedRow(row.id, at, unknown=f"{status} {progress}"[:60].strip())
    first, last = episodes or (None, None)
    return FeedRow(row.id, at, ListActivity(row.media.id, kind, at, first, last))


def _episodes(progress: str) -> tuple[int, int] | None:
    """``"5"`` or ``"3 - 5"``: the only two shapes that AniList writes."""
    match = EPISODES.fullmatch(progress)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (first, last) if 1 <= first <= last <= MOST_EPISODES else None


def parse_media_page(data: Raw) -> Read[tuple[Media, ...]]:
    """A ``Page`` of ``media``; ids that AniList does not know are simply not there."""
    rows = _media_rows(data)
    return Read(tuple(map(media_of, rows.value)), rows.left_out)


def parse_relations(data: Raw) -> Read[dict[int, tuple[MediaRelation, ...]]]:
    """The relations of the media on a ``Page``, by AniList id."""
    rows = _media_rows(data)
    found = {row.id: _relations(row.relations) for row in rows.value if row.relations is not None}
    left_out = rows.left_out + tuple(each for read in found.values() for each in read.left_out)
    return Read({anilist_id: read.value for anilist_id, read in found.items()}, left_out)


def _media_rows(data: Raw) -> Read[list[schema.MediaRow]]:
    without = "a media page without its media"
    rows, bad = _rows(_MEDIA, _framed(_PAGE, data, without).page.media, without)
    return Read(rows, tuple(each.left_out("media", "id") for each in bad))


def _relations(connection: schema.MediaConnection) -> Read[tuple[MediaRelation, ...]]:
    """The related anime; relations to manga, and of kinds that are not known, are of no use here."""
    edges, bad = _rows(_EDGES, connection.edges, "relations without their edges")
    found = tuple(
        MediaRelation(kind, edge.node.id, _term(MediaFormat, edge.node.format))
        for edge in edges
        if edge.node.type in ("ANIME", None) and (kind := _term(RelationType, edge.relation_type)) is not None
    )
    return Read(found, tuple(each.left_out("relations", "node", "id") for each in bad))


def parse_schedule_page(data: Raw) -> tuple[Read[tuple[tuple[int, Airing], ...]], bool]:
    """A ``Page`` of ``airingSchedules`` as (AniList id, airing), with whether there is another."""
    without = "a page of airing schedules without its rows"
    page = _framed(_PAGE, data, without).page
    rows, bad = _rows(_SCHEDULES, page.airing_schedules, without)
    found = tuple((row.media_id, _airing(row)) for row in rows if row.media_id is not None)
    return Read(found, tuple(each.left_out("airing schedules", "mediaId") for each in bad)), _has_next(page, without)


def _airing(row: schema.AiringSchedule) -> Airing:
    return Airing(row.episode, _moment(row.airing_at))


def token_expiry(token: str) -> datetime | None:
    """When an AniList token ends: the ``exp`` of the JWT that it is, read without checking its signature.

    ``None`` when it cannot be read (AniList API docs, authenticated requests, 2024-09).
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = _CLAIMS.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (*UNREADABLE, binascii.Error, ValueError):
        return None
    return _moment(int(claims.exp))


def _framed(decoder: Decoder[T], data: Raw, without: str) -> T:
    return read_json(decoder.decode, data, suspicious(without))


def _rows(rows: RowReader[T], array: Raw, without: str) -> tuple[list[T], list[BadRow]]:
    return read_json(rows.read, array, suspicious(without))


def _has_next(page: schema.Page, without: str) -> bool:
    if page.page_info is None:
        raise suspicious(without)
    return page.page_info.has_next_page


def _moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a time; ``None`` for 0, which AniList sends for "not known"."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _day(row: schema.FuzzyRow | None) -> FuzzyDate:
    return FuzzyDate(row.year or None, row.month or None, row.day or None) if row else FuzzyDate()


def _said(text: str | None) -> str | None:
    """A text that says something."""
    return (text or "").strip() or None


def _term(terms: type[Term], word: str | None) -> Term | None:
    """The member of an enum that this is, ``None`` if it is a word the enum does not have."""
    try:
        return terms(word) if word is not None else None
    except ValueError:
        return None
