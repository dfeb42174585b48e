"""What all state files share: JSON read with suspicion, older schemas made today's, and one entry a line when written.

A row that holds an impossible number (an id of -1, or of 400 digits) is ``OutOfBounds``: it is left out, by name, of
what is read and of what is written. Anything else that is wrong is ``Damage``, and the file is left as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from sync.errors import StateError
from sync.model.bounds import LONGEST_LIST, LONGEST_NAME, MOST_ID, Instant

JsonObject = Mapping[str, object]
K = TypeVar("K")
YEARS = range(1970, 2200)
"""In which the job, of all things, ran."""
T = TypeVar("T")

FIRST_SCHEMA = 1
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_LONGEST_NUMBER = 20
"""Characters; what is longer is beyond every bound, and turning it into a number would only take time."""
_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})(?:\s|$)", re.MULTILINE)
NEWLINE = b"\n"
_LFS = b"version https://git-lfs.github.com/spec/"


class NewerSchema(StateError):
    """A file comes from a newer version of the project."""


class Damage(ValueError):
    """What is wrong inside a file, and at which byte (``place``), or ``near`` which text; whoever knows the file's name
    makes a ``StateError`` of it."""

    def __init__(self, what: str, *, near: str = "", place: int = -1) -> None:
        super().__init__(what)
        self.near = near
        self.place = place


class OutOfBounds(Damage):
    """A number, a date, or the length of a text or list, that nothing real has."""


class TokenAge(msgspec.Struct, frozen=True):
    """What a file that holds a log-in says in the clear: when the pair was made, and whether its refresh token was
    sent since."""

    created_at: Instant | None = None
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Older(Generic[T]):
    """An earlier schema of a file: the struct that reads it, and the pure function that makes it the next one's."""

    kind: type[T]
    upgrade: Callable[[T], object]


def parse_object(content: bytes) -> JsonObject:
    """The JSON object in ``content``; a key that stands twice (a merge gone wrong) is damage. Raises ``Damage``."""
    try:
        value = _DECODER.decode(content.decode("utf-8-sig"))
    except Damage:
        raise
    except (ValueError, RecursionError) as error:
        raise _not_json(content, error) from error
    if not isinstance(value, dict):
        raise Damage(f"it holds {'null' if value is None else f'a {type(value).__name__}'}, no JSON object")
    return value


def read_struct(document: JsonObject, kind: type[T], older: Sequence[Older[Any]] = (), *, name: str) -> T:
    """``document`` as today's struct, which is schema ``len(older) + 1``; an earlier one is upgraded step by step.

    Raises ``Damage``, ``OutOfBounds``, or ``NewerSchema`` for a later one.
    """
    schema, known = document.get("schema"), len(older) + FIRST_SCHEMA
    if type(schema) is not int or schema < FIRST_SCHEMA:
        raise Damage('its "schema" number is missing')
    if schema > known:
        raise NewerSchema(
            f"{name} was written by a newer version of this project (schema {schema}; this version knows {known}).",
            "Update this copy to the newest version; the file was left as it is.",
        )
    steps = older[schema - FIRST_SCHEMA :]
    value: object = typed(document, steps[0].kind if steps else kind)
    for step in steps:
        value = step.upgrade(value)
    if not isinstance(value, kind):
        raise TypeError(f"the last upgrade of {name} gives no {kind.__name__}")
    return value


def typed(value: object, kind: type[T]) -> T:
    """``value``, decoded JSON, as ``kind``. Raises ``OutOfBounds`` if only a bound is in the way, else ``Damage``."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        words = f"{where.strip('`').removeprefix('$').lstrip('.') or 'it'}: {what[:1].lower()}{what[1:]}"
        try:
            msgspec.convert(_tamed(value), kind, strict=True)
        except msgspec.ValidationError:
            raise Damage(words) from error
        raise OutOfBounds(words) from error


def read_rows(
    rows: JsonObject,
    read: Callable[[str, object], tuple[K, T]],
    left_out: list[str],
    *,
    derived: bool = False,
) -> dict[K, T]:
    """Each row as ``read`` makes of its key and value. One that is out of bounds is left out and named in
    ``left_out``; so is any other that cannot be read, if the rows are ``derived``: they can be made again.

    Raises ``Damage``.
    """
    found: dict[K, T] = {}
    for key, row in rows.items():
        try:
            known, value = read(key, row)
        except Damage as damage:
            if not derived and not isinstance(damage, OutOfBounds):
                raise Damage(f'in "{key[:40]}", {damage}', near=f'"{key}"') from damage
            left_out.append(f'"{key[:40]}" ({damage})')
        else:
            found[known] = value
    return found


def render_rows(rows: JsonObject, read: Callable[[str, object], tuple[K, T]], left_out: list[str]) -> str:
    """An object with one of ``rows`` a line, each a value for JSON. One that ``read`` could not read again is not
    written, but named in ``left_out``."""

    def checked(key: str, row: object) -> tuple[str, str]:
        read(key, row)
        return key, f'"{key}": {render_value(row)}'

    return render_lines(read_rows(rows, checked, left_out, derived=True).values())


def newer_token(ours: bytes, theirs: bytes, name: str) -> bytes:
    """Of two files that hold a log-in, the one whose pair was made later, because an older refresh token is dead; of
    one pair, the note that it was sent. A damaged file is older than any, because logging in again must be able to
    replace it. Raises ``NewerSchema``."""

    def age(content: bytes) -> tuple[float, bool, bytes]:
        try:
            head = read_struct(parse_object(content), TokenAge, name=name)
        except Damage:
            return 0, False, content
        return head.created_at.timestamp() if head.created_at else 0, head.spent, content

    return max(ours, theirs, key=age)


@contextmanager
def damage_named(name: str, content: bytes = b"") -> Iterator[None]:
    """Makes a ``StateError`` of a ``Damage`` in the block: it names the file and, of its ``content``, the line."""
    try:
        yield
    except Damage as damage:
        place = content.rfind(as_bytes(damage.near)) if damage.near else damage.place
        line = f"line {content.count(NEWLINE, 0, place) + 1}: " if content and place >= 0 else ""
        raise damaged(name, f"{line}{damage}") from damage


def damaged(name: str, what: str) -> StateError:
    """The words for a file whose content is wrong."""
    return StateError(
        f"{name} is damaged: {what}.",
        "Restore the file from the repository's history, or delete it: what is on Trakt is then read again, and no "
        "play is added twice.",
    )


def number_in(digits: str, *, least: int = 0, most: int = MOST_ID) -> int:
    """The number that ``digits``, of any length and perhaps after a minus, spell. Raises ``OutOfBounds``."""
    number = int(digits) if len(digits) <= _LONGEST_NUMBER else most + 1
    if not least <= number <= most:
        raise OutOfBounds(f"{digits[:_LONGEST_NUMBER]} is no number from {least} to {most}")
    return number


def id_in(text: str) -> int:
    """The id that ``text`` spells. Raises ``OutOfBounds``, and ``Damage`` if it is none."""
    if _NUMBER.fullmatch(text) is None:
        raise Damage(f"{text[:40]!r} is no id")
    return number_in(text, least=1)


def moment_of(moment: datetime) -> datetime:
    """``moment``, read from a file, in UTC. Raises ``OutOfBounds``."""
    # A day within the years, so that turning it to UTC cannot leave what a computer can count.
    if not YEARS.start < moment.year < YEARS.stop:
        raise OutOfBounds(f"{moment.isoformat()} is no time at which the job ran")
    return moment.astimezone(UTC)


def render_moment(moment: datetime) -> str:
    """UTC to the second: ``2026-11-22T06:17:31Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def render_value(value: object) -> str:
    """Compact JSON on one line; text stays readable in any script."""
    return _ENCODER.encode(value)


def render_document(values: Iterable[tuple[str, str]], *, schema: int = FIRST_SCHEMA) -> bytes:
    """A whole file: the schema, then each field on a line of its own; the values are JSON already."""
    lines = [f'"schema": {schema}', *(f'"{key}": {value}' for key, value in values)]
    return as_bytes("{\n" + ",\n".join(lines) + "\n}\n")


def render_lines(lines: Iterable[str], brackets: str = "{}") -> str:
    """An object, or a list, with one ready entry a line."""
    body = ",\n".join(lines)
    return f"{brackets[0]}\n{body}\n{brackets[1]}" if body else brackets


def as_bytes(text: str) -> bytes:
    """UTF-8; half a character (a lone surrogate in a title) becomes a question mark."""
    return text.encode("utf-8", "replace")


def _not_json(content: bytes, error: Exception) -> Damage:
    """What a person needs to hear of content that is no JSON."""
    if not content.strip():
        return Damage("it is empty")
    if content.startswith(_LFS):
        return Damage("it is a pointer of Git LFS in place of the file; take state/ out of LFS in .gitattributes")
    if conflict := _CONFLICT.search(content):
        says = f"it holds {conflict[1].decode()}, the mark of a merge that was not settled"
        return Damage(says, place=conflict.start())
    if isinstance(error, UnicodeDecodeError):
        return Damage("it holds bytes that are no text (UTF-8)", place=error.start)
    if isinstance(error, json.JSONDecodeError):
        return Damage(f"it is not JSON, or cut off ({error.msg})", place=len(as_bytes(error.doc[: error.pos])))
    return Damage("it is nested too deeply" if isinstance(error, RecursionError) else "it is not JSON")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Damage(f'"{twice[:40]}" stands in it twice', near=f'"{twice}"')
    return found


def _no_constant(constant: str) -> object:
    raise Damage(f"it holds {constant}, which is no number", near=constant)


def _whole_number(text: str) -> int:
    return int(text[:_LONGEST_NUMBER])


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return render_moment(value)
    raise TypeError(f"{type(value).__name__} is no part of a state file")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_whole_number)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_encoded)


def _tamed(value: object) -> object:
    """``value`` with numbers, texts and lists that are within every bound, and otherwise of the same shape."""
    if isinstance(value, dict):
        return {key: _tamed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_tamed(part) for part in value[:LONGEST_LIST]]
    if isinstance(value, str):
        return value[:LONGEST_NAME]
    return 1 if type(value) is int else value
