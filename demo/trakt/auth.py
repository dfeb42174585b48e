"""A miniature of ``auth.trakt.tv``: device codes, token exchange, revoking (Trakt API docs, OAuth, 2026-10)."""

from __future__ import annotations

from demo.server import JsonObject, Reply, Request
from demo.trakt.edge import turned_away
from demo.trakt.logins import CLIENT_ID, CLIENT_SECRET, POLL_INTERVAL, REDIRECT_URI, TraktLogins


class TraktAuthService:
    """Answers the OAuth endpoints. ``auto_approve`` is the account that types each code in at once, if any."""

    name = "trakt_auth"

    def __init__(self, logins: TraktLogins) -> None:
        self.logins = logins
        self.auto_approve: str | None = None

    def answer(self, request: Request) -> Reply:
        """One request. Bodies are JSON; HTTP Basic is not accepted."""
        endpoints = {
            "/oauth/device/code": self._device_code,
            "/oauth/device/token": self._device_token,
            "/oauth/token": self._token,
            "/oauth/revoke": self._revoke,
        }
        if (edge := turned_away(request)) is not None:
            return edge
        endpoint = endpoints.get(request.path)
        if endpoint is None or request.method != "POST":
            return Reply(405 if endpoint else 404, text="")
        return self._refused(request) or endpoint(request.json() or {})

    def _refused(self, request: Request) -> Reply | None:
        body = request.json()
        if body is None or request.header("Content-Type").partition(";")[0] != "application/json":
            return _error("invalid_request", "The request is missing a required parameter.")
        if body.get("client_id") != CLIENT_ID or self.logins.app_deleted:
            return Reply(401, {"error": "invalid_client", "error_description": "client_id is required"})
        if request.path != "/oauth/device/code" and body.get("client_secret") != CLIENT_SECRET:
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        return None

    def _device_code(self, body: JsonObject) -> Reply:
        device = self.logins.new_device()
        if self.auto_approve:
            device.approved_by = self.auto_approve
        expires_in = int((device.expires_at - self.logins.clock.now()).total_seconds())
        return Reply(
            200,
            {
                "device_code": device.code,
                "user_code": device.user_code,
                "verification_url": "https://auth.trakt.tv/activate",
                "expires_in": expires_in,
                "interval": POLL_INTERVAL,
            },
        )

    def _device_token(self, body: JsonObject) -> Reply:
        """200 with tokens, or the status that says how the code stands; those answers have no body."""
        device, now = self.logins.devices.get(str(body.get("code"))), self.logins.clock.monotonic()
        if device is None:
            return Reply(404, text="")
        too_fast, device.polled_at = now - device.polled_at < POLL_INTERVAL - 0.5, now
        for status, holds in (
            (409, device.used),
            (410, self.logins.clock.now() >= device.expires_at),
            (418, device.denied),
            (429, too_fast),
            (400, device.approved_by is None),
        ):
            if holds:
                return Reply(status, text="")
        device.used = True
        return Reply(200, self.logins.issue(str(device.approved_by)))

    def _token(self, body: JsonObject) -> Reply:
        named = ("refresh_token", "redirect_uri", "grant_type")
        if not all(isinstance(body.get(name), str) and body[name] for name in named):
            return _error("invalid_request", "The request is missing a required parameter.")
        if body["grant_type"] != "refresh_token":
            return _error("unsupported_grant_type", "The authorization grant type is not supported.")
        if body["redirect_uri"] != REDIRECT_URI:
            return _error("invalid_grant", "The redirect URI does not match the app's.")
        pair = self.logins.exchange(str(body.get("refresh_token")))
        return Reply(200, pair) if pair else _error("invalid_grant", "session not found")

    def _revoke(self, body: JsonObject) -> Reply:
        self.logins.revoke(str(body.get("token")))
        return Reply(200, {})


def _error(error: str, description: str) -> Reply:
    return Reply(400, {"error": error, "error_description": description})
