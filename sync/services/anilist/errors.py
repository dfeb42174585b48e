"""What AniList's refusals mean, and what to do about each."""

from __future__ import annotations

from sync.errors import NEXT_RUN, ConfigError, LoginError, ServiceUnavailable, SuspiciousRead, SyncError
from sync.services.http.exchange import TryAgain

NAME = "AniList"


def suspicious(what: str) -> SuspiciousRead:
    """The error for an answer that lacks what it must have."""
    return SuspiciousRead(NAME, f"AniList sent {what}.", NEXT_RUN)


def refusal(status: int, said: str, looking_for: str | None, *, has_token: bool, page: bool) -> SyncError | TryAgain:
    """The error that an answer with this status and these words stands for.

    ``looking_for`` is the user name asked for, if it was one; ``page`` says that a web page came instead of JSON. A 403
    is never about the log-in: AniList sends it when the API is switched off, Cloudflare when it does not like the
    request (AniList API docs, errors and considerations).
    """
    if status == 401 or "invalid token" in said.lower():
        return LoginError(
            "AniList refused ANILIST_ACCESS_TOKEN: it is wrong, revoked or older than a year.",
            "Make a new token at https://anilist.co/settings/developer and put it in the secret ANILIST_ACCESS_TOKEN.",
        )
    if status == 404 or (status == 403 and "private" in said.lower()):
        return _not_found(looking_for, has_token=has_token)
    if status == 403 or status < 400:
        return _turned_away(status, said, page=page)
    if status == 429 or status >= 500:
        return TryAgain(f'answered {status} "{said}"', wait=60.0 if status == 429 else None)
    return SyncError(
        f'AniList refused the query ({status}): "{said}"', "This is a mistake of this project; please report it."
    )


def _turned_away(status: int, said: str, *, page: bool) -> SyncError:
    if status < 400:
        words = f"AniList sent the request elsewhere ({status}), which is not followed."
    elif page:
        words = "Cloudflare, which guards AniList, turned the request away (403, a web page)."
    else:
        words = f'AniList is switched off at the moment (403): "{said}"'
    return ServiceUnavailable(NAME, words, NEXT_RUN)


def _not_found(looking_for: str | None, *, has_token: bool) -> SyncError:
    if looking_for is None:
        return ServiceUnavailable(NAME, "AniList did not find what it was asked for (404).", NEXT_RUN)
    private = (
        "the profile is private, and ANILIST_ACCESS_TOKEN belongs to somebody else."
        if has_token
        else "the profile is private: then add the secret ANILIST_ACCESS_TOKEN."
    )
    return ConfigError(
        [f'AniList knows no public list of "{looking_for}": ANILIST_USERNAME is misspelt, or {private}'],
        f"Check that https://anilist.co/user/{looking_for} opens when you are not logged in.",
    )
