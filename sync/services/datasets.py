"""The community datasets: fetched by ETag into a cache folder, the last good copy kept when a new one is not good."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sync.errors import ServiceUnavailable, StateError
from sync.services.deadline import Deadline
from sync.services.http.exchange import MIB, Answer, Call
from sync.services.http.side_by_side import fetch_side_by_side
from sync.services.http.transport import Transport
from sync.services.shape import NOTHING, moment, object_at, text
from sync.services.state.atomic import save_atomically

LARGEST = 200 * MIB
SHRINKING = 2
"""A new copy below one part in this many of the last good one's size is not believed."""

Check = Callable[[str, object], object]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset as it could be had. ``document`` is its decoded JSON, ``None`` if there is no good copy at all.

    ``fetched_at`` is when that copy was last known to be the newest; ``warning`` is a sentence when it may not be.
    """

    name: str
    document: object = None
    fetched_at: datetime | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class _Copy:
    """A good copy in the cache folder. ``etag`` and ``fetched_at`` are known only if the note about it fits it."""

    body: bytes
    digest: str
    etag: str | None = None
    fetched_at: datetime | None = None

    @property
    def document(self) -> object:
        """Its decoded JSON; decoded when asked for, since a new copy often takes its place."""
        decoded: object = json.loads(self.body)
        return decoded


class DatasetFiles:
    """The cache folder. It is a cache only: losing it costs one download of each dataset.

    ``check`` is called with a dataset's name and decoded JSON before a copy is believed, and raises ``ValueError`` for
    a wrong shape.
    """

    def __init__(self, folder: Path, addresses: Mapping[str, str], transport: Transport, check: Check) -> None:
        self._folder = folder
        self._addresses = addresses
        self._transport = transport
        self._check = check

    def fetch_all(self, names: Collection[str], deadline: Deadline) -> dict[str, Dataset]:
        """Each named dataset in its newest good copy, read side by side. Never raises for one that cannot be had."""
        datasets, _ = fetch_side_by_side(lambda name: self.fetch(name, deadline), names)
        return datasets

    def fetch(self, name: str, deadline: Deadline) -> Dataset:
        """One dataset: the newest copy if it can be had and is good, else the last good one with a warning."""
        held = self._load(name)
        headers = {"If-None-Match": held.etag} if held and held.etag else {}
        call = Call("GET", self._addresses[name], headers=headers, max_bytes=LARGEST, redirects=True)
        try:
            answer, document = self._transport.read(call, lambda got: _read(got, held), deadline)
            if answer.status == 304 and held is not None:
                return self._confirmed(name, held)
            self._raise_if_not_good(name, document, len(answer.body), held)
        except (ServiceUnavailable, ValueError) as trouble:
            return _fallback(name, held, str(trouble))
        return self._saved(Dataset(name, document, self._transport.clock.now()), answer)

    def _raise_if_not_good(self, name: str, document: object, size: int, held: _Copy | None) -> None:
        if not isinstance(document, list | dict) or not document:
            raise ValueError("What came is empty.")
        if held is not None and size * SHRINKING < len(held.body):
            raise ValueError(f"What came is much smaller than the last good copy ({size} of {len(held.body)} bytes).")
        self._check(name, document)

    def _saved(self, dataset: Dataset, answer: Answer) -> Dataset:
        """The body first, then the note about it: a note that does not fit its body is not believed later."""
        digest = hashlib.sha256(answer.body).hexdigest()
        try:
            save_atomically(self._body_path(dataset.name), answer.body)
            self._save_note(dataset, digest, answer.headers.get("ETag"))
        except StateError as trouble:
            log.warning("No copy of the dataset %s could be kept: %s", dataset.name, trouble.message)
        return dataset

    def _confirmed(self, name: str, held: _Copy) -> Dataset:
        dataset = Dataset(name, held.document, self._transport.clock.now())
        try:
            self._save_note(dataset, held.digest, held.etag)
        except StateError as trouble:
            log.warning("It could not be noted that the dataset %s is unchanged: %s", name, trouble.message)
        return dataset

    def _save_note(self, dataset: Dataset, digest: str, etag: str | None) -> None:
        note = {
            "url": self._addresses[dataset.name],
            "etag": etag,
            "sha256": digest,
            "fetched_at": dataset.fetched_at.isoformat() if dataset.fetched_at else None,
        }
        save_atomically(self._note_path(dataset.name), json.dumps(note, indent=1, sort_keys=True).encode() + b"\n")

    def _load(self, name: str) -> _Copy | None:
        """The copy in the folder, ``None`` if there is none or it is damaged. One that fits its note was good when it
        was saved; any other is looked at again."""
        try:
            body = self._body_path(name).read_bytes()
        except OSError:
            return None
        digest, note = hashlib.sha256(body).hexdigest(), self._load_note(name)
        if note.get("sha256") == digest and note.get("url") == self._addresses[name]:
            return _Copy(body, digest, text(note.get("etag")), moment(note.get("fetched_at")))
        held = _Copy(body, digest)
        try:
            self._check(name, held.document)
        except (ValueError, RecursionError):
            return None
        return held

    def _load_note(self, name: str) -> Mapping[str, object]:
        try:
            return object_at(json.loads(self._note_path(name).read_bytes())) or NOTHING
        except (OSError, ValueError, RecursionError):
            return NOTHING

    def _body_path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _note_path(self, name: str) -> Path:
        return self._folder / f"{name}.note.json"


def _read(answer: Answer, held: _Copy | None) -> tuple[Answer, object]:
    """The answer with its decoded JSON. A body that is none may be a bad moment: it is asked for again."""
    if answer.status == 304 and held is not None:
        return answer, None
    if not answer.ok:
        raise ValueError(f"It answered {answer.status}.")
    return answer, answer.json()


def _fallback(name: str, held: _Copy | None, reason: str) -> Dataset:
    if held is None:
        return Dataset(name, warning=f"The dataset {name} could not be had, and there is no older copy: {reason}")
    since = f"of {held.fetched_at:%d %b %Y}" if held.fetched_at else "of unknown age"
    return Dataset(
        name,
        held.document,
        held.fetched_at,
        f"The dataset {name} could not be refreshed; a copy {since} serves: {reason}",
    )
