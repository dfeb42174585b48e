"""``plays.json``: the ledger, each entry one line of runs such as ``"1": "c1-24:73482 a25-26:80011 c27:m912"``.

A run is a letter (``PlayState``), the AniList episodes, a colon and the first one's Trakt id (``m`` before it for a
film, ``~1`` after it for the first rewatch); ids count up by one with the episodes, as Trakt's mostly do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from sync.model.bounds import MOST_EPISODES, MOST_ID
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.trakt import PlayKind
from sync.services.state.document import (
    Damage,
    OutOfBounds,
    damage_named,
    id_in,
    parse_object,
    read_rows,
    read_struct,
    render_document,
    render_lines,
    render_value,
    typed,
)

LEDGER_FILE = "plays.json"
MOST_PLAYS = 100_000
"""Of one entry."""
LONGEST_RUN = 60
"""Characters."""

_RUN = re.compile(r"([a-z])(-?[0-9]+)(?:-(-?[0-9]+))?:(m?)(-?[0-9]+)(?:~(-?[0-9]+))?")
_STATES = {state.value: state for state in PlayState}
_RANK = {
    PlayState.PENDING: 0,
    PlayState.ADOPTED: 1,
    PlayState.CONFIRMED: 2,
    PlayState.DISPLACED: 3,
    PlayState.REMOVED: 4,
    PlayState.UNDONE: 5,
}


class LedgerDocument(msgspec.Struct, frozen=True):
    """The file: AniList id → the runs of its plays."""

    plays: dict[str, object] = {}


def parse_ledger(content: bytes, name: str, left_out: list[str] | None = None) -> Ledger:
    """The ledger in a file's ``content``; an entry that is out of bounds is named in ``left_out``. Raises
    ``StateError``."""
    return LedgerFile().parse(content, name, left_out)


def render_ledger(ledger: Ledger, left_out: list[str] | None = None) -> bytes:
    """The whole file. A play that could not be read again is not written, but named in ``left_out``."""
    return LedgerFile().render(ledger, left_out)


class LedgerFile:
    """Reads and writes ledgers that differ little from the one before: a run saves after each batch of at most 100
    plays. An entry whose plays are as they were is neither worked out nor looked at again."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[tuple[LedgerPlay, ...], str]] = {}

    def parse(self, content: bytes, name: str, left_out: list[str] | None = None) -> Ledger:
        """``parse_ledger``; the lines are known from then on."""
        lines = {}

        def read(key: str, text: object) -> tuple[int, tuple[LedgerPlay, ...]]:
            anilist_id, plays = _read_entry(key, text)
            lines[anilist_id] = plays, f'"{anilist_id}": {render_value(text)}'
            return anilist_id, plays

        with damage_named(name, content):
            document = read_struct(parse_object(content), LedgerDocument, name=name)
            ledger = Ledger(read_rows(document.plays, read, [] if left_out is None else left_out))
        self._lines = lines
        return ledger

    def render(self, ledger: Ledger, left_out: list[str] | None = None) -> bytes:
        """``render_ledger``. Empty entries are left out."""
        lines: dict[int, tuple[tuple[LedgerPlay, ...], str]] = {}
        for anilist_id, plays in ledger.plays.items():
            known = self._lines.get(anilist_id)
            if known is None or (known[0] is not plays and known[0] != plays):
                known = (plays, _render_entry(anilist_id, plays, [] if left_out is None else left_out))
            lines[anilist_id] = known
        self._lines = lines
        entries = render_lines(line for anilist_id in sorted(lines) if (line := lines[anilist_id][1]))
        return render_document([("plays", entries)])


def merge_ledgers(ours: Ledger, theirs: Ledger) -> Ledger:
    """Each play that either knows, in the state that ranks higher: pending < adopted < confirmed < displaced < removed
    < undone.

    A settled word beats "not known"; "this job added it" says more than "it was there"; a removal beats both, because a
    play that was taken away must not come back by itself (and one that is there after all is found there).
    """
    merged = dict(theirs.plays)
    for anilist_id, plays in ours.plays.items():
        others = merged.get(anilist_id)
        merged[anilist_id] = plays if others is None or others == plays else _merge_plays(plays, others)
    return Ledger(merged)


def render_plays(plays: Sequence[LedgerPlay]) -> str:
    """The runs of one entry, in the order of their first episodes. Runs may overlap: an episode can have several
    plays, and each goes to the run that it continues. Raises ``OutOfBounds``."""
    runs: list[tuple[LedgerPlay, int]] = []
    open_runs: dict[tuple[int, ...], int] = {}
    for play in sorted(plays):
        kind_and_state = id(play.kind), id(play.state)  # members of enums are there once, and hash slowly
        index = open_runs.pop((play.episode, play.trakt_id, *kind_and_state, play.rewatch), None)
        if index is None:
            index = len(runs)
            runs.append((play, play.episode))
        runs[index] = (runs[index][0], play.episode)
        open_runs.setdefault((play.episode + 1, play.trakt_id + 1, *kind_and_state, play.rewatch), index)
    return " ".join(_render_run(first, last) for first, last in runs)


def parse_plays(text: str) -> tuple[LedgerPlay, ...]:
    """The inverse of ``render_plays``, in the order of ``LedgerPlay``. Raises ``Damage``."""
    plays: list[LedgerPlay] = []
    in_order = True
    for state, first, last, kind, trakt_id, rewatch in _runs_in(text):
        in_order = in_order and (not plays or plays[-1].episode < first)
        plays += [LedgerPlay(first + i, kind, trakt_id + i, state, rewatch) for i in range(last - first + 1)]
    return tuple(plays if in_order else sorted(plays))


def _runs_in(text: str) -> Iterator[tuple[PlayState, int, int, PlayKind, int, int]]:
    """State, first and last episode, kind, the first one's Trakt id, and rewatch of each run."""
    plays = 0
    for run in text.split():
        match = _RUN.fullmatch(run)
        state = _STATES.get(run[0])
        if match is None or state is None:
            raise Damage(f"{run[:60]!r} is no run of plays")
        if len(run) > LONGEST_RUN:
            raise OutOfBounds(f"{run[:60]!r} holds numbers that nothing real has")
        _, first_text, last_text, film, id_text, rewatch_text = match.groups()
        first, trakt_id, rewatch = int(first_text), int(id_text), int(rewatch_text or 0)
        last = int(last_text) if last_text else first
        if last < first:
            raise Damage(f"{run[:60]!r} is no run of plays")
        plays += last - first + 1
        if not _fits(first, last, trakt_id, rewatch) or plays > MOST_PLAYS:
            raise OutOfBounds(f"{run[:60]!r} holds numbers that nothing real has")
        yield state, first, last, PlayKind.MOVIE if film else PlayKind.EPISODE, trakt_id, rewatch


def _fits(first: int, last: int, trakt_id: int, rewatch: int) -> bool:
    """Whether a run is within the bounds: for what is read as for what is written."""
    in_bounds = first >= 0 and last <= MOST_EPISODES and 0 <= rewatch <= MOST_EPISODES
    return in_bounds and 0 < trakt_id <= MOST_ID + first - last


def _read_entry(key: str, text: object) -> tuple[int, tuple[LedgerPlay, ...]]:
    return id_in(key), parse_plays(typed(text, str))


def _render_entry(anilist_id: int, plays: tuple[LedgerPlay, ...], left_out: list[str]) -> str:
    """The entry's line with the plays that can be read again; empty if there are none."""
    try:
        id_in(str(anilist_id))
        text = render_plays(plays)
    except Damage:
        text = render_plays([play for play in plays if _can_be_read(anilist_id, play, left_out)])
    return f'"{anilist_id}": {render_value(text)}' if text else ""


def _can_be_read(anilist_id: int, play: LedgerPlay, left_out: list[str]) -> bool:
    try:
        id_in(str(anilist_id))
        render_plays([play])
    except Damage as damage:
        left_out.append(f'"{str(anilist_id)[:20]}", episode {str(play.episode)[:20]} ({damage})')
        return False
    return True


def _merge_plays(ours: tuple[LedgerPlay, ...], theirs: tuple[LedgerPlay, ...]) -> tuple[LedgerPlay, ...]:
    best: dict[tuple[int, PlayKind, int, int], LedgerPlay] = {}
    for play in (*ours, *theirs):
        known = best.get(play.place)
        if known is None or _RANK[play.state] > _RANK[known.state]:
            best[play.place] = play
    return tuple(sorted(best.values()))


def _render_run(first: LedgerPlay, last: int) -> str:
    if not _fits(first.episode, last, first.trakt_id, first.rewatch):
        raise OutOfBounds(f"a play of {first.kind.value} {str(first.trakt_id)[:20]} is beyond what anything real has")
    episodes = str(first.episode) if last == first.episode else f"{first.episode}-{last}"
    film = "m" if first.kind is PlayKind.MOVIE else ""
    rewatch = f"~{first.rewatch}" if first.rewatch else ""
    return f"{first.state.value}{episodes}:{film}{first.trakt_id}{rewatch}"
