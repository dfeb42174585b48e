"""What may come in: single values within bounds, lists without their bad rows, and texts that are no JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from sync.model.bounds import Count, HistoryId, Id, NotJson, RowReader, id_at, read_json, utc


class Numbered(Struct):
    id: Id
    number: Count | None = None


ROWS = RowReader(Numbered)


@pytest.mark.parametrize("text", ["0", "-1", "2147483648", "1.0", "1e3", '"1"', "true", "null", "9" * 400])
def test_an_id_is_a_whole_number_within_bounds_and_nothing_else(text: str) -> None:
    with pytest.raises(ValidationError):
        Decoder(Id).decode(text)


def test_the_bounds_belong_to_what_they_bound() -> None:
    assert Decoder(Id).decode(str(2**31 - 1)) == 2**31 - 1
    assert Decoder(HistoryId).decode(str(2**63 - 1)) == 2**63 - 1
    with pytest.raises(ValidationError):
        Decoder(HistoryId).decode(str(2**63))
    with pytest.raises(ValidationError):
        Decoder(Count).decode("20001")


def test_bad_rows_are_told_apart_with_their_place_their_id_and_what_is_wrong() -> None:
    rows, bad = ROWS.read(b'[{"id": 1}, {"id": 2, "number": -1}, null, {"id": 3}]')

    assert [row.id for row in rows] == [1, 3]
    assert [(each.at, each.why) for each in bad] == [
        (1, "number: expected `int` >= 0"),
        (2, "expected `object`, got `null`"),
    ]
    assert [each.left_out("rows", "id").row_id for each in bad] == [2, None]


@pytest.mark.parametrize("text", [b"{}", b"null", b'"[]"', b"7"])
def test_what_is_no_list_has_no_rows(text: bytes) -> None:
    with pytest.raises(ValidationError):
        ROWS.read(text)


def test_a_row_that_is_no_utf_8_costs_no_other() -> None:
    rows, bad = RowReader(Named).read(b'[{"name": "a"}, {"name": "\xff"}]')

    assert ([row.name for row in rows], len(bad)) == (["a"], 1)


class Named(Struct):
    name: str


@pytest.mark.parametrize(("text", "at"), [(b"[1,\n2", 5), (b"[1, x]", 4), (b"", 0), (b'{"a": 1', 7), (b"[NaN]", 1)])
def test_no_json_says_where_it_ends_to_be_any(text: bytes, at: int) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(Decoder(list[int]).decode, text)
    assert caught.value.at == at


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_nesting_without_end_is_no_json(text: bytes) -> None:
    with pytest.raises(NotJson):
        read_json(Decoder(list[int]).decode, text)


def test_json_of_another_shape_is_the_error_that_was_asked_for() -> None:
    with pytest.raises(KeyError):
        read_json(Decoder(list[int]).decode, b'{"a": 1}', KeyError("a list"))
    with pytest.raises(ValidationError):
        read_json(Decoder(list[int]).decode, b'{"a": 1}')


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"a\udfffb"', "a\ufffdb"),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\ud83dx\ude00"', "\ufffdx\ufffd"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\ud800\ud83d\ude00"', "\ufffd😀"),
    ],
)
def test_half_a_surrogate_pair_is_read_as_a_character_that_is_not_known(text: str, reads: str) -> None:
    assert read_json(Decoder(str).decode, text.encode()) == reads


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        (b'{"id": 7}', ("id",), 7),
        (b'{"a": {"b": {"id": 7}}}', ("a", "b", "id"), 7),
        (b'{"id": -7}', ("id",), None),
        (b'{"id": 2147483648}', ("id",), None),
        (b'{"id": "7"}', ("id",), None),
        (b"[7]", ("id",), None),
        (b"null", ("id",), None),
        (b'{"a": 1}', ("id",), None),
    ],
)
def test_an_id_is_found_where_it_stands_or_not_at_all(text: bytes, path: tuple[str, ...], found: int | None) -> None:
    assert id_at(text, *path) == found


def test_times_are_brought_to_utc_as_long_as_there_is_one() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert utc(datetime(2026, 1, 1, 14, tzinfo=timezone(timedelta(hours=2)))) == noon
    assert utc(noon.replace(tzinfo=None)) == noon
    with pytest.raises(ValidationError):
        utc(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))
