"""How Trakt is spoken to: its headers, its log-in, its pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeVar

from sync.errors import NEXT_RUN, ServiceUnavailable
from sync.services.deadline import Deadline
from sync.services.http.exchange import MIB, Answer, Call
from sync.services.http.transport import Transport
from sync.services.trakt.answers import suspicious
from sync.services.trakt.errors import NAME, NotFound, Unauthorized, log_in_again, refusal

T = TypeVar("T")
MOST_PAGES = 5000
NO_PARAMS: Mapping[str, str] = {}


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

    def get(
        self, path: str, parse: Callable[[Answer], T], deadline: Deadline, *, params: Mapping[str, str] = NO_PARAMS
    ) -> T:
        """What ``parse`` makes of a 2xx answer. Raises ``ServiceUnavailable`` also when there is no such thing."""
        try:
            return self._get(path, parse, deadline, params)
        except NotFound:
            message = f"Trakt does not know the address {path} (404)."
        raise ServiceUnavailable(NAME, message, NEXT_RUN)

    def get_or_none(
        self, path: str, parse: Callable[[Answer], T], deadline: Deadline, *, params: Mapping[str, str] = NO_PARAMS
    ) -> T | None:
        """The same; ``None`` when Trakt has no such thing (404)."""
        try:
            return self._get(path, parse, deadline, params)
        except NotFound:
            return None

    def get_pages(
        self,
        path: str,
        parse: Callable[[object], T],
        deadline: Deadline,
        *,
        limit: int,
        params: Mapping[str, str] = NO_PARAMS,
    ) -> Iterator[T]:
        """Every page, as ``parse`` reads its JSON. The number of pages is taken from the headers: a short page does not
        mean the last one, since Trakt leaves hidden items out of pages but not out of their count.

        Raises ``SuspiciousRead`` when an answer does not say how many pages there are, or is another page.
        """
        page, pages = 1, 1
        while page <= pages:
            asked = {**params, "page": str(page), "limit": str(limit)}
            answer, parsed = self.get(path, lambda got: (got, parse(got.json())), deadline, params=asked)
            count, is_page = answer.whole_number("X-Pagination-Page-Count"), answer.whole_number("X-Pagination-Page")
            if count is None or count > MOST_PAGES:
                raise suspicious(f"{path} without saying how many pages it has")
            if is_page is not None and is_page != page:
                raise suspicious(f"page {is_page} of {path} when asked for page {page}")
            yield parsed
            page, pages = page + 1, count

    def post(self, path: str, body: object, parse: Callable[[Answer], T], deadline: Deadline) -> T:
        """Sends a write once. After a 401, which Trakt answers before it does anything, it goes once more with a new
        token. Raises ``OutcomeUnknown`` as ``Transport.write`` does, also on 409."""

        def attempt(token: str | None) -> T:
            call = Call("POST", self._url + path, json_body=body, headers=self._headers(token), timeout=60.0)
            return self._transport.write(call, lambda answer: parse(self._accepted(answer)), deadline)

        try:
            return self._with_login(attempt)
        except NotFound:
            message = f"Trakt does not know the address {path} (404)."
        raise ServiceUnavailable(NAME, message, NEXT_RUN)

    def _get(self, path: str, parse: Callable[[Answer], T], deadline: Deadline, params: Mapping[str, str]) -> T:
        def attempt(token: str | None) -> T:
            call = Call("GET", self._url + path, params=params, headers=self._headers(token), max_bytes=128 * MIB)
            return self._transport.read(call, lambda answer: parse(self._accepted(answer)), deadline)

        return self._with_login(attempt)

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
