"""Where the Trakt log-in is kept between runs: encrypted in ``state/``, or in the repository's secrets.

Trakt's refresh tokens work once, so the newest pair is the only one; what a run finds in its settings may be older.
Repository secrets are read when a run is *queued* (GitHub docs, "Using secrets in GitHub Actions"): a run that waited
while another one renewed the log-in carries dead tokens. Both stores therefore remember salted fingerprints of the
pairs that are spent. A pair that they have never seen was put there by the user, and counts as new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag

from sync.errors import LoginError, LoginLost, StateError, SyncError, TokenStoreError
from sync.services.state.atomic import save_atomically
from sync.services.state.document import NewerSchema
from sync.services.tokens.marker import TokenMarker, parse_marker, render_marker
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.sealing import Fingerprints, SealingKey, seal, unseal
from sync.settings import Settings

STORE_FILE = "trakt_token.enc"
MARKER_FILE = "trakt_token.json"
CONNECT = "Run Actions → Connect Trakt (or `python -m sync connect`) to log in again."


class TokenStore(Protocol):
    """Keeps one pair of tokens."""

    def load(self) -> TokenPair | None:
        """The newest pair that is known, ``None`` before the first log-in. Raises ``LoginError``, ``StateError``."""

    def save(self, pair: TokenPair) -> None:
        """Keeps ``pair``, so that the next run has it. Raises ``TokenStoreError``: do not use the pair then."""

    def mark_spent(self, pair: TokenPair) -> None:
        """Keeps that the refresh token of ``pair`` is about to be sent, so that no run sends it again.

        Raises ``TokenStoreError``; the pair is then kept as it was, and must not be sent.
        """


class EncryptedTokenStore:
    """The pair in ``state/trakt_token.enc``: scrypt from ``key``, then AES-256-GCM, bound to purpose and time.

    ``key_name`` is the setting that ``key`` came from, for messages. ``given`` is the pair in the settings, if any: it
    is used until a newer one is stored, and again when it changes. ``publish`` sends the saved file to GitHub.
    """

    def __init__(
        self,
        path: Path,
        *,
        key: str,
        key_name: str,
        given: TokenPair | None = None,
        publish: Callable[[], object] | None = None,
    ) -> None:
        self._path = path
        self._key = SealingKey(key)
        self._key_name = key_name
        self._given = given
        self._publish = publish

    def load(self) -> TokenPair | None:
        """The stored pair, or the given one if it is none that was seen before."""
        stored = self._read()
        if stored is None:
            return self._given
        pair, known = stored
        if self._given is None or known.plus(pair).knows(self._given):
            return pair
        return self._given

    def save(self, pair: TokenPair) -> None:
        """Encrypts and saves ``pair``, then publishes it. A file that this key does not open, or that is damaged,
        is replaced: logging in again is its remedy."""
        try:
            stored = self._read()
        except NewerSchema as error:
            raise TokenStoreError(error.message, error.remedy) from error
        except (LoginError, StateError):
            stored = None
        if stored is None or not _same(stored[0], pair):
            # The given pair goes last each time, so that it is never forgotten while it still stands in the settings.
            old, known = stored or (None, Fingerprints.fresh())
            _save(self._path, seal(pair, known.plus(old, self._given), self._key))
        _publish(self._publish)

    def mark_spent(self, pair: TokenPair) -> None:
        """Saves ``pair`` with the note that it is spent, and publishes it."""
        with _put_back_on_failure(self._path):
            self.save(replace(pair, spent=True))

    def _read(self) -> tuple[TokenPair, Fingerprints] | None:
        name = f"{self._path.parent.name}/{self._path.name}"
        content = _load(self._path, name)
        if content is None:
            return None
        try:
            return unseal(content, self._key, name)
        except NewerSchema:
            raise
        except StateError as error:
            raise StateError(error.message, CONNECT) from error
        except InvalidTag:
            raise LoginLost(
                f"{name} cannot be opened with {self._key_name}: it was locked with another key, or it is damaged.",
                f"If you changed {self._key_name} or added STATE_KEY, put the old value back. Otherwise: {CONNECT}",
            ) from None


class SecretTokenStore:
    """The pair in the repository's secrets ``TRAKT_ACCESS_TOKEN`` and ``TRAKT_REFRESH_TOKEN``.

    ``put_secret`` writes one (it needs ``GH_SECRETS_PAT``); ``given`` is what this run was given. ``path`` holds no
    token, only when the pair was made and the fingerprints by which a run that was queued too early knows it.
    """

    def __init__(
        self,
        path: Path,
        *,
        put_secret: Callable[[str, str], object],
        given: TokenPair | None,
        publish: Callable[[], object] | None = None,
    ) -> None:
        self._path = path
        self._put_secret = put_secret
        self._given = given
        self._publish = publish
        self._saved: TokenPair | None = None

    def load(self) -> TokenPair | None:
        """The pair saved by this run, or the given one with its age; a spent one raises ``LoginError``."""
        if self._saved is not None or self._given is None:
            return self._saved
        marker = self._read()
        if marker.is_superseded(self._given):
            raise LoginError(
                "The Trakt log-in was renewed after this run had been queued, so the secrets it was given are spent.",
                "Nothing is wrong: the next run has the new ones.",
            )
        return marker.describe(self._given)

    def save(self, pair: TokenPair) -> None:
        """Writes both secrets. The refresh token goes first: with it alone the next run can renew the log-in."""
        before = self._saved or self._given
        if before is None or before.refresh_token != pair.refresh_token:
            self._put_secret("TRAKT_REFRESH_TOKEN", pair.refresh_token)
        if before is None or before.access_token != pair.access_token:
            self._put_secret("TRAKT_ACCESS_TOKEN", pair.access_token)
        self._saved = pair
        self._mark(pair, before)

    def mark_spent(self, pair: TokenPair) -> None:
        """Saves the note that ``pair`` is spent, and publishes it; the secrets stay."""
        with _put_back_on_failure(self._path):
            self._mark(replace(pair, spent=True), self._given)

    def _mark(self, pair: TokenPair, before: TokenPair | None) -> None:
        try:
            marker = self._read()
        except NewerSchema as error:
            raise TokenStoreError(error.message, error.remedy) from error
        except StateError:
            marker = TokenMarker.fresh()
        _save(self._path, render_marker(marker.storing(pair, instead_of=before)))
        _publish(self._publish)

    def _read(self) -> TokenMarker:
        name = f"{self._path.parent.name}/{self._path.name}"
        content = _load(self._path, name)
        return TokenMarker.fresh() if content is None else parse_marker(content, name)


def open_token_store(
    settings: Settings,
    *,
    put_secret: Callable[[str, str], object] | None = None,
    publish: Callable[[], object] | None = None,
) -> TokenStore:
    """The store that the settings ask for: secrets with ``GH_SECRETS_PAT`` on GitHub, else the encrypted file."""
    given = None
    if settings.trakt_access_token and settings.trakt_refresh_token:
        given = TokenPair(settings.trakt_access_token, settings.trakt_refresh_token)
    if settings.gh_secrets_pat and put_secret is not None:
        marker = settings.state_dir / MARKER_FILE
        return SecretTokenStore(marker, put_secret=put_secret, given=given, publish=publish)
    key, key_name = (
        (settings.state_key, "STATE_KEY")
        if settings.state_key
        else (settings.trakt_client_secret, "TRAKT_CLIENT_SECRET")
    )
    return EncryptedTokenStore(
        settings.state_dir / STORE_FILE, key=key, key_name=key_name, given=given, publish=publish
    )


def _same(one: TokenPair, other: TokenPair) -> bool:
    """Whether there is nothing to store. Times are compared as the file holds them, without microseconds."""
    return replace(one, created_at=None, expires_in=None) == replace(other, created_at=None, expires_in=None)


@contextmanager
def _put_back_on_failure(path: Path) -> Iterator[None]:
    before = _load(path, path.name)
    try:
        yield
    except TokenStoreError:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            _save(path, before)
        raise


def _load(path: Path, name: str) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{name} cannot be read: {error.strerror or error}.", "Check its permissions.") from error


def _save(path: Path, content: bytes) -> None:
    try:
        save_atomically(path, content, mode=0o600)
    except StateError as error:
        raise TokenStoreError(f"The Trakt log-in was not stored: {error.message}", error.remedy) from error


def _publish(publish: Callable[[], object] | None) -> None:
    if publish is None:
        return
    try:
        publish()
    except TokenStoreError:
        raise
    except SyncError as error:
        raise TokenStoreError(f"The Trakt log-in did not reach GitHub: {error.message}", error.remedy) from error
