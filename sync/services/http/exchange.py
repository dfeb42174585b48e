"""One request and its answer, in values: what the clients hand to a transport and get back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

MIB = 1024 * 1024


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

    def json(self) -> object:
        """The decoded body. Raises ``TryAgain`` when it is no JSON: cut short, or a page put in its place."""
        try:
            return _decoded(self.body)
        except ValueError:
            words = "sent a web page instead of data" if self.is_html else "sent an answer that cannot be read"
        raise TryAgain(words)

    def json_or_none(self) -> object:
        """The decoded body, or ``None`` when it is no JSON: for the bodies of errors."""
        try:
            return _decoded(self.body)
        except ValueError:
            return None

    def whole_number(self, header: str) -> int | None:
        """A header's value, ``None`` when it is missing or no whole number."""
        value = self.headers.get(header, "").strip()
        return int(value) if value.isascii() and value.isdigit() else None


def _decoded(body: bytes) -> object:
    try:
        decoded: object = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return decoded
