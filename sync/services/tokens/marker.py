"""``state/trakt_token.json``: what is known of a pair that is kept in the repository's secrets. It holds no token."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sync.services.state.document import (
    Damage,
    Fields,
    damaged,
    parse_document,
    render_document,
    render_moment,
    render_value,
)
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.sealing import Fingerprints, age_of, seconds_of


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
        known = self.known if instead_of is None or _same_tokens(pair, instead_of) else self.known.plus(instead_of)
        return TokenMarker(known, known.of(pair), replace(pair, access_token="", refresh_token=""))


def render_marker(marker: TokenMarker) -> bytes:
    """The whole file."""
    about = marker.about
    fields = {
        "created_at": render_moment(about.created_at) if about.created_at else None,
        "expires_in": seconds_of(about.expires_in),
        "username": about.username,
        "spent": about.spent,
        "salt": marker.known.salt,
        "present": marker.present,
        "known": marker.known.known,
    }
    return render_document((key, render_value(value)) for key, value in fields.items())


def parse_marker(content: bytes, name: str) -> TokenMarker:
    """The inverse of ``render_marker``. Raises ``StateError``."""
    fields = Fields(parse_document(content, name), "it")
    try:
        created_at, expires_in = age_of(fields)
        about = TokenPair("", "", created_at, expires_in, fields.optional_text("username"), fields.flag("spent"))
        known = Fingerprints(fields.text("salt"), fields.texts("known"))
        return TokenMarker(known, fields.optional_text("present"), about)
    except Damage as damage:
        raise damaged(name, damage) from damage


def _same_tokens(one: TokenPair, other: TokenPair) -> bool:
    return (one.access_token, one.refresh_token) == (other.access_token, other.refresh_token)
