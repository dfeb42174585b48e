"""The workflows for several people: each profile is a job with its own settings and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.act import PROJECT, Finished, Repository, without_what_act_rejects
from tests.workflows.conftest import Call, Recorder

PREFIXED = {
    f"{name.upper()}_{key}": f"{key.lower()}-of-{name}"
    for name in ("anna", "ben")
    for key in ("TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "STATE_KEY")
}
NAMES = {"ANNA_ANILIST_USERNAME": "anna-on-anilist", "BEN_ANILIST_USERNAME": "ben-on-anilist"}


def run(tmp_path: Path, recorder: Recorder, workflow: str, event: str = "schedule", **inputs: str) -> Finished:
    text = without_what_act_rejects((PROJECT / "docs" / workflow).read_text("utf-8"))
    repository = Repository.of_ones_own(tmp_path, text, {"SYNC_PYTHON": str(recorder.path)})
    variables = {"PROFILES": '["anna", "ben"]', **NAMES}
    return repository.run("sync.yml", event, secrets=PREFIXED, variables=variables, inputs=inputs)


def by_profile(recorder: Recorder) -> dict[str, Call]:
    return {call.environment["PROFILE"]: call for call in recorder.calls}


@pytest.mark.parametrize("workflow", ["several-people.yml", "several-people-private.yml"])
def test_every_profile_runs_on_the_schedule(tmp_path: Path, recorder: Recorder, workflow: str) -> None:
    finished = run(tmp_path, recorder, workflow)

    assert finished.succeeded, finished.log
    assert {"anna": ["run"], "ben": ["run"]} == {name: call.arguments for name, call in by_profile(recorder).items()}


@pytest.mark.parametrize("workflow", ["several-people.yml", "several-people-private.yml"])
def test_one_profile_is_connected_by_its_name(tmp_path: Path, recorder: Recorder, workflow: str) -> None:
    finished = run(tmp_path, recorder, workflow, "workflow_dispatch", profile="ben", command="connect")

    assert finished.succeeded, finished.log
    assert {"ben": ["connect"]} == {name: call.arguments for name, call in by_profile(recorder).items()}


def test_a_profiles_program_is_handed_its_own_secrets_and_nobody_elses(tmp_path: Path, recorder: Recorder) -> None:
    finished = run(tmp_path, recorder, "several-people-private.yml")

    assert finished.succeeded, finished.log
    for name, other in (("anna", "ben"), ("ben", "anna")):
        environment = by_profile(recorder)[name].environment
        assert f"trakt_client_id-of-{name}" == environment["TRAKT_CLIENT_ID"]
        assert f"{name}-on-anilist" == environment["ANILIST_USERNAME"]
        assert not [key for key, value in environment.items() if f"-of-{other}" in value]


def test_what_fails_for_one_profile_does_not_stop_the_other(tmp_path: Path, recorder: Recorder) -> None:
    recorder.exits_with({"run": 3})

    finished = run(tmp_path, recorder, "several-people.yml")

    assert not finished.succeeded
    assert {"anna", "ben"} == {call.environment["PROFILE"] for call in recorder.calls if call.arguments == ["run"]}
