"""Ratings, watchlist and dropped shows on the pages of a run and in its log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.model.anilist import MediaListStatus
from sync.model.lists import (
    ItemKind,
    ListChange,
    ListItem,
    ListMemory,
    ListPlan,
    ListReport,
    Noted,
    Standing,
    TraktList,
)
from sync.model.run import Outcome, RunLine, RunReport
from sync.report.headline import render_headline
from sync.report.log_lines import render_log_lines
from sync.report.status_page import render_status_page
from sync.report.summary import render_summary
from tests.report.made_up_run import NOW, report_added, report_nothing_new, resolutions, status

TITAN, FRIEREN, SUZUME = 104578, 182255, 142770
SEASON = ListChange(TraktList.RATINGS, ListItem(ItemKind.SEASON, 5003), 7, 9, (TITAN,), 3)
SHOW = ListChange(TraktList.RATINGS, ListItem(ItemKind.SHOW, 1001), None, 10, (FRIEREN,))
FILM = ListChange(TraktList.WATCHLIST, ListItem(ItemKind.MOVIE, 2001), None, 1, (SUZUME,))
GONE = ListChange(TraktList.WATCHLIST, ListItem(ItemKind.SHOW, 1001), 1, None, (FRIEREN,))
DROPPED = ListChange(TraktList.DROPPED, ListItem(ItemKind.SHOW, 1002), None, 1, (TITAN,))
ALL = (SEASON, SHOW, FILM, GONE, DROPPED)


def report(**lists: object) -> RunReport:
    return replace(report_added(), lists=ListReport(**lists))  # type: ignore[arg-type] # passed on as they are


def only_lists(outcome: Outcome = Outcome.ADDED, **lists: object) -> RunReport:
    """A run that has no plays to add."""
    bare = replace(report_nothing_new(), outcome=outcome, entries=report_added().entries, resolutions=resolutions())
    return replace(bare, lists=ListReport(**lists))  # type: ignore[arg-type] # passed on as they are


@pytest.mark.parametrize(
    ("shown", "headline"),
    [
        (
            report(done=ALL),
            "15 plays added for 3 shows and 1 film, 2 ratings, 2 watchlist entries and 1 dropped show changed",
        ),
        (only_lists(done=(SEASON,)), "1 rating changed"),
        (
            only_lists(Outcome.PREVIEW, plan=ListPlan(ALL)),
            "Preview: would change 2 ratings, 2 watchlist entries and 1 dropped show",
        ),
        (only_lists(Outcome.BRAKE, plan=ListPlan((SEASON,))), "Ready to change 1 rating: waiting for your word"),
        (only_lists(Outcome.PREVIEW), "Preview: would add nothing"),
        (report(), "15 plays added for 3 shows and 1 film"),
    ],
)
def test_the_headline_says_what_was_changed_or_would_be(shown: RunReport, headline: str) -> None:
    assert headline == render_headline(shown)


def test_each_change_is_a_row_with_before_and_after() -> None:
    page = render_summary(report(done=ALL))

    assert "### Changed 2 ratings, 2 watchlist entries and 1 dropped show" in page
    (season,) = [line for line in page.splitlines() if "rating of season 3" in line]
    assert season.endswith("| 7 | 9 |")
    assert "https://trakt.tv/shows/attack-on-titan" in season
    assert any("watchlist, film" in line and line.endswith("| not there | there |") for line in page.splitlines())
    assert any("watchlist, show" in line and line.endswith("| there | not there |") for line in page.splitlines())


def test_the_undo_line_names_the_changes_it_takes_back() -> None:
    ending = render_summary(report(done=ALL)).splitlines()[-1]

    assert (
        "takes exactly these 15 plays and the changes of 2 ratings, 2 watchlist entries and 1 dropped show back"
        in ending
    )
    assert "takes exactly the changes of 1 rating back" in render_summary(only_lists(done=(SEASON,)))


def test_a_preview_shows_what_would_be_changed() -> None:
    page = render_summary(only_lists(Outcome.PREVIEW, plan=ListPlan(ALL)))

    assert "### Would change 2 ratings" in page
    assert "Undo" not in page


def test_many_changes_are_folded_away() -> None:
    page = render_summary(report(done=(SEASON,) * 26))

    assert "<details><summary>Changed 26 ratings</summary>" in page


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (report(not_found=(SHOW,)), "Trakt does not know 1 rating"),
        (
            report(waiting=(FILM,), full={TraktList.WATCHLIST: 250}),
            "The watchlist holds the 250 that your account allows: 1 watchlist entry kept for later",
        ),
        (
            report(waiting=(FILM,), full={TraktList.WATCHLIST: None}),
            "The watchlist is full: 1 watchlist entry kept for later",
        ),
        (report(waiting=(FILM,)), "The watchlist is full: 1 watchlist entry kept for later"),
        (report(carried_over=(SEASON,)), "No time left: 1 rating carried on by the next run"),
        (report(plan=ListPlan(theirs=(SEASON,))), "Left as you changed it on Trakt: 1 rating"),
    ],
)
def test_what_was_not_changed_is_told_with_the_reason(shown: RunReport, says: str) -> None:
    assert says in render_summary(shown)
    assert any(line.startswith(says) for line in render_log_lines(shown))


def test_a_planned_entry_without_a_match_is_named_but_is_no_need_of_a_person() -> None:
    base = report(unmatched=(98765,))
    planned = replace(base.entries[98765], status=MediaListStatus.PLANNING, progress=0)
    page = render_summary(replace(base, entries={**base.entries, 98765: planned}))

    assert "Not watched yet and without a certain match on Trakt: 1 entry" in page
    assert "### Needs you: 1 entry" in page  # the other one
    assert "**[Kaiji Recap]" not in page


def test_a_private_entry_is_named_by_its_id_alone() -> None:
    shown = report(done=ALL, plan=ListPlan(theirs=(SHOW,)))
    entries = {key: replace(entry, private=True) for key, entry in shown.entries.items()}
    said = render_summary(replace(shown, entries=entries)) + "\n".join(
        render_log_lines(replace(shown, entries=entries))
    )

    assert "AniList 104578" in said
    for title in ("Attack", "attack-on", "Frieren", "frieren", "Suzume"):
        assert title not in said


def test_a_hostile_title_stays_in_its_cell() -> None:
    shown = report(done=(SEASON,))
    media = replace(shown.entries[TITAN].media, title_english="a | b\n::error::x <script> ##[warning]")
    entries = {**shown.entries, TITAN: replace(shown.entries[TITAN], media=media)}
    (row,) = [
        line for line in render_summary(replace(shown, entries=entries)).splitlines() if "rating of season" in line
    ]

    assert 5 == row.count("|")
    assert "<script>" not in row
    assert not [line for line in render_log_lines(replace(shown, entries=entries)) if line.startswith("::")]


def test_the_status_page_counts_what_is_set_and_lists_the_runs_that_changed_something() -> None:
    noted = {ListItem(ItemKind.SHOW, number): Noted(8, Standing.SET) for number in (1, 2)}
    noted[ListItem(ItemKind.SHOW, 3)] = Noted(8, Standing.FOUND)
    run = RunLine("20261123-0617-abc", NOW, Outcome.ADDED, 0, 4, changed=9)
    both = RunLine("20261124-0617-abd", NOW, Outcome.ADDED, 3, 4, changed=1)
    shown = replace(status(), lists=ListMemory({TraktList.RATINGS: noted}))
    page = render_status_page(replace(shown, last=replace(shown.last, runs=(*shown.last.runs, run, both))))

    assert "2 ratings set" in page
    assert any("| 9 changes |" in line and run.run_id in line for line in page.splitlines())
    assert any("| +3, 1 change |" in line and both.run_id in line for line in page.splitlines())


def test_the_status_page_leaves_what_is_only_planned_out_of_its_counts() -> None:
    shown = status()
    planned = replace(shown.entries[98765], status=MediaListStatus.PLANNING, progress=0)
    before = render_status_page(shown)
    after = render_status_page(replace(shown, entries={**shown.entries, 98765: planned}))

    assert "Needs you: 2 entries" in before
    assert "Needs you: 1 entry" in after


def test_a_failure_after_some_changes_says_that_they_stay() -> None:
    failed = replace(only_lists(Outcome.FAILED, done=(SEASON, SHOW)), trouble="Trakt fell silent.")

    assert "2 ratings had been changed by then and stay." in render_summary(failed)
