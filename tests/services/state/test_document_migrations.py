"""Files of an earlier schema become today's; those of a later one are left alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sync.model.bounds import Id
from sync.model.run import LastSync
from sync.services.state import StateFolder, merge_file
from sync.services.state.document import Damage, NewerSchema, Older, OutOfBounds, read_struct
from sync.services.state.last_sync_file import parse_last_sync, render_last_sync

APPROVED = b'{\n"schema": 1,\n"counts": {"goes on":1},\n"datasets": {},\n"entries": 8,\n"runs": []\n}\n'


def test_that_an_approved_import_goes_on_was_a_count_in_schema_1() -> None:
    assert LastSync(entries=8, approved_import=True) == parse_last_sync(APPROVED, "last_sync.json")
    assert LastSync(entries=8) == parse_last_sync(APPROVED.replace(b'"goes on":1', b""), "last_sync.json")


def test_it_is_a_field_in_schema_2() -> None:
    content = render_last_sync(LastSync(entries=8, approved_import=True))

    assert content == b'{\n"schema": 2,\n"approved_import": true,\n"entries": 8,\n"runs": []\n}\n'
    assert b"approved_import" not in render_last_sync(LastSync(entries=8))


def test_a_file_is_of_today_s_schema_once_it_is_saved(tmp_path: Path) -> None:
    (tmp_path / "last_sync.json").write_bytes(APPROVED)
    folder = StateFolder(tmp_path)
    assert folder.save_last_sync(folder.load().last_sync)

    assert b'"schema": 2' in (tmp_path / "last_sync.json").read_bytes()
    assert StateFolder(tmp_path).load().last_sync == LastSync(entries=8, approved_import=True)


@pytest.mark.parametrize("first", [True, False])
def test_a_file_of_an_earlier_schema_is_merged_with_one_of_today_s(first: bool) -> None:
    today = render_last_sync(LastSync(entries=9))
    both = merge_file("last_sync.json", *((APPROVED, today) if first else (today, APPROVED)))

    assert b'"schema": 2' in both
    assert parse_last_sync(both, "last_sync.json").entries in (8, 9)


class Pet1(msgspec.Struct):
    """A made-up first schema."""

    name: str


class Pet2(msgspec.Struct):
    """The second one tells first names."""

    names: tuple[str, ...]


class Pet3(msgspec.Struct):
    """The third one has an id."""

    names: tuple[str, ...]
    pet_id: Id = 1


CHAIN = (Older(Pet1, lambda old: Pet2(tuple(old.name.split()))), Older(Pet2, lambda old: Pet3(old.names, pet_id=7)))


@pytest.mark.parametrize(
    ("document", "pet"),
    [
        ({"schema": 1, "name": "Ein Corgi"}, Pet3(("Ein", "Corgi"), 7)),
        ({"schema": 2, "names": ["Ein"]}, Pet3(("Ein",), 7)),
        ({"schema": 3, "names": ["Ein"]}, Pet3(("Ein",), 1)),
    ],
)
def test_each_schema_is_upgraded_step_by_step(document: dict[str, object], pet: Pet3) -> None:
    assert pet == read_struct(document, Pet3, CHAIN, name="pets.json")


def test_a_later_schema_than_the_newest_is_refused() -> None:
    with pytest.raises(
        NewerSchema, match=r"pets\.json was written by a newer version .*schema 4; this version knows 3"
    ):
        read_struct({"schema": 4}, Pet3, CHAIN, name="pets.json")


def test_an_earlier_schema_is_read_as_it_was_written() -> None:
    with pytest.raises(Damage, match="missing required field `name`"):
        read_struct({"schema": 1, "names": ["Ein"]}, Pet3, CHAIN, name="pets.json")


@pytest.mark.parametrize(("pet_id", "trouble"), [("7", Damage), (0, OutOfBounds), (2**31, OutOfBounds), (7.5, Damage)])
def test_a_number_out_of_bounds_is_told_from_what_is_none(pet_id: object, trouble: type[Damage]) -> None:
    with pytest.raises(Damage) as caught:
        read_struct({"schema": 3, "names": [], "pet_id": pet_id}, Pet3, CHAIN, name="pets.json")

    assert type(caught.value) is trouble
