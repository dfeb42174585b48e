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

from cryptography.exceptions import InvalidTag

from sync.errors import LoginError, LoginLost, StateError, SyncError, TokenStoreError
from sync.services.state.disk import PlainFolder
from sync.services.state.document import NewerSchema
from sync.services.state.folder import TOKEN_FILES
from sync.services.tokens.login import TokenStore
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.sealing import (
    Fingerprints,
    SealingKey,
    TokenMarker,
    parse_marker,
    render_marker,
    seal,
    unseal,
)
from sync.settings import Settings

STORE_FILE, MARKER_FILE = TOKEN_FILES
PROOF_SECRET = "TRAKT_LOGIN_PROOF"  # noqa: S105 - a name
"""A secret that says nothing: writing it shows that the log-in's own could be written."""
CONNECT = "Run Actions → Connect Trakt (or `python -m sync connect`) to log in again."


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
        self._file = _TokenFile(path, publish)
        self._key = SealingKey(key)
        self._key_name = key_name
        self._given = given

    def load(self) -> TokenPair | None:
        """The stored pair, or the given one if it is none that was seen before and can be renewed as well."""
        stored = self._read()
        if stored is None:
            return self._given
        pair, known = stored
        if self._given is None or known.plus(pair).knows(self._given):
            return pair
        return self._given if self._given.refresh_token else pair

    def stored(self) -> TokenPair | None:
        """The pair in the file, if this key opens it."""
        try:
            found = self._read()
        except (LoginError, StateError):
            return None
        return found[0] if found else None

    def prove(self) -> None:
        """There is nothing to be proved: the note that a pair is spent goes where the next pair goes."""

    def save(self, pair: TokenPair) -> None:
        """Encrypts and saves ``pair``, then publishes it. A file that this key does not open, or that is damaged,
        is replaced: logging in again is its remedy."""
        try:
            stored = self._read()
        except NewerSchema as error:
            raise TokenStoreError(error.message, error.remedy) from error
        except (LoginError, StateError):
            stored = None
        if stored is None or not _is_known(stored[0], pair):
            # The given pair goes last each time, so that it is never forgotten while it still stands in the settings.
            old, known = stored or (None, Fingerprints.fresh())
            self._file.save(seal(pair, known.plus(old, self._given), self._key))
        self._file.publish()

    def mark_spent(self, pair: TokenPair) -> None:
        """Saves ``pair`` with the note that it is spent, and publishes it."""
        with self._file.put_back_on_failure():
            self.save(replace(pair, spent=True))
        now = self.stored()
        if now is None or not now.is_same(pair):
            raise _renewed_elsewhere()

    def _read(self) -> tuple[TokenPair, Fingerprints] | None:
        content, name = self._file.load(), self._file.name
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
        self._file = _TokenFile(path, publish)
        self._put_secret = put_secret
        self._given = given
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

    def stored(self) -> TokenPair | None:
        """The pair saved by this run: what is in the secrets can only be read as the settings."""
        return self._saved

    def prove(self) -> None:
        """Writes a secret of its own with the same token. Raises ``TokenStoreError``."""
        self._put_secret(PROOF_SECRET, "This only shows that the job may write its secrets.")

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
        self.prove()
        with self._file.put_back_on_failure():
            self._mark(replace(pair, spent=True), self._given)
        if not self._read().is_present(pair):
            raise _renewed_elsewhere()

    def _mark(self, pair: TokenPair, before: TokenPair | None) -> None:
        try:
            marker = self._read()
        except NewerSchema as error:
            raise TokenStoreError(error.message, error.remedy) from error
        except StateError:
            marker = TokenMarker.fresh()
        self._file.save(render_marker(marker.storing(pair, instead_of=before)))
        self._file.publish()

    def _read(self) -> TokenMarker:
        content = self._file.load()
        return TokenMarker.fresh() if content is None else parse_marker(content, self._file.name)


def open_token_store(
    settings: Settings,
    *,
    put_secret: Callable[[str, str], object] | None = None,
    publish: Callable[[], object] | None = None,
) -> TokenStore:
    """The store that the settings ask for: secrets with ``GH_SECRETS_PAT`` on GitHub, else the encrypted file.

    An access token in the settings serves without a refresh token, too, until it expires."""
    given = None
    if settings.trakt_access_token:
        given = TokenPair(settings.trakt_access_token, settings.trakt_refresh_token or "")
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


class _TokenFile:
    """The file at ``path``; ``publish`` sends it to GitHub."""

    def __init__(self, path: Path, publish: Callable[[], object] | None) -> None:
        self._folder = PlainFolder(path.parent)
        self._last = path.name
        self._publish = publish
        self.name = self._folder.shown(path.name)

    def load(self) -> bytes | None:
        """Its content, ``None`` if there is none. Raises ``StateError``."""
        return self._folder.read(self._last)

    def save(self, content: bytes) -> None:
        """Replaces it. Raises ``TokenStoreError``."""
        try:
            self._folder.save(self._last, content, mode=0o600)
        except StateError as error:
            raise TokenStoreError(f"The Trakt log-in was not stored: {error.message}", error.remedy) from error

    def publish(self) -> None:
        """Sends it to GitHub, where there is one. Raises ``TokenStoreError``."""
        try:
            if self._publish is not None:
                self._publish()
        except TokenStoreError:
            raise
        except SyncError as error:
            raise TokenStoreError(f"The Trakt log-in did not reach GitHub: {error.message}", error.remedy) from error

    @contextmanager
    def put_back_on_failure(self) -> Iterator[None]:
        """Leaves it as it was when the block raises ``TokenStoreError``."""
        before = self.load()
        try:
            yield
        except TokenStoreError:
            if before is None:
                self._folder.remove(self._last)
            else:
                self.save(before)
            raise


def _is_known(one: TokenPair, other: TokenPair) -> bool:
    """Whether there is nothing to store. Times are compared as the file holds them, without microseconds."""
    return replace(one, created_at=None, expires_in=None) == replace(other, created_at=None, expires_in=None)


def _renewed_elsewhere() -> TokenStoreError:
    return TokenStoreError("Another run renewed the Trakt log-in at the same time.", "The next run has the new one.")
