"""AniList's filters and orders over rows: each argument names a field, with a suffix that says how to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from demo.anilist.query import JsonObject

Test = Callable[[object, object], bool]


def _within(value: object, given: object) -> bool:
    return isinstance(given, list) and value in given


def _above(value: object, given: object) -> bool:
    return isinstance(value, int) and isinstance(given, int) and value > given


def _below(value: object, given: object) -> bool:
    return isinstance(value, int) and isinstance(given, int) and value < given


SUFFIXES: tuple[tuple[str, Test], ...] = (
    ("_not_in", lambda value, given: not _within(value, given)),
    ("_in", _within),
    ("_not", lambda value, given: value != given),
    ("_greater", _above),
    ("_lesser", _below),
    ("", lambda value, given: value == given),
)
ORDERS = {
    "TIME": "airingAt",
    "TITLE_ROMAJI": "romaji",
    "STARTED_ON": "startedAt",
    "FINISHED_ON": "completedAt",
    "ADDED_TIME": "createdAt",
    "UPDATED_TIME": "updatedAt",
}
"""The orders that are not called like their field."""


def matching(rows: Iterable[JsonObject], arguments: Mapping[str, object]) -> list[JsonObject]:
    """The rows that pass every filter. An argument that is null filters nothing; one that names no field of the rows
    (a page, an order, a format) is left to others. Dates compare as numbers, ``20260131``."""
    tests = [_test(name, given) for name, given in arguments.items() if given is not None]
    return [row for row in rows if all(test(row) for test in tests)]


def compared_field(argument: str) -> str:
    """The field that a filter is about: ``episodes_greater`` → ``episodes``."""
    return argument.removesuffix(_suffix_of(argument)[0])


def _suffix_of(argument: str) -> tuple[str, Test]:
    return next(each for each in SUFFIXES if argument.endswith(each[0]))


def _test(name: str, given: object) -> Callable[[JsonObject], bool]:
    field, passes = compared_field(name), _suffix_of(name)[1]
    return lambda row: field not in row or passes(_plain(row[field]), given)


def ordered(rows: list[JsonObject], sort: object) -> list[JsonObject]:
    """The rows in the order asked for, the first named counting most; as they are without one."""
    wanted = [str(name) for name in sort if name] if isinstance(sort, list) else []
    for name in reversed(wanted):
        field = order_field(name)
        rows = sorted(rows, key=lambda row: _rank(_plain(row.get(field))), reverse=name.endswith("_DESC"))
    return rows


def _plain(value: object) -> object:
    """What a filter compares: a field with arguments as it is without them, a date as a number, unknown parts 0."""
    if callable(value):
        value = value({})
    if isinstance(value, dict) and value.keys() == {"year", "month", "day"}:
        year, month, day = (int(value[part] or 0) for part in ("year", "month", "day"))
        return year * 10_000 + month * 100 + day
    return value


def _rank(value: object) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value or ""))


def order_field(order: str) -> str:
    """The field that an order is about: ``MEDIA_ID_DESC`` → ``mediaId``."""
    name = order.removesuffix("_DESC")
    first, *rest = name.lower().split("_")
    return ORDERS.get(name, first + "".join(word.title() for word in rest))
