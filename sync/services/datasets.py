"""The community datasets: fetched by ETag into a cache folder, the last good copy kept when a new one is not good."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from sync.errors import ServiceUnavailable, StateError
from sync.mapping.sources.claims import Table
from sync.mapping.sources.datasets import Dataset
from sync.model.bounds import UNREADABLE, NotJson
from sync.services.clock import Deadline
from sync.services.http.exchange import MIB, Answer, Call, TryAgain
from sync.services.http.transport import Transport, fetch_side_by_side
from sync.services.state import save_atomically

SHRINKING = 2
"""A new copy below one part in this many of the last good one's size is not believed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchedDataset:
    """One dataset as it could be had: ``table`` is ``None`` if there is no good copy at all.

    ``fetched_at`` is when that copy was last known to be the newest; ``warning`` is a sentence when it may not be.
    """

    name: str
    table: Table | None = None
    fetched_at: datetime | None = None
    warning: str | None = None


class CopyNote(Struct):
    """What stands beside a copy: where it came from, when it was last known to be the newest, and what it holds."""

    url: str | None = None
    etag: str | None = None
    sha256: str | None = None
    fetched_at: datetime | None = None


_NOTE = Decoder(CopyNote)


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """A copy in the cache folder. ``etag`` and ``fetched_at`` are known only if the note about it fits it."""

    size: int
    sha256: str
    etag: str | None = None
    fetched_at: datetime | None = None


class DatasetFiles:
    """The cache folder. It is a cache only: losing it costs one download of each dataset.

    ``addresses`` are by the datasets' names. A file is let go as soon as its table is made.
    """

    def __init__(self, folder: Path, addresses: Mapping[str, str], transport: Transport) -> None:
        self._folder = folder
        self._addresses = addresses
        self._transport = transport

    def fetch_all(self, datasets: Iterable[Dataset], deadline: Deadline) -> list[FetchedDataset]:
        """Each dataset in its newest good copy, read side by side. Never raises for one that cannot be had."""
        fetched, _ = fetch_side_by_side(lambda dataset: self.fetch(dataset, deadline), datasets)
        return list(fetched.values())

    def fetch(self, dataset: Dataset, deadline: Deadline) -> FetchedDataset:
        """One dataset: the newest copy if it can be had and is good, else the last good one with a warning."""
        held = self._held(dataset)
        headers = {"If-None-Match": held.etag} if held and held.etag else {}
        address = self._addresses[dataset.name]
        call = Call("GET", address, headers=headers, max_bytes=dataset.largest * MIB, redirects=True)
        try:
            answer, table = self._transport.read(call, lambda got: _read(got, dataset, held), deadline)
            if table is None:
                return self._confirmed(dataset, held)
        except (ServiceUnavailable, ValueError) as trouble:
            return self._fallback(dataset, held, str(trouble))
        return self._saved(FetchedDataset(dataset.name, table, self._transport.clock.now()), answer)

    def _saved(self, fetched: FetchedDataset, answer: Answer) -> FetchedDataset:
        """The body first, then the note about it: a note that does not fit its body is not believed later."""
        digest = hashlib.sha256(answer.body).hexdigest()
        try:
            save_atomically(self._path(fetched.name), answer.body)
            self._save_note(fetched, digest, answer.headers.get("ETag"))
        except StateError as trouble:
            log.warning("No copy of the dataset %s could be kept: %s", fetched.name, trouble.message)
        return self._told(fetched)

    def _confirmed(self, dataset: Dataset, held: HeldCopy | None) -> FetchedDataset:
        """The copy that the host says is still the newest. Raises ``ValueError`` if it is gone or damaged meanwhile."""
        if held is None:
            raise ValueError("It answered 304.")
        fetched = FetchedDataset(dataset.name, self._load(dataset), self._transport.clock.now())
        try:
            self._save_note(fetched, held.sha256, held.etag)
        except StateError as trouble:
            log.warning("It could not be noted that the dataset %s is unchanged: %s", dataset.name, trouble.message)
        return self._told(fetched)

    def _fallback(self, dataset: Dataset, held: HeldCopy | None, reason: str) -> FetchedDataset:
        try:
            table = self._load(dataset) if held else None
        except ValueError:
            table = None
        if held is None or table is None:
            none = f"The dataset {dataset.name} could not be had, and there is no older copy: {reason}"
            return FetchedDataset(dataset.name, warning=none)
        since = f"of {held.fetched_at:%d %b %Y}" if held.fetched_at else "of unknown age"
        warning = f"The dataset {dataset.name} could not be refreshed; a copy {since} serves: {reason}"
        return self._told(FetchedDataset(dataset.name, table, held.fetched_at, warning))

    def _told(self, fetched: FetchedDataset) -> FetchedDataset:
        """Notes the rows that were left out of the table."""
        self._transport.leave_out(fetched.table.left_out if fetched.table else ())
        return fetched

    def _save_note(self, fetched: FetchedDataset, digest: str, etag: str | None) -> None:
        note = CopyNote(self._addresses[fetched.name], etag, digest, fetched.fetched_at)
        save_atomically(self._note_path(fetched.name), msgspec.json.encode(note) + b"\n")

    def _held(self, dataset: Dataset) -> HeldCopy | None:
        """The copy in the folder, ``None`` if there is none or it is damaged. One that fits its note was good when it
        was saved; any other is looked at again."""
        try:
            body = self._path(dataset.name).read_bytes()
        except OSError:
            return None
        digest, note = hashlib.sha256(body).hexdigest(), self._load_note(dataset.name)
        if note.sha256 == digest and note.url == self._addresses[dataset.name]:
            return HeldCopy(len(body), digest, note.etag, note.fetched_at)
        try:
            dataset.parse(body)
        except ValueError:
            return None
        return HeldCopy(len(body), digest)

    def _load(self, dataset: Dataset) -> Table:
        """The table of the copy in the folder. Raises ``ValueError`` if it cannot be read."""
        try:
            return dataset.parse(self._path(dataset.name).read_bytes())
        except OSError as error:
            raise ValueError(f"The copy cannot be read ({error.strerror}).") from None

    def _load_note(self, name: str) -> CopyNote:
        try:
            return _NOTE.decode(self._note_path(name).read_bytes())
        except (OSError, *UNREADABLE):
            return CopyNote()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _note_path(self, name: str) -> Path:
        return self._folder / f"{name}.note.json"


def _read(answer: Answer, dataset: Dataset, held: HeldCopy | None) -> tuple[Answer, Table | None]:
    """The answer with its table; none for "unchanged". A body that is no JSON may be a bad moment: it is asked for
    again. Raises ``ValueError`` for one that is another file, or far too short a one."""
    if answer.status == 304:
        return answer, None
    if not answer.ok:
        raise ValueError(f"It answered {answer.status}.")
    size = len(answer.body)
    try:
        table = dataset.parse(answer.body)
    except NotJson:
        raise TryAgain("sent a file that cannot be read") from None
    if held is not None and size * SHRINKING < held.size:
        raise ValueError(f"What came is much smaller than the last good copy ({size} of {held.size} bytes).")
    return answer, table
