"""What is made of a run at its end, from what was known by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.errors import LoginError, ServiceUnavailable, StoppedByBrake, SyncError, UnknownOutcome
from sync.model.anilist import ActivityFeed, AniListLibrary, AniListUser, MediaListEntry
from sync.model.lists import ItemKind as Kind
from sync.model.lists import ListChange, ListItem, ListReport, SyncedLists, TraktList
from sync.model.mapping import CachedMapping, Verdict
from sync.model.plan import NewPlay, TimeSource
from sync.model.run import (
    FeedReading,
    LastSync,
    Lease,
    Outcome,
    Readings,
    Requests,
    RunLine,
    RunReport,
    RunRequest,
    Written,
)
from sync.model.trakt import PlayKind, TraktPlays
from sync.settings import Settings
from sync.steps.mapping_run import Mapped
from sync.steps.reporting import Circumstances, Known, last_sync_after, outcome_of, report_of
from tests.planning.cases import BEBOP, NOW, completed, entry

PLAY = NewPlay(BEBOP, 1, PlayKind.EPISODE, 101, NOW, TimeSource.ACTIVITY)
CHANGE = ListChange(TraktList.RATINGS, ListItem(Kind.SHOW, 30857), None, 9, (BEBOP,))
REQUEST = RunRequest("20261122-0617-a3f")
USER = AniListUser(5, "misaki")


def readings(*entries: MediaListEntry) -> Readings:
    return Readings(AniListLibrary(USER, entries), TraktPlays(), "misaki-t", entries)


def report(known: Known, error: SyncError | None = None, request: RunRequest = REQUEST) -> RunReport:
    at = Circumstances(request, Settings(), NOW, NOW + timedelta(seconds=9), None, {"Trakt": Requests(7, 500)})
    return report_of(known, at, error)


def changed(*changes: ListChange) -> SyncedLists:
    return SyncedLists(report=ListReport(done=changes))


@pytest.mark.parametrize(
    ("known", "error", "outcome"),
    [
        (Known(), None, Outcome.NOTHING_NEW),
        (Known(written=Written(posted=(PLAY,))), None, Outcome.ADDED),
        (Known(lists=changed(CHANGE)), None, Outcome.ADDED),
        (Known(written=Written(posted=(PLAY,), carried_over=3)), None, Outcome.PARTIAL),
        (Known(lists=SyncedLists(report=ListReport(carried_over=(CHANGE,)))), None, Outcome.PARTIAL),
        (Known(mapped=Mapped(complete=False)), None, Outcome.PARTIAL),
        (Known(), StoppedByBrake("too many"), Outcome.BRAKE),
        (Known(), ServiceUnavailable("AniList", "off"), Outcome.OUTAGE),
        (Known(written=Written(posted=(PLAY,))), UnknownOutcome("x"), Outcome.FAILED),
        (Known(), LoginError("x"), Outcome.FAILED),
    ],
)
def test_a_run_ends_as_its_trouble_or_its_work_says(known: Known, error: SyncError | None, outcome: Outcome) -> None:
    assert outcome is outcome_of(known, error, dry_run=False)


def test_a_dry_run_is_a_preview_unless_something_went_wrong() -> None:
    assert Outcome.PREVIEW is outcome_of(Known(), None, dry_run=True)
    assert Outcome.OUTAGE is outcome_of(Known(), ServiceUnavailable("Trakt", "off"), dry_run=True)


def test_a_run_that_met_trouble_before_it_read_anything_has_a_report() -> None:
    made = report(Known(), LoginError("No Trakt account is connected yet.", "Connect one."))

    assert ("No Trakt account is connected yet.", "Connect one.") == (made.trouble, made.remedy)
    assert (None, {}, None, {}) == (made.anilist_user, made.entries, made.mapped, made.budget)


def test_what_was_written_before_the_trouble_is_in_the_report() -> None:
    known = Known(readings=readings(completed(26)), written=Written(posted=(PLAY,), unclear=2), lists=changed(CHANGE))

    made = report(known, UnknownOutcome("Trakt did not say."))

    assert ((PLAY,), 2, (CHANGE,)) == (made.posted, made.unclear, made.lists.done)
    assert ("misaki", "misaki-t", {BEBOP}) == (made.anilist_user, made.trakt_user, set(made.entries))


def test_the_report_counts_the_mapped_entries_and_remembers_those_that_were_not_resolved() -> None:
    def cached(anilist_id: int, verdict: Verdict) -> CachedMapping:
        return CachedMapping(anilist_id, verdict, None, "basis", NOW)

    cache = {1: cached(1, Verdict.RESOLVED), 5: cached(5, Verdict.AMBIGUOUS), 21: cached(21, Verdict.RESOLVED)}
    known = Known(readings=readings(entry(1, anilist_id=1), entry(1, anilist_id=5)), cache=cache)

    made = report(known)

    assert (1, {1, 5}) == (made.mapped, set(made.remembered))


def test_the_budget_is_what_the_work_takes_at_the_least() -> None:
    known = Known(
        readings=readings(completed(26)), feed=FeedReading(ActivityFeed(rows=120), 1), written=Written(posted=(PLAY,))
    )

    assert {"AniList": 1 + 3, "Trakt": 2 + 1} == report(known).budget
    assert {"AniList": 1 + 3 + 1, "Trakt": 2 + 1} == report(known, request=replace(REQUEST, only=21)).budget


# --- what the next run remembers ------------------------------------------------------------------------------------

EARLIER = RunLine("20261121-0617-b07", NOW - timedelta(days=1), Outcome.ADDED, 3, 9)
LAST = LastSync(
    good_at=NOW - timedelta(days=1),
    activity_cursor=NOW - timedelta(days=2),
    runs=(EARLIER,),
    writing=Lease("20261122-0617-a3f", NOW + timedelta(minutes=15)),
)
READ = Known(readings=readings(completed(26)), feed=FeedReading(ActivityFeed(), 1))


def after(known: Known, error: SyncError | None = None, *, last: LastSync = LAST, approved: bool = False) -> LastSync:
    return last_sync_after(last, known, report(known, error), approved=approved)


def test_a_good_run_moves_the_cursor_and_ends_the_lease() -> None:
    kept = after(READ)

    assert (NOW, NOW, None) == (kept.good_at, kept.activity_cursor, kept.writing)
    assert (5, "misaki", "misaki-t", 1) == (kept.anilist_user_id, kept.anilist_user, kept.trakt_user, kept.entries)


def test_a_run_with_nothing_new_is_not_put_on_record_unless_it_ends_trouble() -> None:
    troubled = replace(LAST, runs=(replace(EARLIER, outcome=Outcome.OUTAGE),))

    assert (EARLIER,) == after(READ).runs
    assert Outcome.NOTHING_NEW is after(READ, last=troubled).runs[-1].outcome


def test_trouble_is_put_on_record_and_moves_nothing() -> None:
    kept = after(Known(), ServiceUnavailable("AniList", "off"))

    assert (LAST.good_at, LAST.activity_cursor) == (kept.good_at, kept.activity_cursor)
    assert Outcome.OUTAGE is kept.runs[-1].outcome


@pytest.mark.parametrize(
    ("known", "error"),
    [
        (replace(READ, feed=None), None),
        (replace(READ, feed=FeedReading(ActivityFeed(complete=False), 1)), None),
        (READ, StoppedByBrake("too many")),
    ],
    ids=["no activities were read", "not all were", "what they date was not added"],
)
def test_the_cursor_stays_where_activities_are_needed_again(known: Known, error: SyncError | None) -> None:
    assert LAST.activity_cursor == after(known, error).activity_cursor


def test_an_approved_import_goes_on_until_it_is_done() -> None:
    part = replace(READ, written=Written(posted=(PLAY,), carried_over=400))

    assert after(part, approved=True).approved_import
    assert not after(part, approved=False).approved_import
    assert not after(READ, approved=True, last=replace(LAST, approved_import=True)).approved_import
    assert after(
        Known(), ServiceUnavailable("Trakt", "off"), last=replace(LAST, approved_import=True), approved=True
    ).approved_import
