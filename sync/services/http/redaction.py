"""Takes secrets out of any text before somebody can read it."""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 4
"""A value below this length keeps no secret, and blanking it would spoil ordinary words."""


class Redactor:
    """Knows the run's secrets and blanks them, however they are spelt: plain, base64 (also inside a longer value),
    URL-encoded or JSON-escaped. More secrets may be added while it is in use, from any thread."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Blanks these too from now on."""
        with self._lock:
            for secret in secrets:
                if len(secret) >= SHORTEST:
                    self._spellings |= _spellings(secret)
            longest_first = sorted(self._spellings, key=lambda spelling: (-len(spelling), spelling))
            self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def redact(self, text: str) -> str:
        """The text with every secret replaced by ``***``."""
        pattern = self._pattern
        return pattern.sub(MASK, text) if pattern else text


class RedactingFilter(logging.Filter):
    """Blanks secrets in log records: message, arguments, traceback.

    It belongs on the *handlers*: a logger's own filters do not see what its children log, and urllib3 logs whole
    addresses at debug level.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the record; never drops one."""
        record.msg = self._redactor.redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


def _spellings(secret: str) -> set[str]:
    """Every form in which this secret might show up."""
    escaped = json.dumps(secret)[1:-1]
    found = {secret, escaped, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    found |= {spelling.lower() for spelling in found if "%" in spelling and spelling != secret}
    return found | _base64_spellings(secret.encode())


def _base64_spellings(secret: bytes) -> set[str]:
    """Base64 forms: alone, and as the middle of a longer value at each of the three alignments, where only the
    characters that depend on nothing else are certain."""
    found: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(secret).decode().rstrip("="))
        for offset in range(3):
            bits_before, bits_after = offset * 8, (offset + len(secret)) * 8
            middle = encode(b"\0" * offset + secret + b"\0\0").decode()[-(-bits_before // 6) : bits_after // 6]
            found.add(middle)
    return {spelling for spelling in found if len(spelling) >= SHORTEST}
