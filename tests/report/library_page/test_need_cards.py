"""What needs a person, and the form that each choice fills in."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from sync.commands.map_issue.issue_form import ACTION, ANILIST, EPISODES, FIRST, REASON, SEASON, TRAKT, parse_form
from sync.model.library import LibraryChoice, LibraryEntry
from sync.model.mapping import Span
from sync.model.run import Pages
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.report.library_page.need_cards import choice_href, entries_in_need, entry_href, render_cards, skip_href
from tests.report.library_page.made_up_library import PAGES, kaiji, library

SHOW = TraktTitle(Kind.SHOW, TraktIds(30980, "kaiji"), "Kaiji", 2007)
FILM = TraktTitle(Kind.MOVIE, TraktIds(637921, "suzume-2022"), "Suzume", 2022)
HEADINGS = {"anilist": ANILIST, "action": ACTION, "trakt": TRAKT, "season": SEASON, "first_episode": FIRST}
HEADINGS |= {"episodes": EPISODES, "reason": REASON}


def fields(link: str) -> dict[str, str]:
    address = html.unescape(link.removeprefix('href="').removesuffix('"'))
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def line_of(link: str) -> str:
    """What the form makes of it: the line for ``overrides.yaml``."""
    given = {HEADINGS[name]: value for name, value in fields(link).items() if name in HEADINGS}
    return parse_form("".join(f"### {heading}\n\n{value}\n\n" for heading, value in given.items())).line


def choice(title: TraktTitle, *spans: Span) -> LibraryChoice:
    return LibraryChoice("98765: …", title, spans)


@pytest.mark.parametrize(
    ("chosen", "line"),
    [
        (choice(SHOW, Span(1, 2, 0, 3)), "98765: {trakt: kaiji, season: 0, first_episode: 3}"),
        (choice(SHOW, Span(1, None, 2, 1)), "98765: {trakt: kaiji, season: 2, first_episode: 1}"),
        (choice(SHOW, Span(2, 2, 1, 5), Span(1, 1, 0, 2)), '98765: {trakt: kaiji, episodes: {"1": s0e2, "2": s1e5}}'),
        (choice(SHOW, Span(3, None, 1, 1)), '98765: {trakt: kaiji, episodes: {"3-": s1e1}}'),
        (choice(FILM), "98765: {trakt: suzume-2022, type: movie}"),
        (choice(replace(SHOW, ids=TraktIds(30980))), "98765: {trakt: 30980}"),
    ],
)
def test_a_choice_fills_in_the_form_so_that_it_says_what_the_choice_says(chosen: LibraryChoice, line: str) -> None:
    assert line_of(choice_href(PAGES.form, kaiji(), chosen)) == line


def test_leaving_out_fills_in_the_form_too() -> None:
    assert line_of(skip_href(PAGES.form, kaiji())) == '98765: {skip: true, reason: "not on Trakt"}'


def test_the_links_name_fields_that_the_form_has() -> None:
    form = yaml.safe_load(Path(".github/ISSUE_TEMPLATE/manual-map.yml").read_text("utf-8"))
    known = {part["id"] for part in form["body"] if "id" in part} | {"template", "title"}
    links = (
        choice_href(PAGES.form, kaiji(), choice(SHOW, Span(1, 2, 0, 3))),
        choice_href(PAGES.form, kaiji(), choice(SHOW, Span(2, 3, 0, 3))),
        skip_href(PAGES.form, kaiji()),
    )
    options = next(part for part in form["body"] if part.get("id") == "action")["attributes"]["options"]

    assert {name for link in links for name in fields(link)} <= known
    assert fields(links[2])["action"] in options


def test_a_hidden_entry_is_named_by_its_id_in_the_form() -> None:
    hidden = replace(kaiji(), hidden=True, title="AniList 98765")

    assert fields(entry_href(PAGES.form, hidden)) == {
        "template": "manual-map.yml",
        "title": "Map: AniList 98765",
        "anilist": "https://anilist.co/anime/98765",
    }


def test_each_choice_stands_beside_the_entrys_own_dates_and_count() -> None:
    cards = render_cards(library())
    rows = re.findall(r"<tr><th scope=row>(\w+)<td>([^<]*)<td>([^<]*)<td>(?:<em>)?([^<]*)", cards)

    assert rows == [
        ("from", "5 Oct 2008", "6 Apr 2011", "913 days later"),
        ("to", "12 Oct 2008", "13 Apr 2011", "913 days later"),
        ("episodes", "2", "2", "fits"),
        ("from", "5 Oct 2008", "5 Oct 2008", "same day"),
        ("to", "12 Oct 2008", "12 Oct 2008", "same day"),
        ("episodes", "2", "26", "differs"),
    ]


def test_the_most_watched_comes_first() -> None:
    def need(anilist_id: int, watched: int) -> LibraryEntry:
        return replace(kaiji(), anilist_id=anilist_id, watched=watched)

    found = entries_in_need(replace(library(), entries=(need(1, 2), need(2, 24), need(3, 2))))

    assert [entry.anilist_id for entry in found] == [2, 1, 3]


def test_without_a_repository_there_is_the_line_to_copy_alone() -> None:
    cards = render_cards(replace(library(), pages=Pages()))

    assert "href=https://github.com" not in cards
    assert "class=button" not in cards
    assert cards.count("class=copy") == 3
