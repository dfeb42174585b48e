"""The episode lists of shows as they were last read, a small file each, for pages that show more than a run reads."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.model.bounds import UNREADABLE, Count, Id, Line
from sync.model.trakt import Kind, ShowLayout, TraktEpisode, TraktIds, TraktTitle

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Minutes = Annotated[int, Meta(ge=-100_000_000, le=100_000_000)]
"""Since 1970; anime is older than that."""

log = logging.getLogger(__name__)


class _Row(msgspec.Struct, array_like=True, frozen=True):
    trakt_id: Id
    season: Count
    number: Count
    aired: _Minutes | None = None
    title: Line | None = None


_ROWS = msgspec.json.Decoder(list[_Row])


class LayoutFiles:
    """The folder that holds them. It is a cache only: what is lost is not shown until it is read again.

    A file that cannot be read counts as missing, and what cannot be written is only logged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, trakt_ids: Iterable[int]) -> dict[int, ShowLayout]:
        """Those of the shows that are there, by Trakt id; of the show itself only the id is known."""
        found: dict[int, ShowLayout] = {}
        for trakt_id in trakt_ids:
            try:
                rows = _ROWS.decode(self._path(trakt_id).read_bytes())
            except (OSError, *UNREADABLE):
                continue
            show = TraktTitle(Kind.SHOW, TraktIds(trakt_id), "")
            found[trakt_id] = ShowLayout(show, tuple(map(_episode, rows)))
        return found

    def save(self, layouts: Mapping[int, ShowLayout]) -> bool:
        """Keeps the layouts; says whether that changed a file."""
        changed = False
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for trakt_id, layout in layouts.items():
                path, content = self._path(trakt_id), msgspec.json.encode(list(map(_row, layout.episodes)))
                if not path.exists() or path.read_bytes() != content:
                    path.write_bytes(content)
                    changed = True
        except OSError as error:
            log.info("The episode lists could not be kept: %s", error.strerror or error)
        return changed

    def _path(self, trakt_id: int) -> Path:
        return self._folder / f"{trakt_id}.json"


def _row(episode: TraktEpisode) -> _Row:
    aired = (episode.first_aired - _EPOCH) // timedelta(minutes=1) if episode.first_aired else None
    return _Row(episode.trakt_id, episode.season, episode.number, aired, episode.title)


def _episode(row: _Row) -> TraktEpisode:
    aired = _EPOCH + timedelta(minutes=row.aired) if row.aired is not None else None
    return TraktEpisode(row.trakt_id, row.season, row.number, row.title, aired)
