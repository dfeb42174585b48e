"""What the job leaves on GitHub: commits, issues and pages, and nothing when there is nothing to say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from demo.start import DemoServices
from tests.demo_world import running_fast_demo
from tests.e2e.on_github import commits, issues_of, run_on_github
from tests.e2e.person import Person

UNMAPPED = 16373
HOSTILE = (
    "</details><script>alert(1)</script> | ## @everyone `code` ${{ secrets.X }} ::error::made up ##[error]also "
    "[link](https://example.com) \u202e\u2066\u0000\n::warning::second line\n" + "A" * 1_700
)


@pytest.fixture
def demo() -> Iterator[DemoServices]:
    """A small library: a split cour, a merged sequel, specials, a film, and one without a match."""
    with running_fast_demo(UNMAPPED, 104578, 145064, 146065, 112151) as services:
        yield services


@pytest.fixture
def synced(person: Person) -> Person:
    """A person whose first import is done, on GitHub."""
    ended = run_on_github(person, "--allow-large")
    assert ended.code == 0, ended.output
    return person


def test_a_run_with_nothing_new_asks_nothing_of_github(synced: Person) -> None:
    before = commits(synced)

    ended = run_on_github(synced)

    assert (0, 0, before) == (ended.code, ended.requests["github"], commits(synced))


def test_what_has_no_match_is_one_issue_that_ticks_off_and_closes_by_itself(synced: Person) -> None:
    issue = issues_of(synced)["unmapped"]
    assert "open" == issue["state"]
    assert "- [ ] **[" in str(issue["body"])
    assert f"<!-- entry:{UNMAPPED} -->" in str(issue["body"])
    readme = synced.demo.github.store.files("main")["state/README.md"].decode()
    assert "issues?q=is%3Aissue+is%3Aopen+label%3Atrakt-sync" in readme
    open_ones = re.findall(r"- \[ \] .*<!-- entry:(\d+) -->", str(issue["body"]))
    file = synced.folder / "overrides.yaml"

    file.write_text(file.read_text() + f'{UNMAPPED}: {{skip: "not on Trakt"}}\n')
    assert 0 == run_on_github(synced).code
    body = str(issues_of(synced)["unmapped"]["body"])
    assert re.search(rf"- \[x\] .*<!-- entry:{UNMAPPED} -->", body)

    rest = [number for number in open_ones if number != str(UNMAPPED)]
    file.write_text(file.read_text() + "".join(f'{number}: {{skip: "not on Trakt"}}\n' for number in rest))
    assert 0 == run_on_github(synced).code
    assert "closed" == issues_of(synced)["unmapped"]["state"]


def test_the_preview_waits_in_one_issue_until_it_is_approved(person: Person) -> None:
    for _ in range(2):
        assert 7 == run_on_github(person, GITHUB_EVENT_NAME="schedule", MAX_NEW_PLAYS="9").code
    brake = issues_of(person)["brake"]
    assert "open" == brake["state"]
    assert "allow_large" in str(brake["body"])
    assert 0 == run_on_github(person, MAX_NEW_PLAYS="9").requests["github"]

    assert 0 == run_on_github(person, "--allow-large").code
    assert "closed" == issues_of(person)["brake"]["state"]


def test_without_the_right_to_issues_the_state_is_committed_all_the_same(person: Person) -> None:
    ended = run_on_github(person, "--allow-large", rights="contents")

    assert 0 == ended.code, ended.output
    assert "state/plays.json" in person.demo.github.store.files("main")
    assert [line for line in ended.output.splitlines() if line.startswith("::warning") and "issues: write" in line]
    assert {} == issues_of(person)


def test_a_log_in_that_ended_is_one_issue_that_the_next_good_run_closes(synced: Person) -> None:
    logins = synced.demo.logins
    logins.access.clear()
    logins.refresh.clear()

    for _ in range(2):
        assert 3 == run_on_github(synced, GITHUB_EVENT_NAME="schedule").code
    failure = issues_of(synced)["failure"]
    assert ("open", "Trakt needs you to connect again") == (failure["state"], failure["title"])

    pair = logins.issue("misaki")
    fresh = {f"TRAKT_{kind}_TOKEN".upper(): str(pair[f"{kind}_token"]) for kind in ("access", "refresh")}
    assert 0 == run_on_github(synced, **fresh).code
    assert "closed" == issues_of(synced)["failure"]["state"]
    assert 0 == run_on_github(synced, **fresh).requests["github"]


def test_an_outage_becomes_an_issue_only_after_a_day(synced: Person) -> None:
    synced.demo.anilist.disabled = True
    assert 0 == run_on_github(synced, GITHUB_EVENT_NAME="schedule").code
    assert "failure" not in issues_of(synced)

    store, clock = synced.demo.github.store, synced.demo.world.clock
    last = json.loads(store.files("main")["state/last_sync.json"])
    last["good_at"] = (clock.now() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    store.push("main", {"state/last_sync.json": json.dumps(last).encode()}, "two days later", clock.now())
    assert 5 == run_on_github(synced, GITHUB_EVENT_NAME="schedule").code

    failure = issues_of(synced)["failure"]
    assert "open" == failure["state"]
    assert "AniList is switched off" in str(failure["title"])


def test_damaged_state_is_an_issue_and_nothing_is_committed_over_it(synced: Person) -> None:
    store = synced.demo.github.store
    store.push("main", {"state/plays.json": b'{"schema": 1, "pl'}, "by hand", synced.demo.world.clock.now())
    before = commits(synced)

    ended = run_on_github(synced, GITHUB_EVENT_NAME="schedule")

    assert (8, before) == (ended.code, commits(synced)), ended.output
    assert "state/plays.json" in str(issues_of(synced)["failure"]["body"])


def test_a_hostile_title_stays_text_on_every_page(person: Person) -> None:
    for number in (UNMAPPED, 104578):
        person.demo.world.tell_anilist(number, english=HOSTILE, romaji=HOSTILE)

    ended = run_on_github(person, "--allow-large")

    assert 0 == ended.code, ended.output
    pages = {path: text.decode() for path, text in person.demo.github.store.files("main").items()}
    shown = [ended.summary, pages["state/README.md"], *(str(issue["body"]) for issue in issues_of(person).values())]
    for page in shown:
        outside_of_code = "".join(part for n, part in enumerate(page.split("```")) if n % 2 == 0)
        assert "alert(1)" in outside_of_code
        for markup in ("<script", "](https://example.com", "@everyone", "\u202e", "AAAA" * 100):
            assert markup not in outside_of_code, markup
        assert page.count("<details>") == page.count("</details>")
    commands = [line for line in ended.output.splitlines() if line.startswith("::") and "made up" in line]
    assert [] == [line for line in commands if not line.startswith("::warning::Left out")]
    assert not re.search(r"(?m)^(::warning::second|.*##\[error\])", ended.output)


@pytest.mark.parametrize("hidden", ["LOG_TITLES", "private"])
def test_titles_that_are_not_to_be_shown_are_nowhere(person: Person, hidden: str) -> None:
    settings = {"LOG_TITLES": "false"} if hidden == "LOG_TITLES" else {"SYNC_PRIVATE": "true"}
    if hidden == "private":
        for entry in person.demo.world.user.entries.values():
            entry.private = True
        settings["ANILIST_ACCESS_TOKEN"] = person.demo.world.user.token
    listed = [entry.anime for entry in person.demo.world.user.entries.values() if entry.anime]
    titles = {title for anime in listed for title in (anime.english, anime.romaji, anime.native) if title}

    preview = run_on_github(person, **settings, MAX_NEW_PLAYS="9")
    ended = run_on_github(person, "--allow-large", **settings)

    assert (7, 0) == (preview.code, ended.code), ended.output
    issues = [f"{issue['title']}{issue['body']}" for issue in person.demo.github.issues.issues]
    readme = person.demo.github.store.files("main")["state/README.md"].decode()
    messages = [commit.message for commit in person.demo.github.store.history("main")]
    said = "\n".join(
        [preview.output, preview.summary, ended.output, ended.summary, readme, *issues, *messages]
    ).casefold()
    assert [] == [title for title in titles if len(title) > 6 and title.casefold() in said]
