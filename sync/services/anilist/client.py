"""AniList, read only: the user's list, the activity feed, and media by id."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import Raw

from sync.errors import NEXT_RUN, ConfigError, LoginError, ServiceUnavailable, SyncError
from sync.model.anilist import (
    ActivityFeed,
    Airing,
    AniListLibrary,
    AniListUser,
    ListActivity,
    Media,
    MediaListEntry,
    MediaRelation,
)
from sync.model.bounds import Read
from sync.services.anilist import answers, schema
from sync.services.anilist.answers import FeedRow, ListChunk, suspicious
from sync.services.clock import Deadline, OutOfTime
from sync.services.console.actions_log import tell_progress
from sync.services.http.exchange import Answer, Call, TryAgain
from sync.services.http.transport import Transport

MOST_CHUNKS = 40
"""AniList serves the 11,000 most recently updated entries at most, which is 22 chunks of 500."""
LAST_PAGE = 100
"""No page of 50 is served past the 5,000th row."""
BATCH = 50
"""Anime to a question: as many as a page has rows. Such a question is far from the complexity of 500 that AniList
allows, since only its fields count (AniList API docs; Saberr issue 12, 2026-07)."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

NAME = "AniList"

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

        def parse_first(data: Raw) -> tuple[Read[ListChunk], AniListUser | None]:
            return answers.parse_list_chunk(data), answers.parse_viewer(data) if with_viewer else viewer

        by, user = ("userId", viewer.user_id) if viewer else ("userName", username or "")
        query = schema.library_query(by, with_viewer=with_viewer)
        read, viewer = self._ask(query, {"user": user, "chunk": 1}, parse_first, deadline, looking_for=username)
        first = self._kept(read)
        _check_same_user(viewer, first.user)
        if viewer is None:
            return first, first.user
        return first, replace(viewer, score_format=viewer.score_format or first.user.score_format)

    def _fetch_viewer(self, deadline: Deadline) -> AniListUser:
        if self._token is None:
            raise ConfigError(
                ["ANILIST_USERNAME is missing, and there is no ANILIST_ACCESS_TOKEN to say whose list it is."]
            )
        return self._ask(schema.VIEWER_QUERY, {}, answers.parse_viewer, deadline)

    def _fetch_more_chunks(self, first: ListChunk, deadline: Deadline) -> list[ListChunk]:
        chunks: list[ListChunk] = []
        seen = {entry.entry_id for entry in first.entries}
        latest, query = first, schema.library_query("userId")
        while latest.has_next:
            number = len(chunks) + 2
            if number > MOST_CHUNKS:
                raise suspicious(f"more than {MOST_CHUNKS} chunks of the list")
            variables = {"user": first.user.user_id, "chunk": number}
            latest = self._kept(self._ask(query, variables, answers.parse_list_chunk, deadline))
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
        rows: dict[int, FeedRow] = {}
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
        self, user_id: int, filters: Mapping[str, object], rows: dict[int, FeedRow], deadline: Deadline
    ) -> bool:
        """Reads pages into ``rows`` until there are no more, or until the 5,000 rows that AniList serves of one query;
        says whether to go on from there."""
        query, known = schema.activity_query(filters), len(rows)
        for page in range(1, LAST_PAGE + 1):
            variables = {"userId": user_id, "page": page, **filters}
            read, has_next = self._ask(query, variables, answers.parse_activity_page, deadline)
            rows.update((row.activity_id, row) for row in self._kept(read))
            tell_progress(log, "AniList activities", len(rows), None if has_next else len(rows))
            if not has_next:
                # The last page that AniList serves says the same, however many rows lie behind it.
                return page == LAST_PAGE and len(rows) > known
        return len(rows) > known

    def fetch_media(self, anilist_ids: Collection[int], deadline: Deadline) -> dict[int, Media]:
        """The media with these ids, 50 to a request; those that AniList does not know are missing."""
        found: dict[int, Media] = {}
        for ids in _batches(anilist_ids):
            media = self._kept(self._ask(schema.MEDIA_QUERY, {"ids": ids}, answers.parse_media_page, deadline))
            found |= {each.anilist_id: each for each in media}
        return found

    def fetch_relations(self, anilist_ids: Collection[int], deadline: Deadline) -> dict[int, tuple[MediaRelation, ...]]:
        """The anime that each of these is related to, 50 to a request; those that AniList does not know are missing."""
        found: dict[int, tuple[MediaRelation, ...]] = {}
        for ids in _batches(anilist_ids):
            read = self._ask(schema.RELATIONS_QUERY, {"ids": ids}, answers.parse_relations, deadline)
            kept: dict[int, tuple[MediaRelation, ...]] = self._kept(read)
            found |= kept
        return found

    def fetch_airing_schedules(self, anilist_ids: Collection[int], deadline: Deadline) -> dict[int, tuple[Airing, ...]]:
        """When the episodes of each of these air or aired, as far as AniList knows, by episode; 50 anime to a request,
        50 rows to a page.

        AniList vouches only for what is still to air; the past may have gaps (AniList API docs, ``AiringSchedule``).
        """
        found: dict[int, set[Airing]] = {anilist_id: set() for anilist_id in anilist_ids}
        for ids in _batches(anilist_ids):
            for page in range(1, LAST_PAGE + 1):
                read, more = self._ask(
                    schema.AIRING_QUERY, {"ids": ids, "page": page}, answers.parse_schedule_page, deadline
                )
                for anilist_id, airing in self._kept(read):
                    found.setdefault(anilist_id, set()).add(airing)
                if not more:
                    break
        return {anilist_id: tuple(sorted(airings, key=_by_episode)) for anilist_id, airings in found.items()}

    def _kept(self, read: Read[T]) -> T:
        """What was read; the rows that were left out are noted."""
        self._transport.leave_out(read.left_out)
        return read.value

    def _ask(
        self,
        query: str,
        variables: Mapping[str, object],
        parse: Callable[[Raw], T],
        deadline: Deadline,
        *,
        looking_for: str | None = None,
    ) -> T:
        headers = {"Referer": self._transport.project_url}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        call = Call("POST", self._url, json_body={"query": query, "variables": dict(variables)}, headers=headers)

        def read(answer: Answer) -> T:
            data = self._data(answer, looking_for)
            return answer.read(lambda _: parse(data))

        return self._transport.read(call, read, deadline)

    def _data(self, answer: Answer, looking_for: str | None) -> Raw:
        """The ``data`` of an answer without errors. An answer may carry errors with status 200 too (AniList API docs,
        errors), and then counts as the first one's status."""
        try:
            data, errors = answer.read(answers.parse_envelope)
        except TryAgain:
            if answer.ok:
                raise
            data, errors = None, ()
        if answer.ok and not errors:
            if data is None:
                raise TryAgain("sent an answer without data")
            return data
        said = self._transport.redactor.redact((errors[0].message or "").strip()) if errors else ""
        status = answer.status if not answer.ok else errors[0].status or 400
        raise refusal(status, said[:300], looking_for, has_token=self._token is not None, page=answer.is_html)


def _batches(anilist_ids: Collection[int]) -> Iterator[list[int]]:
    wanted = sorted(set(anilist_ids))
    return (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))


def _by_episode(airing: Airing) -> tuple[int, datetime]:
    return airing.episode, airing.airing_at or _NEVER


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
    orphans = {entry_id for chunk in chunks for entry_id in chunk.orphans}
    unreadable = {anilist_id for chunk in chunks for anilist_id in chunk.unreadable} - entries.keys()
    ordered = tuple(entries[key] for key in sorted(entries))
    return AniListLibrary(user, ordered, tuple(sorted(orphans)), tuple(sorted(unreadable)))


def _feed(rows: Collection[FeedRow], *, complete: bool) -> ActivityFeed:
    def order(activity: ListActivity) -> tuple[datetime, int, int]:
        return activity.created_at, activity.anilist_id, activity.first_episode or 0

    activities = sorted((row.activity for row in rows if row.activity), key=order)
    return ActivityFeed(tuple(activities), Counter(row.unknown for row in rows if row.unknown), complete, len(rows))


def refusal(status: int, said: str, looking_for: str | None, *, has_token: bool, page: bool) -> SyncError | TryAgain:
    """The error that an answer with this status and these words stands for.

    ``looking_for`` is the user name asked for, if it was one; ``page`` says that a web page came instead of JSON. A 403
    is never about the log-in: AniList sends it when the API is switched off, Cloudflare when it does not like the
    request (AniList API docs, errors and considerations).
    """
    if status == 401 or "invalid token" in said.lower():
        return LoginError(
            "AniList refused ANILIST_ACCESS_TOKEN: it is wrong, revoked or older than a year.",
            "Make a new token at https://anilist.co/settings/developer and put it in the secret ANILIST_ACCESS_TOKEN.",
        )
    if status == 404 or (status == 403 and "private" in said.lower()):
        return _not_found(looking_for, has_token=has_token)
    if status == 403 or status < 400:
        return _turned_away(status, said, page=page)
    if status == 429 or status >= 500:
        return TryAgain(f'answered {status} "{said}"', wait=60.0 if status == 429 else None)
    return SyncError(
        f'AniList refused the query ({status}): "{said}"', "This is a mistake of this project; please report it."
    )


def _turned_away(status: int, said: str, *, page: bool) -> SyncError:
    if status < 400:
        words = f"AniList sent the request elsewhere ({status}), which is not followed."
    elif page:
        words = "Cloudflare, which guards AniList, turned the request away (403, a web page)."
    else:
        words = f'AniList is switched off at the moment (403): "{said}"'
    return ServiceUnavailable(NAME, words, NEXT_RUN)


def _not_found(looking_for: str | None, *, has_token: bool) -> SyncError:
    if looking_for is None:
        return ServiceUnavailable(NAME, "AniList did not find what it was asked for (404).", NEXT_RUN)
    private = (
        "the profile is private, and ANILIST_ACCESS_TOKEN belongs to somebody else."
        if has_token
        else "the profile is private: then add the secret ANILIST_ACCESS_TOKEN."
    )
    return ConfigError(
        [f'AniList knows no public list of "{looking_for}": ANILIST_USERNAME is misspelt, or {private}'],
        f"Check that https://anilist.co/user/{looking_for} opens when you are not logged in.",
    )
