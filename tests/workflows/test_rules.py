"""What every workflow keeps to, beyond what actionlint and zizmor look for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest
import yaml

from sync.mapping.sources.datasets import DATASETS
from sync.settings import ADDRESS_SETTINGS, parse_settings
from tests.workflows.act import ADDRESS, PROJECT, WORKFLOWS

Node = Mapping[object, object]
FILES = sorted(WORKFLOWS.glob("*.yml"))
SAMPLES = sorted((PROJECT / "docs").glob("*.yml"))
"""Workflows for repositories of people's own, which are held to the same rules."""

PROVIDED = {
    "GITHUB_ACTIONS",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_API_URL",
    "GITHUB_OUTPUT",
    "UPLOADS_LIBRARY",
}
PROVIDED |= {"GITHUB_STEP_SUMMARY", "GITHUB_TOKEN", "STATE_BRANCH"}  # the last two by action.yml
FOR_TESTS = {*ADDRESS_SETTINGS.values(), *(each.setting for each in DATASETS), "CLOCK_SPEED", "CACHE_DIR"}
PROVIDED |= {"HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "RUNNER_TEMP"}  # by the machine
PATHS = {"STATE_DIR", "OVERRIDES_FILE", "PROFILE"}  # the last names the other two, see docs/profiles.md


class Asked(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: object = None) -> str:
        self.names.add(key)
        return cast("str", default)


def load(path: Path) -> Node:
    return cast("Node", yaml.safe_load(path.read_text("utf-8")))


def nodes_in(node: object) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from nodes_in(child)


def nodes_with(key: str, path: Path) -> list[object]:
    return [node[key] for node in nodes_in(load(path)) if key in node]


def environment_of(name: str) -> dict[str, str]:
    passed: dict[str, str] = {}
    for environment in nodes_with("env", WORKFLOWS / name):
        passed |= cast("dict[str, str]", environment)
    return passed


@pytest.mark.parametrize("path", [*FILES, *SAMPLES], ids=lambda path: path.name)
def test_a_workflow_starts_with_no_permission_at_all(path: Path) -> None:
    assert load(path)["permissions"] == {}


@pytest.mark.parametrize("path", [*FILES, *SAMPLES], ids=lambda path: path.name)
def test_every_action_of_others_is_pinned_to_a_commit_with_its_version(path: Path) -> None:
    uses = [line.strip(" -") for line in path.read_text("utf-8").splitlines() if line.strip(" -").startswith("uses:")]
    ours = "./" if path in FILES else f"{ADDRESS}@v1"

    assert uses
    of_others = [use for use in uses if use != f"uses: {ours}"]
    assert [use for use in of_others if not re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_the_docs_have_the_form_of_our_own_action_that_stays_at_a_commit() -> None:
    text = (PROJECT / "docs" / "updating.md").read_text("utf-8")

    assert re.search(rf"uses: {ADDRESS}@COMMIT # v\d+\.\d+\.\d+", text)
    assert [sample.name for sample in SAMPLES if "updating.md" not in sample.read_text("utf-8")] == []


@pytest.mark.parametrize("name", ["release.yml", "pins.yml"])
def test_what_publishes_or_proposes_runs_in_the_project_s_own_repository_alone(name: str) -> None:
    jobs = cast("Mapping[str, Node]", load(WORKFLOWS / name)["jobs"])
    first = next(iter(jobs.values()))

    assert first["if"] == f"github.repository == '{ADDRESS}'"
    assert [job for key, job in list(jobs.items())[1:] if "needs" not in job] == []


@pytest.mark.parametrize("name", ["dependabot.yml", "dependabot.yaml", "renovate.json"])
def test_nothing_comes_along_into_copies_that_would_propose_changes_there(name: str) -> None:
    assert list(PROJECT.glob(f".github/{name}")) + list(PROJECT.glob(name)) == []


def test_what_runs_with_secrets_has_an_owner() -> None:
    owned = re.findall(r"(?m)^(/\S+) @", (PROJECT / ".github" / "CODEOWNERS").read_text("utf-8"))

    assert {"/.github/", "/script/", "/action.yml", "/requirements*"} <= set(owned)


@pytest.mark.parametrize("path", [*FILES, *SAMPLES, PROJECT / "action.yml"], ids=lambda path: path.name)
def test_no_expression_is_written_into_a_shell_command(path: Path) -> None:
    commands = [str(command) for command in nodes_with("run", path)]

    assert [command for command in commands if "${{" in command] == []


@pytest.mark.parametrize("path", [*FILES, *SAMPLES], ids=lambda path: path.name)
def test_every_job_has_a_time_limit_and_one_runner_image(path: Path) -> None:
    jobs = cast("Mapping[str, Node]", load(path)["jobs"])

    assert [name for name, job in jobs.items() if job["runs-on"] != "ubuntu-24.04"] == []
    assert [name for name, job in jobs.items() if not 0 < cast("int", job["timeout-minutes"]) <= 20] == []


@pytest.mark.parametrize("name", ["sync.yml", "connect.yml", "undo.yml"])
def test_what_writes_to_trakt_waits_for_its_turn_and_is_never_cut_short(name: str) -> None:
    expected = {"group": "trakt-sync", "cancel-in-progress": False, "queue": "max"}

    assert load(WORKFLOWS / name)["concurrency"] == expected


@pytest.mark.parametrize("name", ["sync.yml", "doctor.yml"])
def test_every_setting_that_the_program_reads_is_passed(name: str) -> None:
    asked = Asked()
    parse_settings(asked)

    assert set(environment_of(name)) == asked.names - PROVIDED - FOR_TESTS - PATHS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_setting_is_passed_under_its_own_name_from_where_sync_has_it(path: Path) -> None:
    known = environment_of("sync.yml")
    passed = environment_of(path.name)
    passed = {name: value for name, value in passed.items() if (name, value) != ("GH_TOKEN", "${{ github.token }}")}

    assert {name: value for name, value in passed.items() if known.get(name) != value} == {}
    assert [name for name, value in passed.items() if not re.search(rf"\b(secrets|vars)\.{name}\b", value)] == []


def test_each_list_of_requirements_holds_the_pins_of_the_one_before() -> None:
    runtime, terminal, demo, development = (
        set(re.findall(r"(?m)^([\w.-]+==\S+)", (PROJECT / f"requirements{name}.txt").read_text("utf-8")))
        for name in ("", "-terminal", "-demo", "-dev")
    )

    assert runtime
    assert runtime < terminal < demo < development


def test_an_issue_from_the_form_is_one_that_the_map_workflow_takes() -> None:
    form = load(PROJECT / ".github" / "ISSUE_TEMPLATE" / "manual-map.yml")
    condition = str(nodes_with("if", WORKFLOWS / "map.yml")[0])

    assert str(form["title"]).startswith("Map:")
    assert "startsWith(github.event.issue.title, 'Map:')" in condition
    assert form["labels"] == ["manual-map"]
    assert "'manual-map'" in condition
