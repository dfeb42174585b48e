"""The Trakt log-in through a run: which pair is used, when it is renewed, and that no refresh token is sent twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from sync.errors import LoginError, LoginLost, NotConnected, ServiceUnavailable, TokenStoreError
from sync.services.clock import Clock
from sync.services.tokens.pair import TokenPair

log = logging.getLogger(__name__)

CONNECT = "Run Actions → Connect Trakt and follow the code it shows. No play was lost: the next run carries on."


class TokenStore(Protocol):
    """Where the pair is kept between runs; every change reaches GitHub before the call returns."""

    def load(self) -> TokenPair | None:
        """The newest pair that is known, ``None`` before the first log-in. Raises ``LoginError``, ``StateError``."""

    def stored(self) -> TokenPair | None:
        """The pair that is kept, whatever the settings say; ``None`` if there is none that can be read."""

    def prove(self) -> None:
        """Shows that a pair could be kept, by keeping something else. Raises ``TokenStoreError``."""

    def save(self, pair: TokenPair) -> None:
        """Keeps ``pair``, so that the next run has it. Raises ``TokenStoreError``: do not use the pair then."""

    def mark_spent(self, pair: TokenPair) -> None:
        """Keeps that the refresh token of ``pair`` is about to be sent, so that no run sends it again, and shows that
        the pair that comes of it could be kept.

        Raises ``TokenStoreError``; the pair is then kept as it was, and must not be sent.
        """


class Login:
    """Gives the access token, renewed at half of its life.

    A refresh token works once, and an answer may be lost on its way. So the pair is first kept as spent, here and on
    GitHub, then sent; then the new one is kept, and only then used. A pair that is found spent is never sent again: its
    access token serves for as long as Trakt takes it. ``refresh`` sends it; with ``read_only`` nothing is ever sent.
    ``hide`` is told the stored tokens, so that nothing that is said holds them.
    """

    def __init__(
        self,
        store: TokenStore,
        *,
        refresh: Callable[[TokenPair], TokenPair],
        clock: Clock,
        read_only: bool = False,
        hide: Callable[[str, str], object] = lambda access_token, refresh_token: None,
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._clock = clock
        self._read_only = read_only
        self._hide = hide
        self._pair: TokenPair | None = None
        self._lock = threading.Lock()
        self.warnings: list[str] = []

    def access_token(self) -> str:
        """The token to use now. Raises ``LoginError`` if there is none, ``TokenStoreError`` if a new one was lost."""
        with self._lock:
            if self._pair is None:
                self._pair = self._opened()
            return self._pair.access_token

    def renew(self) -> None:
        """Takes a new pair after Trakt refused the present one (401). Raises ``LoginError`` if that cannot be done."""
        with self._lock:
            pair = self._pair or self._opened()
            kept = self._store.stored()
            if kept is not None and not kept.is_same(pair) and not (kept.spent and self._is_over(kept)):
                self.warnings.append(
                    "Trakt does not take the log-in in the secrets TRAKT_ACCESS_TOKEN and TRAKT_REFRESH_TOKEN; the one "
                    "that was stored before serves. Delete the two secrets, or run Actions → Connect Trakt."
                )
                self._pair = self._taken_up(kept)
                return
            if not pair.refresh_token:
                raise LoginLost(
                    "Trakt no longer takes TRAKT_ACCESS_TOKEN, and without TRAKT_REFRESH_TOKEN it cannot be renewed.",
                    CONNECT,
                )
            if pair.spent or self._read_only:
                raise LoginLost("Trakt no longer takes the stored log-in.", CONNECT)
            self._store.mark_spent(pair)
            self._pair = self._exchanged(pair)

    @property
    def username(self) -> str | None:
        """The Trakt account, if it was known when the pair was stored."""
        return self._pair.username if self._pair else None

    def note_username(self, username: str) -> None:
        """Keeps whose the pair is, so that later runs need not ask."""
        if self._pair is not None and not self._read_only and self._pair.username != username:
            self._pair = self._pair.with_username(username)
            if self._pair.refresh_token:
                self._store.save(self._pair)

    def _opened(self) -> TokenPair:
        pair = self._store.load()
        if pair is None:
            raise NotConnected("No Trakt account is connected yet.", "Run Actions → Connect Trakt.")
        return self._taken_up(pair)

    def _taken_up(self, pair: TokenPair) -> TokenPair:
        """The pair to use: ``pair``, or the one that it is renewed to because half of its life is over."""
        self._hide(pair.access_token, pair.refresh_token)
        now = self._clock.now()
        if pair.spent:
            self._warn_or_refuse(pair)
        elif not pair.refresh_token:
            self.warnings.append(
                "TRAKT_ACCESS_TOKEN is set without TRAKT_REFRESH_TOKEN: it works until it expires, seven days after it "
                "was made, and cannot be renewed. Run Actions → Connect Trakt once; from then on the log-in is kept."
            )
        elif pair.refresh_due(now) and not self._read_only:
            return self._renewed_in_time(pair)
        return pair

    def _warn_or_refuse(self, pair: TokenPair) -> None:
        """A spent pair serves while it lives, and says so; raises ``LoginError`` once it is over."""
        if self._is_over(pair):
            raise LoginLost("The last renewal of the Trakt log-in failed, and the old one has expired.", CONNECT)
        self._warn_of_the_end(pair, "The last renewal of the Trakt log-in failed")

    def _warn_of_the_end(self, pair: TokenPair, trouble: str) -> None:
        until = pair.expires_at
        before = f"before {until:%d %b %Y}, when the old one expires" if until else "soon"
        self.warnings.append(f"{trouble}: run Actions → Connect Trakt {before}.")

    def _renewed_in_time(self, pair: TokenPair) -> TokenPair:
        """A new pair; the old one while it lives, if there could be no new one or it could not have been kept."""
        try:
            self._store.mark_spent(pair)
        except TokenStoreError as trouble:
            if self._is_over(pair):
                raise
            self.warnings.append(f"The Trakt log-in was not renewed, because it could not have been stored. {trouble}")
            return pair
        try:
            return self._exchanged(pair)
        except LoginError as trouble:
            if self._is_over(pair):
                raise
            self._warn_of_the_end(pair, trouble.message.rstrip("."))
            return replace(pair, spent=True)
        except ServiceUnavailable as trouble:
            if self._is_over(pair):
                raise
            log.info("The Trakt log-in was not renewed; the old one serves for now. %s", trouble)
            return pair

    def _exchanged(self, pair: TokenPair) -> TokenPair:
        try:
            renewed = self._refresh(pair)
        except ServiceUnavailable:
            # It certainly was not sent. Where that cannot be noted, the pair stays spent, which is safe.
            with suppress(TokenStoreError):
                self._store.save(pair)
            raise
        self._store.save(renewed)
        log.info("The Trakt log-in was renewed.")
        return renewed

    def _is_over(self, pair: TokenPair) -> bool:
        """Whether the access token has expired for certain."""
        return pair.expires_at is not None and self._clock.now() >= pair.expires_at


def is_wanted(wanted: str | None, username: str, slug: str | None = None) -> bool:
    """Whether the account is the one that ``TRAKT_USERNAME`` names, by its name or by its slug; any is if none is."""
    return wanted is None or wanted.casefold() in (username.casefold(), (slug or username).casefold())
