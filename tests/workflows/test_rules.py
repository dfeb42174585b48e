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
from tests.workflows.act import PROJECT, WORKFLOWS

Node = Mapping[object, object]
FILES = sorted(WORKFLOWS.glob("*.yml"))
PROVIDED = {"GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SERVER_URL", "GITHUB_API_URL"}
PROVIDED |= {"GITHUB_STEP_SUMMARY", "GITHUB_TOKEN", "STATE_BRANCH"}  # the last two by action.yml
FOR_TESTS = {*ADDRESS_SETTINGS.values(), *(each.setting for each in DATASETS), "CLOCK_SPEED", "CACHE_DIR"}
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_starts_with_no_permission_at_all(path: Path) -> None:
    assert load(path)["permissions"] == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_of_others_is_pinned_to_a_commit_with_its_version(path: Path) -> None:
    uses = [line.strip(" -") for line in path.read_text("utf-8").splitlines() if line.strip(" -").startswith("uses:")]

    assert uses
    assert [use for use in uses if not re.fullmatch(r"uses: (\./|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)", use)] == []


@pytest.mark.parametrize("path", [*FILES, PROJECT / "action.yml"], ids=lambda path: path.name)
def test_no_expression_is_written_into_a_shell_command(path: Path) -> None:
    commands = [str(command) for command in nodes_with("run", path)]

    assert [command for command in commands if "${{" in command] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
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

    assert {name: value for name, value in passed.items() if known.get(name) != value} == {}
    assert [name for name, value in passed.items() if not re.search(rf"\b(secrets|vars)\.{name}\b", value)] == []


def test_the_test_requirements_hold_the_same_pins_as_those_of_the_job() -> None:
    runtime, development = (
        set(re.findall(r"(?m)^([\w.-]+==\S+)", (PROJECT / name).read_text("utf-8")))
        for name in ("requirements.txt", "requirements-dev.txt")
    )

    assert runtime
    assert runtime <= development


def test_an_issue_from_the_form_is_one_that_the_map_workflow_takes() -> None:
    form = load(PROJECT / ".github" / "ISSUE_TEMPLATE" / "manual-map.yml")
    condition = str(nodes_with("if", WORKFLOWS / "map.yml")[0])

    assert str(form["title"]).startswith("Map:")
    assert "startsWith(github.event.issue.title, 'Map:')" in condition
    assert form["labels"] == ["manual-map"]
    assert "'manual-map'" in condition
