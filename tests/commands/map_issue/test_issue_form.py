from __future__ import annotations

import pytest

from sync.commands.map_issue.issue_form import BadForm, parse_form
from sync.commands.shell import parse_overrides_text
from sync.report.override_snippet import skip_line


def form(**fields: str) -> str:
    """An issue's text as GitHub makes it of the form; a field that is not named was left empty."""
    labels = {
        "anilist": "AniList entry",
        "action": "What should happen",
        "trakt": "Trakt show or film",
        "season": "Season",
        "first": "First episode",
        "episodes": "Episode by episode",
        "reason": "Reason",
    }
    filled = {"anilist": "104578", "action": "Map it to the show or film below", **fields}
    return "\n\n".join(f"### {label}\n\n{filled.get(name) or '_No response_'}" for name, label in labels.items())


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"trakt": "https://trakt.tv/shows/attack-on-titan", "season": "3", "first": "13"},
            "104578: {trakt: attack-on-titan, season: 3, first_episode: 13}",
        ),
        (
            {"trakt": "https://app.trakt.tv/shows/attack-on-titan/seasons/3/episodes/13?ref=x"},
            "104578: {trakt: attack-on-titan, season: 3, first_episode: 13}",
        ),
        ({"trakt": "1420", "season": "0"}, "104578: {trakt: 1420, season: 0}"),
        ({"trakt": "Attack-on-Titan"}, "104578: {trakt: attack-on-titan}"),
        ({"trakt": "https://trakt.tv/movies/suzume-2022"}, "104578: {trakt: suzume-2022, type: movie}"),
        (
            {"trakt": "monogatari", "episodes": "1-5: s3e1\n6: S0E4\n7-: s3e6\n"},
            '104578: {trakt: monogatari, episodes: {"1-5": s3e1, "6": s0e4, "7-": s3e6}}',
        ),
        ({"action": "Skip it", "reason": "A recap"}, '104578: {skip: true, reason: "A recap"}'),
        ({"action": "Skip it"}, '104578: {skip: true, reason: "not on Trakt"}'),
        ({"anilist": "https://anilist.co/anime/17074/Monogatari/?x=1", "trakt": "86"}, "17074: {trakt: 86}"),
        ({"trakt": "https://trakt.tv/shows/on"}, '104578: {trakt: "on"}'),
        ({"trakt": "https://trakt.tv/shows/1e5"}, '104578: {trakt: "1e5"}'),
    ],
)
def test_a_form_becomes_a_line_that_the_file_s_parser_takes(fields: dict[str, str], line: str) -> None:
    wish = parse_form(form(**fields).replace("\n", "\r\n"))

    assert line == wish.line
    assert {wish.anilist_id} == set(parse_overrides_text(wish.line).entries)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"anilist": "", "trakt": "86"}, ["AniList entry: give the address", "it is empty"]),
        ({"anilist": "https://myanimelist.net/anime/1", "trakt": "86"}, ["AniList entry: give the address"]),
        ({}, ["Trakt show or film: give the address"]),
        ({"trakt": "https://www.imdb.com/title/tt1"}, ["“https://www.imdb.com/title/tt1” is none"]),
        (
            {"trakt": "86", "season": "three", "first": "0"},
            ["Season: it must be a number", "First episode: it must be"],
        ),
        ({"trakt": "86", "first": "3"}, ["First episode: it needs a season"]),
        ({"trakt": "86", "episodes": "one: s1e1\n2: s1"}, ["“one: s1e1” is no line", "“2: s1” is no line"]),
        ({"trakt": "86", "season": "1", "episodes": "1: s1e1"}, ["Season: leave it empty"]),
        ({"trakt": "https://trakt.tv/movies/suzume-2022", "season": "1"}, ["Season: a film has none"]),
        ({"trakt": "86", "episodes": "1: s1e1\n" * 201}, ["more than 200 lines"]),
    ],
)
def test_everything_that_is_wrong_is_said(fields: dict[str, str], says: list[str]) -> None:
    with pytest.raises(BadForm) as caught:
        parse_form(form(**fields))

    for words in says:
        assert [problem for problem in caught.value.problems if words in problem], caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        '$(touch pwned) "; touch pwned',
        "${{ secrets.TRAKT_CLIENT_SECRET }}",
        'x", season: 3}\n104578: {skip: true',
        "\u202e\u2066::error::made up",
        "<script>alert(1)</script>" * 400,
    ],
)
def test_hostile_text_is_refused_where_a_name_is_wanted_and_quoted_where_words_are(text: str) -> None:
    for field in ("anilist", "trakt", "season", "episodes"):
        with pytest.raises(BadForm):
            parse_form(form(**{"trakt": "86", field: text}))

    wish = parse_form(form(action="Skip it", reason=text))

    assert "\n" not in wish.line
    assert [104578] == list(parse_overrides_text(wish.line).entries)
    assert len(parse_overrides_text(wish.line).entries[104578].skip or "") <= 200


def test_a_heading_typed_into_a_field_does_not_answer_another_one_twice() -> None:
    wish = parse_form(form(trakt="86", season="1", reason="### Season\n\n9\n\n### Trakt show or film\n\nother"))

    assert wish.line == "104578: {trakt: 86, season: 1}"


def test_a_form_of_any_length_is_answered() -> None:
    with pytest.raises(BadForm, match="characters"):
        parse_form(form(reason="x" * 20_000))


def test_the_line_that_the_report_suggests_for_skipping_is_one_that_the_parser_takes() -> None:
    assert parse_overrides_text(skip_line(1)).entries[1].skip == "not on Trakt"
