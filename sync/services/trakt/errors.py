"""What Trakt's refusals mean, and what to do about each (Trakt API docs, status codes, 2026-09)."""

from __future__ import annotations

from sync.errors import NEXT_RUN, AppRefused, LoginError, LoginLost, ServiceUnavailable, SyncError
from sync.services.http.exchange import Answer, TryAgain
from sync.services.http.redaction import Redactor
from sync.services.shape import NOTHING, object_at, text

NAME = "Trakt"
APPS_PAGE = "https://app.trakt.tv/settings/apps/api"
CONNECT = "Run the workflow Connect Trakt (or: python -m sync connect) and follow the code it shows."
NEW_APP = (
    f"Look at {APPS_PAGE}: if the app is gone, make a new one (since July 2026 Trakt asks for a VIP membership for "
    "that), put its id and secret in TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET, and run Connect Trakt."
)


class Unauthorized(Exception):
    """Trakt refused the access token (401); a new one may be taken."""


class NotFound(Exception):
    """Trakt does not have this (404)."""


class NotTaken(SyncError):
    """Trakt refuses a request as it was put (400, 422, …): another form of it may be taken."""


class AccountFull(LoginError):
    """The account holds as much as it may (420)."""


def log_in_again() -> LoginLost:
    """The error for an access token that is refused even after a refresh."""
    return LoginLost("Trakt refused the access token (401).", CONNECT)


def refusal(answer: Answer, redactor: Redactor) -> Exception:
    """The error that this answer stands for; it is none of 2xx, 429 and 5xx."""
    status = answer.status
    if status in (401, 404):
        return Unauthorized() if status == 401 else NotFound()
    if status == 409:
        return TryAgain("says that this conflicts with what it has (409)")
    if status == 403:
        return _forbidden(answer, redactor)
    if status in (420, 423, 426):
        return _account_trouble(answer)
    return _odd(answer, redactor)


def _odd(answer: Answer, redactor: Redactor) -> SyncError:
    if answer.status < 400:
        words = f"Trakt sent the request elsewhere ({answer.status}), which is not followed."
        return ServiceUnavailable(NAME, words, NEXT_RUN)
    return NotTaken(
        f'Trakt refused the request ({answer.status}): "{_said(answer, redactor)}"',
        "This is a mistake of this project; please report it.",
    )


def _forbidden(answer: Answer, redactor: Redactor) -> SyncError:
    if answer.is_html:
        return ServiceUnavailable(
            NAME, "Cloudflare, which guards Trakt, turned the request away (403, a web page).", NEXT_RUN
        )
    said = _said(answer, redactor)
    words = f"403, {said}" if said else "403"
    return AppRefused(
        f"Trakt does not know this API app ({words}): TRAKT_CLIENT_ID is wrong, or the app was deleted.", NEW_APP
    )


def _account_trouble(answer: Answer) -> SyncError:
    upgrade = answer.headers.get("X-Upgrade-URL") or "https://app.trakt.tv/vip"
    if answer.status == 420:
        return AccountFull(
            "The Trakt account holds as much as it may (420): nothing more can be added.",
            f"Make room on Trakt, or see {upgrade} for larger limits.",
        )
    if answer.status == 426:
        return LoginError("Trakt keeps this for VIP members (426).", f"See {upgrade}.")
    deactivated = answer.headers.get("X-Account-Deactivated", "").lower() == "true"
    return LoginError(
        f"The Trakt account is {'deactivated' if deactivated else 'locked'} (423): Trakt takes nothing from any app.",
        "Switch the sync workflow off and write to support@trakt.tv; it works again once they have settled it.",
    )


def _said(answer: Answer, redactor: Redactor) -> str:
    """The error's own words, shortened and without secrets."""
    body = object_at(answer.json_or_none()) or NOTHING
    words = (text(body.get(key)) for key in ("error", "error_description", "message"))
    return redactor.redact(": ".join(word for word in words if word))[:200]
