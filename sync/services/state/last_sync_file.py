"""``last_sync.json``: what the next run needs to know of the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync.model.run import LastSync, Lease, Outcome, RunLine
from sync.services.state.document import (
    Damage,
    Fields,
    damaged,
    parse_document,
    render_document,
    render_list,
    render_moment,
    render_value,
)

LAST_SYNC_FILE = "last_sync.json"
RUNS_KEPT = 20
GOES_ON = "goes on"
"""How the file spells ``LastSync.approved_import``: among the counts, where the first versions put it."""

_MOMENTS = ("good_at", "changed_at", "activity_cursor")


def parse_last_sync(content: bytes, name: str) -> LastSync:
    """The record in a file's ``content``. Raises ``StateError``."""
    fields = Fields(parse_document(content, name), "it")
    try:
        counts = _numbers(fields.mapping("counts"))
        return LastSync(
            good_at=fields.optional_moment("good_at"),
            changed_at=fields.optional_moment("changed_at"),
            activity_cursor=fields.optional_moment("activity_cursor"),
            anilist_user_id=fields.optional_number("anilist_user_id"),
            anilist_user=fields.optional_text("anilist_user"),
            trakt_user=fields.optional_text("trakt_user"),
            entries=fields.number("entries", 0),
            counts={name: count for name, count in counts.items() if name != GOES_ON},
            approved_import=GOES_ON in counts,
            datasets=_texts(fields.mapping("datasets")),
            runs=tuple(_parse_run(run) for run in fields.objects("runs")),
            writing=_parse_lease(fields.object("writing")) if fields.mapping("writing") else None,
        )
    except Damage as damage:
        raise damaged(name, damage) from damage


def render_last_sync(last: LastSync) -> bytes:
    """The whole file: one field a line, one run a line, the last 20 runs."""
    fields: dict[str, object] = {
        **{key: render_moment(moment) for key in _MOMENTS if (moment := getattr(last, key)) is not None},
        **{
            key: value
            for key in ("anilist_user", "anilist_user_id", "trakt_user")
            if (value := getattr(last, key)) is not None
        },
        "entries": last.entries,
        "counts": dict(sorted({**last.counts, **({GOES_ON: 1} if last.approved_import else {})}.items())),
        "datasets": dict(sorted(last.datasets.items())),
        **({"writing": _lease_fields(last.writing)} if last.writing else {}),
    }
    lines = [(key, render_value(fields[key])) for key in sorted(fields)]
    return render_document([*lines, ("runs", render_list(map(_render_run, last.runs[-RUNS_KEPT:])))])


def without_clocks(last: LastSync) -> tuple[LastSync, Outcome | None]:
    """What of ``last`` is worth a commit: all but the times that every run moves, and how the newest run ended unless
    it went well. So the first run of an outage is put on record, and the ones after it are not."""
    ended = last.runs[-1].outcome if last.runs else Outcome.NOTHING_NEW
    steady = replace(last, good_at=None, changed_at=None, activity_cursor=None, runs=())
    return steady, None if ended in (Outcome.ADDED, Outcome.NOTHING_NEW) else ended


def _lease_fields(lease: Lease) -> dict[str, str]:
    return {"run_id": lease.run_id, "until": render_moment(lease.until)}


def _parse_lease(fields: Fields) -> Lease:
    return Lease(fields.text("run_id"), fields.moment("until"))


def _render_run(run: RunLine) -> str:
    return render_value(
        {
            "run_id": run.run_id,
            "at": render_moment(run.at),
            "outcome": run.outcome.value,
            "added": run.added,
            "seconds": run.seconds,
            **({"changed": run.changed} if run.changed else {}),
        }
    )


def _parse_run(fields: Fields) -> RunLine:
    outcome = fields.text("outcome")
    if outcome not in [known.value for known in Outcome]:
        raise Damage(f"{outcome[:40]!r} is no outcome of a run")
    return RunLine(
        run_id=fields.text("run_id"),
        at=fields.moment("at"),
        outcome=Outcome(outcome),
        added=fields.number("added"),
        seconds=fields.number("seconds"),
        changed=fields.number("changed", 0),
    )


def _numbers(values: Mapping[str, object]) -> dict[str, int]:
    numbers = {key: value for key, value in values.items() if type(value) is int}
    if len(numbers) != len(values):
        raise Damage('"counts" holds something that is no whole number')
    return numbers


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    if len(texts) != len(values):
        raise Damage('"datasets" holds something that is no text')
    return texts
