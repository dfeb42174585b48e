from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sync.model.anilist import Media, MediaListEntry, MediaListStatus
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import Resolution, Span, Verdict
from sync.model.plan import NewPlay, Plan, TimeSource
from sync.model.run import RunReport
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle
from sync.report.page import Section, folded, render_page
from sync.report.summary import render_summary
from tests.report.made_up_run import report_first_run


def first_import(shows: int) -> RunReport:
    """A first run over ``shows`` entries of 12 episodes with long titles, a tenth of them without a match."""
    entries, resolutions, adds = {}, {}, []
    for number in range(1, shows + 1):
        name = f"A rather long title of an anime, as they are nowadays, number {number}"
        media = Media(number, episodes=12, title_english=name)
        entries[number] = MediaListEntry(number, media, MediaListStatus.COMPLETED, progress=12)
        title = TraktTitle(Kind.SHOW, TraktIds(number, f"a-rather-long-title-{number}"), f"A title on Trakt {number}")
        if number % 10 == 0:
            resolutions[number] = Resolution(number, Verdict.UNRESOLVED, Reason.UNKNOWN)
            continue
        found = (Fact.ANIBRIDGE_AGREES, Fact.FRIBB_SEASON_AGREES, Fact.COUNT_EXACT, Fact.START_DAY)
        evidence = tuple(Evidence(fact, 2.5) for fact in found)
        resolutions[number] = Resolution(number, Verdict.RESOLVED, None, title, (Span(1, 12, 1, 1),), evidence)
        adds += [
            NewPlay(number, n, PlayKind.EPISODE, number * 100 + n, "unknown", TimeSource.UNKNOWN, 1, n)
            for n in range(1, 13)
        ]
    return replace(report_first_run(), entries=entries, resolutions=resolutions, plan=Plan(tuple(adds)))


def table(rows: int) -> Section:
    return Section("| a |\n|---|\n", tuple(f"| {n} |" for n in range(rows)), more="| … and {count} more |", rank=2)


def test_a_page_within_its_limit_is_whole() -> None:
    assert render_page([Section("# Hi\n"), table(3)], 1000) == "# Hi\n\n| a |\n|---|\n| 0 |\n| 1 |\n| 2 |\n"


def test_what_does_not_fit_is_counted() -> None:
    page = render_page([Section("# Hi\n", rank=0), table(100)], 100)

    assert len(page.encode()) <= 100
    more = re.search(r"… and (\d+) more \|\n\Z", page)
    assert more
    assert len(re.findall(r"^\| \d+ \|$", page, re.MULTILINE)) == 100 - int(more[1])


def test_a_folded_section_is_closed_even_when_it_is_cut() -> None:
    page = render_page([Section("# Hi\n", rank=0), folded("All", table(100))], 150)

    assert page.count("<details>") == page.count("</details>") == 1
    assert page.endswith("</details>\n")


def test_the_least_important_section_goes_first() -> None:
    page = render_page([Section("# Hi\n", rank=0), Section("later\n" * 9, rank=3), Section("sooner\n", rank=1)], 30)

    assert page == "# Hi\n\nsooner\n"


def test_a_section_keeps_to_its_share() -> None:
    greedy = replace(table(1000), share=0.2, rank=0)
    page = render_page([greedy, Section("", tuple("x" * 9 for _ in range(60)), rank=1)], 1000)

    assert page.count("x" * 9) == 60


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4])
def test_even_a_headline_is_cut_rather_than_be_too_long(limit: int) -> None:
    assert len(render_page([Section("⚠⚠⚠")], limit).encode()) <= limit


def test_a_first_import_of_three_thousand_entries_fits_and_names_the_needs() -> None:
    page = render_summary(first_import(3000))

    assert len(page.encode()) <= 1_000_000
    assert "Ready to add 32,400 plays for 2,700 shows" in page
    assert "Needs you: 300 entries" in page
    assert "<details><summary>Show by show: 2,700 shows, most plays first</summary>" in page
    assert page.count("<details>") == page.count("</details>")


def test_a_page_cut_short_keeps_the_most_watched_and_says_how_many_are_missing() -> None:
    report = first_import(300)
    plays = (*report.plan.adds, *(replace(report.plan.adds[-1], episode=n, number=n) for n in range(13, 40)))
    page = render_summary(replace(report, plan=Plan(plays)), limit=20_000)

    assert len(page.encode()) <= 20_000
    assert "number 299](" in page
    assert "| … and " in page
