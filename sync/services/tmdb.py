"""TMDB: other ids of a show or film. Optional; this product uses the TMDB API but is not endorsed by TMDB."""

from __future__ import annotations

import re

from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from sync.errors import LoginError, ServiceUnavailable
from sync.model.bounds import LeftOut, OtherId, Read, Word, read_json, reason_of
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind
from sync.services.clock import Deadline
from sync.services.http.exchange import Answer, Call
from sync.services.http.transport import Transport

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
        read = self._transport.read(call, lambda answer: _parse(ref, answer), deadline)
        self._transport.leave_out(read.left_out)
        return read.value


class ExternalIds(Struct):
    """``/tv/{id}/external_ids`` or ``/movie/{id}/external_ids``."""

    tvdb_id: OtherId | None = None
    imdb_id: Word | None = None


_IDS = Decoder(ExternalIds)


def _parse(ref: TitleRef, answer: Answer) -> Read[tuple[TitleRef, ...]]:
    if answer.status == 404:
        return Read(())
    if answer.status == 401:
        raise LoginError("TMDB refused TMDB_API_KEY.", "Copy it again from https://www.themoviedb.org/settings/api.")
    if not answer.ok:
        raise ServiceUnavailable(NAME, f"TMDB answered {answer.status}.", "The run goes on without it.")
    try:
        ids = answer.read(lambda body: read_json(_IDS.decode, body))
    except ValidationError as error:
        number = ref.value if isinstance(ref.value, int) else None
        return Read((), (LeftOut(f"external ids of {ref.kind.value}s", reason_of(error), number),))
    found: list[TitleRef] = []
    if ref.kind is Kind.SHOW and ids.tvdb_id:
        found.append(TitleRef("tvdb", ref.kind, ids.tvdb_id))
    if ids.imdb_id and ids.imdb_id.strip():
        found.append(TitleRef("imdb", ref.kind, ids.imdb_id.strip()))
    return Read(tuple(found))
