"""What a run knows of each entry, as the page shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sync.model.anilist import FuzzyDate, Media, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.library import EntryState, LibraryEntry, LibraryPlay
from sync.model.mapping import CachedMapping, Candidate, Resolution, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, NewPlay, Plan, PlayState, TimeSource, Waiting, WaitingFor
from sync.model.run import Outcome, RunReport, State
from sync.model.trakt import Kind, PlayKind, ShowLayout, TraktEpisode, TraktIds, TraktPlays, TraktTitle, WatchedAt
from sync.report.library_page.document import PageAssets, render_library_page
from sync.report.library_page.entries import Sources, library_entries
from tests.report.library_page.made_up_library import library

NOW = datetime(2026, 11, 25, 22, 53, tzinfo=UTC)
MUSHOKU = TraktTitle(Kind.SHOW, TraktIds(150837, "mushoku-tensei"), "Mushoku Tensei: Jobless Reincarnation", 2021)
SPANS = (Span(1, 1, 0, 2), Span(2, 4, 2, 1))
EPISODE = PlayKind.EPISODE
SECRET = "Jobless"


def media(**changes: object) -> Media:
    made = Media(
        146065,
        format=MediaFormat.TV,
        episodes=4,
        duration=24,
        start_date=FuzzyDate(2023, 7, 2),
        end_date=FuzzyDate(2023, 7, 23),
        title_romaji="Mushoku Tensei II",
        title_english="Mushoku Tensei: Jobless Reincarnation Season 2",
        cover="https://s4.anilist.co/file/anilistcdn/media/anime/cover/small/bx146065-Jobless.png",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields are a test's own


def entry(progress: int = 4, *, private: bool = False, **changes: object) -> MediaListEntry:
    return MediaListEntry(1, media(**changes), MediaListStatus.CURRENT, progress, private=private)


def layout(*, without: tuple[int, int] | None = None) -> ShowLayout:
    places = [(0, 2), (2, 1), (2, 2), (2, 3)]
    episodes = (
        TraktEpisode(number * 10 + season, season, number, f"Part {SECRET} {n}", at(n))
        for n, (season, number) in enumerate(places)
        if (season, number) != without
    )
    return ShowLayout(MUSHOKU, tuple(sorted(episodes, key=lambda each: (each.season, each.number))))


def at(week: int) -> datetime:
    return datetime(2023, 7, 2, 15, 0, tzinfo=UTC) + timedelta(weeks=week)


def certain() -> Resolution:
    evidence = (Evidence(Fact.ANIBRIDGE_AGREES, 3.0), Evidence(Fact.FRIBB_SEASON_DIFFERS, -1.0))
    return Resolution(146065, Verdict.RESOLVED, title=MUSHOKU, spans=SPANS, evidence=evidence)


def uncertain() -> Resolution:
    evidence = (Evidence(Fact.COUNT_EXACT, 1.0), Evidence(Fact.START_MONTHS, -2.0))
    candidate = Candidate(MUSHOKU, SPANS, evidence)
    return Resolution(146065, Verdict.AMBIGUOUS, Reason.OTHER_PLACE, candidates=(candidate,))


def sources(
    *,
    on_list: MediaListEntry | None = None,
    resolution: Resolution | None = None,
    ledger: tuple[LedgerPlay, ...] = (),
    plan: Plan | None = None,
    journal: tuple[JournalLine, ...] = (),
    plays: TraktPlays | None = None,
    known: ShowLayout | None = None,
    cached: CachedMapping | None = None,
    in_scope: bool = True,
    log_titles: bool = True,
) -> Sources:
    listed = on_list or entry()
    report = RunReport(
        "20261125-2253-abc",
        NOW,
        NOW,
        Outcome.ADDED,
        entries={146065: listed},
        resolutions={146065: resolution} if resolution else {},
        plan=plan or Plan(),
        log_titles=log_titles,
    )
    return Sources(
        report,
        State(ledger=Ledger({146065: ledger} if ledger else {}), cache={146065: cached} if cached else {}),
        in_scope={146065} if in_scope else (),
        journal=journal,
        layouts={150837: known} if known else {},
        plays=plays or TraktPlays(),
    )


def only(made: Sources) -> LibraryEntry:
    (shown,) = library_entries(made)
    return shown


def play(episode: int, trakt_id: int, state: PlayState = PlayState.CONFIRMED, rewatch: int = 0) -> LedgerPlay:
    return LedgerPlay(episode, EPISODE, trakt_id, state, rewatch)


def added(*plays: tuple[int, int, WatchedAt], run_id: str = "a") -> JournalLine:
    return JournalLine(
        run_id,
        NOW,
        JournalAction.ADD,
        tuple(JournalPlay(146065, n, EPISODE, trakt_id, when) for n, trakt_id, when in plays),
    )


def test_both_calendars_stand_side_by_side() -> None:
    shown = only(sources(resolution=certain(), known=layout()))
    rows = [(row.episode, row.anilist_day, row.season, row.number, row.title, row.trakt_day) for row in shown.episodes]

    assert rows == [
        (1, date(2023, 7, 2), 0, 2, "Part Jobless 0", date(2023, 7, 2)),
        (2, None, 2, 1, "Part Jobless 1", date(2023, 7, 9)),
        (3, None, 2, 2, "Part Jobless 2", date(2023, 7, 16)),
        (4, date(2023, 7, 23), 2, 3, "Part Jobless 3", date(2023, 7, 23)),
    ]
    assert (shown.state, shown.spans, shown.trakt) == (EntryState.ADDED, SPANS, MUSHOKU)


def test_without_the_layout_the_places_are_known_and_neither_titles_nor_days() -> None:
    rows = only(sources(resolution=certain())).episodes

    assert [(row.season, row.number, row.listed, row.title, row.trakt_day) for row in rows] == [
        (0, 2, True, None, None),
        (2, 1, True, None, None),
        (2, 2, True, None, None),
        (2, 3, True, None, None),
    ]


def test_an_episode_that_trakt_does_not_list_says_so_and_waits() -> None:
    plan = Plan(waiting=(Waiting(146065, (4,), WaitingFor.LISTING),))
    shown = only(sources(resolution=certain(), known=layout(without=(2, 3)), plan=plan))

    assert (shown.state, shown.waiting) == (EntryState.WAITS, (4,))
    assert [row.episode for row in shown.episodes if not row.listed] == [4]


def test_the_count_that_anilist_does_not_know_yet_is_what_trakt_lists() -> None:
    airing = replace(certain(), spans=(Span(1, 1, 0, 2), Span(2, None, 2, 1)))
    rows = only(sources(on_list=entry(2, episodes=None), resolution=airing, known=layout())).episodes

    assert [row.episode for row in rows] == [1, 2, 3, 4]


def test_our_plays_have_the_journals_time_and_those_of_others_trakts() -> None:
    when, found = datetime(2023, 7, 4, 21, 10, tzinfo=UTC), datetime(2023, 7, 5, 8, 0, tzinfo=UTC)
    ledger = (play(1, 20), play(2, 12, PlayState.ADOPTED), play(3, 22, PlayState.UNDONE))
    shown = only(
        sources(
            resolution=certain(),
            known=layout(),
            ledger=ledger,
            journal=(added((1, 20, when), (3, 22, when)),),
            plays=TraktPlays(episodes={20: (found,), 12: (found,)}),
        )
    )

    assert [row.plays for row in shown.episodes] == [
        (LibraryPlay(PlayState.CONFIRMED, when),),
        (LibraryPlay(PlayState.ADOPTED, found),),
        (LibraryPlay(PlayState.UNDONE, when),),
        (),
    ]


def test_what_the_run_would_add_says_when_and_from_where() -> None:
    when = datetime(2023, 7, 4, 21, 10, tzinfo=UTC)
    new = NewPlay(146065, 2, EPISODE, 12, when, TimeSource.ACTIVITY, 2, 1)
    shown = only(sources(resolution=certain(), known=layout(), plan=Plan(adds=(new,))))

    assert shown.state is EntryState.PLANNED
    assert shown.episodes[1].plays == (LibraryPlay(None, when, TimeSource.ACTIVITY),)


def test_what_the_run_added_keeps_where_its_time_came_from() -> None:
    when = datetime(2023, 7, 4, 21, 10, tzinfo=UTC)
    new = NewPlay(146065, 2, EPISODE, 12, when, TimeSource.ACTIVITY, 2, 1)
    made = sources(resolution=certain(), ledger=(play(2, 12),), plan=Plan(adds=(new,)), journal=(added((2, 12, when)),))

    assert only(made).episodes[1].plays == (LibraryPlay(PlayState.CONFIRMED, when, TimeSource.ACTIVITY),)


def test_a_film_is_one_row() -> None:
    film = TraktTitle(Kind.MOVIE, TraktIds(7, "suzume-2022"), "Suzume", 2022, date(2022, 11, 11))
    on_list = entry(1, format=MediaFormat.MOVIE, episodes=1)
    resolution = Resolution(146065, Verdict.RESOLVED, title=film)
    ledger = (LedgerPlay(1, PlayKind.MOVIE, 7, PlayState.ADOPTED),)
    rows = only(sources(on_list=on_list, resolution=resolution, ledger=ledger)).episodes

    assert [(row.season, row.listed, row.trakt_day, len(row.plays)) for row in rows] == [
        (None, True, date(2022, 11, 11), 1)
    ]


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (sources(resolution=certain()), EntryState.ADDED),
        (sources(resolution=uncertain()), EntryState.NEEDS_YOU),
        (sources(resolution=certain(), in_scope=False), EntryState.LEFT_OUT),
        (sources(resolution=Resolution(146065, Verdict.SKIPPED, Reason.SKIPPED)), EntryState.LEFT_OUT),
        (sources(on_list=entry(0), resolution=certain()), EntryState.PLANNED),
        (sources(on_list=entry(0), resolution=uncertain()), EntryState.PLANNED),
        (sources(), EntryState.WAITS),
    ],
)
def test_the_state_says_whether_a_person_or_trakt_or_nobody_is_waited_for(made: Sources, state: EntryState) -> None:
    assert only(made).state is state


def test_a_choice_has_its_dates_its_count_its_evidence_and_its_line() -> None:
    (choice,) = only(sources(resolution=uncertain(), known=layout())).choices

    assert (choice.first_day, choice.last_day, choice.episodes) == (date(2023, 7, 2), date(2023, 7, 23), 4)
    assert (len(choice.speaks_for), len(choice.speaks_against)) == (1, 1)
    assert choice.line == '146065: {trakt: mushoku-tensei, episodes: {"1": s0e2, "2-4": s2e1}}'


@pytest.mark.parametrize("resolution", [certain(), uncertain()])
@pytest.mark.parametrize("how", ["private", "log_titles"])
def test_a_hidden_entry_gives_nothing_away_in_any_byte_of_the_page(how: str, resolution: Resolution) -> None:
    made = sources(
        on_list=entry(private=how == "private"),
        resolution=resolution,
        known=layout(),
        ledger=(play(1, 20),),
        log_titles=how != "log_titles",
    )
    page = render_library_page(replace(library(), entries=library_entries(made), runs=()), PageAssets("", ""))

    assert "AniList 146065" in page
    assert [word for word in (SECRET, "Mushoku", "mushoku", "AniBridge gives") if word in page] == []


def test_a_hidden_entry_that_the_sync_knows_nothing_of_is_not_on_the_page() -> None:
    assert library_entries(sources(on_list=entry(private=True), in_scope=False)) == ()
