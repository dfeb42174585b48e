"""Trakt: the catalogue, the user's plays and account, and the writes to the history (``lists`` has the others)."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sync.model.budget import BATCH, TRAKT_PAGE
from sync.model.mapping import TextQuery, TitleRef
from sync.model.plan import NewPlay
from sync.model.trakt import NO_ID, Kind, PlayKind, ShowLayout, TraktIds, TraktPlays, TraktTitle
from sync.services.clock import Deadline, OutOfTime
from sync.services.http.transport import Transport, fetch_side_by_side
from sync.services.trakt.account import TraktAccount, TraktLists, parse_account, parse_last_activities
from sync.services.trakt.answers import (
    parse_layout,
    parse_search,
    parse_title,
    suspicious,
)
from sync.services.trakt.history import (
    GROUPS,
    AddedPlays,
    HistoryPlay,
    RemovedPlays,
    history_body,
    parse_added,
    parse_history,
    parse_removed,
    removal_body,
)
from sync.services.trakt.plays import (
    NumberedPlay,
    WatchedTimes,
    joined,
    parse_movie_page,
    parse_nested_play_times,
    parse_play_times,
    parse_progress_page,
)
from sync.services.trakt.wire import NAME, AccessTokens, Parse, TraktWire

PROGRESS_PAGE = 100
"""Shows that Trakt gives at once with their seasons."""
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
        return self._wire.get("/users/settings", parse_account, deadline, params={"extended": "browsing"})

    def fetch_last_activities(self, deadline: Deadline) -> Mapping[str, datetime]:
        """When each part of the account last changed, by names such as ``episodes.watched_at``."""
        return self._wire.get("/sync/last_activities", parse_last_activities, deadline)

    def fetch_plays(self, deadline: Deadline) -> TraktPlays:
        """All plays of the account, in two requests.

        Should Trakt refuse these, or answer in the shape of a list, the episodes are read show by show with the numbers
        of each looked up in the show's layout; that costs a request for each show, and gives the same plays.
        """
        episodes, movies = self._fetch_episode_plays(deadline), self._fetch_movie_plays(deadline)
        unreadable = {(PlayKind.EPISODE, item) for item in episodes.unreadable}
        unreadable |= {(PlayKind.MOVIE, item) for item in movies.unreadable}
        return TraktPlays(episodes.times, movies.times, frozenset(unreadable))

    def _fetch_episode_plays(self, deadline: Deadline) -> WatchedTimes:
        params = {"extended": "min", "specials": "true"}
        path = "/sync/watched/episodes"
        found = self._fetch_min(path, params, lambda body: parse_play_times(body, "watched episodes"), deadline)
        if found is None:
            params |= {"season_numbers": "true"}
            found = self._fetch_min("/sync/watched/shows", params, parse_nested_play_times, deadline)
        return self._fetch_numbered_plays(deadline) if found is None else found

    def _fetch_movie_plays(self, deadline: Deadline) -> WatchedTimes:
        path, params = "/sync/watched/movies", {"extended": "min"}
        found = self._fetch_min(path, params, lambda body: parse_play_times(body, "watched movies"), deadline)
        return (
            joined(self._wire.get_pages(path, parse_movie_page, deadline, limit=TRAKT_PAGE)) if found is None else found
        )

    def _fetch_min(
        self, path: str, params: Mapping[str, str], parse: Parse[WatchedTimes], deadline: Deadline
    ) -> WatchedTimes | None:
        """One of the ``extended=min`` reads; ``None`` when Trakt does not take it, or answers in another shape."""
        found = self._wire.get_object(path, parse, deadline, limit=TRAKT_PAGE, params=params)
        if found is None:
            log.warning("Trakt answers %s in another shape than its documentation says.", path)
            return None
        return joined(found)

    def _fetch_numbered_plays(self, deadline: Deadline) -> WatchedTimes:
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
        return joined(_with_ids(show_id, plays, layouts[show_id]) for show_id, plays in by_show.items())

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
        for page in self._wire.get_pages(path, parse_history, deadline, limit=TRAKT_PAGE, params=params):
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
        return self._wire.post(
            "/sync/history", history_body(plays), lambda answer: parse_added(plays, answer), deadline
        )

    def remove_history(self, history_ids: Collection[int], deadline: Deadline) -> RemovedPlays:
        """Removes exactly these plays. Raises ``OutcomeUnknown`` as ``add_plays`` does."""
        if not history_ids:
            return RemovedPlays(0)
        body = removal_body(history_ids)
        return self._wire.post("/sync/history/remove", body, parse_removed, deadline)

    # --- the catalogue ------------------------------------------------------------------------------------------------

    def fetch_title(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        """The show or film that ``ref`` names, ``None`` if Trakt has none that really carries that id."""
        title = self._search_id(ref, deadline) if ref.owner in ("tmdb", "tvdb") else self._summary(ref, deadline)
        return title if title is not None and _carries(title, ref) else None

    def _summary(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        path = f"/{ref.kind.value}s/{quote(str(ref.value), safe='')}"
        params = {"extended": "full"}
        return self._wire.get_or_none(path, lambda body: parse_title(ref.kind, body), deadline, params=params)

    def _search_id(self, ref: TitleRef, deadline: Deadline) -> TraktTitle | None:
        path = f"/search/{ref.owner}/{quote(str(ref.value), safe='')}"
        params = {"type": ref.kind.value, "extended": "full"}
        found = self._wire.get_or_none(path, lambda body: parse_search(ref.kind, body), deadline, params=params)
        return next((title for title in found or () if _carries(title, ref)), None)

    def search_titles(self, query: TextQuery, deadline: Deadline) -> tuple[TraktTitle, ...]:
        """The ten best matches of a title, best first."""
        words = " ".join(SEARCH_SIGNS.sub(" ", query.title).split())
        if not words:
            return ()
        params = {"query": words, "extended": "full", "page": "1", "limit": "10"}
        path = f"/search/{query.kind.value}"
        return self._wire.get(path, lambda body: parse_search(query.kind, body), deadline, params=params)

    def fetch_layout(self, show: TraktTitle, deadline: Deadline) -> ShowLayout | None:
        """The show's seasons and episodes as Trakt lists them now, ``None`` if it has no such show."""
        path = f"/shows/{show.ids.trakt}/seasons"
        params = {"extended": "full,episodes"}
        return self._wire.get_or_none(path, lambda body: parse_layout(show, body), deadline, params=params)

    def fetch_layouts(self, shows: Iterable[TraktTitle], deadline: Deadline) -> dict[int, ShowLayout | None]:
        """The layouts of several shows by Trakt id, read side by side. Those that the deadline cut off are missing."""
        titles = {show.ids.trakt: show for show in shows}
        layouts, _ = fetch_side_by_side(lambda trakt_id: self.fetch_layout(titles[trakt_id], deadline), titles)
        return layouts


def _with_ids(show_id: int, plays: Iterable[NumberedPlay], layout: ShowLayout | None) -> WatchedTimes:
    """The plays of a show by their episodes' ids.

    Raises ``SuspiciousRead`` for a play of an episode that Trakt lists without an id that can be right: it would look
    as if it were not there as soon as the episode can be read.
    """
    ids = {(episode.season, episode.number): episode.trakt_id for episode in layout.episodes} if layout else {}
    known = [play for play in plays if (play.season, play.number) in ids]
    if any(ids[play.season, play.number] == NO_ID for play in known):
        raise suspicious(f"a play of an episode of show {show_id} that cannot be read")
    lost = [f"S{play.season}E{play.number}" for play in plays if (play.season, play.number) not in ids]
    if lost:
        log.warning("Show %d has plays of episodes that Trakt no longer lists: %s", show_id, ", ".join(lost))
    unreadable = frozenset(ids[play.season, play.number] for play in known if not play.readable)
    return WatchedTimes({ids[play.season, play.number]: play.times for play in known}, unreadable)


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
