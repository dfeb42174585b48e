"""The library in a browser: search, filter, sort, open, and 3,000 entries."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, Open, save
from tests.report.library_page.made_up_library import library

FRIEREN, MUSHOKU, KAIJI = "#e154587", "#e146065", "#e98765"


def shown(page: Page) -> list[str]:
    """The titles in view, top to bottom."""
    return page.locator("#rows > details:not([hidden]) b").all_text_contents()


def test_what_is_typed_is_looked_for_in_every_title_and_in_the_id(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    found = {}
    for text in ("journey's end", "SOUSOU", "葬送", "suzume tojimari", "98765", "nothing like it"):
        page.fill("#search", text)
        found[text] = shown(page)

    assert found == {
        "journey's end": ["Frieren: Beyond Journey's End", "Frieren: Beyond Journey's End Season 2"],
        "SOUSOU": ["Frieren: Beyond Journey's End"],
        "葬送": ["Frieren: Beyond Journey's End"],
        "suzume tojimari": ["Suzume"],
        "98765": ["Kaiji Recap"],
        "nothing like it": [],
    }


def test_a_key_leads_to_the_search_and_escape_clears_it(open_page: Open, small_page: str) -> None:
    page = open_page(small_page + "#numbers").page
    page.keyboard.press("/")
    page.keyboard.type("one piece")

    assert shown(page) == ["One Piece"]
    assert page.inner_text("#shown") == "1 of 8"

    page.keyboard.press("Escape")

    assert page.inner_text("#shown") == "8 entries"


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("needs you", ["Kaiji Recap"]),
        ("waits for Trakt", ["One Piece"]),
        ("left out", ["Sword Art Online: Extra Edition"]),
        ("planned", ["Frieren: Beyond Journey's End Season 2"]),
    ],
)
def test_a_state_shows_its_entries_alone(open_page: Open, small_page: str, state: str, titles: list[str]) -> None:
    page = open_page(small_page).page
    page.click(f"#tools button:has-text('{state}')")

    assert shown(page) == titles
    assert page.get_attribute(f"#tools button:has-text('{state}')", "aria-pressed") == "true"


def test_format_and_year_narrow_it_together(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    page.select_option("#format", "TV")
    page.select_option("#year", "2023")

    assert shown(page) == ["Mushoku Tensei: Jobless Reincarnation Season 2", "Frieren: Beyond Journey's End"]


def test_it_sorts_by_title_date_and_length_and_back(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    first = {}
    for order in ("title", "aired", "length", "watched"):
        page.select_option("#sort", order)
        first[order] = shown(page)[:2]

    assert first == {
        "title": ["AniList 777", "Frieren: Beyond Journey's End"],
        "aired": ["Frieren: Beyond Journey's End Season 2", "Frieren: Beyond Journey's End"],
        "length": ["One Piece", "Frieren: Beyond Journey's End"],
        "watched": ["One Piece", "Suzume"],
    }


def cells(page: Page, row: str) -> list[list[str]]:
    rows = page.locator(f"{row} table tr").all()
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def test_an_opened_row_shows_both_calendars_side_by_side(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    page.click(f"{MUSHOKU} summary")
    page.wait_for_selector(f"{MUSHOKU} table")
    table = cells(page, MUSHOKU)

    assert table[:4] == [
        ["Episode", "Aired (AniList)", "Trakt", "Title", "Aired (Trakt)", "Watched"],
        ["1", "2 Jul 2023", "S0E2", "Guardian Fitz", "2 Jul 2023", "✓ 4 Jul 2023, 21:10from your activity"],
        ["2", "–", "S2E1", "The Brokenhearted Mage", "9 Jul 2023", "✓ 11 Jul 2023, 21:10from your activity"],
        [
            "3",
            "–",
            "S2E2",
            "A turning point 3",
            "16 Jul 2023",
            "✓ 18 Jul 2023, 21:10found on Trakt, from your activity",
        ],
    ]
    assert table[4][5] == "25 Jul 2023, 21:10undone, from your activity"
    assert table[5][5].split("\n") == [
        "✓ 1 Aug 2023, 21:10from your activity",
        "✓ 1 Jan 2025, 10:00spread between your dates",
    ]
    assert table[13][:5] == ["13", "24 Sep 2023", "S2E12", "A turning point 13", "24 Sep 2023"]
    assert "S0E2 aired on the start date" in page.inner_text(f"{MUSHOKU} summary")
    assert page.inner_text(f"{MUSHOKU} .against") == "Against: Fribb says season 2 from its first episode"


def test_what_waits_for_trakt_and_what_is_a_film_say_so(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    page.click("#e21 summary")
    page.click("#e142770 summary")
    page.wait_for_selector("#e142770 table")

    assert cells(page, "#e21")[4] == ["1092", "not yet", "", "–", "–"]
    assert page.inner_text("#e21 .waits") == "Trakt does not list episodes 1092–1093 yet."
    assert cells(page, "#e142770")[1] == ["1", "film", "", "11 Nov 2022", "✓ 2 Nov 2026, 18:00"]


def test_a_row_opens_by_the_keyboard_and_by_its_address(open_page: Open, small_page: str) -> None:
    page = open_page(small_page + FRIEREN).page
    page.wait_for_selector(f"{FRIEREN} table")

    assert page.locator(f"{FRIEREN} summary").evaluate("row => row === document.activeElement")

    page.keyboard.press("Tab")  # AniList's link
    page.locator(f"{KAIJI} summary").focus()
    page.keyboard.press("Enter")

    assert page.locator(KAIJI).get_attribute("open") == ""


def test_three_thousand_entries_are_searched_filtered_and_sorted(open_page: Open, large_page: str) -> None:
    page = open_page(large_page).page

    assert page.inner_text("#shown") == "3,000 entries"

    page.fill("#search", "dragon sword")
    found = shown(page)
    facts = page.locator("#rows > details:not([hidden]) p:first-of-type").all_text_contents()
    texts = [f"{title} {fact}".lower() for title, fact in zip(found, facts, strict=True)]

    assert page.inner_text("#shown") == f"{len(found)} of 3,000"
    assert [text for text in texts if "dragon" not in text or "sword" not in text] == []

    page.fill("#search", "")
    page.select_option("#sort", "title")

    assert len(titles := shown(page)) == 3_000
    assert titles[0].casefold() <= titles[1_500].casefold() <= titles[-1].casefold()


def test_titles_that_had_no_room_show_when_their_row_is_opened(open_page: Open, tmp_path: Path) -> None:
    page = open_page(save(library(), tmp_path, limit=0)).page

    assert "The Brokenhearted Mage" not in (page.text_content(MUSHOKU) or "")

    page.click(f"{MUSHOKU} summary")
    page.wait_for_selector(f"{MUSHOKU} table")

    assert [line[3] for line in cells(page, MUSHOKU)[1:4]] == [
        "Guardian Fitz",
        "The Brokenhearted Mage",
        "A turning point 3",
    ]


@pytest.mark.parametrize("part", ["library", "needs", "runs", "numbers"])
def test_a_phone_scrolls_in_one_direction_only(open_page: Open, small_page: str, part: str) -> None:
    page = open_page(f"{small_page}#{part}", width=NARROW).page
    if part == "library":
        page.click(f"{MUSHOKU} summary")
        page.wait_for_selector(f"{MUSHOKU} table")

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
