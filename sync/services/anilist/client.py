"""AniList, read only: the user's list, the activity feed, and media by id."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sync.errors import ConfigError
from sync.model.anilist import ActivityFeed, AniListLibrary, AniListUser, ListActivity, Media, MediaListEntry
from sync.services.anilist.answers import (
    ActivityRow,
    ListChunk,
    parse_activity_page,
    parse_list_chunk,
    parse_media_page,
    parse_user,
)
from sync.services.anilist.errors import refusal, suspicious
from sync.services.anilist.queries import MEDIA_QUERY, VIEWER_QUERY, activity_query, library_query
from sync.services.console.progress import tell_progress
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.exchange import Answer, Call, TryAgain
from sync.services.http.transport import Transport
from sync.services.shape import JsonObject, list_of, object_at, text, whole

MOST_CHUNKS = 40
"""AniList serves the 11,000 most recently updated entries at most, which is 22 chunks of 500."""
LAST_PAGE = 100
"""No page of 50 is served past the 5,000th row."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")
log = logging.getLogger(__name__)


class AniListClient:
    """Reads from AniList; every request is one unit of its rate limit, whatever its size."""

    def __init__(self, transport: Transport, api_url: str, *, token: str | None = None) -> None:
        self._transport = transport
        self._url = api_url
        self._token = token

    def fetch_library(self, username: str | None, deadline: Deadline) -> AniListLibrary:
        """The whole anime list of ``username``, or of the token's owner, in ⌈entries / 500⌉ requests (one more with a
        token and no name, since AniList does not infer the user).

        Raises ``ConfigError`` for a user that does not exist or keeps the profile private, and when the token belongs
        to somebody else than ``username``; ``LoginError`` for a bad token; ``ServiceUnavailable``; ``SuspiciousRead``.
        """
        first, owner = self._fetch_first_chunk(username, deadline)
        return _library(owner, [first, *self._fetch_more_chunks(first, deadline)])

    def fetch_owner(self, username: str | None, deadline: Deadline) -> AniListUser:
        """Whose list ``fetch_library`` would read, in one request (two with a token and no name); raises as it does."""
        return self._fetch_first_chunk(username, deadline)[1]

    def _fetch_first_chunk(self, username: str | None, deadline: Deadline) -> tuple[ListChunk, AniListUser]:
        viewer = None if username else self._fetch_viewer(deadline)
        with_viewer = viewer is None and self._token is not None

        def parse_first(data: JsonObject) -> tuple[ListChunk, AniListUser | None]:
            return parse_list_chunk(data), parse_user(data.get("Viewer")) if with_viewer else viewer

        by, user = ("userId", viewer.user_id) if viewer else ("userName", username or "")
        query = library_query(by, with_viewer=with_viewer)
        first, viewer = self._ask(query, {"user": user, "chunk": 1}, parse_first, deadline, looking_for=username)
        _check_same_user(viewer, first.user)
        if viewer is None:
            return first, first.user
        return first, replace(viewer, score_format=viewer.score_format or first.user.score_format)

    def _fetch_viewer(self, deadline: Deadline) -> AniListUser:
        if self._token is None:
            raise ConfigError(
                ["ANILIST_USERNAME is missing, and there is no ANILIST_ACCESS_TOKEN to say whose list it is."]
            )
        return self._ask(VIEWER_QUERY, {}, lambda data: parse_user(data.get("Viewer")), deadline)

    def _fetch_more_chunks(self, first: ListChunk, deadline: Deadline) -> list[ListChunk]:
        chunks: list[ListChunk] = []
        seen = {entry.entry_id for entry in first.entries}
        latest, query = first, library_query("userId")
        while latest.has_next:
            number = len(chunks) + 2
            if number > MOST_CHUNKS:
                raise suspicious(f"more than {MOST_CHUNKS} chunks of the list")
            latest = self._ask(query, {"user": first.user.user_id, "chunk": number}, parse_list_chunk, deadline)
            fresh = {entry.entry_id for entry in latest.entries} - seen
            if latest.user.user_id != first.user.user_id or (latest.has_next and not fresh):
                raise suspicious(f"a chunk of the list (number {number}) that does not belong there")
            seen |= fresh
            chunks.append(latest)
        return chunks

    def fetch_activities(
        self,
        user_id: int,
        deadline: Deadline,
        *,
        since: datetime | None = None,
        media_ids: Collection[int] | None = None,
    ) -> ActivityFeed:
        """The user's list activities from ``since`` on (inclusive), of ``media_ids`` only if given, oldest first.

        They are read in the order of their ids, so that what is logged meanwhile only makes the last page longer. When
        the deadline cuts the reading, what was read is given with ``complete`` false; the newest one's time is then
        still a sound place to go on from.
        """
        rows: dict[int, ActivityRow] = {}
        complete = True
        filters: dict[str, object] = {}
        if media_ids is not None:
            if not media_ids:
                return ActivityFeed()
            filters["mediaId_in"] = sorted(media_ids)
        if since is not None:
            filters["createdAt_greater"] = int(since.timestamp()) - 1
        try:
            while self._fetch_window(user_id, filters, rows, deadline):
                newest = max(row.created_at for row in rows.values())
                filters["createdAt_greater"] = int(newest.timestamp()) - 1
        except OutOfTime:
            log.warning("The time budget ended the reading of AniList activities after %d of them.", len(rows))
            complete = False
        return _feed(rows.values(), complete=complete)

    def _fetch_window(
        self, user_id: int, filters: Mapping[str, object], rows: dict[int, ActivityRow], deadline: Deadline
    ) -> bool:
        """Reads pages into ``rows`` until there are no more, or until the 5,000 rows that AniList serves of one query;
        says whether to go on from there."""
        query, known = activity_query(filters), len(rows)
        for page in range(1, LAST_PAGE + 1):
            variables = {"userId": user_id, "page": page, **filters}
            found, has_next = self._ask(query, variables, parse_activity_page, deadline)
            rows.update((row.activity_id, row) for row in found)
            tell_progress(log, "AniList activities", len(rows), None if has_next else len(rows))
            if not has_next:
                # The last page that AniList serves says the same, however many rows lie behind it.
                return page == LAST_PAGE and len(rows) > known
        return len(rows) > known

    def fetch_media(self, anilist_ids: Collection[int], deadline: Deadline) -> dict[int, Media]:
        """The media with these ids, 50 to a request; those that AniList does not know are missing."""
        wanted, found = sorted(set(anilist_ids)), list[Media]()
        for start in range(0, len(wanted), 50):
            found += self._ask(MEDIA_QUERY, {"ids": wanted[start : start + 50]}, parse_media_page, deadline)
        return {media.anilist_id: media for media in found}

    def _ask(
        self,
        query: str,
        variables: Mapping[str, object],
        parse: Callable[[JsonObject], T],
        deadline: Deadline,
        *,
        looking_for: str | None = None,
    ) -> T:
        headers = {"Referer": self._transport.project_url}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        call = Call("POST", self._url, json_body={"query": query, "variables": dict(variables)}, headers=headers)
        return self._transport.read(call, lambda answer: parse(self._data(answer, looking_for)), deadline)

    def _data(self, answer: Answer, looking_for: str | None) -> JsonObject:
        """The ``data`` of an answer without errors. An answer may carry errors with status 200 too (AniList API docs,
        errors), and then counts as the first one's status."""
        body = answer.json() if answer.ok else answer.json_or_none()
        errors = [error for item in list_of((object_at(body) or {}).get("errors")) or () if (error := object_at(item))]
        if answer.ok and not errors:
            data = object_at(body, "data")
            if data is None:
                raise TryAgain("sent an answer without data")
            return data
        said = self._transport.redactor.redact(text(errors[0].get("message")) or "") if errors else ""
        status = answer.status if not answer.ok else whole(errors[0].get("status")) or 400
        raise refusal(status, said[:300], looking_for, has_token=self._token is not None, page=answer.is_html)


def _check_same_user(viewer: AniListUser | None, owner: AniListUser) -> None:
    if viewer is not None and viewer.user_id != owner.user_id:
        raise ConfigError(
            [
                f'ANILIST_USERNAME is "{owner.name}", but ANILIST_ACCESS_TOKEN belongs to "{viewer.name}". '
                "Change one of them, or leave ANILIST_USERNAME unset."
            ]
        )


def _library(user: AniListUser, chunks: list[ListChunk]) -> AniListLibrary:
    """The chunks as one list: each media once, the entry that was updated last if AniList shows two."""
    entries: dict[int, MediaListEntry] = {}
    for entry in (entry for chunk in chunks for entry in chunk.entries):
        known = entries.get(entry.anilist_id)
        if known is None or (entry.updated_at or _NEVER) > (known.updated_at or _NEVER):
            entries[entry.anilist_id] = entry
    odd = {entry_id for chunk in chunks for entry_id in chunk.odd}
    if odd:
        log.warning("Left out %d AniList entries whose status is not known: %s", len(odd), sorted(odd)[:20])
    orphans = {entry_id for chunk in chunks for entry_id in chunk.orphans}
    return AniListLibrary(user, tuple(entries[key] for key in sorted(entries)), tuple(sorted(orphans)))


def _feed(rows: Collection[ActivityRow], *, complete: bool) -> ActivityFeed:
    def order(activity: ListActivity) -> tuple[datetime, int, int]:
        return activity.created_at, activity.anilist_id, activity.first_episode or 0

    activities = sorted((row.activity for row in rows if row.activity), key=order)
    return ActivityFeed(tuple(activities), Counter(row.unknown for row in rows if row.unknown), complete, len(rows))
