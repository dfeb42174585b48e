"""What a file of ``state/`` may be instead of what the job wrote: each is named with its remedy, before anything is
written, and is left as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.errors import StateError
from sync.model.journal import JournalAction, JournalLine
from sync.model.plan import Ledger
from sync.model.run import LastSync, State
from sync.services.state import StateFolder
from sync.services.state.disk import LARGEST
from tests.fakes import FakeClock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = "journal/2026-11.jsonl"
LINE = b'{"schema":1,"at":"2026-11-22T06:17:31Z","run":"r1","action":"add","plays":{"1":"1-2:71@unknown"}}\n'
GOOD = {
    "last_sync.json": b'{\n"schema": 2,\n"entries": 7,\n"runs": []\n}\n',
    "mapping_cache.json": b'{\n"schema": 1,\n"mappings": {\n"1": {"show":71,"at":"2026-11-22T06:17:31Z"}\n}\n}\n',
    "plays.json": b'{\n"schema": 1,\n"plays": {\n"1": "c1-2:71"\n}\n}\n',
    "shelves.json": b'{\n"schema": 1,\n"ratings": {\n"show:71": "s9:1"\n}\n}\n',
    MONTH: LINE + LINE,
}
DOCUMENTS = [name for name in GOOD if name != MONTH]
CONFLICT = b"<<<<<<< HEAD\n%b=======\n%b>>>>>>> theirs\n"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with one good file of each kind."""
    for name, content in GOOD.items():
        path = tmp_path / "state" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "state"


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal_of(state: Path) -> StateError:
    """What ``load`` says; nothing in the folder is changed by it."""
    before = files_below(state)
    with pytest.raises(StateError) as caught:
        StateFolder(state).load()
    assert before == files_below(state)
    assert caught.value.remedy
    assert caught.value.exit_code == 8
    return caught.value


def test_the_good_files_are_loaded(state: Path) -> None:
    folder = StateFolder(state)
    loaded = folder.load()

    assert loaded.last_sync == LastSync(entries=7)
    assert [list(loaded.cache), list(loaded.ledger.plays)] == [[1], [1]]
    assert folder.warnings == ()


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "with conflict markers": (lambda good: CONFLICT % (good, good), r"line 1: it holds <<<<<<<, the mark of a merge"),
    "cut off": (lambda good: good[: len(good) // 2], r"line [0-9]: it is not JSON, or cut off"),
    "empty": (lambda good: b"", "it is empty"),
    "blank": (lambda good: b"\r\n \n", "it is empty"),
    "null": (lambda good: b"null\n", "it holds null"),
    "a list": (lambda good: b"[]", "it holds a list"),
    "a pointer of Git LFS": (
        lambda good: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "it is a pointer of Git LFS.*gitattributes",
    ),
    "with a key twice": (
        lambda good: good.replace(b'"schema": ', b'"mood": 1,\n"mood": 2,\n"schema": '),
        "line 3",
    ),
    "with NaN": (lambda good: good.replace(b'"schema": ', b'"x": NaN,\n"schema": '), "line 2: it holds NaN"),
    "with Infinity": (lambda good: good.replace(b'"schema": ', b'"x": -Infinity,\n"schema": '), "line 2: .*Infinity"),
    "nested without end": (lambda good: b'{"schema": 1, "x": ' + b"[" * 200_000, "it is nested too deeply"),
    "bytes that are no text": (lambda good: good + b'"\xff"', r"line [0-9]+: it holds bytes that are no text"),
    "UTF-16, as PowerShell writes": (lambda good: good.decode().encode("utf-16"), "bytes that are no text"),
    "without a schema": (lambda good: good.replace(b'"schema"', b'"scheme"'), '"schema" number is missing'),
    "of a schema that is none": (lambda good: good.replace(b'"schema": ', b'"schema": 0.'), '"schema" number is miss'),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(("change", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_damaged_file_is_named_with_its_line_and_remedy(
    state: Path, name: str, change: Callable[[bytes], bytes], says: str
) -> None:
    (state / name).write_bytes(change(GOOD[name]))

    error = refusal_of(state)

    assert error.message.startswith(f"state/{name} is damaged: ")
    assert re.search(says, error.message), error.message
    assert "Restore the file from the repository's history, or delete it" in error.remedy


HOSTILE_LINES = {
    "conflict markers": (
        b"<<<<<<< HEAD\n" + LINE + b"=======\n>>>>>>> theirs\n",
        "it holds <<<<<<<, the mark of a merge",
    ),
    "a line cut off before the last": (LINE[:40] + b"\n" + LINE, "it is not JSON, or cut off"),
    "an empty line": (b"\n" + LINE, "it is empty"),
    "null": (b"null\n", "it holds null"),
    "a pointer of Git LFS": (b"version https://git-lfs.github.com/spec/v1\n", "it is a pointer of Git LFS"),
    "a key twice": (b'{"schema":1,"schema":1}\n', '"schema" stands in it twice'),
    "bytes that are no text": (b'{"\xff"}\n', "it holds bytes that are no text"),
    "a nest without end": (b"[" * 200_000 + b"\n", "it is nested too deeply"),
    "the last mark of a conflict": (b">>>>>>> theirs", "it holds >>>>>>>, the mark of a merge"),
    "a word": (b"hello", "it is not JSON"),
}


@pytest.mark.parametrize(("content", "says"), HOSTILE_LINES.values(), ids=HOSTILE_LINES.keys())
def test_a_damaged_line_of_the_journal_is_found_when_the_state_is_loaded(
    state: Path, content: bytes, says: str
) -> None:
    (state / MONTH).write_bytes(LINE + content)

    assert refusal_of(state).message.startswith(f"state/{MONTH}, line 2 is damaged: {says}")


def test_a_journal_of_an_earlier_month_is_looked_through_too(state: Path) -> None:
    (state / "journal" / "2025-01.jsonl").write_bytes(LINE + b"=======\n")

    assert "state/journal/2025-01.jsonl, line 2" in refusal_of(state).message


def test_what_of_the_journal_only_undo_reads_is_checked_before_the_first_line_is_added(state: Path) -> None:
    """The times of plays need not be worked out by a run that adds nothing."""
    bad = LINE.replace(b"1-2:71@unknown", b"1-2:71@2026-11-22T06:17+1*7")
    (state / MONTH).write_bytes(LINE + bad)
    before = files_below(state)
    folder = StateFolder(state)
    folder.load()

    for _ in range(2):
        with pytest.raises(StateError, match=r"2026-11\.jsonl, line 2 is damaged: .*times"):
            folder.append_journal(JournalLine("r2", NOON, JournalAction.ADD, ()))

    assert before == files_below(state)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_far_too_large_is_not_read(state: Path, name: str) -> None:
    with (state / name).open("ab") as file:
        file.truncate(200 * 2**20)

    with pytest.raises(StateError, match=rf"state/{name} is larger than {LARGEST // 2**20} MiB") as caught:
        StateFolder(state).load()
    assert "Restore it" in caught.value.remedy


@pytest.mark.parametrize("name", [*GOOD, "README.md", "plays.svg", "trakt_token.enc", "trakt_token.json"])
def test_a_folder_in_place_of_a_file_is_named(state: Path, name: str) -> None:
    (state / name).unlink(missing_ok=True)
    (state / name).mkdir()

    assert f"state/{name} is a folder where a file should be" in refusal_of(state).message


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("version 2 of my notes")
    folder = StateFolder(tmp_path / "state")

    for doing in (folder.load, folder.create, lambda: folder.save_ledger(Ledger()), folder.load_journal):
        with pytest.raises(StateError, match="state is a file where a folder should be"):
            doing()
    with pytest.raises(StateError, match="state is a file"), folder.locked(FakeClock()):
        pass


def test_a_file_in_place_of_the_journal_is_named(state: Path) -> None:
    (state / MONTH).unlink()
    (state / "journal").rmdir()
    (state / "journal").write_text("")

    assert "state/journal is a file where a folder should be" in refusal_of(state).message


class TestWindows:
    """A clone there ends lines in its own way, and an editor there may put a mark before the first."""

    @pytest.fixture
    def clone(self, state: Path) -> StateFolder:
        for name, content in GOOD.items():
            (state / name).write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
        return StateFolder(state)

    def test_everything_is_read_as_it_is_in_git(self, clone: StateFolder) -> None:
        loaded = clone.load()

        assert (7, [1], [1]) == (loaded.last_sync.entries, list(loaded.cache), list(loaded.ledger.plays))
        assert ["r1", "r1"] == [line.run_id for line in clone.load_journal()]
        assert GOOD == clone.files()
        assert not clone.has_news(NOON)

    def test_what_is_added_to_the_journal_can_be_read(self, clone: StateFolder) -> None:
        clone.load()
        clone.append_journal(JournalLine("r2", NOON, JournalAction.ADD, ()))

        for folder in (clone, StateFolder(clone.path)):
            assert ["r1", "r1", "r2"] == [line.run_id for line in folder.load_journal()]

    def test_what_is_written_is_as_in_git(self, clone: StateFolder) -> None:
        assert clone.save_ledger(clone.load().ledger)

        assert GOOD["plays.json"] == (clone.path / "plays.json").read_bytes()


class TestLinks:
    """Whoever can change the repository decides what a link in it leads to."""

    @pytest.fixture
    def secret(self, tmp_path: Path) -> Path:
        path = tmp_path / "elsewhere" / "environ"
        path.parent.mkdir()
        path.write_text("STATE_KEY=hunter2")
        return path

    def test_a_link_of_any_other_name_is_neither_read_nor_committed(self, state: Path, secret: Path) -> None:
        for name in ("notes.md", "journal/notes.jsonl", "journal/2026-13.jsonl", "journal/2026-11.jsonl.md"):
            (state / name).symlink_to(secret)
        folder = StateFolder(state)
        folder.load()

        assert GOOD == folder.files()

    @pytest.mark.parametrize("name", [*GOOD, "README.md", "plays.svg", "trakt_token.enc", "trakt_token.json"])
    @pytest.mark.parametrize("target", ["elsewhere/environ", "nowhere"])
    def test_a_link_in_place_of_a_file_is_refused(
        self, state: Path, secret: Path, tmp_path: Path, name: str, target: str
    ) -> None:
        (state / name).unlink(missing_ok=True)
        (state / name).symlink_to(tmp_path / target)

        error = refusal_of(state)

        assert f"state/{name} is a symbolic link" in error.message
        assert "Delete it" in error.remedy

    @pytest.mark.parametrize("name", ["plays.json", "README.md"])
    def test_nothing_is_written_through_one(self, state: Path, secret: Path, name: str) -> None:
        (state / name).unlink(missing_ok=True)
        (state / name).symlink_to(secret)
        folder = StateFolder(state)
        with pytest.raises(StateError, match="is a symbolic link"):
            folder.save_ledger(Ledger()) if name == "plays.json" else folder.save_text(name, "x")

        assert "STATE_KEY=hunter2" == secret.read_text()

    def test_nothing_is_added_through_one(self, state: Path, secret: Path) -> None:
        folder = StateFolder(state)
        folder.load()
        (state / "journal" / "2026-12.jsonl").symlink_to(secret)

        with pytest.raises(StateError, match=r"2026-12\.jsonl is a symbolic link"):
            folder.append_journal(JournalLine("r2", datetime(2026, 12, 1, tzinfo=UTC), JournalAction.ADD, ()))

        assert "STATE_KEY=hunter2" == secret.read_text()

    @pytest.mark.parametrize("link", ["state", "state/journal"])
    def test_a_link_in_place_of_a_folder_is_refused(self, state: Path, tmp_path: Path, link: str) -> None:
        place = tmp_path / link
        place.rename(tmp_path / "moved")
        place.symlink_to(tmp_path / "moved")

        with pytest.raises(StateError, match=f"{link} is a symbolic link"):
            StateFolder(state).load()

    def test_one_above_the_folder_counts_within_the_working_directory_only(
        self, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A profile's folder lies in state/; where a machine keeps its home is not the repository's to say."""
        (state / "anna").mkdir()
        (tmp_path / "home").symlink_to(tmp_path)
        assert State() == StateFolder(tmp_path / "home" / "state" / "anna").load()

        (tmp_path / "checkout").mkdir()
        monkeypatch.chdir(tmp_path / "checkout")
        Path("state").symlink_to(state)
        with pytest.raises(StateError, match="state is a symbolic link"):
            StateFolder(Path("state") / "anna").load()

    def test_a_link_in_place_of_the_lock_is_refused(self, state: Path, secret: Path) -> None:
        (state / ".lock").symlink_to(secret)

        with (
            pytest.raises(StateError, match=r"state/\.lock is a symbolic link"),
            StateFolder(state).locked(FakeClock()),
        ):
            pass

    def test_what_lies_behind_one_is_not_tidied_up(self, state: Path, tmp_path: Path) -> None:
        behind = tmp_path / "behind"
        behind.mkdir()
        (behind / ".mine.tmp").write_text("mine")
        (state / MONTH).unlink()
        (state / "journal").rmdir()
        (state / "journal").symlink_to(behind)

        with StateFolder(state).locked(FakeClock()):
            assert "mine" == (behind / ".mine.tmp").read_text()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_a_pipe_is_not_waited_for(self, state: Path) -> None:
        (state / "plays.json").unlink()
        os.mkfifo(state / "plays.json")

        with pytest.raises(StateError, match=r"state/plays\.json is no regular file"):
            StateFolder(state).load()
