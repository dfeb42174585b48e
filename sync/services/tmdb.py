"""TMDB: other ids of a show or film. Optional; this product uses the TMDB API but is not endorsed by TMDB."""

from __future__ import annotations

import re

from sync.errors import LoginError, ServiceUnavailable
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind
from sync.services.deadline import Deadline
from sync.services.http.exchange import Answer, Call
from sync.services.http.transport import Transport
from sync.services.shape import NOTHING, object_at, text, whole

NAME = "TMDB"
PLACES = {Kind.SHOW: "tv", Kind.MOVIE: "movie"}


class TmdbClient:
    """Reads from TMDB with either kind of key: the v3 API key (32 hexadecimal digits, which goes into the address and
    is never logged) or the v4 read access token. Both open the same (TMDB docs, authentication)."""

    def __init__(self, transport: Transport, api_url: str, key: str) -> None:
        self._transport = transport
        self._url = api_url
        is_v3 = re.fullmatch(r"[0-9a-fA-F]{32}", key) is not None
        self._params = {"api_key": key} if is_v3 else {}
        self._headers = {} if is_v3 else {"Authorization": f"Bearer {key}"}

    def fetch_external_ids(self, ref: TitleRef, deadline: Deadline) -> tuple[TitleRef, ...]:
        """What the title that ``ref`` (owner ``tmdb``) names is elsewhere, TVDB before IMDb; empty if TMDB has none.

        Raises ``LoginError`` for a bad key and ``ServiceUnavailable``.
        """
        url = f"{self._url}/{PLACES[ref.kind]}/{int(ref.value)}/external_ids"
        call = Call("GET", url, params=self._params, headers=self._headers)
        return self._transport.read(call, lambda answer: _parse(ref.kind, answer), deadline)


def _parse(kind: Kind, answer: Answer) -> tuple[TitleRef, ...]:
    if answer.status == 404:
        return ()
    if answer.status == 401:
        raise LoginError("TMDB refused TMDB_API_KEY.", "Copy it again from https://www.themoviedb.org/settings/api.")
    if not answer.ok:
        raise ServiceUnavailable(NAME, f"TMDB answered {answer.status}.", "The run goes on without it.")
    ids = object_at(answer.json()) or NOTHING
    found: list[TitleRef] = []
    if kind is Kind.SHOW and (tvdb := whole(ids.get("tvdb_id"))):
        found.append(TitleRef("tvdb", kind, tvdb))
    if imdb := text(ids.get("imdb_id")):
        found.append(TitleRef("imdb", kind, imdb))
    return tuple(found)
