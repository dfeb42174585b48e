from __future__ import annotations

import pytest

from sync.errors import (
    ConfigError,
    LoginError,
    LoginLost,
    NotConnected,
    ServiceUnavailable,
    StateError,
    StoppedByBrake,
    SuspiciousRead,
    SyncError,
    UnknownOutcome,
)
from sync.report.trouble import describe, error_line, render_error, split_trouble
from tests.report.made_up_run import NOW

ERRORS: list[tuple[SyncError, str]] = [
    (
        ServiceUnavailable("AniList", 'AniList is switched off at the moment (403): "temporarily disabled"', "Wait."),
        "## ⚠️ AniList is switched off at the moment",
    ),
    (
        LoginLost("Trakt no longer takes the stored log-in.", "Run Actions → Connect Trakt."),
        "## ❌ Trakt needs you to connect again",
    ),
    (
        NotConnected("No Trakt account is connected yet.", "Run Actions → Connect Trakt."),
        "## ❌ No Trakt account is connected yet",
    ),
    (
        LoginError("The code ran out before it was typed in.", "Run Actions → Connect Trakt."),
        "## ❌ The code ran out before it was typed in",
    ),
    (ConfigError(["A is missing.", "B is wrong."]), "## ❌ The settings need 2 corrections"),
    (ConfigError(["overrides.yaml:14: 5: unknown key"]), "## ❌ The settings need a correction"),
    (SuspiciousRead("Trakt", "Trakt's history came without its pages.", "Wait."), "## ⚠️ Trakt&#39;s history"),
    (
        UnknownOutcome("Trakt did not take 3 plays in 3 tries, and does not say why."),
        "## ❌ Trakt did not take 3 plays",
    ),
    (StateError("plays.json is damaged: it ends too soon.", "Restore it."), "## ❌ plays.json is damaged"),
    (StoppedByBrake("812 plays are more than MAX_NEW_PLAYS."), "## ⏸ 812 plays are more than MAX&#95;NEW&#95;PLAYS"),
]


@pytest.mark.parametrize(("error", "headline"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_has_a_headline_that_a_person_understands(error: SyncError, headline: str) -> None:
    assert render_error(error).splitlines()[0].startswith(headline.replace("&#39;", "'"))


def test_what_the_service_said_stands_under_the_headline() -> None:
    page = render_error(ERRORS[0][0])

    assert 'It answered (403): "temporarily disabled"' in page
    assert "\nWait.\n" in page


def test_each_wrong_setting_is_an_item() -> None:
    page = render_error(ConfigError(["A is missing.", "`B` must be a number."]))

    assert "- A is missing.\n- `B` must be a number.\n" in page


def test_the_last_good_run_is_told_when_known() -> None:
    assert "Last good run: 6 hours ago." in render_error(ERRORS[0][0], now=NOW, last_good_at=NOW.replace(hour=0))


def test_the_log_line_says_what_happened_and_what_to_do_in_one_line() -> None:
    error = LoginLost("Trakt no longer takes the stored log-in.", "Run Actions → Connect Trakt.")

    assert error_line(error) == (
        "Trakt needs you to connect again. Trakt no longer takes the stored log-in. Run Actions → Connect Trakt."
    )
    assert "\n" not in error_line(ConfigError(["one", "two"]))


def test_a_run_report_keeps_the_headline_of_an_error() -> None:
    for error, _ in ERRORS:
        assert split_trouble(describe(error).text)[0] == describe(error).headline


def test_a_sentence_too_long_for_a_headline_is_cut_at_its_colon() -> None:
    headline, detail = split_trouble("The state belongs to the AniList user a: " + "nothing at all was written " * 5)

    assert headline == "The state belongs to the AniList user a"
    assert detail.startswith("Nothing at all was written")


def test_hostile_words_in_an_error_stay_words() -> None:
    page = render_error(ServiceUnavailable("AniList", 'AniList said: "</details><script>\n::error::x"', "Wait."))

    assert "<script" not in page
    assert "</details>" not in page
    assert not any(line.startswith("::") for line in page.splitlines())
