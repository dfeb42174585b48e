"""One pair of Trakt tokens: what the log-in gives, the store keeps and the client uses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the single-use refresh token that renews it. Neither is ever shown by ``repr``.

    ``created_at`` (aware, UTC) and ``expires_in`` are what Trakt said; both are ``None`` for a pair that was typed in
    as repository secrets, whose age nobody knows. An access token that was typed in alone has an empty refresh token.
    ``username`` is the Trakt account, once it has been asked. ``spent`` says that the refresh token was, or may have
    been, sent: it must not be sent again.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    created_at: datetime | None = None
    expires_in: timedelta | None = None
    username: str | None = None
    spent: bool = False

    @property
    def expires_at(self) -> datetime | None:
        """When Trakt stops taking the access token, ``None`` if not known."""
        if self.created_at is None or self.expires_in is None:
            return None
        return self.created_at + self.expires_in

    @property
    def refresh_due_at(self) -> datetime | None:
        """Half of the access token's life, when it is to be renewed; ``None`` if not known."""
        if self.created_at is None or self.expires_in is None:
            return None
        return self.created_at + self.expires_in / 2

    def refresh_due(self, now: datetime) -> bool:
        """Whether the pair is to be renewed at ``now``. A pair of unknown age is not: a 401 will say so."""
        return self.refresh_due_at is not None and now >= self.refresh_due_at

    def is_same(self, other: TokenPair) -> bool:
        """Whether the tokens are the same, whatever is known of them."""
        return (self.access_token, self.refresh_token) == (other.access_token, other.refresh_token)

    def with_username(self, username: str) -> TokenPair:
        """The pair with the name of the account that it opens."""
        return replace(self, username=username)
