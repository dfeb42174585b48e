"""Run trouble: each class owns its exit code, and each message says what happened and what to do.

Item trouble (a show that cannot be mapped) is no error: it is data in the report.
"""

from __future__ import annotations

from collections.abc import Sequence

NEXT_RUN = "The next run tries again."
"""The remedy for what passes by itself."""


class SyncError(Exception):
    """Why a run cannot go on. ``remedy`` is one sentence on what the person should do; it may be empty."""

    exit_code = 70

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigError(SyncError):
    """Settings or ``overrides.yaml`` are wrong; ``problems`` lists every one, each naming its setting or line."""

    exit_code = 2

    def __init__(self, problems: Sequence[str], remedy: str = "") -> None:
        super().__init__("\n".join(problems), remedy)
        self.problems = tuple(problems)


class LoginError(SyncError):
    """A service refused who we are: a token is wrong, revoked or expired, or the account cannot be used."""

    exit_code = 3


class NotConnected(LoginError):
    """No Trakt account is connected yet; connecting one is the remedy."""


class LoginLost(LoginError):
    """The Trakt log-in serves no more: it was revoked, has expired or cannot be read. Connecting again mends it."""


class AppRefused(LoginError):
    """Trakt does not know the API app, or its secret; the app's page on Trakt is where that is mended."""


class TokenStoreError(SyncError):
    """A new token pair could not be stored, so it must not be used."""

    exit_code = 4


class ServiceUnavailable(SyncError):
    """A service is off, blocks us, or answers nonsense; it may well work at the next run."""

    exit_code = 5

    def __init__(self, service: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.service = service


class SuspiciousRead(ServiceUnavailable):
    """An answer was short, empty or shapeless where that cannot be right; it is never taken for "nothing watched"."""


class UnknownOutcome(SyncError):
    """A write was sent and it is not known whether it was carried out, even after reading again."""

    exit_code = 6


class StoppedByBrake(SyncError):
    """The plan is larger than ``MAX_NEW_PLAYS``; nothing was written, and the preview was published."""

    exit_code = 7


class StateError(SyncError):
    """A file in ``state/`` is damaged or of a newer schema, or whose account it is has changed; it is left as it is."""

    exit_code = 8
