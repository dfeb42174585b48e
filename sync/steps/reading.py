"""What a run reads before it plans: the list and the plays, checked against what the last run knew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sync.errors import LoginError
from sync.mapping.overrides.document import Overrides
from sync.model.anilist import AniListLibrary, Media
from sync.model.run import Readings, State
from sync.model.trakt import TraktPlays
from sync.planning.safety import check_reads
from sync.planning.selection import Parts, Scope
from sync.report.numbers_and_days import counted
from sync.services.anilist.answers import token_expiry
from sync.services.tokens.login import is_wanted
from sync.services.trakt.account import TraktAccount
from sync.settings import Settings
from sync.wiring import Services

WARN_BEFORE = timedelta(days=30)
"""How long before its end it is said that the AniList token expires."""
NOT_LOGGED_IN = (
    "No Trakt log-in was used, so what is in your history already is not known: everything that was watched is listed."
)
LISTS_WAIT = (
    "Ratings, watchlist and dropped shows stay as they are while an entry of the AniList list cannot be read: they are "
    "made of all its entries."
)


def scope_of(settings: Settings, overrides: Overrides) -> Scope:
    """What of the list is synced, as the settings and ``overrides.yaml`` say."""
    return Scope(
        skipped=frozenset(entry.anilist_id for entry in overrides.entries.values() if entry.skip is not None),
        private=settings.sync_private,
        adult=settings.sync_adult,
        statuses=settings.sync_statuses,
        formats=settings.sync_formats,
        parts=Parts(settings.sync_ratings, settings.sync_watchlist, settings.sync_dropped),
    )


class Reader:
    """Reads for one run; every read is checked against what the last run knew before it is believed."""

    def __init__(self, settings: Settings, services: Services, scope: Scope) -> None:
        self._settings = settings
        self._services = services
        self._scope = scope
        self._account: TraktAccount | None = None

    @property
    def asked_account(self) -> bool:
        """Whether Trakt was asked for the account's settings."""
        return self._account is not None

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
        entries, skipped = self._scope.for_history(library.entries)
        for_lists = self._scope.for_lists(library.entries)
        return Readings(library, plays, trakt_user, entries, for_lists, skipped, tuple(self._warnings(library, now)))

    def _list_and_plays(self) -> tuple[AniListLibrary, TraktPlays, str]:
        services = self._services
        # A log-in that cannot be used is found out before anything is read.
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

    def keeps_one_play(self) -> bool:
        """Whether the user told Trakt to keep only one play of each item."""
        return not self._services.anonymous and self._fetch_account().watch_only_once

    def _trakt_user(self) -> str:
        """Whose history it is. Trakt is asked only about a log-in that does not say, or says another name."""
        login, wanted = self._services.login, self._settings.trakt_username
        if login.username is not None and is_wanted(wanted, login.username):
            return login.username
        # TRAKT_USERNAME may hold the slug, which only the account itself tells.
        account = self._fetch_account()
        if not is_wanted(wanted, account.username, account.slug):
            raise LoginError(
                f"The log-in is the Trakt account {account.username}'s, but TRAKT_USERNAME is {wanted}.",
                "Run Actions → Connect Trakt as the right account, or change TRAKT_USERNAME.",
            )
        login.note_username(account.username)
        return login.username or ""

    def _fetch_account(self) -> TraktAccount:
        """The account's settings, asked for at most once a run."""
        if self._account is None:
            self._account = self._services.trakt.fetch_account(self._services.deadline)
        return self._account

    def _warnings(self, library: AniListLibrary, now: datetime) -> list[str]:
        set_ = self._settings
        warnings: list[str] = [NOT_LOGGED_IN] if self._services.anonymous else []
        if library.orphans:
            entries = counted(len(library.orphans), "list entry", "list entries")
            warnings.append(f"Left out {entries} whose anime AniList has no longer.")
        if library.unreadable and (set_.sync_ratings or set_.sync_watchlist or set_.sync_dropped):
            warnings.append(LISTS_WAIT)
        token = set_.anilist_access_token
        expiry = token_expiry(token) if token else None
        if expiry is not None and expiry - now <= WARN_BEFORE:
            warnings.append(
                f"ANILIST_ACCESS_TOKEN expires on {expiry:%d %b %Y}. Make a new one (docs/setup.md, step 3) "
                "and replace the secret."
            )
        return warnings
