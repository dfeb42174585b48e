"""The issue form of a manual map: a pull request for those who may write, an answer, and nothing for anybody else."""

from __future__ import annotations

import json

import pytest

from demo.github.objects import REPOSITORY
from tests.e2e.person import Ended, Person

FILE = "# Mine.\n2966: {skip: true, reason: not yet}  # later\n"
GOOD = {"AniList entry": "https://anilist.co/anime/104578", "Trakt show or film": "attack-on-titan", "Season": "3"}
HOSTILE = '"; touch pwned; $(touch pwned) ${{ secrets.X }}\n::error::made up <script>@everyone</script> ' + "x" * 10_000


def body_of(**fields: str) -> str:
    """The issue's text as GitHub makes it of the form."""
    names = ("AniList entry", "What should happen", "Trakt show or film", "Season", "First episode")
    filled = {"What should happen": "Map it to the show or film below", **fields}
    headings = (*names, "Episode by episode", "Reason")
    return "\n\n".join(f"### {name}\n\n{filled.get(name) or '_No response_'}" for name in headings)


def fill_in(
    person: Person, body: str, *, author: str = "misaki", sender: str = "", rights: str = "", **more: str
) -> Ended:
    """Somebody opens the issue, which starts the job."""
    person.demo.github.store.push("main", {"overrides.yaml": FILE.encode()}, "mine", person.demo.world.clock.now())
    event = {"issue": {"number": 7, "body": body, "user": {"login": author}}, "sender": {"login": sender or author}}
    (person.folder / "event.json").write_text(json.dumps(event))
    github = person.demo.github
    token = github.new_token(frozenset(rights.split())) if rights else github.new_token()
    issues = person.demo.github.issues
    while len(issues.issues) < 7:
        issues.open_issue("Map: x")
    settings = {
        "GITHUB_API_URL": person.demo.urls["github"],
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": token,
        "GITHUB_EVENT_PATH": str(person.folder / "event.json"),
        "STATE_BRANCH": "main",
        "TRAKT_CLIENT_SECRET": "",
        "TRAKT_ACCESS_TOKEN": "",
        "TRAKT_REFRESH_TOKEN": "",
    }
    return person.run("map-issue", **{**settings, **more})


def answers(person: Person) -> list[str]:
    """What was said in the issue."""
    return [str(comment["body"]) for comment in person.demo.github.issues.comments.get(7, [])]


def test_a_good_form_becomes_a_pull_request_that_changes_one_line(person: Person) -> None:
    ended = fill_in(person, body_of(**GOOD, **{"First episode": "13"}))

    assert 0 == ended.code, ended.output
    (pull,) = person.demo.github.issues.pulls
    assert "Map Attack on Titan Season 3 Part 2 (104578)" == pull["title"]
    text = str(pull["body"])
    for words in ("1–10 → S3E13–22", "29 Apr – 1 Jul 2019", "Closes #7", "104578: {trakt: attack-on-titan, season: 3"):
        assert words in text
    files = person.demo.github.store.files("map/issue-7")
    line = b"104578: {trakt: attack-on-titan, season: 3, first_episode: 13}\n"
    assert FILE.encode() + line == files["overrides.yaml"]
    assert b"# My sync\n" == files["README.md"]
    assert FILE.encode() == person.demo.github.store.files("main")["overrides.yaml"]
    (answer,) = answers(person)
    assert str(pull["html_url"]) in answer
    assert 0 == ended.posts


def test_an_edited_form_brings_the_same_pull_request_up_to_date(person: Person) -> None:
    fill_in(person, body_of(**GOOD))
    ended = fill_in(person, body_of(**{**GOOD, "AniList entry": "2966", "Trakt show or film": "spice-and-wolf"}))

    assert 0 == ended.code, ended.output
    assert 1 == len(person.demo.github.issues.pulls)
    changed = person.demo.github.store.files("map/issue-7")["overrides.yaml"]
    assert b"# Mine.\n2966: {trakt: spice-and-wolf, season: 3}  # later\n" == changed
    assert "Brought up to date" in answers(person)[1]


def test_a_bad_form_is_answered_with_all_that_is_wrong(person: Person) -> None:
    ended = fill_in(person, body_of(**{"AniList entry": "Kaiji", "Season": "three"}))

    assert 0 == ended.code, ended.output
    (answer,) = answers(person)
    for words in ("AniList entry: give", "Trakt show or film: give", "Season: it must be"):
        assert words in answer
    assert [] == person.demo.github.issues.pulls


def test_a_mistake_that_only_the_file_s_check_finds_is_answered_too(person: Person) -> None:
    spans = {"Trakt show or film": "attack-on-titan", "Episode by episode": "1-5: s3e1\n4-6: s4e1"}
    fill_in(person, body_of(**{"AniList entry": "104578", **spans}))

    assert "episode 4 is in two ranges" in answers(person)[0]
    assert [] == person.demo.github.issues.pulls


@pytest.mark.parametrize("field", ["AniList entry", "Trakt show or film", "Season", "Episode by episode", "Reason"])
def test_a_hostile_form_changes_nothing_but_its_own_text(person: Person, field: str) -> None:
    action = "Skip it" if field == "Reason" else "Map it to the show or film below"
    ended = fill_in(person, body_of(**{**GOOD, "What should happen": action, field: HOSTILE}), GITHUB_ACTIONS="true")

    assert 0 == ended.code, ended.output
    assert [] == [line for line in ended.output.splitlines() if line.startswith("::error")]
    assert not list(person.folder.rglob("pwned"))
    said = "\n".join([*answers(person), *(str(pull["body"]) for pull in person.demo.github.issues.pulls)])
    outside_of_code = "".join(part for n, part in enumerate(said.split("```")) if n % 2 == 0)
    assert "<script>" not in outside_of_code
    assert "@everyone" not in outside_of_code
    assert len(said) < 20_000
    assert (1 if field == "Reason" else 0) == len(person.demo.github.issues.pulls)


@pytest.mark.parametrize(("author", "sender"), [("stranger", ""), ("stranger", "misaki"), ("misaki", "stranger")])
def test_a_person_without_write_access_is_not_acted_on(person: Person, author: str, sender: str) -> None:
    ended = fill_in(person, body_of(**GOOD), author=author, sender=sender)

    assert 0 == ended.code, ended.output
    assert "may not write to this repository" in ended.output
    assert ([], []) == (answers(person), person.demo.github.issues.pulls)
    assert ["main"] == list(person.demo.github.store.branches)


def test_where_workflows_may_not_open_pull_requests_the_answer_has_the_remedy_and_the_line(person: Person) -> None:
    ended = fill_in(person, body_of(**GOOD), rights="contents issues")

    assert 0 == ended.code, ended.output
    (answer,) = answers(person)
    for words in (
        "Allow GitHub Actions to create and approve pull requests",
        "104578: {trakt: attack-on-titan, season: 3}",
    ):
        assert words in answer
    assert f"https://github.com/{REPOSITORY}/compare/main...map/issue-7?expand=1" in answer
    assert "map/issue-7" in person.demo.github.store.branches


def test_titles_stay_out_where_they_are_not_wanted(person: Person) -> None:
    fill_in(person, body_of(**{**GOOD, "Trakt show or film": "1420"}), LOG_TITLES="false")

    (pull,) = person.demo.github.issues.pulls
    assert "Map AniList 104578" == pull["title"]
    assert "Titan" not in f"{pull['body']}{answers(person)}"


def test_without_the_services_the_pull_request_shows_what_the_line_says(person: Person) -> None:
    person.demo.anilist.disabled = True

    ended = fill_in(person, body_of(**GOOD), TRAKT_CLIENT_ID="")

    assert 0 == ended.code, ended.output
    (pull,) = person.demo.github.issues.pulls
    assert "AniList is switched off" in str(pull["body"])


def test_the_same_wish_twice_is_answered_without_a_pull_request(person: Person) -> None:
    fill_in(person, body_of(**{"AniList entry": "2966", "What should happen": "Skip it", "Reason": "not yet"}))

    assert "says so already" in answers(person)[0]
    assert [] == person.demo.github.issues.pulls
