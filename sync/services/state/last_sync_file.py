"""``last_sync.json``: what the next run needs to know of the last one."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import msgspec

from sync.model.bounds import Id, Instant, Total, Word
from sync.model.run import LastSync, Lease, Outcome, RunLine, RunLines
from sync.services.state.document import (
    JsonObject,
    Older,
    OutOfBounds,
    damage_named,
    moment_of,
    parse_object,
    read_struct,
    render_document,
    render_lines,
    render_value,
)

LAST_SYNC_FILE = "last_sync.json"
RUNS_KEPT = 20

_NEVER = datetime.min.replace(tzinfo=UTC)


class LastSync1(msgspec.Struct, frozen=True):
    """Schema 1: that an approved import goes on was a key among ``counts``."""

    good_at: Instant | None = None
    changed_at: Instant | None = None
    activity_cursor: Instant | None = None
    anilist_user_id: Id | None = None
    anilist_user: Word | None = None
    trakt_user: Word | None = None
    entries: Total = 0
    counts: dict[str, int] = {}
    runs: RunLines = ()
    writing: Lease | None = None


def with_approved_import(old: LastSync1) -> LastSync:
    """Schema 2 of schema 1."""
    known = msgspec.structs.asdict(old)
    return LastSync(approved_import="goes on" in known.pop("counts"), **known)


OLDER = (Older(LastSync1, with_approved_import),)


def parse_last_sync(content: bytes, name: str, left_out: list[str] | None = None) -> LastSync:
    """The record in a file's ``content``. A field that is out of bounds is named in ``left_out``, and then is as if it
    had never been known. Raises ``StateError``."""
    with damage_named(name, content):
        return _read_what_fits(parse_object(content), name, [] if left_out is None else left_out)


def render_last_sync(last: LastSync, left_out: list[str] | None = None) -> bytes:
    """The whole file: one field a line, one run a line, the last 20 runs. What could not be read again is not written,
    but named in ``left_out``."""
    schema = len(OLDER) + 1
    document = json.loads(render_value({**_plain(replace(last, runs=last.runs[-RUNS_KEPT:])), "schema": schema}))
    last = _read_what_fits(document, LAST_SYNC_FILE, [] if left_out is None else left_out)
    plain = _plain(replace(last, runs=()))
    lines = [(key, render_value(plain[key])) for key in sorted(plain)]
    runs = render_lines((render_value(_plain(run)) for run in last.runs), "[]")
    return render_document([*lines, ("runs", runs)], schema=schema)


def merge_last_syncs(ours: LastSync, theirs: LastSync) -> LastSync:
    """The record of the later run; the runs of both; the latest good end and commit of either; a run that may still
    be writing."""
    newer = max(ours, theirs, key=lambda last: (_latest(last), render_last_sync(last)))
    runs = {(run.at, run.run_id, run.outcome, run.added, run.seconds): run for run in (*ours.runs, *theirs.runs)}
    ended = {run.run_id for run in runs.values()}
    return replace(
        newer,
        good_at=_later(ours.good_at, theirs.good_at),
        changed_at=_later(ours.changed_at, theirs.changed_at),
        datasets_at=_later(ours.datasets_at, theirs.datasets_at),
        runs=tuple(runs[key] for key in sorted(runs))[-RUNS_KEPT:],
        writing=max(
            (lease for lease in (ours.writing, theirs.writing) if lease and lease.run_id not in ended),
            key=lambda lease: (lease.until, lease.run_id),
            default=None,
        ),
    )


def without_clocks(last: LastSync) -> tuple[LastSync, Outcome | None]:
    """What of ``last`` is worth a commit: all but the times that every run moves, and how the newest run ended unless
    it went well. So the first run of an outage is put on record, and the ones after it are not."""
    ended = last.runs[-1].outcome if last.runs else Outcome.NOTHING_NEW
    steady = replace(last, good_at=None, changed_at=None, activity_cursor=None, datasets_at=None, runs=())
    return steady, None if ended in (Outcome.ADDED, Outcome.NOTHING_NEW) else ended


def _read_what_fits(document: JsonObject, name: str, left_out: list[str]) -> LastSync:
    try:
        return _read(document, name)
    except OutOfBounds:
        fitting: dict[str, object] = {}
        for key, value in document.items():
            try:
                _read({"schema": document.get("schema"), key: value}, name)
            except OutOfBounds as beyond:
                left_out.append(f'"{key}" ({beyond})')
            else:
                fitting[key] = value
        return _read(fitting, name)


def _read(document: JsonObject, name: str) -> LastSync:
    last = read_struct(document, LastSync, OLDER, name=name)
    return replace(
        last,
        good_at=last.good_at and moment_of(last.good_at),
        changed_at=last.changed_at and moment_of(last.changed_at),
        activity_cursor=last.activity_cursor and moment_of(last.activity_cursor),
        datasets_at=last.datasets_at and moment_of(last.datasets_at),
        runs=tuple(replace(run, at=moment_of(run.at)) for run in last.runs),
        writing=last.writing and replace(last.writing, until=moment_of(last.writing.until)),
    )


def _plain(value: LastSync | RunLine | Lease) -> dict[str, object]:
    """The fields that are not as they are by default, ready for JSON."""
    given = {each.name: getattr(value, each.name) for each in fields(value)}
    defaults = {each.name: each.default for each in fields(value)}
    return {key: _ready(known) for key, known in given.items() if known != defaults[key]}


def _ready(value: object) -> object:
    if isinstance(value, tuple):
        return [_ready(part) for part in value]
    return _plain(value) if isinstance(value, RunLine | Lease) else value


def _latest(last: LastSync) -> datetime:
    return max((run.at for run in last.runs), default=last.good_at or _NEVER)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
