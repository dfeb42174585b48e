"""Each workflow, run for real: which command it calls, with what, and how the program's exit code ends the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.act import PROJECT, REPOSITORY, TOKEN, Finished, Repository, without_what_act_rejects
from tests.workflows.conftest import Recorder

SECRETS = {"TRAKT_CLIENT_ID": "client-id-of-misaki", "TRAKT_CLIENT_SECRET": "client-secret-of-misaki"}
HOSTILE = (
    '$(touch pwned) `touch pwned` "; touch pwned; ${{ secrets.TRAKT_CLIENT_SECRET }}\n::error::made up\n--allow-large'
)


def open_issue(repository: Repository, **changes: object) -> Finished:
    issue = {
        "number": 7,
        "title": "Map: Monogatari",
        "body": "### AniList\n\n17074",
        "labels": [],
        "author_association": "OWNER",
    }
    payload = {"action": "opened", "issue": {**issue, **changes}, "sender": {"login": "misaki", "type": "User"}}
    return repository.run("map.yml", "issues", payload=payload, secrets=SECRETS)


def open_pull_request(repository: Repository, head: str) -> Finished:
    pull_request = {"number": 3, "head": {"ref": "map-monogatari", "repo": {"full_name": head}}}
    payload = {"action": "opened", "pull_request": {**pull_request, "base": {"ref": "main"}}}
    return repository.run("overrides.yml", "pull_request", payload=payload, secrets=SECRETS)


def test_the_schedule_syncs_everything(repository: Repository, recorder: Recorder) -> None:
    finished = repository.run("sync.yml", "schedule", payload={"schedule": "17 */6 * * *"})

    assert finished.succeeded, finished.log
    assert recorder.commands == [["run"]]


def test_an_empty_form_syncs_everything(repository: Repository, recorder: Recorder) -> None:
    assert repository.run("sync.yml", "workflow_dispatch").succeeded
    assert recorder.commands == [["run"]]


def test_the_form_of_sync_reaches_the_program_as_arguments(repository: Repository, recorder: Recorder) -> None:
    inputs = {"anilistId": "11061", "dry_run": "true", "allow_large": "true", "again": "true"}

    assert repository.run("sync.yml", "workflow_dispatch", inputs=inputs).succeeded
    assert recorder.commands == [["run", "--dry-run=true", "--allow-large=true", "--again=true", "--anilist-id=11061"]]


def test_a_form_field_is_one_value_whatever_is_typed_into_it(repository: Repository, recorder: Recorder) -> None:
    one_line = HOSTILE.replace("\n", " ")

    repository.run("sync.yml", "workflow_dispatch", inputs={"anilistId": one_line}, secrets=SECRETS)

    assert recorder.commands == [["run", f"--anilist-id={one_line}"]]
    assert "pwned" not in recorder.calls[0].files


def test_secrets_and_variables_reach_the_program_under_their_own_names(
    repository: Repository, recorder: Recorder
) -> None:
    repository.run("sync.yml", "schedule", secrets=SECRETS, variables={"ANILIST_USERNAME": "misaki"})

    environment = recorder.calls[0].environment
    assert environment["TRAKT_CLIENT_SECRET"] == "client-secret-of-misaki"
    assert environment["ANILIST_USERNAME"] == "misaki"
    assert environment["TMDB_API_KEY"] == ""
    assert environment["GITHUB_TOKEN"] == TOKEN
    assert environment["STATE_BRANCH"] == "main"


def test_a_run_reads_the_tip_of_the_branch_and_not_the_commit_that_started_it(
    repository: Repository, recorder: Recorder
) -> None:
    before = repository.git("rev-parse", "HEAD")
    repository.commit("An earlier run's state", {"written-meanwhile.json": "{}\n"})

    assert repository.run("sync.yml", "schedule", payload={"after": before, "ref": "refs/heads/main"}).succeeded
    assert "written-meanwhile.json" in recorder.calls[0].files


def test_a_run_that_the_brake_stopped_ends_green(repository: Repository, recorder: Recorder) -> None:
    recorder.exits_with({"run": 7})

    assert repository.run("sync.yml", "schedule").succeeded
    assert recorder.commands == [["run"]]


@pytest.mark.parametrize("code", [2, 5, 137])
def test_a_run_that_failed_ends_red_and_its_state_is_saved(
    repository: Repository, recorder: Recorder, code: int
) -> None:
    recorder.exits_with({"run": code})

    finished = repository.run("sync.yml", "schedule")

    assert not finished.succeeded
    assert finished.steps["Sync"] == "failure"
    assert recorder.commands == [["run"], ["save"]]


def test_connect_logs_in(repository: Repository, recorder: Recorder) -> None:
    assert repository.run("connect.yml", "workflow_dispatch", secrets=SECRETS).succeeded
    assert recorder.commands == [["connect"]]


def test_the_doctor_gets_every_setting_and_nothing_to_write_with_afterwards(
    repository: Repository, recorder: Recorder
) -> None:
    recorder.exits_with({"doctor": 3})

    finished = repository.run("doctor.yml", "workflow_dispatch", secrets=SECRETS)

    assert not finished.succeeded
    assert recorder.commands == [["doctor"]]
    assert recorder.calls[0].environment["TRAKT_CLIENT_SECRET"] == "client-secret-of-misaki"


def test_undo_takes_back_the_run_that_the_form_names(repository: Repository, recorder: Recorder) -> None:
    inputs = {"run_id": "20261122-0617-a3f", "dry_run": "true"}

    assert repository.run("undo.yml", "workflow_dispatch", inputs=inputs).succeeded
    assert recorder.commands == [["undo", "--dry-run=true", "--", "20261122-0617-a3f"]]


def test_undo_takes_back_one_entry_from_all_runs(repository: Repository, recorder: Recorder) -> None:
    assert repository.run("undo.yml", "workflow_dispatch", inputs={"anilistId": "146065"}).succeeded
    assert recorder.commands == [["undo", "--anilist-id=146065"]]


def test_a_pull_request_of_the_repository_itself_is_checked_and_previewed(
    repository: Repository, recorder: Recorder
) -> None:
    assert open_pull_request(repository, REPOSITORY).succeeded

    assert recorder.commands == [["check"], ["check", "--preview=true"]]
    assert "TRAKT_CLIENT_ID" not in recorder.calls[0].environment
    assert all("TRAKT_CLIENT_SECRET" not in call.environment for call in recorder.calls)


def test_a_pull_request_of_a_fork_is_only_checked(repository: Repository, recorder: Recorder) -> None:
    assert open_pull_request(repository, "somebody/anime-sync").succeeded
    assert recorder.commands == [["check"]]


def test_a_pull_request_with_mistakes_is_red_and_not_previewed(repository: Repository, recorder: Recorder) -> None:
    recorder.exits_with({"check": 2})

    assert not open_pull_request(repository, REPOSITORY).succeeded
    assert recorder.commands == [["check"]]


def test_an_issue_from_the_form_is_mapped(repository: Repository, recorder: Recorder) -> None:
    assert open_issue(repository).succeeded
    assert recorder.commands == [["map-issue"]]


def test_an_issue_with_the_label_is_mapped_whatever_its_title(repository: Repository, recorder: Recorder) -> None:
    assert open_issue(repository, title="Monogatari", labels=[{"name": "manual-map"}]).succeeded
    assert recorder.commands == [["map-issue"]]


def test_an_issue_about_something_else_starts_nothing(repository: Repository, recorder: Recorder) -> None:
    assert not open_issue(repository, title="The README has a typo").started
    assert recorder.commands == []


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER"])
def test_an_issue_by_a_stranger_starts_nothing(repository: Repository, recorder: Recorder, association: str) -> None:
    assert not open_issue(repository, author_association=association).started
    assert recorder.commands == []


def test_what_an_issue_says_is_read_from_the_event_alone(repository: Repository, recorder: Recorder) -> None:
    finished = open_issue(repository, title=f"Map: {HOSTILE}", body=HOSTILE)

    call = recorder.calls[0]
    assert finished.succeeded
    assert call.arguments == ["map-issue"]
    assert not [name for name, value in call.environment.items() if "pwned" in value]
    assert "pwned" not in call.files
    assert finished.annotations == ()


def test_a_repository_of_ones_own_needs_only_the_documented_workflow(tmp_path: Path, recorder: Recorder) -> None:
    workflow = without_what_act_rejects((PROJECT / "docs" / "own-repository.yml").read_text("utf-8"))
    repository = Repository.of_ones_own(tmp_path, workflow, {"SYNC_PYTHON": str(recorder.path)})

    finished = repository.run("sync.yml", "schedule", secrets=SECRETS)

    call = recorder.calls[0]
    assert finished.succeeded, finished.log
    assert call.arguments == ["run"]
    assert call.environment["TRAKT_CLIENT_ID"] == "client-id-of-misaki"
    assert call.environment["GITHUB_TOKEN"] == TOKEN
    assert "trakt-sync-for-anilist" in call.environment["PYTHONPATH"]
    assert "action.yml" not in call.files

    assert repository.run("sync.yml", "workflow_dispatch", inputs={"command": "connect"}, secrets=SECRETS).succeeded
    assert recorder.commands[-1] == ["connect"]


@pytest.mark.parametrize(
    ("workflow", "event", "payload"),
    [
        ("test.yml", "push", {}),
        ("release.yml", "push", {"ref": "refs/tags/v1.2.0"}),
        ("pins.yml", "schedule", {"schedule": "43 5 * * 1"}),
    ],
)
def test_what_is_the_project_s_own_does_not_run_in_a_users_copy(
    repository: Repository, workflow: str, event: str, payload: dict[str, str]
) -> None:
    assert not repository.run(workflow, event, payload=payload).started
