"""Plain files in plain folders, with a system that opens files relative to their folder and with one that does not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from sync.errors import StateError
from sync.services.state import save_atomically
from sync.services.state.disk import BY_DESCRIPTOR, PlainFolder

WAYS = [True, False] if BY_DESCRIPTOR else [False]


@pytest.fixture(params=WAYS, ids=lambda way: "by descriptor" if way else "by path")
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> PlainFolder:
    return PlainFolder(tmp_path / "state", largest=1_000, by_descriptor=request.param)


def test_what_was_saved_is_read(folder: PlainFolder) -> None:
    assert folder.save("a.json", b"one")
    assert folder.save("in/b.json", b"two")

    assert (b"one", b"two", None) == (folder.read("a.json"), folder.read("in/b.json"), folder.read("c.json"))
    assert (["b.json"], []) == (folder.names("in"), folder.names("out"))
    assert ["a.json", "in"] == sorted(path.name for path in folder.path.iterdir())


def test_an_equal_file_is_not_touched(folder: PlainFolder) -> None:
    folder.save("a.json", b"one")
    before = (folder.path / "a.json").stat()

    assert not folder.save("a.json", b"one")
    assert folder.save("a.json", b"two")
    assert before.st_ino != (folder.path / "a.json").stat().st_ino


def test_a_file_is_for_those_eyes_that_it_is_meant_for(folder: PlainFolder) -> None:
    folder.save("token", b"x", mode=0o600)

    assert 0o600 == stat.S_IMODE((folder.path / "token").stat().st_mode)


def test_what_is_added_follows_what_is_kept(folder: PlainFolder) -> None:
    folder.append("in/lines", b"one\ntw", keep=0)
    folder.append("in/lines", b"two\n", keep=4)

    assert b"one\ntwo\n" == folder.read("in/lines")


def test_what_is_not_there_need_not_be_removed(folder: PlainFolder) -> None:
    folder.remove("a.json")
    folder.save("a.json", b"one")
    folder.remove("a.json")

    assert folder.read("a.json") is None


def test_only_so_much_is_read(folder: PlainFolder) -> None:
    folder.save("a", b"x" * 1_000)
    folder.save("b", b"x" * 1_001)

    assert b"x" * 1_000 == folder.read("a")
    with pytest.raises(StateError, match="state/b is larger"):
        folder.read("b")


@pytest.mark.parametrize("link", ["state", "state/in", "state/in/a.json"])
def test_no_link_is_followed(folder: PlainFolder, tmp_path: Path, link: str) -> None:
    folder.save("in/a.json", b"one")
    (tmp_path / link).rename(tmp_path / "moved")
    (tmp_path / link).symlink_to(tmp_path / "moved")
    said = f"{link} is a symbolic link"

    for doing in (
        lambda: folder.read("in/a.json"),
        lambda: folder.save("in/a.json", b"two"),
        lambda: folder.append("in/a.json", b"two", keep=0),
    ):
        with pytest.raises(StateError, match=said):
            doing()
    moved = tmp_path / "moved"
    inside = {"state": moved / "in" / "a.json", "state/in": moved / "a.json"}.get(link, moved)
    assert b"one" == inside.read_bytes()


def test_a_link_itself_can_be_removed(folder: PlainFolder, tmp_path: Path) -> None:
    folder.create()
    (tmp_path / "target").write_text("mine")
    (folder.path / "a.json").symlink_to(tmp_path / "target")
    folder.remove("a.json")

    assert not (folder.path / "a.json").is_symlink()
    assert "mine" == (tmp_path / "target").read_text()


def test_a_disk_that_refuses_is_named_and_nothing_is_left_behind(folder: PlainFolder) -> None:
    folder.create()
    name = "a" * 250  # with what a temporary file adds, longer than names may be

    with pytest.raises(StateError, match=r"could not be saved: File name too long\.") as caught:
        folder.save(name, b"x")

    assert "disk is not full" in caught.value.remedy
    assert [] == list(folder.path.iterdir())


def test_a_file_by_itself_is_saved_in_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    save_atomically(tmp_path / "one" / "two" / "a.json", b"x")

    assert b"x" == (tmp_path / "one" / "two" / "a.json").read_bytes()


def test_parts_of_a_path_from_here_are_all_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    Path("state").symlink_to("elsewhere")

    for path in (Path("state/anna"), tmp_path / "state" / "anna"):
        with pytest.raises(StateError, match=r"^state is a symbolic link"):
            PlainFolder(path).save("plays.json", b"x")
    assert [] == list(Path("elsewhere").iterdir())
    assert "state/anna/plays.json" == PlainFolder(tmp_path / "state" / "anna").shown("plays.json")
