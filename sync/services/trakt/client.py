"""Trakt: the catalogue, the user's plays and account, and the writes to the history (``lists`` has the others)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sync.model.budget import BATCH
from sync.model.mapping import TextQuery, TitleRef
from sync.model.plan import NewPlay
from sync.model.trakt import Kind, PlayKind, ShowLayout, TraktIds, TraktPlays, TraktTitle
from sync.services.deadline import Deadline, OutOfTime
from sync.services.http.side_by_side import fetch_side_by_side
from sync.services.http.transport import Transport
from sync.services.trakt.answers import (
    HistoryPlay,
    TraktAccount,
    parse_account,
    parse_history,
    parse_last_activities,
    parse_layout,
    parse_search,
    parse_title,
)
from sync.services.trakt.errors import NAME, NotTaken
from sync.services.trakt.history import (
    GROUPS,
    AddedPlays,
    RemovedPlays,
    history_body,
    parse_added,
    parse_removed,
    removal_body,
)
from sync.services.trakt.lists import TraktLists
from sync.services.trakt.plays import (
    NumberedPlay,
    Times,
    parse_movie_page,
    parse_nested_play_times,
    parse_play_times,
    parse_progress_page,
)
from sync.services.trakt.wire import AccessTokens, TraktWire

PAGE = 250
"""The largest page that Trakt serves; a larger wish is cut to it."""
PROGRESS_PAGE = 100
SEARCH_SIGNS = re.compile(r"""[+\-&|!(){}\[\]^"~*?:/\\]+""")

log = logging.getLogger(__name__)


class TraktClient:
    """Everything the job asks of Trakt. Safe to use from several threads.

    Every method raises ``LoginError`` when the account or the app is refused, ``ServiceUnavailable`` when Trakt cannot
    be had, ``SuspiciousRead`` for a read that is short or shapeless, and ``OutOfTime`` at the deadline.
    """

    def __init__(self, transport: Transport, api_url: str, client_id: str, tokens: AccessTokens) -> None:
        self._wire = TraktWire(transport, api_url, client_id, tokens)
        self.lists = TraktLists(self._wire)

    # --- the user -----------------------------------------------------------------------------------------------------

    def fetch_account(self, deadline: Deadline) -> TraktAccount:
        """Whose account the token opens, and its settings and limits."""
        params = {"extended": "browsing"}
        return self._wire.get("/users/settings", lambda a: parse_account(a.json()), deadline, params=params)

    def fetch_last_activities(self, deadline: Deadline) -> Mapping[str, datetime]:
        """When each part of the account last changed, by names such as ``episodes.watched_at``."""
        return self._wire.get("/sync/last_activities", lambda a: parse_last_activities(a.json()), deadline)

    def fetch_plays(self, deadline: Deadline) -> TraktPlays:
        """All plays of the account, in two requests.

        Should Trakt refuse these, or answer in the shape of a list, the episodes are read show by show with the numbers
        of each looked up in the show's layout; that costs a request for each show, and gives the same.
        """
        return TraktPlays(self._fetch_episode_plays(deadline), self._fetch_movie_plays(deadline))

    def _fetch_episode_plays(self, deadline: Deadline) -> Times:
        params = {"extended": "min", "specials": "true"}
        times = self._fetch_min(
            "/sync/watched/episodes", params, lambda value: parse_play_times(value, "watched episodes"), deadline
        )
        if times is None:
            params |= {"season_numbers": "true"}
            times = self._fetch_min("/sync/watched/shows", params, parse_nested_play_times, deadline)
        return self._fetch_numbered_plays(deadline) if times is None else times

    def _fetch_movie_plays(self, deadline: Deadline) -> Times:
        path = "/sync/watched/movies"
        times = self._fetch_min(
            path, {"extended": "min"}, lambda value: parse_play_times(value, "watched movies"), deadline
        )
        if times is not None:
            return times
        found: Times = {}
        for page in self._wire.get_pages(path, parse_movie_page, deadline, limit=PAGE):
            found |= page
        return found

    def _fetch_min(
        self, path: str, params: Mapping[str, str], parse: Callable[[object], Times], deadline: Deadline
    ) -> Times | None:
        """One of the ``extended=min`` reads, which come whole; if this one says it was cut into pages, all of them.

        ``None`` when Trakt does not take the request, or does not answer in this shape."""
        try:
            answer = self._wire.get_or_none(path, lambda got: (got.json(), got), deadline, params=params)
        except NotTaken:
            answer = None
        if answer is None or isinstance(answer[0], list):
            log.warning("Trakt answers %s in another shape than its documentation says.", path)
            return None
        if (answer[1].whole_number("X-Pagination-Page-Count") or 1) == 1:
            return parse(answer[0])
        found: Times = {}
        for page in self._wire.get_pages(path, parse, deadline, limit=PAGE, params=params):
            for trakt_id, times in page.items():
                known = found.get(trakt_id)
                found[trakt_id] = tuple(sorted({*known, *times})) if known else times
        return found

    def _fetch_numbered_plays(self, deadline: Deadline) -> Times:
        by_show: dict[int, tuple[NumberedPlay, ...]] = {}
        # Without specials=true Trakt leaves season 0 out, and what lies there would be added a second time.
        params = {"extended": "progress", "specials": "true"}
        pages = self._wire.get_pages(
            "/sync/watched/shows", parse_progress_page, deadline, limit=PROGRESS_PAGE, params=params
        )
        for page in pages:
            by_show |= page
        titles = [TraktTitle(Kind.SHOW, TraktIds(show_id), f"show {show_id}") for show_id in by_show]
        layouts = self.fetch_layouts(titles, deadline)
        if len(layouts) < len(by_show):
            raise OutOfTime(NAME, "The time budget ended before all plays on Trakt were read.", "Raise TIME_BUDGET.")
        found: Times = {}
        for show_id, plays in by_show.items():
            layout = layouts[show_id]
            ids = {(e.season, e.number): e.trakt_id for e in layout.episodes} if layout else {}
            found |= {ids[p.season, p.number]: p.times for p in plays if (p.season, p.number) in ids}
            if lost := [f"S{p.season}E{p.number}" for p in plays if (p.season, p.number) not in ids]:
                log.warning("Show %d has plays of episodes that Trakt no longer lists: %s", show_id, ", ".join(lost))
        return found

    def fetch_history(
        self,
        kind: PlayKind,
        deadline: Deadline,
        *,
        trakt_id: int | None = None,
        start_at: datetime | None = None,
        end_at: datetime | None = None,
    ) -> tuple[HistoryPlay, ...]:
        """The plays with their history ids, newest first: of one item or of all, from ``start_at`` to ``end_at``
        inclusive. Trakt is asked by whole days, which is what its contract names; the rest is left out here."""
        path = f"/sync/history/{GROUPS[kind]}" + (f"/{trakt_id}" if trakt_id is not None else "")
        params: dict[str, str] = {}
        if start_at is not None:
            params["start_at"] = start_at.astimezone(UTC).date().isoformat()
        if end_at is not None:
            params["end_at"] = (end_at.astimezone(UTC).date() + timedelta(days=1)).isoformat()
        found: dict[int, HistoryPlay] = {}
        for page in self._wire.get_pages(path, parse_history, deadline, limit=PAGE, params=params):
            found.update((play.history_id, play) for play in page)
        return tuple(
            play
            for play in found.values()
            if play.kind is kind
            and (trakt_id is None or play.trakt_id == trakt_id)
            and (start_at is None or play.watched_at >= start_at.replace(second=0, microsecond=0))
            and (end_at is None or play.watched_at <= end_at)
        )

    # --- writing ------------------------------------------------------------------------------------------------------

    def add_plays(self, plays: Sequence[NewPlay], deadline: Deadline) -> AddedPlays:
        """Adds at most 100 plays by their Trakt ids. Trakt stores whatever it is sent, also a second time, so nothing
        here is ever sent again: raises ``OutcomeUnknown`` when it is not clear what Trakt did, and the caller reads."""
        if not 0 < len(plays) <= BATCH:
            raise ValueError(f"a POST takes 1 to {BATCH} plays, not {len(plays)}")
        return self._wire.post("/sync/history", history_body(plays), lambda a: parse_added(plays, a.json()), deadline)

    def remove_history(self, history_ids: Collection[int], deadline: Deadline) -> RemovedPlays:
        """Removes exactly these plays. Raises ``OutcomeUnknown`` as ``add_plays`` does."""
        if not history_ids:
            return RemovedPlays(0)
        body = removal_body(history_ids)
        return self._wire.post("/sync/history/remove", body, lambda a: parse_removed(a.json()), deadline)

    # --- the catalogue ------------------------------------------------------------------------------------------------

    def fetch_title(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        """The show or film that ``ref`` names, ``None`` if Trakt has none that really carries that id."""
        title = self._search_id(ref, deadline) if ref.owner in ("tmdb", "tvdb") else self._summary(ref, deadline)
        return title if title is not None and _carries(title, ref) else None

    def _summary(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        path = f"/{ref.kind.value}s/{quote(str(ref.value), safe='')}"
        params = {"extended": "full"}
        return self._wire.get_or_none(path, lambda a: parse_title(ref.kind, a.json()), deadline, params=params)

    def _search_id(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        path = f"/search/{ref.owner}/{quote(str(ref.value), safe='')}"
        params = {"type": ref.kind.value, "extended": "full"}
        found = self._wire.get_or_none(path, lambda a: parse_search(ref.kind, a.json()), deadline, params=params)
        return next((title for title in found or () if _carries(title, ref)), None)

    def search_titles(self, query: TextQuery, deadline: Deadline) -> tuple[TraktTitle, ...]:
        """The ten best matches of a title, best first."""
        words = " ".join(SEARCH_SIGNS.sub(" ", query.title).split())
        if not words:
            return ()
        params = {"query": words, "extended": "full", "page": "1", "limit": "10"}
        path = f"/search/{query.kind.value}"
        return self._wire.get(path, lambda a: parse_search(query.kind, a.json()), deadline, params=params)

    def fetch_layout(self, show: TraktTitle, deadline: Deadline) -> ShowLayout | None:
        """The show's seasons and episodes as Trakt lists them now, ``None`` if it has no such show."""
        path = f"/shows/{show.ids.trakt}/seasons"
        params = {"extended": "full,episodes"}
        return self._wire.get_or_none(path, lambda a: parse_layout(show, a.json()), deadline, params=params)

    def fetch_layouts(self, shows: Iterable[TraktTitle], deadline: Deadline) -> dict[int, ShowLayout | None]:
        """The layouts of several shows by Trakt id, read side by side. Those that the deadline cut off are missing."""
        titles = {show.ids.trakt: show for show in shows}
        layouts, _ = fetch_side_by_side(lambda trakt_id: self.fetch_layout(titles[trakt_id], deadline), titles)
        return layouts

    def fetch_titles(self, refs: Iterable[TitleRef], deadline: Deadline) -> dict[TitleRef, TraktTitle | None]:
        """The titles of several references, read side by side. Those that the deadline cut off are missing."""
        titles, _ = fetch_side_by_side(lambda ref: self.fetch_title(ref, deadline), refs)
        return titles


def _carries(title: TraktTitle, ref: TitleRef) -> bool:
    """Whether the title has the id it was asked by: an answer about something else is no answer."""
    owned = {
        "trakt": title.ids.trakt,
        "slug": title.ids.slug,
        "tmdb": title.ids.tmdb,
        "tvdb": title.ids.tvdb,
        "imdb": title.ids.imdb,
    }
    has = owned.get(ref.owner)
    if has is None or str(has) != str(ref.value):
        # No title and no slug: the entry may be one whose title is not to be shown.
        asked = ref.value if isinstance(ref.value, int) or ref.owner == "imdb" else "name"
        log.warning("Trakt answered %s %s with %s, which does not carry that id.", ref.owner, asked, title.ids.trakt)
        return False
    return title.kind is ref.kind
