"""How a pair of tokens is kept in ``state/``, and how a spent one is known again.

It is encrypted in ``trakt_token.enc``. Where the pair is in the repository's secrets, ``trakt_token.json`` says what is
known of it, without its tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sync.model.bounds import LONGEST_LIST, LONGEST_NAME, Instant, Word
from sync.services.state.document import (
    Damage,
    as_bytes,
    damage_named,
    moment_of,
    parse_object,
    read_struct,
    render_document,
    render_moment,
    render_value,
    typed,
)
from sync.services.tokens.pair import TokenPair

FINGERPRINTS_KEPT = 8
LONGEST_LIFE = 400 * 24 * 3600
"""Seconds; no access token of Trakt's has ever lived longer."""
Seconds = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_LIFE)]
Token = Annotated[str, msgspec.Meta(max_length=48 * 1024)]
"""GitHub takes secrets of at most 48 KB."""
Sealed = Annotated[bytes, msgspec.Meta(max_length=1024 * 1024)]
PURPOSE = "trakt-sync-for-anilist: Trakt token pair"

# 32 MiB and a tenth of a second for each guess (RFC 7914 names the parameters). That is less than OWASP asks for
# passwords that people think up, and each run pays it; the key is Trakt's random 64 digits or a long random text.
# A file says what it was made with, but nothing else is taken, so that no file can ask for more.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1
_COSTS = tuple(1 << power for power in range(1, 18))
"""What scrypt's n may be in a file, so that it can be raised one day without anybody having to log in again."""


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
        self._cost = 0
        self._derived = b""

    def derive(self, salt: bytes, cost: int) -> bytes:
        """The 32 bytes for ``salt``; ``cost`` is scrypt's n."""
        if (salt, cost) != (self._salt, self._cost):
            kdf = Scrypt(salt=salt, length=32, n=cost, r=_SCRYPT_R, p=_SCRYPT_P)
            self._salt, self._cost, self._derived = salt, cost, kdf.derive(self._text.encode())
        return self._derived

    @property
    def salt(self) -> bytes:
        """The salt used last, or a fresh one."""
        return self._salt or secrets.token_bytes(16)


class SealedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """``trakt_token.enc``. ``sealed`` is a ``KeptPair`` as JSON, encrypted."""

    created_at: Instant | None = None
    spent: bool = False
    kdf: Word
    cipher: Literal["AES-256-GCM"]
    salt: Sealed
    nonce: Annotated[bytes, msgspec.Meta(min_length=12, max_length=12)]
    sealed: Sealed


class MarkerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """``trakt_token.json``: what is known of a pair that is kept in the repository's secrets. It holds no token.

    ``expires_in`` is seconds; ``salt`` and ``known`` are ``Fingerprints``, ``present`` is that of the pair.
    """

    created_at: Instant | None = None
    expires_in: Seconds | None = None
    username: Word | None = None
    spent: bool = False
    salt: Word
    present: Word | None = None
    known: Annotated[tuple[Word, ...], msgspec.Meta(max_length=LONGEST_LIST)] = ()


class KeptPair(MarkerDocument, frozen=True, kw_only=True):
    """What ``trakt_token.enc`` keeps from view."""

    access_token: Token
    refresh_token: Token


@dataclass(frozen=True, slots=True)
class TokenMarker:
    """``present`` is the fingerprint of the pair in the secrets, ``about`` that pair without its tokens; ``known`` are
    the fingerprints of the pairs before it."""

    known: Fingerprints
    present: str | None = None
    about: TokenPair = field(default_factory=lambda: TokenPair("", ""))

    @classmethod
    def fresh(cls) -> TokenMarker:
        """Nothing is known yet."""
        return cls(Fingerprints.fresh())

    def describe(self, pair: TokenPair) -> TokenPair:
        """``pair``, a bare one from the secrets, with its age and whose it is if it is the present one."""
        if not self.is_present(pair):
            return pair
        return replace(self.about, access_token=pair.access_token, refresh_token=pair.refresh_token)

    def is_present(self, pair: TokenPair) -> bool:
        """Whether ``pair`` is the one that was stored last."""
        return self.present == self.known.of(pair)

    def is_superseded(self, pair: TokenPair) -> bool:
        """Whether ``pair`` was replaced by a later one."""
        return not self.is_present(pair) and self.known.knows(pair)

    def storing(self, pair: TokenPair, *, instead_of: TokenPair | None) -> TokenMarker:
        """The marker once ``pair`` is in the secrets and the other one no longer is."""
        known = self.known if instead_of is None or pair.is_same(instead_of) else self.known.plus(instead_of)
        return TokenMarker(known, known.of(pair), replace(pair, access_token="", refresh_token=""))


def render_marker(marker: TokenMarker) -> bytes:
    """The whole file."""
    values = {**_age(marker.about), "salt": marker.known.salt, "present": marker.present, "known": marker.known.known}
    return render_document((key, render_value(value)) for key, value in values.items())


def parse_marker(content: bytes, name: str) -> TokenMarker:
    """The inverse of ``render_marker``. Raises ``StateError``."""
    with damage_named(name, content):
        document = read_struct(parse_object(content), MarkerDocument, name=name)
        return TokenMarker(Fingerprints(document.salt, document.known), document.present, _pair_of(document))


def seal(pair: TokenPair, spent: Fingerprints, key: SealingKey) -> bytes:
    """The encrypted file. The nonce is random each time, which NIST SP 800-38D allows for 2³² files under one key."""
    salt, nonce = key.salt, secrets.token_bytes(12)
    cipher = AESGCM(key.derive(salt, _SCRYPT_N))
    tokens = {"access_token": pair.access_token, "refresh_token": pair.refresh_token}
    payload = render_value({**tokens, **_age(pair), "salt": spent.salt, "known": spent.known})
    values = {
        "created_at": _age(pair)["created_at"],
        "spent": pair.spent,
        "kdf": _kdf(_SCRYPT_N),
        "cipher": "AES-256-GCM",
        "salt": salt,
        "nonce": nonce,
        "sealed": cipher.encrypt(nonce, as_bytes(payload), _bound_to(pair.created_at, pair.spent)),
    }
    plain = {key: b64encode(value).decode() if isinstance(value, bytes) else value for key, value in values.items()}
    return render_document((key, render_value(value)) for key, value in plain.items())


def unseal(content: bytes, key: SealingKey, name: str) -> tuple[TokenPair, Fingerprints]:
    """The inverse of ``seal``. Raises ``InvalidTag`` for a wrong key, ``StateError`` for a damaged file."""
    with damage_named(name, content):
        document = read_struct(parse_object(content), SealedDocument, name=name)
        cost = _cost_of(document.kdf)
        bound_to = _bound_to(document.created_at, document.spent)
        opened = AESGCM(key.derive(document.salt, cost)).decrypt(document.nonce, document.sealed, bound_to)
        kept = typed(parse_object(opened), KeptPair)
        pair = replace(_pair_of(kept), access_token=kept.access_token, refresh_token=kept.refresh_token)
        return pair, Fingerprints(kept.salt, kept.known)


def _kdf(cost: int) -> str:
    return f"scrypt n={cost} r={_SCRYPT_R} p={_SCRYPT_P}"


def _cost_of(kdf: str) -> int:
    """Scrypt's n as the file names it. Raises ``Damage`` unless it is one that a run can afford."""
    for cost in _COSTS:
        if kdf == _kdf(cost):
            return cost
    raise Damage("its key derivation is not known")


def _bound_to(created_at: datetime | None, spent: bool) -> bytes:
    """What the cipher vouches for besides the tokens: nobody can pass the file off as another kind, or as newer."""
    made = render_moment(created_at) if created_at else None
    return f"{PURPOSE}; schema 1; created at {made}; spent {spent}".encode()


def _age(pair: TokenPair) -> dict[str, object]:
    """What is known of a pair besides its tokens, ready for JSON; nothing that could not be read again."""
    return {
        "created_at": render_moment(pair.created_at) if pair.created_at else None,
        "expires_in": None if pair.expires_in is None else min(round(pair.expires_in.total_seconds()), LONGEST_LIFE),
        "username": pair.username if pair.username and len(pair.username) <= LONGEST_NAME else None,
        "spent": pair.spent,
    }


def _pair_of(document: MarkerDocument) -> TokenPair:
    """The pair without its tokens."""
    return TokenPair(
        "",
        "",
        created_at=document.created_at and moment_of(document.created_at),
        expires_in=None if document.expires_in is None else timedelta(seconds=document.expires_in),
        username=document.username,
        spent=document.spent,
    )
