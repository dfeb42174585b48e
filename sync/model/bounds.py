"""What may come in from outside: bounds for single values, and lists whose bad rows are left out one by one.

The bounds are wide. They keep out what can only be a mistake, so that no number and no text grows without end on its
way into ``state/`` or onto a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Raw
from msgspec.json import Decoder

MOST_ID = 2**31 - 1
MOST_EPISODES = 20_000
"""Three times what the longest anime has (Sazae-san, some 7,700 with its parts counted singly)."""
LONGEST_NAME = 200
"""Characters of what names something: a run, a person, a slug, a word of a service's own language."""
LONGEST_TEXT = 4_000
"""Characters of a sentence."""
LONGEST_LIST = 1_000

Id = Annotated[int, Meta(ge=1, le=MOST_ID)]
"""An id of AniList, MyAnimeList, Trakt, TMDB or TVDB."""
OtherId = Annotated[int, Meta(ge=0, le=MOST_ID)]
"""A title's id at another service; some services write 0 for "none"."""
HistoryId = Annotated[int, Meta(ge=1, le=2**63 - 1)]
"""The id of one play in Trakt's history."""
Count = Annotated[int, Meta(ge=0, le=MOST_EPISODES)]
"""A number of episodes, the number of an episode or season, a progress, or minutes."""
Total = Annotated[int, Meta(ge=0, le=MOST_ID)]
"""How many of anything a service counts or allows."""
UnixTime = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970, up to the end of the year 9999."""
Minutes = Annotated[int, Meta(ge=0, le=100_000)]
Year = Annotated[int, Meta(ge=0, le=9999)]
Word = Annotated[str, Meta(max_length=LONGEST_NAME)]
"""A name, a slug, or a word of a service's own language."""
Line = Annotated[str, Meta(max_length=2_000)]
"""A title."""
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
"""A sentence."""
Texts = Annotated[tuple[Text, ...], Meta(max_length=LONGEST_LIST)]
Instant = Annotated[datetime, Meta(tz=True)]
"""An ISO 8601 time with its zone, as the job itself writes them."""

T = TypeVar("T")
Row = TypeVar("Row")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for a text that is no JSON, no UTF-8, nested too deeply, or of another shape."""
LONGEST_REASON = 120
_HALF_PAIR = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_AT = re.compile(r"\(byte (\d+)\)")
_ANYTHING = Decoder(Raw)
_OBJECT = Decoder(dict[str, Raw])
_ID: Decoder[int] = Decoder(Id)


class NotJson(ValueError):
    """A text is no JSON from its byte ``at`` on (counted from 0), or nested deeper than any answer is."""

    def __init__(self, at: int) -> None:
        super().__init__(f"is no JSON from byte {at} on")
        self.at = at


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was left out because it cannot be right.

    ``what`` names such rows in the plural ("list entries"), ``row_id`` is the row's id if that can be read, and ``why``
    says which field is wrong, in the decoder's words.
    """

    what: str
    why: str
    row_id: int | None = None

    @classmethod
    def of(cls, what: str, error: Exception, raw: bytes | Raw, *path: str) -> LeftOut:
        """The row ``raw`` that could not be decoded; the keys of ``path`` lead to its id."""
        return cls(what, reason_of(error), id_at(raw, *path))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row as it came: ``at`` is its place in the list, counted from 0."""

    at: int
    raw: Raw
    why: str

    def left_out(self, what: str, *path: str) -> LeftOut:
        """What to say of it; ``path`` are the keys that lead to its id."""
        return LeftOut(what, self.why, id_at(self.raw, *path))


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What was read, and the rows that were left out of it."""

    value: T
    left_out: tuple[LeftOut, ...] = ()


class RowReader(Generic[Row]):
    """Reads a JSON array of ``row``. All rows at once while all of them are good, which is the quicker way; else row by
    row, so that a bad one costs nobody else anything."""

    def __init__(self, row: type[Row]) -> None:
        self._all: Decoder[list[Row]] = Decoder(list[row])  # type: ignore[valid-type]  # a type made at run time
        self._each = Decoder(list[Raw])
        self._one: Decoder[Row] = Decoder(row)

    def read(self, array: bytes | Raw) -> tuple[list[Row], list[BadRow]]:
        """The good rows and the bad ones, both in their order.

        Raises ``msgspec.ValidationError`` when this is no array, and others of ``UNREADABLE`` when it is no JSON.
        """
        try:
            return self._all.decode(array), []
        except UNREADABLE:
            pass
        rows: list[Row] = []
        bad: list[BadRow] = []
        for row in self.one_by_one(array):
            if isinstance(row, BadRow):
                bad.append(row)
            else:
                rows.append(row)
        return rows, bad

    def one_by_one(self, array: bytes | Raw) -> Iterator[Row | BadRow]:
        """All rows in their order, each decoded when it is its turn: for a long array of which little is kept.

        Raises as ``read`` does, before the first row.
        """
        raws = self._each.decode(array)
        return (self._decoded(at, raw) for at, raw in enumerate(raws))

    def _decoded(self, at: int, raw: Raw) -> Row | BadRow:
        try:
            return self._one.decode(raw)
        except UNREADABLE as error:
            return BadRow(at, raw, reason_of(error))


def read_json(decode: Callable[[bytes], T], body: bytes, otherwise: Exception | None = None) -> T:
    """What ``decode`` makes of ``body``.

    Raises ``NotJson``, or, for JSON of another shape, ``otherwise`` (by default the ``msgspec.ValidationError``). Half
    of a surrogate pair, of which Python can make no text that can be written anywhere, is read as U+FFFD.
    """
    try:
        return decode(body)
    except UNREADABLE as error:
        trouble = error
    text = _HALF_PAIR.sub(_mended, body)
    try:
        return decode(text)
    except UNREADABLE as error:
        trouble = error
    if isinstance(trouble, msgspec.ValidationError) and _is_json(text):
        raise otherwise or trouble
    found = _AT.search(str(trouble))
    raise NotJson(int(found[1]) if found else len(body))


def _is_json(text: bytes) -> bool:
    """Whether it is JSON to its end: one that was cut short may be of another shape as well."""
    try:
        return bool(_ANYTHING.decode(text))
    except UNREADABLE:
        return False


def _mended(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def reason_of(error: Exception) -> str:
    """A decoder's error in a few words, the field first: ``progress: expected `int` <= 20000``."""
    says, _, place = str(error).partition(" - at `$")
    says = says[:1].lower() + says[1:]
    field = place.rstrip("`").lstrip(".")
    return (f"{field}: {says}" if field else says)[:LONGEST_REASON]


def id_at(raw: bytes | Raw, *path: str) -> int | None:
    """The id that the keys of ``path`` lead to inside an object, ``None`` where there is none that can be one."""
    try:
        for key in path:
            raw = _OBJECT.decode(raw)[key]
        return _ID.decode(raw)
    except (*UNREADABLE, KeyError):
        return None


def utc(moment: datetime) -> datetime:
    """The time in UTC; one without a zone is UTC already. Raises ``ValidationError`` outside the years 1 to 9999."""
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise msgspec.ValidationError("there is no such time in UTC") from None
