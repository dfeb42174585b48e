"""What a run reads before it plans: the list, the plays, and the activities that date what is new."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.errors import LoginError
from sync.mapping.overrides.document import Overrides
from sync.model.anilist import AniListLibrary, Media, MediaListEntry
from sync.model.trakt import TraktPlays
from sync.planning.safety import check_reads
from sync.report.ranges import counted
from sync.services.anilist.answers import token_expiry
from sync.services.state import State
from sync.services.tokens.login import is_wanted
from sync.services.trakt.answers import TraktAccount
from sync.settings import Settings
from sync.steps.scope import entries_in_scope
from sync.wiring import Services

WARN_BEFORE = timedelta(days=30)
NOT_LOGGED_IN = (
    "No Trakt log-in was used, so what is in your history already is not known: everything that was watched is listed."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read. ``entries`` are those of the list that are synced; ``left_out`` counts the others by reason."""

    library: AniListLibrary
    plays: TraktPlays
    trakt_user: str
    entries: tuple[MediaListEntry, ...]
    left_out: Mapping[str, int]
    warnings: tuple[str, ...] = ()


class Reader:
    """Reads for one run; every read is checked against what the last run knew before it is believed."""

    def __init__(self, settings: Settings, services: Services, overrides: Overrides) -> None:
        self._settings = settings
        self._services = services
        self._overrides = overrides
        self.asked_account = False

    def read(self, state: State, now: datetime) -> Readings:
        """The list and the plays, side by side. Raises ``SyncError``, among them ``SuspiciousRead``."""
        library, plays, trakt_user = self._list_alone() if self._services.anonymous else self._list_and_plays()
        check_reads(
            last=state.last_sync,
            ledger=state.ledger,
            user=library.user,
            trakt_user=trakt_user,
            entries=len(library.entries),
            plays=plays,
        )
        entries, left_out = entries_in_scope(library.entries, self._settings, self._overrides)
        return Readings(library, plays, trakt_user, entries, left_out, tuple(self._warnings(library, now)))

    def _list_and_plays(self) -> tuple[AniListLibrary, TraktPlays, str]:
        services = self._services
        services.login.access_token()
        with ThreadPoolExecutor(1) as pool:
            fetching = pool.submit(services.trakt.fetch_plays, services.deadline)
            library = services.anilist.fetch_library(self._settings.anilist_username, services.deadline)
            plays = fetching.result()
        return library, plays, self._trakt_user()

    def _list_alone(self) -> tuple[AniListLibrary, TraktPlays, str]:
        """Without a log-in nobody's plays can be read."""
        services = self._services
        return services.anilist.fetch_library(self._settings.anilist_username, services.deadline), TraktPlays(), ""

    def fetch_media(self, anilist_id: int) -> Media | None:
        """An anime that is not on the list; ``None`` if AniList knows none with that id."""
        return self._services.anilist.fetch_media([anilist_id], self._services.deadline).get(anilist_id)

    def _trakt_user(self) -> str:
        """Whose history it is. Trakt is asked only about a log-in that does not say."""
        login = self._services.login
        if login.username is None:
            self.asked_account = True
            self._note_account(self._services.trakt.fetch_account(self._services.deadline))
        elif not is_wanted(self._settings.trakt_username, login.username):
            self._note_account(self._services.trakt.fetch_account(self._services.deadline))
        return login.username or ""

    def _note_account(self, account: TraktAccount) -> None:
        """Keeps whose the log-in is. Raises ``LoginError`` if it is not the one that the settings name."""
        wanted = self._settings.trakt_username
        if not is_wanted(wanted, account.username, account.slug):
            raise LoginError(
                f"The log-in is the Trakt account {account.username}'s, but TRAKT_USERNAME is {wanted}: "
                "nothing was written.",
                "Run Actions → Connect Trakt as the right account, or change TRAKT_USERNAME.",
            )
        self._services.login.note_username(account.username)

    def _warnings(self, library: AniListLibrary, now: datetime) -> list[str]:
        warnings: list[str] = [NOT_LOGGED_IN] if self._services.anonymous else []
        if library.orphans:
            entries = counted(len(library.orphans), "list entry", "list entries")
            warnings.append(f"Left out {entries} whose anime AniList has no longer.")
        token = self._settings.anilist_access_token
        expiry = token_expiry(token) if token else None
        if expiry is not None and expiry - now <= WARN_BEFORE:
            warnings.append(
                f"ANILIST_ACCESS_TOKEN expires on {expiry:%d %b %Y}. Make a new one (docs/setup.md, step 3) "
                "and replace the secret."
            )
        return warnings
