"""A person's copy of the project on the demo's GitHub: what a workflow's job is given, and what it finds there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from demo.github.objects import REPOSITORY
from tests.e2e.person import Ended, Person

PAGE = f"https://github.com/{REPOSITORY}"


def job_settings(person: Person, rights: str = "contents issues pulls actions") -> dict[str, str]:
    """What GitHub gives to a job whose token has these rights."""
    return {
        "GITHUB_API_URL": person.demo.urls["github"],
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": person.demo.github.new_token(frozenset(rights.split())),
        "GITHUB_ACTIONS": "true",
        "STATE_BRANCH": "main",
    }


def run_on_github(person: Person, *arguments: str, rights: str = "contents issues", **settings: str) -> Ended:
    """One job: it checks the branch out, as GitHub has it, and runs the program there."""
    shutil.rmtree(person.state, ignore_errors=True)
    for path, content in person.demo.github.store.files("main").items():
        if path.startswith("state/"):
            (person.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (person.folder / path).write_bytes(content)
    return person.run(*arguments, **{**job_settings(person, rights), **settings})


def commits(person: Person) -> int:
    """How many commits were made since the first."""
    return len(person.demo.github.store.history("main")) - 1


def issues_of(person: Person) -> dict[str, Mapping[str, object]]:
    """The issues that the job keeps, by their marker's name: unmapped, brake, failure."""
    found: dict[str, Mapping[str, object]] = {}
    for issue in person.demo.github.issues.issues:
        name = str(issue["body"]).partition("<!-- trakt-sync:")[2].partition(" ")[0]
        assert name not in found, f"a second issue for {name}"
        found[name] = issue
    return found
