"""One request and its answer: as values, and on the wire. No other module speaks to the ``requests`` library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from sync.model.bounds import NotJson
from sync.services.clock import Clock

MIB = 1024 * 1024
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
MOST_REDIRECTS = 5

T = TypeVar("T")
log = logging.getLogger(__name__)


class TryAgain(Exception):
    """This attempt failed in a way that may pass. ``reason`` completes the sentence "Trakt …".

    ``wait`` is how many seconds the service asked for, if it did. ``sent`` is false only when the request certainly
    never left this machine. Only a transport catches it.
    """

    def __init__(self, reason: str, *, wait: float | None = None, sent: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Call:
    """A request to make. Query, headers and body stay out of ``repr``: any of them may hold a secret.

    ``timeout`` is seconds between two bytes; ``max_bytes`` bounds the answer. Redirects are followed only where
    ``redirects`` says so, which is for public files and nothing else.
    """

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json_body: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    max_bytes: int = 64 * MIB
    redirects: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether it is any 2xx."""
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        """Whether it is a web page: then it comes from an edge server such as Cloudflare, not from the service."""
        return "html" in self.headers.get("Content-Type", "").lower() or self.body[:100].lstrip()[:1] == b"<"

    def read(self, parse: Callable[[bytes], T]) -> T:
        """What ``parse`` makes of the body. Raises ``TryAgain`` when it is no JSON: cut short, or a web page."""
        try:
            return parse(self.body)
        except NotJson:
            words = "sent a web page instead of data" if self.is_html else "sent an answer that cannot be read"
        raise TryAgain(words)

    def whole_number(self, header: str) -> int | None:
        """A header's value, ``None`` when it is missing or no whole number."""
        value = self.headers.get(header, "").strip()
        return int(value) if value.isascii() and value.isdigit() else None


class HttpSession:
    """Kept connections without cookies. Safe to use from several threads. ``clock`` bounds how long a body may take."""

    def __init__(self, user_agent: str, clock: Clock) -> None:
        self._session = _session(user_agent)
        self._clock = clock

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()

    def exchange(self, call: Call) -> Answer:
        """The answer, whatever its status. Raises ``TryAgain`` on network trouble."""
        url, params = call.url, call.params
        for _ in range(MOST_REDIRECTS):
            answer = self._exchange_once(call, url, params)
            log.debug("%s %s: %d", call.method, urlsplit(url).path, answer.status)
            target = answer.headers.get("Location") if call.redirects and 300 < answer.status < 309 else None
            if target is None or answer.status == 304:
                return answer
            url, params = _redirected(url, target), {}
        raise TryAgain("redirects in a circle")

    def _exchange_once(self, call: Call, url: str, params: Mapping[str, str]) -> Answer:
        request = requests.Request(
            call.method, url, params=params, json=call.json_body, headers=dict(call.headers), auth=_leave_as_it_is
        )
        trouble: TryAgain
        try:
            prepared = self._session.prepare_request(request)
            proxies, verify = self._surroundings(url)
            with self._session.send(
                prepared, timeout=call.timeout, allow_redirects=False, stream=True, proxies=proxies, verify=verify
            ) as response:
                body = self._read_body(response, call)
                return Answer(response.status_code, response.headers, body)
        except requests.RequestException as error:
            trouble = _trouble(error, call.timeout)
        raise trouble  # outside the handler: the library's own error may quote an address with a key in it

    def _surroundings(self, url: str) -> tuple[MutableMapping[str, str], str | bool | None]:
        """The machine's proxies and certificates; this machine itself is never asked through a proxy."""
        if urlsplit(url).hostname in LOOPBACK:
            return {}, True
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        return settings["proxies"], settings["verify"]

    def _read_body(self, response: requests.Response, call: Call) -> bytes:
        started = self._clock.monotonic()
        body = bytearray()
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > call.max_bytes:
                raise TryAgain(f"sent more than {call.max_bytes // 1024 // 1024} MiB")
            if self._clock.monotonic() - started > 4 * call.timeout:
                raise TryAgain("sent its answer too slowly")
        return bytes(body)


def _session(user_agent: str) -> requests.Session:
    """A session that keeps connections but no cookies."""
    session = requests.Session()
    session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_maxsize=16)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _leave_as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No log-in by the library: without this it would take one from the user's ``.netrc`` and replace ours."""
    return request


TROUBLES: tuple[tuple[type[requests.RequestException], str], ...] = (
    (requests.exceptions.SSLError, "could not be reached safely: the TLS connection failed"),
    (requests.exceptions.ChunkedEncodingError, "broke off its answer"),
    (requests.exceptions.ContentDecodingError, "broke off its answer"),
    (requests.ConnectionError, "dropped the connection"),
)


def _trouble(error: requests.RequestException, timeout: float) -> TryAgain:
    """What went wrong, in words that quote nothing of the library's."""
    if isinstance(error, requests.ConnectTimeout):
        return TryAgain("could not be reached in time", sent=False)
    if isinstance(error, requests.Timeout):
        return TryAgain(f"did not answer within {timeout:.0f} s")
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError):
        return TryAgain("could not be reached", sent=False)
    for kind, words in TROUBLES:
        if isinstance(error, kind):
            return TryAgain(words)
    return TryAgain(f"could not be asked ({type(error).__name__})")


def _redirected(url: str, target: str) -> str:
    """Where a redirect leads. Raises ``TryAgain`` if that is neither https nor the same machine."""
    led = urljoin(url, target)
    parts, origin = urlsplit(led), urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == origin.hostname in LOOPBACK):
        return led
    raise TryAgain("redirects to an unsafe address")
