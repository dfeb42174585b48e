"""``journal/YYYY-MM.jsonl``: what each run wrote to Trakt, one line a batch, only ever added to; ``undo`` reads it.

A line holds, per AniList id, runs such as ``"1-3:73482@2026-11-20T21:40+24*2 7:80011+1440 8:m912@unknown"``: the
AniList episodes, the first one's Trakt id (``m`` before it for a film, ``~1`` after it for the first rewatch), when
the first was watched, and the minutes from each to the next (``*2``: twice in a row). A run without ``@`` counts on
from the play before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby, islice, pairwise

from sync.model.lists import ListChange
from sync.model.plan import NewPlay
from sync.model.trakt import PlayKind, WatchedAt
from sync.services.state.document import (
    SCHEMA,
    Damage,
    Fields,
    JsonObject,
    check_schema,
    damaged,
    parse_id,
    parse_object,
    render_moment,
    render_value,
)
from sync.services.state.list_changes import parse_changes, render_changes

LONGEST_LINE = 100_000
"""Plays; a batch has at most 100, an undo of a whole entry some thousands."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RUN = re.compile(
    r"([0-9]{1,9})(?:-([0-9]{1,9}))?:(m?)([0-9]{1,18})(?:~([0-9]{1,6}))?"
    r"(?:@(unknown|released|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}))?((?:[+-][0-9]{1,12}(?:\*[0-9]{1,6})?)*)"
)
_STEP = re.compile(r"([+-][0-9]+)(?:\*([0-9]+))?")


class JournalAction(StrEnum):
    """What a line says was done on Trakt."""

    ADD = "add"
    """Sent to Trakt, or about to be: what Trakt did not take is named by a VOID line behind it."""
    VOID = "void"
    """Sent, but not on Trakt."""
    UNDO = "undo"
    """Taken away by ``undo``."""


@dataclass(frozen=True, slots=True)
class JournalPlay:
    """One play that was added or removed. ``watched_at`` is to the minute, or the word that was sent; ``rewatch`` is
    0 for the first time it was watched."""

    anilist_id: int
    episode: int
    kind: PlayKind
    trakt_id: int
    watched_at: WatchedAt
    rewatch: int = 0

    @classmethod
    def of(cls, play: NewPlay) -> JournalPlay:
        """``play`` as the journal keeps it; Trakt drops the seconds, so they are cut here too."""
        at = play.watched_at
        at = at if isinstance(at, str) else at.astimezone(UTC).replace(second=0, microsecond=0)
        return cls(play.anilist_id, play.episode, play.kind, play.trakt_id, at, play.rewatch)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One batch of plays or of other changes, and what became of it. ``undoes`` is the run whose plays a VOID or UNDO
    line takes off the list, ``None`` if they were an entry's over all runs."""

    run_id: str
    at: datetime
    action: JournalAction
    plays: tuple[JournalPlay, ...]
    undoes: str | None = None
    changes: tuple[ListChange, ...] = ()


def standing_changes(
    lines: Iterable[JournalLine], *, run_id: str | None = None, anilist_id: int | None = None
) -> tuple[ListChange, ...]:
    """The changes of ratings, watchlist and dropped shows that the lines made and no later line took back, in their
    order. The same change made by two runs is the later one's: the first did not reach Trakt."""
    standing: dict[ListChange, str] = {}
    for line in lines:
        for change in line.changes:
            if line.action is JournalAction.ADD:
                standing.pop(change, None)
                standing[change] = line.run_id
            elif line.undoes in (None, standing.get(change)):
                standing.pop(change, None)
    return tuple(
        change
        for change, run in standing.items()
        if run_id in (None, run) and (anilist_id is None or anilist_id in change.anilist_ids)
    )


def standing_plays(
    lines: Iterable[JournalLine], *, run_id: str | None = None, anilist_id: int | None = None
) -> tuple[JournalPlay, ...]:
    """What the lines added and no later line took back, of one run, one entry or both, in the order of adding.

    The same play at the same minute is on Trakt once. If two runs name it, the first was cut off before it was sent
    (or before it knew), so it is the later one's.
    """
    standing: dict[JournalPlay, str] = {}
    for line in lines:
        for play in line.plays:
            if line.action is JournalAction.ADD:
                standing.pop(play, None)
                standing[play] = line.run_id
            elif line.undoes in (None, standing.get(play)):
                standing.pop(play, None)
    return tuple(
        play for play, run in standing.items() if run_id in (None, run) and anilist_id in (None, play.anilist_id)
    )


def render_line(line: JournalLine) -> bytes:
    """One line with its end. Plays are put in the order of (AniList id, rewatch, episode)."""
    fields: dict[str, object] = {
        "schema": SCHEMA,
        "at": render_moment(line.at),
        "run": line.run_id,
        "action": line.action.value,
        "undoes": line.undoes,
        "plays": _render_groups(line.plays),
        "changes": render_changes(line.changes),
    }
    kept = {key: value for key, value in fields.items() if value not in (None, {}, [])}
    return (render_value(kept) + "\n").encode("utf-8", "replace")


def parse_journal(content: bytes, name: str) -> tuple[JournalLine, ...]:
    """The lines of one month's file. A last line that was cut off by a kill is left out.

    Raises ``StateError`` if another line is damaged, or of a newer schema.
    """
    lines = []
    for number, text in enumerate(whole_lines(content).splitlines(), start=1):
        where = f"{name}, line {number}"
        try:
            document = parse_object(text)
            check_schema(document, where)
            lines.append(_parse_line(document))
        except Damage as damage:
            raise damaged(where, damage) from damage
    return tuple(lines)


def whole_lines(content: bytes) -> bytes:
    """``content`` without the beginnings of a line at its end; a whole line that only lacks its end gets it."""
    border = content.rfind(b"\n") + 1
    tail = content[border:]
    if not tail:
        return content
    try:
        parse_object(tail)
    except Damage:
        return content[:border]
    return content + b"\n"


def _parse_line(document: JsonObject) -> JournalLine:
    fields = Fields(document, "it")
    action = fields.text("action")
    if action not in [known.value for known in JournalAction]:
        raise Damage(f"{action[:40]!r} is nothing that a run does")
    return JournalLine(
        run_id=fields.text("run"),
        at=fields.moment("at"),
        action=JournalAction(action),
        plays=_parse_groups(fields.mapping("plays")),
        undoes=fields.optional_text("undoes"),
        changes=parse_changes(fields.texts("changes")),
    )


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


def _parse_groups(groups: JsonObject) -> tuple[JournalPlay, ...]:
    plays: list[JournalPlay] = []
    for key, text in groups.items():
        if not isinstance(text, str):
            raise Damage(f'"{key[:40]}" is not text')
        plays.extend(_parse_runs(parse_id(key), text))
    return tuple(plays)


def _parse_runs(anilist_id: int, text: str) -> Iterator[JournalPlay]:
    before: WatchedAt | None = None
    for run in text.split():
        match = _RUN.fullmatch(run)
        if match is None:
            raise Damage(f"{run[:60]!r} is no run of plays")
        first_text, last_text, film, trakt_text, rewatch_text, at, steps = match.groups()
        first, trakt_id, rewatch = int(first_text), int(trakt_text), int(rewatch_text or 0)
        count = int(last_text or first_text) - first + 1
        if not 0 < count <= LONGEST_LINE:
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
