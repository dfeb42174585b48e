"""The library page: when a run makes it, what is on it, and what it costs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.person import Ended, Person

ONE_PIECE, MUSHOKU = 21, 146065


@pytest.fixture
def synced(person: Person) -> Person:
    """A person whose first import is done."""
    ended = person.run("--allow-large")
    assert ended.code == 0, ended.output
    return person


def page_of(person: Person, *arguments: str, **settings: str) -> str:
    """The page that ``python -m sync page`` writes."""
    ended = person.run("page", *arguments, **settings)
    assert ended.code == 0, ended.output
    return (person.folder / "library.html").read_text("utf-8")


def layouts_of(person: Person) -> Path:
    """Where the episode lists of shows are kept from run to run."""
    return person.folder / person.settings["CACHE_DIR"] / "layouts"


def row(page: str, anilist_id: int) -> str:
    """The page's part about one entry."""
    return page[page.index(f"<details id=e{anilist_id} ") :].partition("</details>")[0]


def test_it_has_every_entry_with_both_calendars_and_when_each_play_was_watched(synced: Person) -> None:
    page = page_of(synced)
    listed = synced.demo.world.user.entries.items()
    shown = {str(key) for key, entry in listed if entry.anime is not None and not entry.private}
    lines = row(page, MUSHOKU).partition("<pre>")[2].removesuffix("</pre>").split("\n")

    assert set(re.findall(r"<details id=e(\d+) ", page)) == shown
    assert len(lines) == 13
    assert re.fullmatch(r"@2023-07-03 S0E2 2023-07-03 (?:\w+ )?2023-07-\d\dT\d\d:\d\d\tEpisode 2", lines[0])
    assert re.fullmatch(r"@\? S2E1 \d\d-\d\dT\d\d:\d\d\tEpisode 1", lines[1])


def test_it_writes_nothing_else_and_asks_trakt_only_for_what_no_run_has_read(synced: Person) -> None:
    before = {path: path.read_bytes() for path in synced.state.rglob("*") if path.is_file()}
    first = synced.run("page")
    shutil.rmtree(layouts_of(synced))
    second = synced.run("page")

    assert {path: path.read_bytes() for path in synced.state.rglob("*") if path.is_file()} == before
    assert (first.posts, second.posts) == (0, 0)
    assert first.requests["trakt"] <= 2
    assert second.requests["trakt"] > 20
    assert "Episode 2" in row((synced.folder / "library.html").read_text("utf-8"), MUSHOKU)


def test_a_run_writes_it_where_it_is_told_to(person: Person) -> None:
    ended = person.run("--page", "mine.html")
    page = (person.folder / "mine.html").read_text("utf-8")

    assert ended.code == 7
    assert "Ready to add" in page
    assert "planned " in row(page, MUSHOKU)  # what would be added


@pytest.fixture
def runner(tmp_path: Path) -> Mapping[str, str]:
    """What a runner of GitHub's has set."""
    temporary = tmp_path / "runner"
    temporary.mkdir()
    return {
        "GITHUB_ACTIONS": "true",
        "RUNNER_TEMP": str(temporary),
        "UPLOADS_LIBRARY": "true",
        "GITHUB_OUTPUT": str(temporary / "output"),
        "GITHUB_RUN_ID": "1234",
    }


def outputs(runner: Mapping[str, str]) -> dict[str, str]:
    """What the step said since it was last asked."""
    file = Path(runner["GITHUB_OUTPUT"])
    said = dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines()) if file.exists() else {}
    file.unlink(missing_ok=True)
    return said


def scheduled(person: Person, runner: Mapping[str, str], *arguments: str, **settings: str) -> Ended:
    return person.run(*arguments, **runner, GITHUB_EVENT_NAME="schedule", **settings)


def test_a_scheduled_run_makes_one_when_something_changed_or_waits_and_none_otherwise(
    person: Person, runner: Mapping[str, str]
) -> None:
    page = str(Path(runner["RUNNER_TEMP"]) / "library.html")
    said = []
    scheduled(person, runner)  # stopped by the brake
    said.append(outputs(runner).get("page"))
    scheduled(person, runner, "--allow-large")
    said.append(outputs(runner).get("page"))
    scheduled(person, runner)
    said.append(outputs(runner).get("page"))
    person.demo.world.watch(ONE_PIECE)
    scheduled(person, runner)
    said.append(outputs(runner).get("page"))

    assert said == [page, page, None, page]


def test_a_run_by_hand_makes_one_even_with_nothing_new(synced: Person, runner: Mapping[str, str]) -> None:
    synced.run(**runner, GITHUB_EVENT_NAME="workflow_dispatch")

    assert outputs(runner)["page"].endswith("/library.html")


def test_a_profile_names_its_page(person: Person, runner: Mapping[str, str]) -> None:
    person.run(**runner, PROFILE="anna")

    assert outputs(runner)["page"].endswith("/library-anna.html")


def test_on_enterprise_server_there_is_none_and_nothing_links_to_it(person: Person, runner: Mapping[str, str]) -> None:
    ended = person.run("--dry-run", **runner, GITHUB_SERVER_URL="https://github.example.org")

    assert "page" not in outputs(runner)
    assert "library page" not in ended.summary


def test_hidden_titles_are_in_no_byte_of_it_nor_kept_for_the_next(synced: Person) -> None:
    layouts = layouts_of(synced)
    shutil.rmtree(layouts)
    page = page_of(synced, LOG_TITLES="false")
    anime = [anime for _, anime in synced.demo.world.library.anime()]
    titles = {title for each in anime for title in (each.english, each.romaji, each.native) if title}

    assert f"AniList {MUSHOKU}" in page
    assert [title for title in titles if len(title) > 5 and title in page] == []
    assert list(layouts.glob("*.json")) == []
