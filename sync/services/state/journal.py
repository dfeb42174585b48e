"""``journal/YYYY-MM.jsonl``: what each run wrote to Trakt, one line a batch, only ever added to; ``undo`` reads it.

A line holds, per AniList id, runs such as ``"1-3:73482@2026-11-20T21:40+24*2 7:80011+1440 8:m912@unknown"``: the
AniList episodes, the first one's Trakt id (``m`` before it for a film, ``~1`` after it for the first rewatch), when
the first was watched, and the minutes from each to the next (``*2``: twice in a row). A run without ``@`` counts on
from the play before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice, pairwise
from typing import Annotated

import msgspec

from sync.model.bounds import LONGEST_LIST, MOST_EPISODES, MOST_ID, Instant, Text, Word
from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.lists import ListChange, TraktList
from sync.model.trakt import PlayKind, WatchedAt
from sync.services.state.document import (
    FIRST_SCHEMA,
    Damage,
    as_bytes,
    damage_named,
    id_in,
    moment_of,
    number_in,
    parse_object,
    read_rows,
    read_struct,
    render_moment,
    render_value,
    typed,
)
from sync.services.state.lists_file import parse_ids, parse_item, parse_value, render_ids, render_item

LONGEST_LINE = 100_000
"""Plays; a batch has at most 100, an undo of a whole entry some thousands."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPENING = b'{"schema":'
_RUN = re.compile(
    r"(-?[0-9]+)(?:-(-?[0-9]+))?:(m?)(-?[0-9]+)(?:~(-?[0-9]+))?"
    r"(?:@(unknown|released|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}))?((?:[+-][0-9]{1,12}(?:\*[0-9]{1,6})?)*)"
)
_STEP = re.compile(r"([+-][0-9]+)(?:\*([0-9]+))?")
_CHANGE = re.compile(r"(ratings|watchlist|dropped) (\S+) (-?[0-9]+)>(-?[0-9]+) ([0-9,-]*)")


class JournalRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a file: a batch with its plays, by AniList id, and changes of lists."""

    schema: int = FIRST_SCHEMA
    at: Instant
    run: Word
    action: JournalAction
    undoes: Word | None = None
    plays: dict[str, object] = {}
    changes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=LONGEST_LIST)] = ()


def render_line(line: JournalLine) -> bytes:
    """One line with its end. Plays are put in the order of (AniList id, rewatch, episode)."""
    values: dict[str, object] = {
        "schema": FIRST_SCHEMA,
        "at": render_moment(line.at),
        "run": line.run_id,
        "action": line.action.value,
        "undoes": line.undoes,
        "plays": _render_groups(line.plays),
        "changes": list(map(_render_change, line.changes)),
    }
    return as_bytes(render_value({key: value for key, value in values.items() if value not in (None, {}, [])}) + "\n")


def parse_journal(content: bytes, name: str, left_out: list[str] | None = None) -> tuple[JournalLine, ...]:
    """The lines of one month's file. A last line that was cut off by a kill is left out; so is, by name, an entry's
    play that is out of bounds.

    Raises ``StateError`` if another line is damaged, or of a newer schema.
    """
    lines = []
    for where, _, row in read_lines(content, name):
        with damage_named(where):
            plays = read_rows(row.plays, _read_runs, [] if left_out is None else left_out)
            lines.append(
                JournalLine(
                    run_id=row.run,
                    at=moment_of(row.at),
                    action=row.action,
                    plays=tuple(play for of_entry in plays.values() for play in of_entry),
                    undoes=row.undoes,
                    changes=tuple(map(_parse_change, row.changes)),
                )
            )
    return tuple(lines)


def read_lines(content: bytes, name: str) -> Iterator[tuple[str, bytes, JournalRow]]:
    """Each line with its place and its frame; what it says of plays is not looked at. Raises ``StateError``."""
    for number, text in enumerate(whole_lines(content).splitlines(), start=1):
        where = f"{name}, line {number}"
        with damage_named(where):
            yield where, text, read_struct(parse_object(text), JournalRow, name=where)


def merge_journals(ours: bytes, theirs: bytes, name: str) -> bytes:
    """All whole lines of both, each once, by the time they carry. Raises ``StateError``."""
    lines = {text: row.at for content in (ours, theirs) for _, text, row in read_lines(content, name)}
    return b"".join(text + b"\n" for text, _ in sorted(lines.items(), key=lambda each: (each[1], each[0])))


def whole_lines(content: bytes) -> bytes:
    """``content`` without the beginnings of a line at its end; a whole line that only lacks its end gets it."""
    border = content.rfind(b"\n") + 1
    tail = content[border:]
    if not tail:
        return content
    try:
        parse_object(tail)
    except Damage:
        begun = tail[: len(_OPENING)] == _OPENING[: len(tail)]
        return content[:border] if begun else content + b"\n"
    return content + b"\n"


def _render_change(change: ListChange) -> str:
    values = f"{change.before or 0}>{change.after or 0}"
    return f"{change.which.value} {render_item(change.item)} {values} {render_ids(change.anilist_ids)}"


def _parse_change(text: str) -> ListChange:
    """The inverse of ``_render_change``; a season's number is not kept. Raises ``Damage``."""
    match = _CHANGE.fullmatch(text)
    if match is None:
        raise Damage(f"{text[:60]!r} is no change of a list")
    which, item, before, after, ids = match.groups()
    values = parse_value(before) or None, parse_value(after) or None
    return ListChange(TraktList(which), parse_item(item), *values, parse_ids(ids))


def _render_groups(plays: Iterable[JournalPlay]) -> dict[str, str]:
    ordered = sorted(plays, key=lambda play: (play.anilist_id, play.rewatch, play.episode, play.kind, play.trakt_id))
    return {
        str(anilist_id): " ".join(_render_runs(list(group)))
        for anilist_id, group in groupby(ordered, key=lambda play: play.anilist_id)
    }


def _render_runs(plays: Sequence[JournalPlay]) -> Iterator[str]:
    start = 0
    for end in range(1, len(plays) + 1):
        if end == len(plays) or not _continues(plays[end - 1], plays[end]):
            before = plays[start - 1].watched_at if start else None
            yield _render_run(plays[start:end], before)
            start = end


def _continues(last: JournalPlay, play: JournalPlay) -> bool:
    same_way = last.watched_at == play.watched_at if isinstance(last.watched_at, str) else True
    return (
        play.episode == last.episode + 1
        and play.trakt_id == last.trakt_id + 1
        and play.kind is last.kind
        and play.rewatch == last.rewatch
        and isinstance(last.watched_at, str) == isinstance(play.watched_at, str)
        and same_way
    )


def _render_run(plays: Sequence[JournalPlay], before: WatchedAt | None) -> str:
    first, last = plays[0], plays[-1]
    episodes = str(first.episode) if first is last else f"{first.episode}-{last.episode}"
    text = f"{episodes}:{'m' if first.kind is PlayKind.MOVIE else ''}{first.trakt_id}"
    text += f"~{first.rewatch}" if first.rewatch else ""
    if isinstance(first.watched_at, str):
        return f"{text}@{first.watched_at}"
    minutes = [_minutes(play.watched_at) for play in plays if not isinstance(play.watched_at, str)]
    if isinstance(before, datetime):
        minutes.insert(0, _minutes(before))
    else:
        text += f"@{first.watched_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='minutes')}"
    steps = [later - earlier for earlier, later in pairwise(minutes)]
    for step, repeats in groupby(steps):
        count = len(list(repeats))
        text += f"{step:+d}" + (f"*{count}" if count > 1 else "")
    return text


def _minutes(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(minutes=1)


def _read_runs(key: str, text: object) -> tuple[int, tuple[JournalPlay, ...]]:
    anilist_id = id_in(key)
    return anilist_id, tuple(_parse_runs(anilist_id, typed(text, str)))


def _parse_runs(anilist_id: int, text: str) -> Iterator[JournalPlay]:
    before: WatchedAt | None = None
    for run in text.split():
        match = _RUN.fullmatch(run)
        if match is None:
            raise Damage(f"{run[:60]!r} is no run of plays")
        first_text, last_text, film, trakt_text, rewatch_text, at, steps = match.groups()
        first = number_in(first_text, most=MOST_EPISODES)
        count = number_in(last_text, most=MOST_EPISODES) - first + 1 if last_text else 1
        trakt_id = number_in(trakt_text, least=1, most=MOST_ID - count)
        rewatch = number_in(rewatch_text, most=MOST_EPISODES) if rewatch_text else 0
        if count < 1:
            raise Damage(f"{run[:60]!r} is no run of plays")
        kind = PlayKind.MOVIE if film else PlayKind.EPISODE
        times = list(islice(_parse_times(at, steps, before, count), count + 1))
        if len(times) != count:
            raise Damage(f"{run[:60]!r} has not as many times as plays")
        for i, watched_at in enumerate(times):
            yield JournalPlay(anilist_id, first + i, kind, trakt_id + i, watched_at, rewatch)
        before = times[-1]


def _parse_times(at: str | None, steps: str, before: WatchedAt | None, count: int) -> Iterator[WatchedAt]:
    if at in ("unknown", "released"):
        word: WatchedAt = "unknown" if at == "unknown" else "released"
        yield from [word] * count
        return
    try:
        if at is not None:
            moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
            yield moment
        elif isinstance(before, datetime):
            moment = before
        else:
            raise Damage("a run of plays has no time to count on from")
        for step, repeats in _STEP.findall(steps):
            for _ in range(min(int(repeats or 1), LONGEST_LINE)):
                moment += timedelta(minutes=int(step))
                yield moment
    except (ValueError, OverflowError) as error:
        raise Damage(f"a run of plays has an impossible time ({error})") from error
