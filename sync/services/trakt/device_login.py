"""Logging in to Trakt on its auth host: the device flow, the refresh, the revocation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from msgspec import Meta, Struct, ValidationError
from msgspec.json import Decoder

from sync.errors import NEXT_RUN, AppRefused, LoginError, LoginLost, ServiceUnavailable
from sync.model.bounds import Count, Total, UnixTime, read_json
from sync.services.clock import Deadline
from sync.services.http.exchange import Answer, Call, TryAgain
from sync.services.http.transport import Transport
from sync.services.tokens.pair import TokenPair
from sync.services.trakt.wire import CONNECT, NAME, NEW_APP, refusal_body

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect address that Trakt's app form names for the device flow; the refresh has to repeat it."""
SLOW_DOWN = 5
LONGEST_LIFE = 400 * 24 * 3600
"""Seconds; no access token of Trakt's has ever lived longer."""

T = TypeVar("T")
log = logging.getLogger(__name__)


Secret = Annotated[str, Meta(min_length=1, max_length=10_000)]


class DeviceCodeAnswer(Struct):
    """The answer to ``/oauth/device/code``; times are seconds."""

    device_code: Secret
    user_code: Secret
    verification_url: Secret
    expires_in: Total | None = None
    interval: Count | None = None


class TokenAnswer(Struct):
    """The answer to ``/oauth/token`` and ``/oauth/device/token``."""

    access_token: Secret
    refresh_token: Secret
    expires_in: UnixTime | None = None
    created_at: UnixTime | None = None


_DEVICE_CODE, _TOKENS = Decoder(DeviceCodeAnswer), Decoder(TokenAnswer)


class RefreshLost(LoginLost):
    """A refresh was sent and no new pair came back. The refresh token works once, so it counts as used: it must not be
    sent again. The old access token may still work until it expires."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the person has to see (``user_code`` at ``verification_url``), and what the polling needs.

    ``interval`` is seconds between two polls; ``expires_in`` is seconds from when the code was made.
    """

    user_code: str
    verification_url: str
    expires_in: int
    interval: int
    device_code: str = field(repr=False)


class TraktLogin:
    """Trakt's OAuth, for one API app. Tokens are known to the transport's redactor before they leave here."""

    def __init__(self, transport: Transport, auth_url: str, client_id: str, client_secret: str) -> None:
        self._transport = transport
        self._url = auth_url
        self._client_id = client_id
        self._client_secret = client_secret

    def request_device_code(self, deadline: Deadline) -> DeviceCode:
        """A new code for the person to type in. Raises ``LoginError`` if Trakt does not know the app."""
        call = self._call("/oauth/device/code", {"client_id": self._client_id}, with_secret=False)
        return self._transport.read(call, self._parse_device_code, deadline)

    def _parse_device_code(self, answer: Answer) -> DeviceCode:
        self._raise_if_refused(answer)
        row = _whole(answer, _DEVICE_CODE, "a device code without its parts")
        self._transport.redactor.add(row.device_code)
        return DeviceCode(
            user_code=row.user_code,
            verification_url=row.verification_url,
            expires_in=row.expires_in or 600,
            interval=max(1, row.interval or 5),
            device_code=row.device_code,
        )

    def wait_for_token(self, code: DeviceCode) -> TokenPair:
        """Polls until the person has typed the code in. Raises ``LoginError`` when they refused or the code ran out."""
        clock = self._transport.clock
        deadline = Deadline.after(clock, code.expires_in)
        interval = float(code.interval)
        while deadline.remaining > interval:
            clock.sleep(interval)
            try:
                pair = self.poll_token(code, deadline)
            except TryAgain as trouble:
                log.info("Trakt %s; still waiting.", trouble.reason)
                interval += SLOW_DOWN if trouble.wait is not None else 0
                continue
            if pair is not None:
                return pair
        raise _code_expired()

    def poll_token(self, code: DeviceCode, deadline: Deadline) -> TokenPair | None:
        """Asks once whether the code was typed in; ``None`` while it was not.

        Raises ``LoginError`` when that cannot happen any more, and ``TryAgain`` for trouble that may pass, its ``wait``
        set when Trakt asks for a slower pace.
        """
        answer = self._transport.send(self._call("/oauth/device/token", {"code": code.device_code}), deadline)
        if answer.ok:
            return self._parse_pair(answer)
        if answer.status == 400 and not _names_the_app(answer):
            return None
        if answer.status == 429:
            raise TryAgain("asks for a slower pace", wait=float(SLOW_DOWN))
        if answer.status >= 500:
            raise TryAgain(f"answered {answer.status}")
        refused = {
            404: LoginError("Trakt does not know the device code any more (404).", CONNECT),
            409: LoginError("The code was used already (409).", CONNECT),
            410: _code_expired(),
            418: LoginError("You refused the connection on Trakt (418).", f"If that was a mistake: {CONNECT}"),
        }
        raise refused.get(answer.status) or self._refusal(answer)

    def refresh(self, pair: TokenPair, deadline: Deadline) -> TokenPair:
        """The next pair. It is asked for once: the refresh token works once, and the new pair has to be stored before
        it is used.

        Raises ``RefreshLost`` when no readable answer came, ``LoginError`` when Trakt refused the token or the app, and
        ``ServiceUnavailable`` when the request certainly was not taken up.
        """
        body = {
            "refresh_token": pair.refresh_token,
            "redirect_uri": OUT_OF_BAND,
            "grant_type": "refresh_token",
        }
        lost = ""
        try:
            answer = self._transport.send(self._call("/oauth/token", body), deadline)
            if answer.ok:
                fresh = self._parse_pair(answer)
                return fresh.with_username(pair.username) if pair.username else fresh
            if answer.status < 500:
                raise self._refusal(answer)
            lost = f"answered {answer.status}"
        except TryAgain as trouble:
            lost = trouble.reason if trouble.sent else ""
        if lost:
            raise RefreshLost(f"Trakt {lost} when the log-in was to be renewed, and that works only once.", CONNECT)
        raise ServiceUnavailable(NAME, "Trakt could not be reached to renew the log-in.", NEXT_RUN)

    def revoke(self, token: str, deadline: Deadline) -> None:
        """Ends a log-in. Raises ``ServiceUnavailable`` when Trakt did not confirm it."""
        call = self._call("/oauth/revoke", {"token": token})
        self._transport.read(call, self._raise_if_refused, deadline)

    def _call(self, path: str, body: dict[str, str], *, with_secret: bool = True) -> Call:
        body = body | {"client_id": self._client_id}
        if with_secret:
            body["client_secret"] = self._client_secret
        return Call("POST", self._url + path, json_body=body)

    def _parse_pair(self, answer: Answer) -> TokenPair:
        row = _whole(answer, _TOKENS, "a log-in without its tokens")
        self._transport.redactor.add(row.access_token, row.refresh_token)
        lasts = min(row.expires_in, LONGEST_LIFE) if row.expires_in else 24 * 3600
        return TokenPair(
            access_token=row.access_token,
            refresh_token=row.refresh_token,
            created_at=datetime.fromtimestamp(row.created_at, UTC) if row.created_at else self._transport.clock.now(),
            expires_in=timedelta(seconds=lasts),
        )

    def _raise_if_refused(self, answer: Answer) -> None:
        if not answer.ok:
            raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> LoginError | ServiceUnavailable:
        """What a 3xx or 4xx of the auth host means. Trakt's words are not quoted; they name the trouble by a code."""
        error = (refusal_body(answer).error or "").strip()
        if error == "invalid_grant":
            return LoginLost(
                "Trakt refused the stored log-in (invalid_grant): it was used, revoked or is too old.", CONNECT
            )
        if _names_the_app(answer) or (answer.status in (401, 403) and not answer.is_html):
            return AppRefused(
                f"Trakt does not know this API app ({answer.status}, {error or 'no reason given'}): TRAKT_CLIENT_ID or "
                "TRAKT_CLIENT_SECRET is wrong, or the app was deleted.",
                NEW_APP,
            )
        if answer.status == 429:
            return ServiceUnavailable(NAME, "Trakt allows no more log-in requests for now (429).", NEXT_RUN)
        if answer.is_html:
            return ServiceUnavailable(NAME, f"Trakt's log-in sent a web page ({answer.status}).", NEXT_RUN)
        code = self._transport.redactor.redact(error)[:60]
        return LoginError(f"Trakt refused the log-in ({answer.status}{f', {code}' if code else ''}).", CONNECT)


def _names_the_app(answer: Answer) -> bool:
    return refusal_body(answer).error in ("invalid_client", "unauthorized_client")


def _whole(answer: Answer, decoder: Decoder[T], without: str) -> T:
    """The body of a 2xx answer. Raises ``TryAgain`` when it lacks what it must have."""
    try:
        return answer.read(lambda body: read_json(decoder.decode, body))
    except ValidationError:
        raise TryAgain(f"sent {without}") from None


def _code_expired() -> LoginError:
    return LoginError("The code ran out before it was typed in.", CONNECT)
