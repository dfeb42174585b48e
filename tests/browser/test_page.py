"""The page around the library: copying, links, darkness, no JavaScript, hostile texts, requests, accessibility."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import NARROW, WIDE, Open, save
from tests.report.library_page.made_up_library import COVERS, PAGES, library

PARTS = ("library", "needs", "runs", "numbers")
HOSTILE = '</script><img src=x onerror="window.broken=1"><svg onload=window.broken=1>"\'&amp;'


def test_one_part_shows_at_a_time_and_each_has_its_address(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    seen = {}
    for word, part in (("Needs you", "needs"), ("Timeline", "runs"), ("Numbers", "numbers"), ("Library", "library")):
        page.click(f"nav a:has-text('{word}')")
        seen[part] = [name for name in PARTS if page.is_visible(f"#{name}")]
        assert page.get_attribute("nav [aria-current=page]", "href") == f"#{part}"

    assert seen == {part: [part] for part in PARTS}


def test_a_run_id_and_an_override_are_copied(open_page: Open, small_page: str) -> None:
    page = open_page(f"{small_page}#runs").page
    copied = []
    page.click(".runs li:first-child .copy")
    copied.append(page.evaluate("navigator.clipboard.readText()"))
    page.click("nav a:has-text('Needs you')")
    page.click(".choices li:first-child .copy")
    copied.append(page.evaluate("navigator.clipboard.readText()"))

    assert copied == ["20261122-0617-a3f", '98765: {trakt: kaiji, episodes: {"1-2": s0e3}}']
    assert page.inner_text(".choices li:first-child .copy") == "Copied"


def test_a_choice_leads_to_the_form_filled_in(open_page: Open, small_page: str) -> None:
    page = open_page(f"{small_page}#needs").page
    address = urlsplit(page.get_attribute(".choices li:nth-child(2) a.button", "href") or "")

    assert f"{address.scheme}://{address.netloc}{address.path}" == PAGES.form.split("?", maxsplit=1)[0]
    assert parse_qs(address.query) == {
        "template": ["manual-map.yml"],
        "title": ["Map: Kaiji Recap (98765)"],
        "anilist": ["https://anilist.co/anime/98765"],
        "trakt": ["https://trakt.tv/shows/kaiji-2"],
        "season": ["1"],
        "first_episode": ["1"],
    }


def test_every_link_leads_to_this_page_or_to_the_services_and_the_repository(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    page.click("#e146065 summary")
    page.wait_for_selector("#e146065 table")
    links: list[str] = page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    here = [link for link in links if link.startswith("#")]

    assert {urlsplit(link).netloc for link in links if link not in here} == {"anilist.co", "trakt.tv", "github.com"}
    assert [link for link in here if not page.locator(link).count()] == []


def test_a_link_in_the_timeline_opens_the_row_whatever_is_filtered(open_page: Open, small_page: str) -> None:
    page = open_page(small_page).page
    page.fill("#search", "suzume")
    page.click("nav a:has-text('Timeline')")
    page.click(".runs a:has-text('One Piece')")
    page.wait_for_selector("#e21 table")

    assert page.is_visible("#e21")


def test_what_was_undone_is_struck_through_and_not_undone_again(open_page: Open, small_page: str) -> None:
    page = open_page(f"{small_page}#runs").page

    assert page.locator(".runs li:last-child s").all_inner_texts() == ["+2 plays", "AniList 777 1–2"]
    assert page.locator(".runs li:last-child a.button").count() == 0
    assert page.get_attribute(".runs li:first-child a.button", "href") == PAGES.undo


def test_without_javascript_everything_can_be_read(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, script=False).page
    page.click("#e146065 summary")

    assert [part for part in PARTS if not page.is_visible(f"#{part}")] == []
    assert not page.is_visible("#tools")
    assert not page.is_visible(".copy >> nth=0")
    assert page.inner_text("#e146065 pre").split("\n")[:4] == [
        "@2023-07-02 S0E2 2023-07-02 activity 2023-07-04T21:10\tGuardian Fitz",
        "@? S2E1 07-11T21:10\tThe Brokenhearted Mage",
        "found 07-18T21:10\tA turning point 3",
        "undone 07-25T21:10\tA turning point 4",
    ]
    assert page.is_visible("#n98765 >> text=Kaiji: Against All Rules")
    assert page.is_visible("#runs >> text=20261122-0617-a3f")


@pytest.mark.parametrize(("dark", "paper"), [(False, "rgb(255, 255, 255)"), (True, "rgb(13, 17, 23)")])
def test_it_follows_the_system_into_the_dark(open_page: Open, small_page: str, dark: bool, paper: str) -> None:
    page = open_page(small_page, dark=dark).page

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


def test_nothing_is_asked_for_but_covers_and_none_once_they_are_off(open_page: Open, small_page: str) -> None:
    opened = open_page(small_page)
    page = opened.page
    page.wait_for_selector("#e21 img")
    page.click("nav a:has-text('Needs you')")
    page.wait_for_selector("#n98765 img")
    asked = set(opened.asked)

    assert asked == {
        COVERS + name
        for name in (
            "bx154587-n1fmjRv4JQUd.jpg",
            "bx146065-IjirxRK26O03.png",
            "bx21-YCDoj1EkAxFn.jpg",
            "b98765-abc.jpg",
        )
    }

    page.click("nav a:has-text('Library')")
    page.uncheck("#covers")
    without = page.locator("img").count()
    opened.open(small_page)
    kept = (page.is_checked("#covers"), page.locator("img").count(), [*opened.asked], [*opened.errors])
    page.check("#covers")

    assert without == 0
    assert kept == (False, 0, [], [])


def test_a_hostile_text_stays_a_text(open_page: Open, tmp_path: Path) -> None:
    values = library()
    entries = tuple(
        replace(
            entry,
            title=HOSTILE,
            other_titles=(HOSTILE,),
            why=HOSTILE,
            against=(HOSTILE,),
            trakt=entry.trakt and replace(entry.trakt, title=HOSTILE, ids=replace(entry.trakt.ids, slug=HOSTILE)),
            episodes=tuple(replace(episode, title=HOSTILE) for episode in entry.episodes),
            choices=tuple(
                replace(
                    choice,
                    line=HOSTILE,
                    title=choice.title and replace(choice.title, title=HOSTILE),
                    speaks_for=(HOSTILE,),
                    speaks_against=(HOSTILE,),
                )
                for choice in entry.choices
            ),
            cover=f"https://s4.anilist.co/{HOSTILE}",
        )
        for entry in values.entries
    )
    runs = tuple(replace(run, run_id=HOSTILE) for run in values.runs)
    values = replace(values, entries=entries, runs=runs, notes=(HOSTILE,), headline=HOSTILE)
    opened = open_page(save(replace(values, anilist_user=HOSTILE, trakt_user=HOSTILE), tmp_path))
    page = opened.page
    page.click("#e146065 summary")
    page.wait_for_selector("#e146065 table")

    assert page.inner_text("#e146065 b") == HOSTILE
    assert page.inner_text("#e146065 table tr:nth-child(1) td.name") == HOSTILE
    assert page.locator("h1").inner_text() == f"AniList {HOSTILE[:59]}… → Trakt {HOSTILE[:59]}…"
    assert page.evaluate("window.broken") is None
    assert page.locator("img, script, svg:not([class]):not([aria-hidden])").count() == 1  # the page's own script
    assert opened.asked == []


def test_a_script_that_slips_in_does_not_run(open_page: Open, small_page: str) -> None:
    opened = open_page(small_page)
    opened.page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.broken = 1';
          document.body.append(script);
          document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.broken = 1"><b style="color:red">');
        }"""
    )

    assert opened.page.evaluate("window.broken") is None
    assert len([error for error in opened.errors if "Content Security Policy" in error]) == 4


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's source."""
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


LOOKS = {"light": (WIDE, False), "dark": (WIDE, True), "phone": (NARROW, False)}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_core_finds_nothing_against_it(open_page: Open, small_page: str, axe: str, look: str) -> None:
    width, dark = LOOKS[look]
    page = open_page(small_page, width=width, dark=dark).page
    page.click("#e146065 summary")
    page.wait_for_selector("#e146065 table")
    page.evaluate("document.querySelectorAll('main > section').forEach(part => { part.hidden = false; })")
    page.evaluate(axe)
    result = page.evaluate("axe.run()")

    assert [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result["violations"]] == []
    assert len(result["passes"]) > 25
