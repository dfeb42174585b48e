from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import PlayKind
from sync.report.chart import BAR, INK, count_by_month, render_chart
from sync.report.status_page import Status, render_status_page
from tests.report.made_up_run import NOW, months, status

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_page_counts_plays_and_coverage() -> None:
    page = render_status_page(status())

    assert "**26 plays** added · 589 plays found there already · **10 of 12 watched entries** mapped (83.3 %)" in page
    assert "57 left out (by override 11, planning 43, private 3)" in page


def test_a_play_that_stands_for_two_episodes_is_one_play() -> None:
    lines = (
        LedgerPlay(1, PlayKind.EPISODE, 7, PlayState.CONFIRMED),
        LedgerPlay(2, PlayKind.EPISODE, 7, PlayState.CONFIRMED),
    )

    assert "**1 play** added" in render_status_page(Status(LastSync(), ledger=Ledger({5: lines})))


def test_almost_all_is_not_called_all() -> None:
    known = status()
    mapped, need = known.mappings[1], known.mappings[98765]
    many = {number: replace(mapped, anilist_id=number) for number in range(1, 5001)}

    assert "(99.9 %)" in render_status_page(replace(known, mappings={**many, 98765: need}))


def test_a_run_that_found_nothing_changes_nothing() -> None:
    before = status()
    idle = RunLine("20261122-1217-b07", NOW + timedelta(hours=6), Outcome.NOTHING_NEW, 0, 2)
    outage = RunLine("20261122-1817-b08", NOW + timedelta(hours=12), Outcome.OUTAGE, 0, 2)
    last = replace(
        before.last, runs=(outage, idle, *before.last.runs), good_at=NOW + timedelta(hours=6), changed_at=NOW
    )

    assert render_status_page(replace(before, last=last)) == render_status_page(before)


def test_the_order_in_which_things_are_known_does_not_matter() -> None:
    known = status()
    turned = replace(
        known,
        mappings=dict(reversed(list(known.mappings.items()))),
        entries=dict(reversed(list(known.entries.items()))),
        last=replace(known.last, runs=tuple(reversed(known.last.runs))),
        skipped=dict(reversed(list(known.skipped.items()))),
    )

    assert render_status_page(turned) == render_status_page(known)


def test_all_mappings_are_folded_away() -> None:
    page = render_status_page(status())
    folded = page[page.index("<details><summary>All mappings: 10 entries</summary>") :]

    assert (
        "| [Attack on Titan Season 3 Part 2](https://anilist.co/anime/104578) | [Attack on Titan S3E13–22](" in folded
    )


def test_entries_in_need_are_listed_with_the_issue() -> None:
    page = render_status_page(status())

    assert "## Needs you: 2 entries → [issue](https://github.com/misaki/anime-sync/issues/4)" in page
    assert "- [Kaiji Recap](https://anilist.co/anime/98765), 2 episodes: another place fits nearly as well" in page


def test_without_titles_the_page_names_none() -> None:
    page = render_status_page(replace(status(), log_titles=False)).lower()

    assert not any(word in page for word in ("titan", "kaiji", "suzume", "bebop"))
    assert "anilist 104578" in page


def test_a_page_without_plays_has_no_chart_and_a_page_of_thousands_stays_small() -> None:
    assert "plays.svg" not in render_status_page(Status(LastSync()))
    known = status()
    many = {n: replace(known.mappings[1], anilist_id=n) for n in range(1, 6001)}
    entries = {n: replace(known.entries[1], media=replace(known.entries[1].media, anilist_id=n)) for n in many}
    page = render_status_page(replace(known, mappings=many, entries=entries))

    assert len(page.encode()) <= 400_000
    assert "| … and " in page
    assert page.count("<details>") == page.count("</details>")


def test_plays_are_counted_by_month_in_utc() -> None:
    times = [datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 10, 31, 23, 59, tzinfo=UTC), NOW]

    assert count_by_month(times) == {"2026-10": 1, "2026-11": 2}


def test_the_chart_shows_the_last_two_years_and_says_so_in_words() -> None:
    old = {**months(), "2019-05": 9999}
    root = ET.fromstring(render_chart(old))  # noqa: S314 (our own text)
    description = root.findtext(f"{SVG}desc")

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Plays a month"
    assert description == "Dec 2024 to Nov 2026: 4,449 plays, most in May 2025 with 412; 64 in the last month shown."
    assert len(root.findall(f".//{SVG}rect")) == 23


def test_the_chart_is_small_and_the_same_every_time() -> None:
    first = render_chart(months())

    assert first == render_chart(dict(reversed(months().items())))
    assert len(first.encode()) < 6000


def test_the_chart_of_no_plays_says_so() -> None:
    assert ET.fromstring(render_chart({})).findtext(f"{SVG}desc") == "No plays yet."  # noqa: S314 (our own text)


def test_the_chart_can_be_read_on_white_and_on_githubs_dark_page() -> None:
    for paper in ("#ffffff", "#0d1117"):
        assert contrast(INK, paper) > 4
        assert contrast(BAR, paper) > 3
