"""``python -m sync doctor``: everything that is wrong with a set-up, in one go, each with its remedy and page."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest

from sync.services.tokens.pair import TokenPair
from sync.services.tokens.store import EncryptedTokenStore
from tests.e2e.on_github import PAGE, commits, issues_of, job_settings, run_on_github
from tests.e2e.person import Ended, Person


def writes(person: Person) -> int:
    """What was written anywhere: Trakt, issues, git, secrets."""
    demo = person.demo
    changes = len(demo.github.issues.issues) + len(demo.github.secrets) + len(demo.github.store.history("main")) - 1
    return demo.log.count("trakt", "POST") + demo.log.count("trakt_auth") + changes


def test_a_set_up_in_order_is_said_to_be_with_few_requests_and_no_write(person: Person) -> None:
    ended = person.run("doctor", **job_settings(person))

    assert 0 == ended.code, ended.output
    assert "✅ The set-up is in order" in ended.summary
    for words in ("list of misaki can be read", "Trakt is connected as misaki", "The schedule is switched on"):
        assert words in ended.output
    assert (1, 1) == (ended.requests["anilist"], ended.requests["trakt"])
    assert ended.requests["github"] <= 4
    assert 0 == writes(person)
    assert [] == [path for path in person.state.rglob("*") if path.is_file()]


def test_a_fresh_copy_is_green_with_the_way_to_the_steps(person: Person) -> None:
    nothing = dict.fromkeys(("TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "ANILIST_USERNAME"), "")

    for command in ("doctor", "run", "connect", "undo"):
        ended = person.run(command, **job_settings(person), **nothing)
        assert 0 == ended.code
        assert "::notice" in ended.output
        assert "#five-steps" in ended.output
        assert 0 == sum(ended.requests[name] for name in person.demo.urls)


def test_everything_that_is_wrong_is_named_at_once(person: Person) -> None:
    (person.folder / "overrides.yaml").write_text("1: {skip: x}\n104578: {trakt: attack-on-titan, seasn: 3}\n")
    person.demo.github.workflows["sync.yml"] = "disabled_inactivity"
    person.demo.logins.revoke(person.settings["TRAKT_ACCESS_TOKEN"])

    ended = person.run("doctor", **job_settings(person, "actions"), ANILIST_USERNAME="shy_otaku", MAX_NEW_PLAYS="many")

    assert 2 == ended.code, ended.output
    for words, page in (
        ("MAX_NEW_PLAYS must be", f"{PAGE}/settings/secrets/actions"),
        ("did you mean “season”", f"{PAGE}/edit/main/overrides.yaml"),
        ("the profile is private", f"{PAGE}/settings/secrets/actions"),
        ("Trakt no longer takes the stored log-in", f"{PAGE}/actions/workflows/connect.yml"),
        ("60 days without activity", f"{PAGE}/actions/workflows/sync.yml"),
        ("lacks contents: write", f"{PAGE}/settings/actions"),
        ("lacks issues: write", f"{PAGE}/settings/actions"),
    ):
        assert words in ended.output
        assert [line for line in ended.output.splitlines() if words in line and page in line], words
    assert "::error file=overrides.yaml,line=2" in ended.output
    assert "7 things keep the sync from working" in ended.summary
    assert 0 == writes(person)


CASES = {
    "no Trakt account": (3, {"TRAKT_ACCESS_TOKEN": ""}, "No Trakt account is connected yet"),
    "no secret": (2, {"TRAKT_CLIENT_SECRET": ""}, "TRAKT_CLIENT_SECRET is missing"),
    "wrong app": (3, {"TRAKT_CLIENT_ID": "0" * 64}, "https://app.trakt.tv/settings/apps/api"),
    "unknown AniList user": (2, {"ANILIST_USERNAME": "nobody_at_all"}, "misspelt"),
    "bad AniList token": (3, {"ANILIST_ACCESS_TOKEN": "nonsense"}, "https://anilist.co/settings/developer"),
    "someone else's Trakt": (3, {"TRAKT_USERNAME": "someone-else"}, "but TRAKT_USERNAME is someone-else"),
}


@pytest.mark.parametrize(("code", "settings", "says"), CASES.values(), ids=CASES)
def test_what_is_wrong_has_its_remedy(person: Person, code: int, settings: dict[str, str], says: str) -> None:
    ended = person.run("doctor", **settings)

    assert code == ended.code, ended.output
    assert says in ended.output
    assert "Traceback" not in ended.output


def test_the_token_of_somebody_else_is_noticed(person: Person) -> None:
    ended = person.run("doctor", ANILIST_ACCESS_TOKEN=person.demo.world.anilist["newcomer"].token)

    assert 2 == ended.code
    assert 'ANILIST_ACCESS_TOKEN belongs to "newcomer"' in ended.output


def test_an_anilist_token_that_ends_soon_is_a_note_and_no_error(person: Person) -> None:
    user = person.demo.world.user
    user.log_in(person.demo.world.clock.now() - timedelta(days=340))

    ended = person.run("doctor", ANILIST_ACCESS_TOKEN=user.token)

    assert 0 == ended.code, ended.output
    assert "ANILIST_ACCESS_TOKEN expires on" in ended.output


def test_an_account_without_vip_is_told_what_that_means(person: Person) -> None:
    person.demo.world.account.vip = False

    ended = person.run("doctor")

    assert 0 == ended.code
    assert "https://app.trakt.tv/vip" in ended.output
    assert "one community app" in ended.output


def test_a_deleted_app_is_noticed_without_a_log_in(person: Person) -> None:
    person.demo.logins.app_deleted = True

    ended = person.run("doctor", TRAKT_ACCESS_TOKEN="")

    assert 3 == ended.code
    assert "Trakt does not know this API app" in ended.output
    assert "No Trakt account is connected yet" in ended.output


def test_a_log_in_whose_access_token_has_run_out_is_left_for_the_next_run_to_renew(person: Person) -> None:
    person.state.mkdir()
    old = person.demo.world.clock.now() - timedelta(days=30)
    pair = TokenPair("gone", "still-good", created_at=old, expires_in=timedelta(days=7))
    key = person.settings["TRAKT_CLIENT_SECRET"]
    EncryptedTokenStore(person.state / "trakt_token.enc", key=key, key_name="TRAKT_CLIENT_SECRET").save(pair)

    ended = person.run("doctor", TRAKT_ACCESS_TOKEN="", TRAKT_REFRESH_TOKEN="")

    assert 0 == ended.code, ended.output
    assert "the next run renews it" in ended.output
    assert 0 == ended.requests["trakt_auth"]


def test_an_outage_is_no_fault_of_the_set_up(person: Person) -> None:
    person.demo.anilist.disabled = True

    ended = person.run("doctor")

    assert 5 == ended.code
    assert "AniList is switched off at the moment" in ended.output
    assert "keeps the sync from working" not in ended.output


def test_damaged_state_is_named_and_left_as_it_is(person: Person) -> None:
    person.state.mkdir()
    (person.state / "plays.json").write_text('{"schema": 1, "pl')

    ended = person.run("doctor", **job_settings(person))

    assert 8 == ended.code
    assert "state/plays.json" in ended.output
    assert f"{PAGE}/commits/main/state" in ended.output
    assert '{"schema": 1, "pl' == (person.state / "plays.json").read_text()


def test_a_run_names_the_mistakes_in_settings_and_overrides_together(person: Person) -> None:
    (person.folder / "overrides.yaml").write_text("104578: {trakt: attack-on-titan, seasn: 3}\n")

    ended: Ended = person.run("run", MAX_NEW_PLAYS="many")

    assert 2 == ended.code
    for words in ("MAX_NEW_PLAYS", "did you mean “season”"):
        assert words in ended.output
        assert words in html.unescape(ended.summary)


def test_a_scheduled_run_that_cannot_begin_opens_one_issue_that_the_next_good_run_closes(person: Person) -> None:
    for _ in range(2):
        assert 2 == run_on_github(person, MAX_NEW_PLAYS="many", GITHUB_EVENT_NAME="schedule").code
    failure = issues_of(person)["failure"]
    assert ("The settings need a correction", "open") == (failure["title"], failure["state"])
    assert 1 == commits(person)

    good = run_on_github(person, "--anilist-id", "1", GITHUB_EVENT_NAME="schedule")
    assert 0 == good.code, good.output
    assert "closed" == issues_of(person)["failure"]["state"]
