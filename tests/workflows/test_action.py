"""``script/action`` as ``action.yml`` calls it: whatever stands in a workflow, nothing is written unasked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.start import DemoServices
from demo.trakt.logins import CLIENT_SECRET
from tests.demo_world import running_fast_demo
from tests.workflows.act import PROJECT

ATTACK_ON_TITAN_S3_PART_2 = 104578
YES = ("true", "True", "true ", " yes", "ON\n", "1")
NO = ("", "False ", "off")
NEITHER = [
    "maybe",
    "ture",
    "2",
    "-1",
    "y",
    "wahr",
    "null",
    "[]",
    "${{ inputs.x }}",
    "１",
    "tru\u0435",
    "yes yes",
    "--dry-run",
]
NO_ENTRY = [
    "0",
    "-1",
    "²",
    "①",
    "１０４５７８",
    "104 578",
    "2147483648",
    "1e5",
    "#104578",
    "Attack on Titan",
    " ",
    "--allow-large",
    "104578;x\n",
    "https://myanimelist.net/anime/38524",
    "https://anilist.co/manga/53390",
]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a workflow that has ended: its exit code, its log, and what it put on the run's page."""

    code: int
    log: str
    page: str

    @property
    def errors(self) -> list[str]:
        """The annotations on the run's page that are errors."""
        return [line for line in self.log.splitlines() if line.startswith("::error")]


@dataclass(frozen=True, slots=True)
class Runner:
    """Where ``action.yml`` runs; ``environment`` holds what GitHub and the workflow's ``env:`` give it."""

    folder: Path
    environment: dict[str, str]

    def step(self, *, root: Path = PROJECT, changes: Mapping[str, str] | None = None) -> Step:
        """Runs ``script/action`` of ``root`` with these variables changed."""
        page = self.folder / "page.md"
        page.unlink(missing_ok=True)
        environment = {**self.environment, "GITHUB_STEP_SUMMARY": str(page), **(changes or {})}
        command = ["bash", str(root / "script" / "action")]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return Step(done.returncode, done.stdout.decode(), page.read_text("utf-8") if page.exists() else "")


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    with running_fast_demo(ATTACK_ON_TITAN_S3_PART_2) as services:
        yield services


@pytest.fixture
def runner(demo: DemoServices, tmp_path: Path, python: Path) -> Runner:
    """A runner with a copy that is set up."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "SYNC_PYTHON": str(python), "CLOCK_SPEED": "20"}
    environment |= {"GITHUB_ACTIONS": "true", "INPUT_COMMAND": "run", "CACHE_DIR": str(tmp_path / "cache")}
    folder = tmp_path / "copy"
    folder.mkdir()
    return Runner(folder, {**environment, **demo.env()})


@pytest.mark.parametrize("word", YES)
def test_every_way_to_say_yes_to_a_dry_run_writes_nothing(runner: Runner, demo: DemoServices, word: str) -> None:
    step = runner.step(changes={"INPUT_DRY_RUN": word, "INPUT_ALLOW_LARGE": "true"})

    assert 0 == step.code, step.log
    assert (0, []) == (demo.log.count("trakt", "POST"), list(demo.world.account.plays))
    assert "Would add" in step.log


@pytest.mark.parametrize("word", NO)
def test_every_way_to_say_no_to_a_dry_run_is_a_run(runner: Runner, demo: DemoServices, word: str) -> None:
    step = runner.step(changes={"INPUT_DRY_RUN": word})

    assert 0 == step.code, step.log
    assert set(demo.world.account.counts()) == demo.world.expected_plays()


@pytest.mark.parametrize(
    ("command", "switch"),
    [
        ("run", "INPUT_DRY_RUN"),
        ("run", "INPUT_ALLOW_LARGE"),
        ("run", "INPUT_AGAIN"),
        ("undo", "INPUT_DRY_RUN"),
        ("check", "INPUT_PREVIEW"),
        ("connect", "INPUT_DRY_RUN"),
    ],
)
def test_a_word_that_is_not_understood_stops_before_the_first_request(
    runner: Runner,
    demo: DemoServices,
    command: str,
    switch: str,
    record_property: Callable[[str, object], None],
) -> None:
    words = NEITHER if (command, switch) == ("run", "INPUT_DRY_RUN") else NEITHER[:2]
    for word in words:
        step = runner.step(changes={"INPUT_COMMAND": command, switch: word})

        assert (2, 0) == (step.code, demo.log.count()), f"{word!r}\n{step.log}"
        assert [error for error in step.errors if "must be true or false" in error], f"{word!r}\n{step.log}"
        assert "must be true or false" in step.page
    record_property("cases: a switch whose word is not understood, then nothing", len(words))


def test_a_dry_run_of_undo_takes_nothing_back_however_yes_is_said(runner: Runner, demo: DemoServices) -> None:
    assert 0 == runner.step().code
    written = demo.world.account.counts()

    for word in YES[1:3]:
        entry = str(ATTACK_ON_TITAN_S3_PART_2)
        step = runner.step(changes={"INPUT_COMMAND": "undo", "INPUT_ANILIST_ID": entry, "INPUT_DRY_RUN": word})

        assert 0 == step.code, step.log
        assert written == demo.world.account.counts()


@pytest.mark.parametrize(
    "pasted",
    [
        "104578",
        " 104578 ",
        "https://anilist.co/anime/104578",
        "https://anilist.co/anime/104578/Shingeki-no-Kyojin-Season-3-Part-2/",
        "anilist.co/anime/104578?utm=x",
        "http://www.AniList.co/anime/104578#top",
    ],
)
def test_an_entry_is_named_by_what_people_paste(runner: Runner, demo: DemoServices, pasted: str) -> None:
    step = runner.step(changes={"INPUT_ANILIST_ID": pasted})

    assert 0 == step.code, step.log
    assert set(demo.world.account.counts()) == demo.world.expected_plays()


@pytest.mark.parametrize("command", ["run", "undo"])
def test_what_names_no_entry_is_refused_on_the_page_before_the_first_request(
    runner: Runner, demo: DemoServices, command: str, record_property: Callable[[str, object], None]
) -> None:
    cases = (*NO_ENTRY, "9" * 400) if command == "run" else NO_ENTRY[:2]
    for pasted in cases:
        step = runner.step(changes={"INPUT_COMMAND": command, "INPUT_ANILIST_ID": pasted})

        assert (2, 0) == (step.code, demo.log.count()), f"{pasted!r}\n{step.log}"
        assert [error for error in step.errors if "is no AniList entry: give the address" in error], step.log
        assert "is no AniList entry" in step.page
    record_property("cases: an AniList id that is none, then nothing", len(cases))


@pytest.mark.parametrize("command", ["Run", "rum", "run --allow-large", "--allow-large", "-h x", "; true"])
def test_a_command_that_does_not_exist_is_said_on_the_page(runner: Runner, demo: DemoServices, command: str) -> None:
    step = runner.step(changes={"INPUT_COMMAND": command})

    assert (2, 0) == (step.code, demo.log.count()), step.log
    assert step.errors
    assert step.page


def test_a_program_that_cannot_be_imported_says_so_on_the_page(runner: Runner, tmp_path: Path) -> None:
    bare = tmp_path / "python-without-packages"
    bare.write_text('#!/bin/sh\nexec python3 -S "$@"\n', "utf-8")
    bare.chmod(0o755)

    step = runner.step(changes={"SYNC_PYTHON": str(bare)})

    assert 70 == step.code
    assert [error for error in step.errors if "A package is missing: install requirements.txt" in error]
    assert "A package is missing" in step.page
    assert CLIENT_SECRET not in step.log + step.page


@pytest.mark.parametrize(
    ("python", "code", "says"),
    [
        ("/nonexistent/python", 127, "Python could not run the program"),
        ("/bin/false", 1, "Python could not run the program"),
        ("kill -KILL $$", 137, "ended from outside"),
    ],
)
def test_a_python_that_ends_before_it_can_speak_is_said_on_the_page(
    runner: Runner, tmp_path: Path, python: str, code: int, says: str
) -> None:
    dies = tmp_path / "dies"
    dies.write_text(f"#!/bin/bash\n{python}\n", "utf-8")
    dies.chmod(0o755)

    step = runner.step(changes={"SYNC_PYTHON": str(dies)})

    assert code == step.code, step.log
    assert [error for error in step.errors if says in error]
    assert says in step.page
