from __future__ import annotations

import html
import re

import pytest

from sync.report.text import code, comment, escape, link, log_line, plain, prose

HOSTILE = [
    "**bold** _it_ ~~gone~~ `code`",
    "<img src=x onerror=alert(1)><!-- --></details>",
    "a | b \\| c \\",
    "[click](https://evil.example) ![](x) [^1]",
    "::error::boom",
    "${{ secrets.TRAKT_CLIENT_SECRET }}",
    "@octocat #1 octo/cat#2 GH-3 :tada: $x^2$",
    "line one\nline two\r\n## heading\u2028third",
    "\u202eevil\u202c \u2066isolated\u2069 \u200f",
    "https://evil.example www.evil.example evil@evil.example",
    "&lt;b&gt; &#64; &amp;",
    "- [ ] task",
    "1. one",
    "+ plus",
    "===",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358a",
    "\ud800 lone \x00 \x1b[31mred",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_shows_exactly_the_plain_text(text: str) -> None:
    shown = html.unescape(escape(text))

    assert plain(text) == "".join(char for char in shown if char not in "\u200b\u2068\u2069")


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_holds_no_character_that_markdown_or_html_acts_on(text: str) -> None:
    raw = re.sub(r"&#\d+;", "", escape(text))

    assert not set(raw) & set("\\`*_{}[]<>|~^$&@\n")


@pytest.mark.parametrize(
    "title", ["Cowboy Bebop", "Re:ZERO -Starting Life-", "K-ON!", "Steins;Gate", "86", "Fate/Zero (2011)"]
)
def test_an_ordinary_title_is_left_as_it_is(title: str) -> None:
    assert escape(title) == title


def test_a_long_title_is_cut_and_says_so() -> None:
    shown = plain("A" * 10_000)

    assert len(shown) == 120
    assert shown.endswith("A…")


def test_direction_marks_are_removed_and_text_from_right_to_left_is_isolated() -> None:
    assert plain("a\u202eb\u200fc") == "abc"
    assert escape("שלום") == "\u2068שלום\u2069"


def test_stacked_accents_are_thinned_but_ordinary_ones_stay() -> None:
    assert plain("Z" + "\u0351" * 60) == "Z" + "\u0351" * 4
    assert plain("Pokémon") == "Pokémon"


@pytest.mark.parametrize("mention", ["@octocat", "#1", "GH-1", ":tada:", "https://evil.example", "www.evil.example"])
def test_what_github_makes_out_of_finished_text_is_broken(mention: str) -> None:
    assert mention not in html.unescape(escape(f"see {mention} there"))


@pytest.mark.parametrize("text", ["- item", "+ item", "= rule", "1. item", "12) item", "> quote", "# heading"])
def test_text_at_the_start_of_a_line_opens_no_block(text: str) -> None:
    first, _, rest = escape(text).partition(";")

    assert first.lstrip("0123456789").startswith("&#")
    assert rest


def test_our_own_sentence_keeps_its_address_and_its_code() -> None:
    said = prose("Make a token at https://anilist.co/settings/developer and set `ANILIST_ACCESS_TOKEN`.")

    assert said == "Make a token at <https://anilist.co/settings/developer> and set `ANILIST_ACCESS_TOKEN`."


@pytest.mark.parametrize("address", ["https://evil.example/x", "https://trakt.tv.evil.example", "http://trakt.tv"])
def test_an_address_anywhere_else_stays_text(address: str) -> None:
    assert f"<{address}" not in prose(f"see {address}")


def test_code_cannot_be_ended_from_within() -> None:
    assert code("a`b|c\\") == "`a'b¦c/`"


def test_a_link_address_cannot_end_the_link() -> None:
    assert link("x", "https://trakt.tv/a) <b> |") == "[x](https://trakt.tv/a%29%20%3Cb%3E%20%7C)"


def test_only_web_addresses_become_links() -> None:
    assert link("x", "javascript:alert(1)") == "x"


def test_a_comment_stays_on_its_line_and_in_its_fence() -> None:
    assert comment("a\n```\n98765: {trakt: evil}") == "a ''' 98765: {trakt: evil}"


@pytest.mark.parametrize("text", ["::error::x", "  ::add-mask::x", "\n::stop-commands::x"])
def test_a_log_line_never_starts_with_a_command(text: str) -> None:
    assert log_line(text).startswith(": :")


def test_the_old_command_form_is_broken_anywhere_in_a_log_line() -> None:
    assert "##[" not in log_line("title ##[add-mask]x")
