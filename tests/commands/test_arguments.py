"""What the command line makes of words and of what people paste."""

from __future__ import annotations

import argparse

import pytest

from sync.commands.arguments import SWITCHES, Arguments, anilist_id, find_anilist_id, plain_switches
from sync.commands.map_issue.issue_form import BadForm, parse_form
from sync.errors import ConfigError
from sync.settings import SWITCH_WORDS

NEITHER = (
    "maybe",
    "ture",
    "2",
    "-1",
    "00",
    "y",
    "n",
    "wahr",
    "null",
    "None",
    "[]",
    "１",
    "yes yes",
    "true,",
    "--dry-run",
)


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("word", SWITCH_WORDS)
def test_a_switch_takes_the_words_of_the_settings_in_any_case_and_with_blanks_around(switch: str, word: str) -> None:
    for written in (word, word.upper(), word.title(), f" {word}\n"):
        expected = ["run", switch] if SWITCH_WORDS[word] else ["run"]
        assert expected == plain_switches(["run", f"{switch}={written}"])


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_refuses_every_other_word_and_names_it(switch: str) -> None:
    for word in NEITHER:
        with pytest.raises(ConfigError) as refused:
            plain_switches(["run", f"{switch}={word}"])
        assert (f"{switch} must be true or false; it is {word!r}. Nothing was done.",) == refused.value.problems


def test_all_words_that_are_not_understood_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        plain_switches(["run", "--dry-run=x", "--again=y", "--anilist-id=1"])

    assert ["--dry-run", "--again"] == [problem.split()[0] for problem in refused.value.problems]


def test_an_empty_word_is_a_no_and_a_switch_by_itself_a_yes() -> None:
    assert ["undo", "--dry-run"] == plain_switches(["undo", "--again=", "--dry-run"])


def test_what_follows_the_two_dashes_is_no_switch() -> None:
    assert ["undo", "--", "--dry-run=no"] == plain_switches(["undo", "--", "--dry-run=no"])


def test_no_option_is_taken_for_one_that_it_only_begins_like() -> None:
    parser = Arguments(prog="sync")
    parser.add_argument("--allow-large", action="store_true")

    with pytest.raises(ConfigError) as refused:
        parser.parse_args(["--allow"])

    assert ("Unrecognized arguments: --allow. (sync --help names what there is.)",) == refused.value.problems


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("104578", 104578),
        ("  104578\t", 104578),
        ("2147483647", 2**31 - 1),
        ("https://anilist.co/anime/17074/Monogatari-Series-Second-Season/", 17074),
        ("https://anilist.co/anime/17074?tab=stats", 17074),
        ("anilist.co/anime/17074", 17074),
        ("HTTPS://WWW.ANILIST.CO/ANIME/17074", 17074),
        ("0", None),
        ("017074", None),
        ("2147483648", None),
        ("9" * 5000, None),
        ("²", None),
        ("①", None),
        ("１７０７４", None),
        ("१७०७४", None),
        ("17 074", None),
        ("17,074", None),
        ("17074\n1", None),
        ("-17074", None),
        ("1e4", None),
        ("0x42", None),
        ("", None),
        ("https://anilist.co/manga/17074", None),
        ("https://anilist.co.example.org/anime/17074", None),
        ("https://myanimelist.net/anime/17074", None),
    ],
)
def test_an_entry_is_named_by_its_number_or_the_address_of_its_page_as_in_the_issue_form(
    pasted: str, expected: int | None
) -> None:
    assert expected == find_anilist_id(pasted)
    if expected is None:
        with pytest.raises(argparse.ArgumentTypeError, match="give the address of its page"):
            anilist_id(pasted)
        with pytest.raises(BadForm):
            parse_form(f"### AniList entry\n\n{pasted}\n\n### Trakt show or film\n\nmonogatari")
    else:
        assert expected == anilist_id(pasted)
        assert (
            expected == parse_form(f"### AniList entry\n\n{pasted}\n\n### Trakt show or film\n\nmonogatari").anilist_id
        )
