"""A pair of tokens, encrypted, and how a spent one is known again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sync.services.state.document import (
    Damage,
    Fields,
    damaged,
    parse_document,
    parse_object,
    render_document,
    render_moment,
    render_value,
)
from sync.services.tokens.pair import TokenPair

FINGERPRINTS_KEPT = 8
PURPOSE = "trakt-sync-for-anilist: Trakt token pair"

# 32 MiB and a tenth of a second for each guess (RFC 7914 names the parameters). That is less than OWASP asks for
# passwords that people think up, and each run pays it; the key is Trakt's random 64 digits or a long random text.
# A file says what it was made with, but nothing else is taken, so that no file can ask for more.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Pairs that are spent, told by a salted hash: enough to know one again, of no use to find one."""

    salt: str
    known: tuple[str, ...] = ()

    @classmethod
    def fresh(cls) -> Fingerprints:
        """None known yet, and a salt of their own."""
        return cls(secrets.token_hex(16))

    def of(self, pair: TokenPair) -> str:
        """The fingerprint of ``pair``."""
        text = f"{pair.access_token}\0{pair.refresh_token}"
        return hmac.new(self.salt.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]

    def knows(self, pair: TokenPair) -> bool:
        """Whether ``pair`` was spent before."""
        return self.of(pair) in self.known

    def plus(self, *pairs: TokenPair | None) -> Fingerprints:
        """These and those of ``pairs``, newest last; the oldest fall out."""
        added = dict.fromkeys(self.of(pair) for pair in pairs if pair is not None)
        kept = [fingerprint for fingerprint in self.known if fingerprint not in added]
        return Fingerprints(self.salt, (*kept, *added)[-FINGERPRINTS_KEPT:])


class SealingKey:
    """A setting's text as a key; what it derives is kept, so that a run which loads and saves derives once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._salt = b""
        self._derived = b""

    def derive(self, salt: bytes) -> bytes:
        """The 32 bytes for ``salt``."""
        if salt != self._salt or not self._derived:
            kdf = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
            self._salt, self._derived = salt, kdf.derive(self._text.encode())
        return self._derived

    @property
    def salt(self) -> bytes:
        """The salt used last, or a fresh one."""
        return self._salt or secrets.token_bytes(16)


def seal(pair: TokenPair, spent: Fingerprints, key: SealingKey) -> bytes:
    """The encrypted file. The nonce is random each time, which NIST SP 800-38D allows for 2³² files under one key."""
    created_at = render_moment(pair.created_at) if pair.created_at else None
    salt, nonce = key.salt, secrets.token_bytes(12)
    payload = {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "created_at": created_at,
        "expires_in": seconds_of(pair.expires_in),
        "username": pair.username,
        "spent": pair.spent,
        "salt": spent.salt,
        "known": spent.known,
    }
    sealed = AESGCM(key.derive(salt)).encrypt(nonce, render_value(payload).encode(), _bound_to(created_at, pair.spent))
    fields = {
        "created_at": created_at,
        "spent": pair.spent,
        "kdf": f"scrypt n={_SCRYPT_N} r={_SCRYPT_R} p={_SCRYPT_P}",
        "cipher": "AES-256-GCM",
        "salt": b64encode(salt).decode(),
        "nonce": b64encode(nonce).decode(),
        "sealed": b64encode(sealed).decode(),
    }
    return render_document((name, render_value(value)) for name, value in fields.items())


def unseal(content: bytes, key: SealingKey, name: str) -> tuple[TokenPair, Fingerprints]:
    """The inverse of ``seal``. Raises ``InvalidTag`` for a wrong key, ``StateError`` for a damaged file."""
    fields = Fields(parse_document(content, name), "it")
    try:
        if fields.text("kdf") != f"scrypt n={_SCRYPT_N} r={_SCRYPT_R} p={_SCRYPT_P}":
            raise Damage("its key derivation is not known")
        if fields.text("cipher") != "AES-256-GCM":
            raise Damage("its cipher is not known")
        salt, nonce, sealed = (_bytes(fields.text(part)) for part in ("salt", "nonce", "sealed"))
        if len(nonce) != 12:
            raise Damage("its nonce has the wrong length")
        bound_to = _bound_to(fields.optional_text("created_at"), fields.flag("spent"))
        payload = Fields(parse_object(AESGCM(key.derive(salt)).decrypt(nonce, sealed, bound_to)), "the log-in")
        created_at, expires_in = age_of(payload)
        pair = TokenPair(
            payload.text("access_token"),
            payload.text("refresh_token"),
            created_at,
            expires_in,
            payload.optional_text("username"),
            payload.flag("spent"),
        )
        return pair, Fingerprints(payload.text("salt"), payload.texts("known"))
    except Damage as damage:
        raise damaged(name, damage) from damage


def _bound_to(created_at: str | None, spent: bool) -> bytes:
    """What the cipher vouches for besides the tokens: nobody can pass the file off as another kind, or as newer."""
    return f"{PURPOSE}; schema 1; created at {created_at}; spent {spent}".encode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise Damage("a part of it is not base64") from error


def age_of(fields: Fields) -> tuple[datetime | None, timedelta | None]:
    """``created_at`` and ``expires_in`` as a file holds them. Raises ``Damage``."""
    seconds = fields.optional_number("expires_in")
    return fields.optional_moment("created_at"), None if seconds is None else timedelta(seconds=seconds)


def seconds_of(span: timedelta | None) -> int | None:
    """A span as a file holds it."""
    return None if span is None else round(span.total_seconds())
