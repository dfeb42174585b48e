"""``plays.json``: the ledger, each entry one line of runs such as ``"1": "c1-24:73482 a25-26:80011 c27:m912"``.

A run is a letter (``PlayState``), the AniList episodes, a colon and the first one's Trakt id (``m`` before it for a
film, ``~1`` after it for the first rewatch); ids count up by one with the episodes, as Trakt's mostly do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import attrgetter

from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.trakt import PlayKind
from sync.services.state.document import (
    Damage,
    Fields,
    damaged,
    parse_document,
    parse_id,
    render_document,
    render_entries,
    render_value,
)

LEDGER_FILE = "plays.json"
LONGEST_RUN = 100_000
"""Far more than any anime has; a longer run is damage, not a reason to fill the memory."""

_RUN = re.compile(r"([a-z])([0-9]{1,9})(?:-([0-9]{1,9}))?:(m?)([0-9]{1,18})(?:~([0-9]{1,6}))?")
_STATES = {state.value: state for state in PlayState}
_ORDER = attrgetter("episode", "kind", "trakt_id", "state", "rewatch")


def render_plays(plays: Sequence[LedgerPlay]) -> str:
    """The runs of one entry, in the order of their first episodes. Runs may overlap: an episode can have several
    plays, and each goes to the run that it continues."""
    runs: list[tuple[LedgerPlay, int]] = []
    open_runs: dict[tuple[object, ...], int] = {}
    for play in sorted(plays, key=_ORDER):
        episode, trakt_id = play.episode, play.trakt_id
        if episode < 0 or trakt_id < 0 or play.rewatch < 0:
            raise ValueError(f"a ledger play has no negative numbers: {play}")
        index = open_runs.pop((episode, trakt_id, play.kind, play.state, play.rewatch), None)
        if index is None or episode - runs[index][0].episode >= LONGEST_RUN:
            index = len(runs)
            runs.append((play, episode))
        runs[index] = (runs[index][0], episode)
        open_runs.setdefault((episode + 1, trakt_id + 1, play.kind, play.state, play.rewatch), index)
    return " ".join(_render_run(first, last) for first, last in runs)


def parse_plays(text: str) -> tuple[LedgerPlay, ...]:
    """The inverse of ``render_plays``, in the order of ``LedgerPlay``. Raises ``Damage``."""
    plays: list[LedgerPlay] = []
    in_order = True
    for run in text.split():
        match = _RUN.fullmatch(run)
        state = _STATES.get(run[0])
        if match is None or state is None:
            raise Damage(f"{run[:60]!r} is no run of plays")
        first_text, last_text, film, id_text, rewatch_text = match.groups()[1:]
        first, trakt_id, rewatch = int(first_text), int(id_text), int(rewatch_text or 0)
        last = int(last_text or first_text)
        if not first <= last < first + LONGEST_RUN:
            raise Damage(f"{run[:60]!r} is no run of plays")
        in_order = in_order and (not plays or plays[-1].episode < first)
        kind = PlayKind.MOVIE if film else PlayKind.EPISODE
        plays.extend(LedgerPlay(first + i, kind, trakt_id + i, state, rewatch) for i in range(last - first + 1))
    return tuple(plays if in_order else sorted(plays, key=_ORDER))


def parse_ledger(content: bytes, name: str) -> Ledger:
    """The ledger in a file's ``content``. Raises ``StateError``."""
    document = parse_document(content, name)
    try:
        return Ledger({parse_id(key): _parse_entry(key, text) for key, text in _entries(document).items()})
    except Damage as damage:
        raise damaged(name, damage) from damage


def render_ledger(ledger: Ledger) -> bytes:
    """The whole file."""
    return LedgerRenderer().render(ledger)


class LedgerRenderer:
    """Renders ledgers that differ little from the one before: a run saves after each batch of at most 100 plays."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[tuple[LedgerPlay, ...], str]] = {}

    def render(self, ledger: Ledger) -> bytes:
        """The whole file; only entries whose plays changed are worked out again. Empty entries are left out."""
        lines: dict[int, tuple[tuple[LedgerPlay, ...], str]] = {}
        for anilist_id, plays in ledger.plays.items():
            known = self._lines.get(anilist_id)
            if known is None or (known[0] is not plays and known[0] != plays):
                known = (plays, f'"{anilist_id}": {render_value(render_plays(plays))}')
            if plays:
                lines[anilist_id] = known
        self._lines = lines
        entries = render_entries(lines[anilist_id][1] for anilist_id in sorted(lines))
        return render_document([("plays", entries)])


def _entries(document: Mapping[str, object]) -> Mapping[str, object]:
    return Fields(document, "it").mapping("plays")


def _parse_entry(key: str, text: object) -> tuple[LedgerPlay, ...]:
    if not isinstance(text, str):
        raise Damage(f'"{key[:40]}" is not text')
    try:
        return parse_plays(text)
    except Damage as damage:
        raise Damage(f'in "{key[:40]}", {damage}') from damage


def _render_run(first: LedgerPlay, last: int) -> str:
    episodes = str(first.episode) if last == first.episode else f"{first.episode}-{last}"
    film = "m" if first.kind is PlayKind.MOVIE else ""
    rewatch = f"~{first.rewatch}" if first.rewatch else ""
    return f"{first.state.value}{episodes}:{film}{first.trakt_id}{rewatch}"
