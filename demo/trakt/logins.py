"""Who may use the demo's Trakt: the app, device codes, access tokens of seven days, refresh tokens that work once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync.services.clock import Clock

CLIENT_ID = "demo-client-id"
CLIENT_SECRET = "demo-client-secret"  # noqa: S105 - known to the demo's Trakt only
REDIRECT_URI = "urn:ietf:wg:oauth:2.0:oob"
"""The one that the app's form names; Trakt's form suggests it for device log-ins."""
TOKEN_LIFETIME = timedelta(days=7)
CODE_LIFETIME = timedelta(minutes=10)
POLL_INTERVAL = 5


@dataclass(slots=True)
class DemoDevice:
    """One device log-in. ``approved_by`` is the account that typed the code in; ``denied`` that it was refused."""

    code: str
    user_code: str
    expires_at: datetime
    approved_by: str | None = None
    denied: bool = False
    used: bool = False
    polled_at: float = float("-inf")


@dataclass(slots=True)
class TraktLogins:
    """All log-ins. ``app_deleted``: as happened to free users' apps; ``reused`` counts dead refresh tokens tried."""

    clock: Clock
    app_deleted: bool = False
    reused: int = 0
    access: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    devices: dict[str, DemoDevice] = field(default_factory=dict)
    _issued: int = 0

    def issue(self, username: str) -> dict[str, object]:
        """A new token pair for an account, as the token endpoint answers it."""
        self._issued += 1
        now = self.clock.now()
        pair = f"demo-access-{self._issued:04}-{username}", f"demo-refresh-{self._issued:04}-{username}"
        self.access[pair[0]] = (username, now + TOKEN_LIFETIME)
        self.refresh[pair[1]] = username
        return {
            "access_token": pair[0],
            "token_type": "bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "refresh_token": pair[1],
            "scope": "public",
            "created_at": int(now.timestamp()),
        }

    def exchange(self, refresh_token: str) -> dict[str, object] | None:
        """A new pair for a refresh token, which dies at once; ``None`` if it was dead or never alive."""
        username = self.refresh.pop(refresh_token, None)
        if username is None:
            self.reused += refresh_token in self.spent
            return None
        self.spent.add(refresh_token)
        return self.issue(username)

    def revoke(self, token: str) -> None:
        """Ends the log-in that a token belongs to: its access and refresh tokens die."""
        username = self.access.get(token, (self.refresh.get(token, ""), None))[0]
        self.access = {t: owner for t, owner in self.access.items() if owner[0] != username}
        self.refresh = {t: owner for t, owner in self.refresh.items() if owner != username}

    def whose(self, access_token: str | None) -> str | None:
        """The account an access token speaks for; ``None`` if it is unknown, revoked or expired."""
        username, expires_at = self.access.get(access_token or "", (None, None))
        return username if expires_at and self.clock.now() < expires_at else None

    def new_device(self) -> DemoDevice:
        """A device code that waits for somebody to approve it."""
        number = len(self.devices) + 1
        device = DemoDevice(f"demo-device-{number:04}", f"DEMO{number:04}", self.clock.now() + CODE_LIFETIME)
        self.devices[device.code] = device
        return device

    def approve(self, user_code: str, username: str) -> None:
        """Somebody types the code in, logged in as ``username``. Raises ``KeyError`` for an unknown code."""
        self._by_user_code(user_code).approved_by = username

    def deny(self, user_code: str) -> None:
        """Somebody refuses the code. Raises ``KeyError`` for an unknown code."""
        self._by_user_code(user_code).denied = True

    def _by_user_code(self, user_code: str) -> DemoDevice:
        return {device.user_code: device for device in self.devices.values()}[user_code]
