"""How Trakt is spoken to: its headers, its log-in, its pages, and what its refusals mean (Trakt API docs, status codes,
2026-09)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.json import Decoder

from sync.errors import NEXT_RUN, AppRefused, LoginError, LoginLost, ServiceUnavailable, SyncError
from sync.model.bounds import UNREADABLE, Read
from sync.services.clock import Deadline
from sync.services.http.exchange import MIB, Answer, Call, TryAgain
from sync.services.http.redaction import Redactor
from sync.services.http.transport import Transport
from sync.services.trakt.answers import suspicious

NAME = "Trakt"
APPS_PAGE = "https://app.trakt.tv/settings/apps/api"
CONNECT = "Run the workflow Connect Trakt (or: python -m sync connect) and follow the code it shows."
NEW_APP = (
    f"Look at {APPS_PAGE}: if the app is gone, make a new one (since July 2026 Trakt asks for a VIP membership for "
    "that), put its id and secret in TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET, and run Connect Trakt."
)
MOST_PAGES = 5000
NO_PARAMS: Mapping[str, str] = {}

T = TypeVar("T")
Parse = Callable[[bytes], Read[T]]


class AccessTokens(Protocol):
    """Where the access token comes from."""

    def access_token(self) -> str | None:
        """The token to use now; ``None`` asks Trakt only what it tells anybody."""

    def renew(self) -> None:
        """Takes a new pair, because Trakt refused the token (401). Raises ``LoginError`` if that cannot be done."""


class TraktWire:
    """Requests to Trakt's data host. Safe to use from several threads; a refused token is renewed once for all."""

    def __init__(self, transport: Transport, api_url: str, client_id: str, tokens: AccessTokens) -> None:
        self._transport = transport
        self._url = api_url
        self._client_id = client_id
        self._tokens = tokens
        self._login = threading.Lock()

    def get(self, path: str, parse: Parse[T], deadline: Deadline, *, params: Mapping[str, str] = NO_PARAMS) -> T:
        """What ``parse`` makes of a 2xx answer. Raises ``ServiceUnavailable`` also when there is no such thing."""
        found = self._get(path, lambda answer: answer.read(parse), deadline, params)
        if found is None:
            raise ServiceUnavailable(NAME, f"Trakt does not know the address {path} (404).", NEXT_RUN)
        return found.value

    def get_or_none(
        self, path: str, parse: Parse[T], deadline: Deadline, *, params: Mapping[str, str] = NO_PARAMS
    ) -> T | None:
        """What ``parse`` makes of a 2xx answer's body, ``None`` when Trakt has no such thing (404)."""
        found = self._get(path, lambda answer: answer.read(parse), deadline, params)
        return found.value if found else None

    def get_object(
        self, path: str, parse: Parse[T], deadline: Deadline, *, limit: int, params: Mapping[str, str]
    ) -> list[T] | None:
        """An answer that is one JSON object and comes whole; should its headers say that it was cut into pages, all of
        them. ``None`` when Trakt has no such thing, does not take the request, or answers with a list."""

        def parse_object(answer: Answer) -> Read[tuple[list[T], int | None, int | None]]:
            if answer.body.lstrip()[:1] == b"[":
                return _with_pages(answer, Read([]))
            read = answer.read(parse)
            return _with_pages(answer, Read([read.value], read.left_out))

        try:
            found = self._get(path, parse_object, deadline, params)
        except NotTaken:
            found = None
        value, pages, _ = found.value if found else ([], None, None)
        if not value or (pages or 1) == 1:
            return value or None
        return list(self.get_pages(path, parse, deadline, limit=limit, params=params))

    def get_pages(
        self, path: str, parse: Parse[T], deadline: Deadline, *, limit: int, params: Mapping[str, str] = NO_PARAMS
    ) -> Iterator[T]:
        """Every page, as ``parse`` reads its body. The number of pages is taken from the headers: a short page does not
        mean the last one, since Trakt leaves hidden items out of pages but not out of their count.

        Raises ``SuspiciousRead`` when an answer does not say how many pages there are, or is another page.
        """
        page, pages = 1, 1
        while page <= pages:
            asked = {**params, "page": str(page), "limit": str(limit)}
            found = self._get(path, lambda answer: _with_pages(answer, answer.read(parse)), deadline, asked)
            if found is None:
                raise ServiceUnavailable(NAME, f"Trakt does not know the address {path} (404).", NEXT_RUN)
            value, count, is_page = found.value
            if count is None or count > MOST_PAGES:
                raise suspicious(f"{path} without saying how many pages it has")
            if is_page is not None and is_page != page:
                raise suspicious(f"page {is_page} of {path} when asked for page {page}")
            yield value
            page, pages = page + 1, count

    def post(self, path: str, body: object, parse: Callable[[bytes], T], deadline: Deadline) -> T:
        """Sends a write once. After a 401, which Trakt answers before it does anything, it goes once more with a new
        token. Raises ``OutcomeUnknown`` as ``Transport.write`` does, also on 409."""

        def attempt(token: str | None) -> T:
            call = Call("POST", self._url + path, json_body=body, headers=self._headers(token), timeout=60.0)
            return self._transport.write(call, lambda answer: self._accepted(answer).read(parse), deadline)

        try:
            return self._with_login(attempt)
        except NotFound:
            message = f"Trakt does not know the address {path} (404)."
        raise ServiceUnavailable(NAME, message, NEXT_RUN)

    def _get(
        self, path: str, parse: Callable[[Answer], Read[T]], deadline: Deadline, params: Mapping[str, str]
    ) -> Read[T] | None:
        def attempt(token: str | None) -> Read[T]:
            call = Call("GET", self._url + path, params=params, headers=self._headers(token), max_bytes=128 * MIB)
            return self._transport.read(call, lambda answer: parse(self._accepted(answer)), deadline)

        try:
            read = self._with_login(attempt)
        except NotFound:
            return None
        self._transport.leave_out(read.left_out)
        return read

    def _headers(self, token: str | None) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "trakt-api-version": "2",
            "trakt-api-key": self._client_id,
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _accepted(self, answer: Answer) -> Answer:
        if answer.ok:
            return answer
        raise refusal(answer, self._transport.redactor)

    def _with_login(self, attempt: Callable[[str | None], T]) -> T:
        token = self._tokens.access_token()
        try:
            return attempt(token)
        except Unauthorized:
            refused = token
        with self._login:
            if self._tokens.access_token() == refused:
                self._tokens.renew()
        try:
            return attempt(self._tokens.access_token())
        except Unauthorized:
            pass
        raise log_in_again()


def _with_pages(answer: Answer, read: Read[T]) -> Read[tuple[T, int | None, int | None]]:
    """What was read, with the number of pages and which of them this is, as far as the headers say."""
    count, is_page = (answer.whole_number(f"X-Pagination-{name}") for name in ("Page-Count", "Page"))
    return Read((read.value, count, is_page), read.left_out)


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
    body = refusal_body(answer)
    words = (body.error, body.error_description, body.message)
    return redactor.redact(": ".join(word.strip() for word in words if word and word.strip()))[:200]


class RefusalBody(Struct):
    """The body of an answer that is no 2xx, as far as it has one."""

    error: str | None = None
    error_description: str | None = None
    message: str | None = None


_REFUSAL = Decoder(RefusalBody)


def refusal_body(answer: Answer) -> RefusalBody:
    """What the answer says in JSON; empty for a web page or anything else."""
    try:
        return _REFUSAL.decode(answer.body)
    except UNREADABLE:
        return RefusalBody()
