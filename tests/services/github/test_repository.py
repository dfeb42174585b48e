"""``state/`` on GitHub, against a repository of real git objects on loopback."""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nacl.public import SealedBox

from sync.errors import StateError, TokenStoreError
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import PlayKind
from sync.services.github.repository import GitHubRefused, GitHubRepo, GitHubTrouble, IssueText
from sync.services.github.state_commit import blob_sha
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder
from sync.settings import GitHubContext
from tests.fakes import FakeClock
from tests.services.github.stand_in import REPOSITORY, Answer, StandIn, running

TOKEN = "ghs_workflow_token_of_a_run"
MARKER = "<!-- trakt-sync:unmapped -->"
NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)


@pytest.fixture
def github() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def repo(github: StandIn, clock: FakeClock) -> GitHubRepo:
    return GitHubRepo(context(github), clock, secrets_token="github_pat_for_secrets")


def context(github: StandIn) -> GitHubContext:
    return GitHubContext(token=TOKEN, repository=REPOSITORY, api_url=github.url, branch="main")


def saying(title: str, body: str) -> IssueText:
    """The text of an issue that does not depend on what it said before."""
    return lambda previous: (title, body)


def play(episode: int, state: PlayState = PlayState.CONFIRMED) -> LedgerPlay:
    return LedgerPlay(episode, PlayKind.EPISODE, 73481 + episode, state)


def ledger(*plays: LedgerPlay) -> Ledger:
    return Ledger({154587: plays})


def checkout(github: StandIn, path: Path) -> StateFolder:
    """The folder as a workflow finds it: the files of the branch's tip."""
    tree = github.trees[github.commits[github.tip]["tree"]]
    for name, sha in tree.items():
        if name.startswith("state/"):
            target = path / name.removeprefix("state/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(github.blobs[sha])
    folder = StateFolder(path)
    folder.load()
    return folder


def saved(path: Path, known: Ledger) -> bytes:
    """``plays.json`` as a run that knows ``known`` would save it."""
    folder = StateFolder(path)
    folder.save_ledger(known)
    return folder.files()["plays.json"]


def test_state_is_one_commit_made_with_three_writes(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    before = github.tip
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1), play(2)))
    folder.save_last_sync(LastSync(entries=1))

    result = repo.commit_state(folder, message="Add 2 plays")

    assert result.sha == github.tip
    assert result.merged == ()
    assert github.history() == [result.sha, *[before]]
    assert github.file("state/plays.json") == (tmp_path / "state" / "plays.json").read_bytes()
    assert github.file("README.md") == b"# mine\n"
    assert github.requests == [
        f"GET /repos/{REPOSITORY}/branches/main",
        f"GET /repos/{REPOSITORY}/git/trees/{github.commits[before]['tree']}?recursive=1",
        f"POST /repos/{REPOSITORY}/git/trees",
        f"POST /repos/{REPOSITORY}/git/commits",
        f"PATCH /repos/{REPOSITORY}/git/refs/heads/main",
    ]
    assert "author" not in github.bodies[3]
    assert github.bodies[4]["force"] is False


def test_only_files_that_differ_from_the_tip_are_sent(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    repo.commit_state(folder, message="one")

    sent = [item["path"] for body in github.bodies for item in body.get("tree", []) if isinstance(body["tree"], list)]
    assert sent == ["state/plays.json"]


def test_nothing_is_written_when_the_tip_holds_it_all(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")

    result = repo.commit_state(folder, message="nothing")

    assert result.sha is None
    assert github.count("POST") == github.count("PATCH") == 0


def test_a_commit_in_between_is_merged_and_the_update_tried_again(
    github: StandIn, repo: GitHubRepo, clock: FakeClock, tmp_path: Path
) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    theirs = saved(tmp_path / "theirs", ledger(play(2)))
    pushes = iter([theirs])

    def push_first(request: str) -> None:
        if request.startswith("PATCH") and (content := next(pushes, None)):
            github.push({"state/plays.json": content, "overrides.yaml": b"1: {skip: true}\n"})

    github.faults.append(push_first)
    result = repo.commit_state(folder, message="Add 1 play")

    assert result.merged == ("plays.json",)
    assert folder.load().ledger == ledger(play(1), play(2))
    assert github.file("state/plays.json") == (tmp_path / "state" / "plays.json").read_bytes()
    assert github.file("overrides.yaml") == b"1: {skip: true}\n"
    assert clock.slept == [1.0]


def test_what_was_merged_in_survives_a_later_save_of_a_run_that_does_not_know_it(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    folder = checkout(github, tmp_path / "state")
    github.push({"state/plays.json": saved(tmp_path / "theirs", ledger(play(9)))})
    folder.save_ledger(ledger(play(1)))
    repo.commit_state(folder, message="first batch")
    folder.save_ledger(ledger(play(1), play(2)))
    repo.commit_state(folder, message="second batch")

    github_folder = checkout(github, tmp_path / "later")
    assert github_folder.load().ledger == ledger(play(1), play(2), play(9))


def test_a_run_that_read_what_was_merged_in_may_take_it_out_again(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    folder = checkout(github, tmp_path / "state")
    github.push({"state/plays.json": saved(tmp_path / "theirs", ledger(play(9)))})
    folder.save_ledger(ledger(play(1)))
    assert repo.commit_state(folder, message="merged").merged == ("plays.json",)
    assert folder.load().ledger == ledger(play(1), play(9))
    folder.save_ledger(ledger(play(1)))

    assert repo.commit_state(folder, message="taken out").merged == ()
    assert checkout(github, tmp_path / "check").load().ledger == ledger(play(1))


def test_a_run_from_an_old_checkout_does_not_take_back_a_newer_state(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    old = checkout(github, tmp_path / "old")
    github.push({"state/plays.json": saved(tmp_path / "new", ledger(play(1), play(2, PlayState.REMOVED)))})
    old.save_ledger(ledger(play(1, PlayState.ADOPTED)))
    old.save_text("README.md", "# page\n")

    repo.commit_state(old, message="late")

    assert checkout(github, tmp_path / "check").load().ledger == ledger(play(1), play(2, PlayState.REMOVED))


def test_a_page_that_another_run_drew_is_not_replaced_by_the_one_this_run_found(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    folder = checkout(github, tmp_path / "state")
    github.push({"state/README.md": b"# newer\n"})
    folder.save_ledger(ledger(play(1)))

    repo.commit_state(folder, message="no page drawn")
    assert github.file("state/README.md") == b"# newer\n"

    folder.save_text("README.md", "# newest\n")
    repo.commit_state(folder, message="page drawn")
    assert github.file("state/README.md") == b"# newest\n"


def test_files_left_by_a_killed_process_are_committed_by_the_next_one(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    github.push({"state/plays.json": saved(tmp_path / "old", ledger(play(1)))})
    killed = checkout(github, tmp_path / "state")
    killed.save_ledger(ledger(play(1), play(2)))

    rescue = StateFolder(tmp_path / "state")
    repo.commit_state(rescue, message="What the last step left", only=("plays.json",))

    assert checkout(github, tmp_path / "check").load().ledger == ledger(play(1), play(2))


def test_five_conflicts_in_a_row_end_in_a_clear_error_and_the_files_stay(
    github: StandIn, repo: GitHubRepo, clock: FakeClock, tmp_path: Path
) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))

    def push_first(request: str) -> None:
        if request.startswith("PATCH"):
            github.push({"overrides.yaml": b"# edited again\n"})

    github.faults.append(push_first)

    with pytest.raises(GitHubTrouble, match="not a fast forward") as caught:
        repo.commit_state(folder, message="never")

    assert caught.value.exit_code == 5
    assert github.count("PATCH") == 5
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]
    assert folder.load().ledger == ledger(play(1))


def test_an_update_whose_answer_was_lost_is_not_made_twice(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    lost = iter([(502, {"message": "Bad gateway"})])
    github.after.append(lambda request: next(lost, None) if "PATCH" in request else None)

    result = repo.commit_state(folder, message="once")

    assert result.sha == github.tip
    assert len(github.history()) == 2


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_github_is_asked_again(github: StandIn, repo: GitHubRepo, tmp_path: Path, status: int) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    answers: Iterator[Answer] = iter([(status, {"message": "Server Error"})] * 2)
    github.faults.append(lambda request: next(answers, None) if "git/trees" in request else None)

    assert repo.commit_state(folder, message="patient").sha == github.tip


@pytest.mark.parametrize(
    ("refusal", "remedy"),
    [
        ((403, "Resource not accessible by integration"), "Settings → Actions → General → Workflow permissions"),
        ((404, "Not Found"), "contents: write"),
        ((401, "Bad credentials"), "renew it"),
        ((409, "Repository rule violations found\n\nChanges must be made through a pull request."), "STATE_BRANCH"),
        ((422, "Protected branch update failed for refs/heads/main."), "Settings → Rules"),
    ],
)
def test_a_refused_write_is_tried_once_and_says_what_to_set(
    github: StandIn, repo: GitHubRepo, tmp_path: Path, refusal: tuple[int, str], remedy: str
) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    github.faults.append(lambda request: (refusal[0], {"message": refusal[1]}) if "PATCH" in request else None)

    with pytest.raises(GitHubRefused) as caught:
        repo.commit_state(folder, message="refused")

    assert remedy in str(caught.value)
    assert caught.value.exit_code == 2
    assert TOKEN not in str(caught.value)
    assert github.count("PATCH") == 1
    assert folder.load().ledger == ledger(play(1))


def test_a_damaged_file_on_github_is_not_overwritten(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")
    github.push({"state/plays.json": b"<<<<<<< HEAD\n"})
    folder.save_ledger(ledger(play(1)))

    with pytest.raises(StateError, match=r"plays\.json"):
        repo.commit_state(folder, message="no")

    assert github.file("state/plays.json") == b"<<<<<<< HEAD\n"


def test_the_others_go_up_all_the_same_unless_nothing_was_written_yet(
    github: StandIn, repo: GitHubRepo, tmp_path: Path
) -> None:
    month = "journal/2026-11.jsonl"
    folder = checkout(github, tmp_path / "state")
    github.push({f"state/{month}": b"<<<<<<< HEAD\n"})
    folder.append_journal(JournalLine("a", NOW, JournalAction.ADD, ()))
    folder.save_ledger(ledger(play(1)))

    with pytest.raises(StateError, match=month):
        repo.commit_state(folder, message="a lease", alone=True)
    assert github.count("POST") == 0

    with pytest.raises(StateError, match=month):
        repo.commit_state(folder, message="the end")
    assert github.file("state/plays.json") == (tmp_path / "state" / "plays.json").read_bytes()
    assert github.file(f"state/{month}") == b"<<<<<<< HEAD\n"


def test_nothing_but_the_job_s_own_files_goes_up(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    """A link of the repository's would be read as what it leads to: the runner's secrets, say."""
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    for name in ("notes.md", "environ.json", "journal.jsonl", "page.svg"):
        (tmp_path / "state" / name).symlink_to("/proc/self/environ")
        (tmp_path / "state" / f"my-{name}").write_text("mine")

    repo.commit_state(folder, message="one")

    tree = github.trees[github.commits[github.tip]["tree"]]
    assert {"README.md", "state/README.md", "state/plays.json"} == set(tree)


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        (("state/plays.json", "120000", "blob"), True),
        (("state/README.md", "160000", "commit"), True),
        (("state", "120000", "blob"), True),
        (("state", "100644", "blob"), True),
        (("state/journal", "120000", "blob"), True),
        (("state/notes.md", "120000", "blob"), False),
        (("elsewhere/plays.json", "120000", "blob"), False),
        (("state/journal", "040000", "tree"), False),
        (("state/plays.json", "100755", "blob"), False),
    ],
)
def test_a_link_in_the_place_of_a_file_on_github_is_not_written_over(
    github: StandIn, repo: GitHubRepo, tmp_path: Path, item: tuple[str, str, str], refused: bool
) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    sha = github.commits[github.tip]["tree"]
    path, mode, kind = item
    listed = {"path": path, "mode": mode, "type": kind, "sha": "0" * 40}
    answer: Answer = (200, {"sha": sha, "tree": [listed], "truncated": False})
    github.after.append(lambda request: answer if request.startswith("GET") and "/git/trees/" in request else None)
    theirs = b64encode(saved(tmp_path / "theirs", ledger(play(2)))).decode()
    github.faults.append(lambda request: (200, {"content": theirs}) if "/git/blobs/" in request else None)

    if refused:
        with pytest.raises(GitHubRefused, match=f"On GitHub, {path} is a link, or no"):
            repo.commit_state(folder, message="no")
        assert github.count("POST") == 0
    else:
        assert repo.commit_state(folder, message="yes").sha == github.tip


def test_only_the_token_is_pushed_when_only_it_is_named(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    (tmp_path / "state" / "trakt_token.enc").write_text('{"schema": 1, "created_at": "2026-11-22T06:00:00Z"}\n')

    repo.commit_state(folder, message="Renew the log-in", only=("trakt_token.enc",))

    assert "state/plays.json" not in github.trees[github.commits[github.tip]["tree"]]
    assert json.loads(github.file("state/trakt_token.enc"))["created_at"] == "2026-11-22T06:00:00Z"


def test_journals_of_two_runs_are_joined(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    def line(run: str, minute: int) -> JournalLine:
        at = NOW + timedelta(minutes=minute)
        plays = (JournalPlay(1, minute, PlayKind.EPISODE, 500 + minute, at),)
        return JournalLine(run, at, JournalAction.ADD, plays)

    theirs = StateFolder(tmp_path / "theirs")
    theirs.append_journal(line("b", 2))
    ours = checkout(github, tmp_path / "state")
    github.push({"state/journal/2026-11.jsonl": theirs.files()["journal/2026-11.jsonl"]})
    ours.append_journal(line("a", 1))
    ours.append_journal(line("a", 3))

    repo.commit_state(ours, message="journal")

    assert [found.run_id for found in checkout(github, tmp_path / "check").load_journal()] == ["a", "b", "a"]


def test_the_time_of_the_commit_is_noted_for_the_heartbeat(github: StandIn, repo: GitHubRepo, tmp_path: Path) -> None:
    folder = checkout(github, tmp_path / "state")
    run = RunLine("r1", NOW, Outcome.NOTHING_NEW, 0, 2)
    folder.save_last_sync(LastSync(good_at=NOW, entries=3, runs=(run,)))
    assert folder.has_news(NOW)
    repo.commit_state(folder, message="first")

    last = folder.load().last_sync
    assert last.changed_at == NOW
    folder.save_last_sync(replace(last, good_at=NOW + timedelta(hours=6)))
    assert not folder.has_news(NOW + timedelta(hours=6))
    assert folder.has_news(NOW + timedelta(days=7))


def test_the_default_branch_is_asked_for_once_when_no_setting_names_it(github: StandIn, tmp_path: Path) -> None:
    repo = GitHubRepo(replace(context(github), branch=None), FakeClock())

    assert (repo.branch, repo.branch) == ("main", "main")
    assert github.requests == [f"GET /repos/{REPOSITORY}"]


def test_a_secret_arrives_sealed_for_the_repository(github: StandIn, repo: GitHubRepo) -> None:
    repo.put_secret("TRAKT_REFRESH_TOKEN", "the-new-refresh-token")

    sent = github.secrets["TRAKT_REFRESH_TOKEN"]
    assert sent["key_id"] == "k1"
    assert SealedBox(github.key).decrypt(b64decode(sent["encrypted_value"])) == b"the-new-refresh-token"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_token_that_may_not_write_secrets_is_explained(github: StandIn, repo: GitHubRepo, status: int) -> None:
    github.faults.append(lambda _: (status, {"message": "Resource not accessible by personal access token"}))

    with pytest.raises(TokenStoreError, match="Secrets: read and write") as caught:
        repo.put_secret("TRAKT_REFRESH_TOKEN", "the-new-refresh-token")

    assert "the-new-refresh-token" not in str(caught.value)


def test_no_token_shows_in_debug_logs(
    github: StandIn, repo: GitHubRepo, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = checkout(github, tmp_path / "state")
    folder.save_ledger(ledger(play(1)))
    repo.commit_state(folder, message="quiet")
    repo.put_secret("TRAKT_ACCESS_TOKEN", "the-new-access-token")

    assert len(caplog.records) > 5
    for secret in (TOKEN, "github_pat_for_secrets", "the-new-access-token"):
        assert secret not in caplog.text


def test_the_issue_is_made_once_and_then_changed_in_place(github: StandIn, repo: GitHubRepo) -> None:
    made = repo.put_issue(MARKER, saying("2 shows need you", "- [ ] Kaiji Recap\n- [ ] Other"))
    same = repo.put_issue(MARKER, saying("2 shows need you", "- [ ] Kaiji Recap\n- [ ] Other"))
    edited = repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))

    assert made is not None
    assert same is not None
    assert edited is not None
    assert (made.changed, same.changed, edited.changed) == (True, False, True)
    assert len(github.issues) == 1
    assert github.issues[0]["body"] == f"{MARKER}\n- [ ] Kaiji Recap\n"
    assert github.count("PATCH") == 1


def test_the_issue_is_closed_when_it_is_empty_and_reopened_when_it_is_needed(github: StandIn, repo: GitHubRepo) -> None:
    repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))
    repo.put_issue(MARKER, saying("All is mapped", "Nothing needs you."), open_=False)
    assert github.issues[0]["state"] == "closed"

    repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))
    assert github.issues[0]["state"] == "open"


def test_an_issue_that_a_person_closed_stays_closed_until_it_says_something_new(
    github: StandIn, repo: GitHubRepo
) -> None:
    repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))
    github.issues[0]["state"] = "closed"

    repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))
    assert github.issues[0]["state"] == "closed"
    repo.put_issue(MARKER, saying("2 shows need you", "- [ ] Kaiji Recap\n- [ ] Other"))
    assert github.issues[0]["state"] == "open"


def test_an_issue_s_new_text_may_build_on_the_old_one_and_several_are_looked_up_at_once(
    github: StandIn, repo: GitHubRepo
) -> None:
    seen: list[str | None] = []

    def text(previous: str | None) -> tuple[str, str]:
        seen.append(previous)
        return "Growing", f"{(previous or '').count('x') * 'x'}x"

    repo.put_issue(MARKER, text)
    repo.put_issue(MARKER, text)
    repo.put_issue("<!-- another -->", saying("Other", "y"), open_=False)

    assert seen == [None, f"{MARKER}\nx\n"]
    assert github.issues[0]["body"] == f"{MARKER}\nxx\n"
    assert github.count("GET") == 1


def test_no_issue_is_made_when_none_is_needed(github: StandIn, repo: GitHubRepo) -> None:
    assert repo.put_issue(MARKER, saying("All is mapped", ""), open_=False) is None
    assert github.issues == []


def test_other_issues_and_pull_requests_are_left_alone(github: StandIn, repo: GitHubRepo) -> None:
    stranger = {
        "number": 1,
        "html_url": "https://github.com/m/r/issues/1",
        "state": "open",
        "title": "Hello",
        "body": "mine",
    }
    request = stranger | {"number": 2, "body": MARKER, "html_url": "https://github.com/m/r/pull/2"}
    github.issues = [stranger, request]

    repo.put_issue(MARKER, saying("1 show needs you", "- [ ] Kaiji Recap"))

    assert [issue["number"] for issue in github.issues] == [1, 2, 3]
    assert github.count("PATCH") == 0


def test_a_text_too_long_for_an_issue_is_cut_at_a_line(github: StandIn, repo: GitHubRepo) -> None:
    repo.put_issue(MARKER, saying("Many", "- [ ] a show\n" * 10_000))

    body = github.issues[0]["body"]
    assert len(body) < 65_536
    assert body.endswith("- [ ] a show\n\n_The rest is in the latest run's summary._\n")


def test_a_repository_without_issues_is_no_trouble(github: StandIn, repo: GitHubRepo) -> None:
    github.faults.append(lambda _: (410, {"message": "Issues are disabled for this repo"}))

    assert repo.put_issue(MARKER, saying("1 show needs you", "x")) is None


def test_the_schedule_s_state_is_told(github: StandIn, repo: GitHubRepo) -> None:
    assert repo.fetch_workflow_state("sync.yml") == "disabled_fork"
    assert repo.fetch_workflow_state("none.yml") is None


def test_a_github_that_cannot_be_reached_is_named_without_a_traceback_of_addresses(clock: FakeClock) -> None:
    nobody = GitHubContext(token=TOKEN, repository=REPOSITORY, api_url="http://127.0.0.1:9", branch="main")

    with pytest.raises(GitHubTrouble, match="did not answer"):
        GitHubRepo(nobody, clock).commit_state(StateFolder(Path("nowhere")), message="x")


def test_blobs_are_named_as_git_names_them() -> None:
    # `git hash-object` of "test content\n", as in the Pro Git book, chapter 10.2.
    assert blob_sha(b"test content\n") == "d670460b4b4aece5915caf5c68d12f560a9fe3e4"
