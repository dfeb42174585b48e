"""The history on Trakt: its single plays, the bodies that add and remove them, and what came of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from sync.model.bounds import HistoryId, Read, RowReader, Total, Word, read_json
from sync.model.plan import NewPlay
from sync.model.trakt import PlayKind, WatchedAt
from sync.services.http.exchange import TryAgain
from sync.services.trakt.answers import OwnIds, framed, suspicious
from sync.services.trakt.plays import minute_of

GROUPS = {PlayKind.EPISODE: "episodes", PlayKind.MOVIE: "movies"}


@dataclass(frozen=True, slots=True)
class HistoryPlay:
    """One play in the user's history, to the minute; ``history_id`` is what removes exactly this one."""

    history_id: int
    kind: PlayKind
    trakt_id: int
    watched_at: datetime
    action: str | None = None


class HistoryRow(Struct, gc=False):
    """A row of ``/sync/history``: the object that ``type`` names was played."""

    id: HistoryId
    watched_at: datetime
    type: Word
    action: Word | None = None
    episode: OwnIds | None = None
    movie: OwnIds | None = None

    def __post_init__(self) -> None:
        self.watched_at = minute_of(self.watched_at)


_HISTORY = RowReader(HistoryRow)


def parse_history(body: bytes) -> Read[tuple[HistoryPlay, ...]]:
    """A page of ``/sync/history``; rows of other kinds than episodes and movies are left out.

    Any row that cannot be right makes the page suspicious: who reads the history is about to remove what it names.
    """
    rows, bad = framed(_HISTORY.read, body, "a history page that is no list")
    if bad:
        raise suspicious(f"a history row that cannot be right ({bad[0].why})")
    return Read(tuple(_history_play(row) for row in rows if row.type in GROUPS))


def _history_play(row: HistoryRow) -> HistoryPlay:
    kind = PlayKind(row.type)
    played = row.episode if kind is PlayKind.EPISODE else row.movie
    if played is None:
        raise suspicious("a history row that does not say what was played")
    return HistoryPlay(row.id, kind, played.ids.trakt, row.watched_at, row.action)


@dataclass(frozen=True, slots=True)
class AddedPlays:
    """What Trakt made of one POST: ``taken`` and ``not_found`` are the plays sent, divided.

    ``short`` is how many of ``taken`` Trakt's own counts do not account for; it does not say which.
    """

    taken: tuple[NewPlay, ...]
    not_found: tuple[NewPlay, ...] = ()
    short: int = 0


@dataclass(frozen=True, slots=True)
class RemovedPlays:
    """How many plays Trakt removed, and the history ids it did not know."""

    removed: int
    not_found: tuple[int, ...] = ()


def history_body(plays: Sequence[NewPlay]) -> dict[str, list[dict[str, object]]]:
    """The body of ``POST /sync/history``: by Trakt id only, never a whole show or season."""
    body: dict[str, list[dict[str, object]]] = {}
    for play in plays:
        if play.trakt_id < 1:
            raise ValueError(f"AniList {play.anilist_id}, episode {play.episode}: a play needs a Trakt id")
        item: dict[str, object] = {"ids": {"trakt": play.trakt_id}, "watched_at": _spelt(play.watched_at)}
        body.setdefault(GROUPS[play.kind], []).append(item)
    return body


def _spelt(watched_at: WatchedAt) -> str:
    """To the minute, because Trakt keeps no seconds and reads back what it keeps."""
    return watched_at if isinstance(watched_at, str) else watched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def removal_body(history_ids: Iterable[int]) -> dict[str, list[int]]:
    """The body of ``POST /sync/history/remove``: single plays, never all plays of an item."""
    return {"ids": sorted(history_ids)}


class Counts(Struct):
    """How many items of each kind."""

    movies: Total | None = None
    episodes: Total | None = None

    @property
    def known(self) -> list[int]:
        """Those that are there."""
        return [count for count in (self.movies, self.episodes) if count is not None]


class NotFoundItems(Struct):
    """``not_found``: what was sent and is not known, by kind."""

    movies: list[OwnIds] | None = None
    shows: list[OwnIds] | None = None
    seasons: list[OwnIds] | None = None
    episodes: list[OwnIds] | None = None
    ids: list[HistoryId] | None = None


class WriteAnswer(Struct):
    """The answer to a POST to the history or a list."""

    not_found: NotFoundItems | None = None
    added: Counts | None = None
    updated: Counts | None = None
    deleted: Counts | None = None
    removed: Counts | None = None


_ANSWER = Decoder(WriteAnswer)


def parse_write(body: bytes) -> WriteAnswer:
    """A 2xx answer to a POST. Raises ``TryAgain`` (so that its outcome counts as unknown) when it cannot be right."""
    try:
        return read_json(_ANSWER.decode, body)
    except ValidationError:
        raise TryAgain("sent an answer to a write that cannot be right") from None


def parse_added(plays: Sequence[NewPlay], body: bytes) -> AddedPlays:
    """What came of adding ``plays``. Raises ``TryAgain`` as ``parse_write`` does, also when the answer does not say
    which plays were not found, or names something that was not sent."""
    answer = parse_write(body)
    if answer.not_found is None:
        raise TryAgain("did not say what it did not find")
    groups = {PlayKind.EPISODE: answer.not_found.episodes, PlayKind.MOVIE: answer.not_found.movies}
    missing = {(kind, item.ids.trakt) for kind, group in groups.items() for item in group or ()}
    if answer.not_found.shows or not missing <= {(play.kind, play.trakt_id) for play in plays}:
        raise TryAgain("says it did not find what it was not sent")
    taken = tuple(play for play in plays if (play.kind, play.trakt_id) not in missing)
    lost = tuple(play for play in plays if (play.kind, play.trakt_id) in missing)
    known = [count for counts in (answer.added, answer.updated) if counts for count in counts.known]
    return AddedPlays(taken, lost, max(0, len(taken) - sum(known)) if known else 0)


def parse_removed(body: bytes) -> RemovedPlays:
    """What came of removing plays. Raises ``TryAgain`` as ``parse_write`` does, also when the answer has no counts."""
    answer = parse_write(body)
    counts = answer.deleted or answer.removed
    if counts is None:
        raise TryAgain("did not say what it removed")
    missing = answer.not_found.ids if answer.not_found else None
    return RemovedPlays(sum(counts.known), tuple(missing or ()))
