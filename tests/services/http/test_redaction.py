"""No secret gets out, however it is spelt."""

from __future__ import annotations

import base64
import io
import logging
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.services.http.redaction import RedactingFilter, Redactor

TOKEN = "eyJ0eXAi.OiJKV1/Q+iLCJhbGci=OiJSUzI1NiJ9"


@pytest.mark.parametrize(
    "spelt",
    [
        TOKEN,
        base64.b64encode(TOKEN.encode()).decode(),
        base64.urlsafe_b64encode(TOKEN.encode()).decode().rstrip("="),
        quote(TOKEN, safe=""),
        quote_plus(TOKEN),
        quote(TOKEN, safe="").lower().replace(TOKEN.lower(), ""),
    ],
)
def test_a_secret_is_blanked_in_every_spelling(spelt: str) -> None:
    assert spelt not in Redactor([TOKEN]).redact(f"before {spelt} after")


@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_secret_inside_a_longer_base64_value_is_blanked(before: bytes, after: bytes) -> None:
    whole = base64.b64encode(before + TOKEN.encode() + after).decode()
    told = Redactor([TOKEN]).redact(whole)
    middle = base64.b64encode(TOKEN.encode())[4:-4].decode()
    assert "***" in told
    assert middle not in told


def test_a_text_without_secrets_stays_as_it_is() -> None:
    assert Redactor([TOKEN]).redact("14 plays added for 3 shows") == "14 plays added for 3 shows"


def test_no_secrets_at_all_is_fine() -> None:
    assert Redactor().redact("text") == "text"


def test_a_secret_too_short_to_be_one_does_not_spoil_the_text() -> None:
    assert Redactor(["a", ""]).redact("a cat sat") == "a cat sat"


def test_a_secret_learnt_later_is_blanked_too() -> None:
    redactor = Redactor()
    redactor.add("fresh-access-token")
    assert redactor.redact("got fresh-access-token") == "got ***"


def test_log_records_lose_secrets_in_message_arguments_and_traceback() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactingFilter(Redactor([TOKEN])))
    logger = logging.getLogger("urllib3.test_redaction")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        logger.debug('"GET /3/tv/1?api_key=%s HTTP/1.1" 200', TOKEN)
        try:
            raise ValueError(TOKEN)
        except ValueError:
            logger.exception("failed with %s", TOKEN)
    finally:
        logger.removeHandler(handler)
    assert TOKEN not in out.getvalue()
    assert "ValueError: ***" in out.getvalue()
