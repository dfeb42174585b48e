"""What the workflow tests share: a user's repository, and a Python that only notes how it was called."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workflows.act import Repository
from tests.workflows.forked_python import forked_python

# Stands where the runner's Python would be. It writes down its arguments, its environment and what lies around it, and
# exits as it was told to.
RECORDER = """#!{python}
import json, os, pathlib, sys
command = sys.argv[4] if len(sys.argv) > 4 else ""
note = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "files": sorted(os.listdir("."))}}
with pathlib.Path({notes!r}).open("a", encoding="utf-8") as notes:
    notes.write(json.dumps(note) + "\\n")
sys.exit(json.loads(pathlib.Path({codes!r}).read_text("utf-8")).get(command, 0))
"""


@dataclass(frozen=True, slots=True)
class Call:
    """How the program was called. ``arguments`` are those after ``python -P -m sync``."""

    arguments: list[str]
    environment: Mapping[str, str]
    files: list[str]


@dataclass(frozen=True, slots=True)
class Recorder:
    """The Python that only notes how it was called."""

    path: Path

    @classmethod
    def made_in(cls, folder: Path) -> Recorder:
        """An executable in ``folder``."""
        recorder = cls(folder / "recorder")
        text = RECORDER.format(python=sys.executable, notes=str(recorder._notes), codes=str(recorder._codes))
        recorder.path.write_text(text, "utf-8")
        recorder.path.chmod(0o755)
        recorder.exits_with({})
        return recorder

    def exits_with(self, codes: Mapping[str, int]) -> None:
        """Sets the exit code of each command (0 for those not named)."""
        self._codes.write_text(json.dumps(dict(codes)), "utf-8")

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order."""
        if not self._notes.exists():
            return []
        notes = [json.loads(line) for line in self._notes.read_text("utf-8").splitlines()]
        assert all(note["arguments"][:3] == ["-P", "-m", "sync"] for note in notes)
        return [Call(note["arguments"][3:], note["environment"], note["files"]) for note in notes]

    @property
    def commands(self) -> list[list[str]]:
        """The arguments of every call so far."""
        return [call.arguments for call in self.calls]

    @property
    def _notes(self) -> Path:
        return self.path.with_name("recorder-notes.jsonl")

    @property
    def _codes(self) -> Path:
        return self.path.with_name("recorder-codes.json")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder.made_in(tmp_path)


@pytest.fixture
def repository(tmp_path: Path, recorder: Recorder) -> Repository:
    """A copy of the project whose workflows call the recorder in place of the program."""
    return Repository.copied_to(tmp_path, {"SYNC_PYTHON": str(recorder.path)})


@pytest.fixture
def python(tmp_path: Path) -> Iterator[Path]:
    """A Python that runs the real program."""
    with forked_python(tmp_path) as path:
        yield path
