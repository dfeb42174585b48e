"""The frame that all state files share: JSON with a schema number, sorted, one entry a line, read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sync.errors import StateError

SCHEMA = 1
"""What this version writes and reads; a file with a higher number comes from a newer version of the project."""

JsonObject = Mapping[str, object]


class NewerSchema(StateError):
    """A file comes from a newer version of the project."""


class Damage(ValueError):
    """What is wrong inside a file; whoever knows the file's name makes a ``StateError`` of it."""


def parse_document(content: bytes, name: str) -> JsonObject:
    """The object in ``content``. Raises ``StateError`` if it is damaged or of a newer schema."""
    try:
        document = parse_object(content)
    except Damage as damage:
        raise damaged(name, damage) from damage
    check_schema(document, name)
    return document


def parse_object(content: bytes) -> JsonObject:
    """The JSON object in ``content``; a key that stands twice (a merge gone wrong) is damage. Raises ``Damage``."""
    try:
        value: object = json.loads(content, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except Damage:
        raise
    except (ValueError, RecursionError) as error:
        raise Damage(f"it is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise Damage("it holds no JSON object")
    return value


def check_schema(document: JsonObject, name: str) -> None:
    """Raises ``StateError`` unless ``document`` is of the schema that this version knows."""
    schema = document.get("schema")
    if type(schema) is not int or schema < 1:
        raise damaged(name, Damage('its "schema" number is missing'))
    if schema > SCHEMA:
        raise NewerSchema(
            f"{name} was written by a newer version of this project (schema {schema}; this version knows {SCHEMA}).",
            "Update this copy to the newest version; the file was left as it is.",
        )


def damaged(name: str, damage: ValueError) -> StateError:
    """The words for a file whose content is wrong."""
    return StateError(
        f"{name} is damaged: {damage}.",
        "Restore the file from the repository's history, or delete it: what is on Trakt is then "
        "read again, and no play is added twice.",
    )


def render_value(value: object) -> str:
    """Compact JSON on one line; text stays readable in any script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def render_document(fields: Iterable[tuple[str, str]]) -> bytes:
    """A whole file: the schema, then each field on a line of its own; the values are JSON already."""
    lines = [f'"schema": {SCHEMA}', *(f'"{key}": {value}' for key, value in fields)]
    # A lone surrogate (half an emoji in a title) is no UTF-8; a question mark does.
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8", "replace")


def render_entries(entries: Iterable[str]) -> str:
    """An object with one ready entry a line."""
    body = ",\n".join(entries)
    return f"{{\n{body}\n}}" if body else "{}"


def render_list(items: Iterable[str]) -> str:
    """A list with one ready item a line."""
    body = ",\n".join(items)
    return f"[\n{body}\n]" if body else "[]"


def render_moment(moment: datetime) -> str:
    """UTC to the second: ``2026-11-22T06:17:31Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_moment(text: str) -> datetime:
    """The inverse of ``render_moment``. Raises ``Damage``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Damage(f"{text!r} is no time") from error
    if moment.tzinfo is None:
        raise Damage(f"{text!r} is a time without a zone")
    return moment.astimezone(UTC)


class Fields:
    """Reads one JSON object field by field; every getter raises ``Damage`` on a wrong type."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise Damage(f"{where} is no object")
        self._value: JsonObject = value
        self._where = where

    def optional_text(self, key: str) -> str | None:
        value = self._value.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "text")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.optional_text(key)
        if value is None:
            value = default
        if value is None:
            raise self._wrong(key, "text")
        return value

    def optional_number(self, key: str) -> int | None:
        value = self._value.get(key)
        if value is not None and type(value) is not int:
            raise self._wrong(key, "a whole number")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value = self.optional_number(key)
        if value is None:
            value = default
        if value is None:
            raise self._wrong(key, "a whole number")
        return value

    def flag(self, key: str) -> bool:
        value = self._value.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def optional_moment(self, key: str) -> datetime | None:
        text = self.optional_text(key)
        return None if text is None else parse_moment(text)

    def moment(self, key: str) -> datetime:
        return parse_moment(self.text(key))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._value.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def objects(self, key: str) -> tuple[Fields, ...]:
        value = self._value.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return tuple(Fields(item, f"{key} in {self._where}") for item in value)

    def object(self, key: str) -> Fields:
        return Fields(self._value.get(key), f'"{key}" in {self._where}')

    def mapping(self, key: str) -> JsonObject:
        value = self._value.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "an object")
        return value

    def _wrong(self, key: str, expected: str) -> Damage:
        return Damage(f'"{key}" in {self._where} is not {expected}')


def parse_id(text: str) -> int:
    """An id that serves as a key. Raises ``Damage``."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Damage(f"{text!r} is no id")
    return int(text)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Damage(f'"{twice[:40]}" stands in it twice')
    return found


def _no_constant(constant: str) -> object:
    raise Damage(f"it holds {constant}")
