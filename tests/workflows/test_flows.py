"""The workflows from a person's chair: the real YAML runs the real program against stand-ins of every service."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from demo.start import DemoServices, start_demo
from demo.world import TRAKT_NAME, sample_world
from sync.services.clock import SystemClock
from tests.workflows.act import Finished, Repository

SPEED = 100
VARIABLES = ("ANILIST_USERNAME", "TRAKT_USERNAME")
ADDRESS = "_URL"


@dataclass(frozen=True, slots=True)
class Copy:
    """A person's copy of the template on the demo's GitHub, set up as the README says."""

    repository: Repository
    demo: DemoServices
    secrets: Mapping[str, str]
    variables: Mapping[str, str]

    def run(self, workflow: str, event: str = "workflow_dispatch", **inputs: str) -> Finished:
        """Runs a workflow of the copy as it stands on GitHub now, with what earlier runs committed there."""
        on_github = self.demo.github.store.files("main").items()
        state = {path: content.decode() for path, content in on_github if path.startswith("state/")}
        self.repository.commit("What earlier runs committed", state)
        return self.repository.run(workflow, event, inputs=inputs, secrets=self.secrets, variables=self.variables)

    @property
    def history(self) -> dict[tuple[str, int], int]:
        """How often each episode and film was played, by (kind, Trakt id)."""
        return dict(self.demo.world.account.counts())

    @property
    def posts(self) -> int:
        """How many writes Trakt has been asked for."""
        return self.demo.log.count("trakt", "POST")


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    with start_demo(sample_world(SystemClock(SPEED)), leeway=1.0) as services:
        yield services


def set_up(demo: DemoServices, folder: Path, python: Path, *, connected: bool = True) -> Copy:
    values = demo.env(login=connected, github=True)
    runner = {name: value for name, value in values.items() if name.endswith(ADDRESS)}
    variables = {name: values[name] for name in VARIABLES}
    rest = {"GITHUB_REPOSITORY", *runner, *variables}
    secrets = {name: value for name, value in values.items() if name not in rest}
    runner |= {"CLOCK_SPEED": str(SPEED), "SYNC_PYTHON": str(python)}
    return Copy(Repository.copied_to(folder, runner), demo, secrets, variables)


@pytest.fixture
def copy(demo: DemoServices, tmp_path: Path, python: Path) -> Copy:
    return set_up(demo, tmp_path, python)


def test_a_schedule_in_a_copy_that_is_not_set_up_ends_green_and_says_where_the_steps_are(tmp_path: Path) -> None:
    finished = Repository.copied_to(tmp_path).run("sync.yml", "schedule")

    assert finished.succeeded, finished.log
    assert [note for note in finished.annotations if note.startswith("::notice") and "five-steps" in note]


def test_a_first_sync_is_a_preview_then_writes_the_history_then_has_nothing_to_do(copy: Copy) -> None:
    before = copy.history

    preview = copy.run("sync.yml", "schedule")
    assert preview.succeeded, preview.log
    assert "allow_large" in preview.summary
    assert [note for note in preview.annotations if note.startswith("::notice")]
    assert (copy.history, copy.posts) == (before, 0)

    approved = copy.run("sync.yml", allow_large="true")
    assert approved.succeeded, approved.log
    assert len(copy.history) - len(before) > 500
    assert set(copy.history) <= copy.demo.world.expected_plays()
    assert "state/plays.json" in copy.demo.github.store.files("main")

    written, posts, commits = copy.history, copy.posts, len(copy.demo.github.store.history("main"))
    again = copy.run("sync.yml", "schedule")
    assert again.succeeded, again.log
    assert (copy.history, copy.posts) == (written, posts)
    assert len(copy.demo.github.store.history("main")) == commits


def test_one_entry_can_be_synced_by_itself_and_undone(copy: Copy) -> None:
    before = copy.history
    attack_on_titan_part_two = 104578

    synced = copy.run("sync.yml", anilistId=str(attack_on_titan_part_two))
    assert synced.succeeded, synced.log
    assert len(copy.history) > len(before)

    undone = copy.run("undo.yml", anilistId=str(attack_on_titan_part_two))
    assert undone.succeeded, undone.log
    assert copy.history == before


def test_a_dry_run_writes_nothing_anywhere(copy: Copy) -> None:
    before, commits = copy.history, copy.demo.github.store.history("main")

    finished = copy.run("sync.yml", dry_run="true", allow_large="true")

    assert finished.succeeded, finished.log
    assert (copy.history, copy.posts) == (before, 0)
    assert copy.demo.github.store.history("main") == commits


def test_connect_keeps_the_log_in_that_a_person_approves(demo: DemoServices, tmp_path: Path, python: Path) -> None:
    copy = set_up(demo, tmp_path, python, connected=False)

    with somebody_who_types_the_code_in(demo) as codes:
        connected = copy.run("connect.yml")

    assert connected.succeeded, connected.log
    assert codes[0] in connected.log
    assert "state/trakt_token.enc" in demo.github.store.files("main")
    assert copy.run("sync.yml", dry_run="true", allow_large="true").succeeded


def test_a_good_pull_request_on_the_overrides_is_green(tmp_path: Path) -> None:
    finished = check(tmp_path, "104578: {trakt: attack-on-titan, season: 3, first_episode: 13}\n")

    assert finished.succeeded, finished.log
    assert [note for note in finished.annotations if note.startswith("::error")] == []


def test_a_mistake_in_the_overrides_is_marked_on_its_line(tmp_path: Path) -> None:
    finished = check(tmp_path, "1: {skip: true, reason: seen elsewhere}\n104578: {trakt: attack-on-titan, seasn: 3}\n")

    assert not finished.succeeded
    marks = [note for note in finished.annotations if "overrides.yaml" in note and "line=2" in note]
    assert len(marks) == 1
    assert "season" in marks[0]


def check(folder: Path, overrides: str) -> Finished:
    """Opens a pull request of a fork that makes ``overrides.yaml`` this."""
    repository = Repository.copied_to(folder)
    repository.commit("Map it", {"overrides.yaml": overrides})
    head = {"ref": "map-it", "repo": {"full_name": "somebody/anime-sync", "fork": True}}
    return repository.run(
        "overrides.yml", "pull_request", payload={"pull_request": {"number": 3, "head": head, "base": {"ref": "main"}}}
    )


@contextmanager
def somebody_who_types_the_code_in(demo: DemoServices) -> Iterator[list[str]]:
    """While the block runs, every code that Trakt hands out is approved by the person; gives those codes."""
    codes: list[str] = []
    over = threading.Event()

    def wait_for_codes() -> None:
        while not over.wait(0.02):
            for device in list(demo.logins.devices.values()):
                if device.user_code not in codes:
                    demo.logins.approve(device.user_code, TRAKT_NAME)
                    codes.append(device.user_code)

    person = threading.Thread(target=wait_for_codes)
    person.start()
    try:
        yield codes
    finally:
        over.set()
        person.join()


def test_the_doctor_names_everything_that_is_wrong_and_changes_nothing(copy: Copy) -> None:
    copy.demo.github.workflows["sync.yml"] = "disabled_fork"

    token = copy.demo.github.new_token(frozenset({"contents", "issues", "actions"}))
    secrets = {**copy.secrets, "GITHUB_TOKEN": token}

    finished = replace(copy, secrets=secrets, variables={"ANILIST_USERNAME": "shy_otaku"}).run("doctor.yml")

    assert not finished.succeeded
    for words in ("the profile is private", "because this is a fork"):
        assert [note for note in finished.annotations if note.startswith("::error") and words in note], finished.log
    assert copy.demo.github.issues.issues == []


def test_a_good_form_becomes_a_pull_request_and_an_answer(copy: Copy) -> None:
    finished = open_issue(copy, "104578", "https://trakt.tv/shows/attack-on-titan/seasons/3/episodes/13")

    assert finished.succeeded, finished.log
    (pull,) = copy.demo.github.issues.pulls
    assert "1–10 → S3E13–22" in str(pull["body"])
    assert str(pull["html_url"]) in answers(copy)[0]


def test_a_bad_and_a_hostile_form_are_answered_and_a_stranger_s_is_not(copy: Copy) -> None:
    assert open_issue(copy, "Kaiji", "").succeeded
    assert "AniList entry: give the address" in answers(copy)[0]

    hostile = '$(touch pwned) `touch pwned` "; touch pwned; ${{ secrets.TRAKT_CLIENT_SECRET }}\n::error::made up'
    finished = open_issue(copy, hostile, hostile)
    assert finished.succeeded, finished.log
    assert finished.annotations == ()
    assert "demo-client-secret" not in answers(copy)[1]
    assert (copy.demo.github.issues.pulls, list(copy.demo.github.store.branches)) == ([], ["main"])

    # GitHub calls them a collaborator still, but their right to write was taken away.
    assert open_issue(copy, "104578", "attack-on-titan", author="stranger").succeeded
    assert len(answers(copy)) == 2


def open_issue(copy: Copy, anilist: str, trakt: str, *, author: str = "misaki") -> Finished:
    """Somebody fills in the form, as number 1."""
    if not copy.demo.github.issues.issues:
        issues = copy.demo.github.issues
        issues.open_issue("Map: ")
    answers = {"AniList entry": anilist, "What should happen": "Map it to the show or film below"}
    fields = {**answers, "Trakt show or film": trakt, "Season": ""}
    body = "\n\n".join(f"### {heading}\n\n{said or '_No response_'}" for heading, said in fields.items())
    user = {"login": author, "type": "User"}
    issue = {"number": 1, "title": "Map: ", "body": body, "labels": [], "author_association": "COLLABORATOR"}
    return copy.repository.run(
        "map.yml",
        "issues",
        payload={"action": "opened", "issue": {**issue, "user": user}, "sender": user},
        secrets=copy.secrets,
        variables=copy.variables,
    )


def answers(copy: Copy) -> list[str]:
    """What was said in that issue."""
    return [str(comment["body"]) for comment in copy.demo.github.issues.comments.get(1, [])]


def test_a_pull_request_of_the_repository_shows_what_it_changes(copy: Copy) -> None:
    line = "104578: {trakt: attack-on-titan, season: 3, first_episode: 13}\n"
    copy.demo.github.store.push("main", {"overrides.yaml": b"1: {skip: x}\n"}, "mine", copy.demo.world.clock.now())
    copy.repository.commit("Map it", {"overrides.yaml": f"1: {{skip: x}}\n{line}"})
    head = {"ref": "map-it", "repo": {"full_name": "misaki/trakt-sync"}}

    finished = copy.repository.run(
        "overrides.yml",
        "pull_request",
        payload={"pull_request": {"number": 3, "head": head, "base": {"ref": "main"}}},
        secrets=copy.secrets,
        variables=copy.variables,
    )

    assert finished.succeeded, finished.log
    assert "## ✅ 1 mapping\n" in finished.summary
    assert "1–10 → S3E13–22" in finished.summary
