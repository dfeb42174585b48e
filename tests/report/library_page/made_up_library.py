"""A library for the page's tests: some real entries in every state, and one as large as the page has to bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from sync.model.anilist import FuzzyDate, MediaFormat
from sync.model.library import (
    EntryState,
    Library,
    LibraryChoice,
    LibraryEntry,
    LibraryEpisode,
    LibraryPlay,
    LibraryRun,
    RunPart,
)
from sync.model.mapping import Span
from sync.model.plan import PlayState, TimeSource
from sync.model.run import Outcome, Pages
from sync.model.trakt import Kind, TraktIds, TraktTitle

NOW = datetime(2026, 11, 25, 22, 53, tzinfo=UTC)
REPOSITORY = "https://github.com/misaki/anime"
PAGES = Pages(
    form=f"{REPOSITORY}/issues/new?template=manual-map.yml",
    undo=f"{REPOSITORY}/actions/workflows/undo.yml",
    sync=f"{REPOSITORY}/actions/workflows/sync.yml",
    overrides=f"{REPOSITORY}/edit/main/overrides.yaml",
    run=f"{REPOSITORY}/actions/runs/1234",
)
COVERS = "https://s4.anilist.co/file/anilistcdn/media/anime/cover/small/"
WEEK = timedelta(days=7)


def fuzzy(day: date | None) -> FuzzyDate:
    return FuzzyDate(day.year, day.month, day.day) if day else FuzzyDate()


def show(trakt_id: int, title: str, slug: str, year: int | None = None) -> TraktTitle:
    return TraktTitle(Kind.SHOW, TraktIds(trakt_id, slug), title, year)


def watched(at: datetime, source: TimeSource | None = TimeSource.ACTIVITY) -> tuple[LibraryPlay, ...]:
    return (LibraryPlay(PlayState.CONFIRMED, at, source),)


def frieren() -> LibraryEntry:
    """28 episodes, the first four on one evening, then weekly."""
    titles = ("The Journey's End", "It Didn't Have to Be Magic...", "Killing Magic", "The Land Where Souls Rest")
    start = date(2023, 9, 29)
    days = [start, start, start, start, *(start + WEEK * n for n in range(1, 25))]
    episodes = tuple(
        LibraryEpisode(
            n,
            1,
            n,
            title=titles[n - 1] if n <= 4 else f"Chapter {n} of the journey",
            anilist_day=day,
            trakt_day=day,
            plays=watched(datetime(day.year, day.month, day.day, 19, 30, tzinfo=UTC) + timedelta(minutes=24 * n)),
        )
        for n, day in enumerate(days, start=1)
    )
    return LibraryEntry(
        154587,
        EntryState.ADDED,
        "Frieren: Beyond Journey's End",
        other_titles=("Sousou no Frieren", "葬送のフリーレン"),
        format=MediaFormat.TV,
        start_date=fuzzy(start),
        end_date=FuzzyDate(2024, 3, 22),
        watched=28,
        count=28,
        minutes=24,
        trakt=show(198225, "Frieren: Beyond Journey's End", "frieren-beyond-journey-s-end", 2023),
        spans=(Span(1, 28, 1, 1),),
        why="AniBridge, Fribb and the air date agree",
        episodes=episodes,
        cover=COVERS + "bx154587-n1fmjRv4JQUd.jpg",
    )


def mushoku() -> LibraryEntry:
    """Episode 0 is a special on Trakt; one play was found there, one was undone."""
    start = date(2023, 7, 2)
    rows = []
    for n in range(1, 14):
        day = start + WEEK * (n - 1)
        at = datetime(day.year, day.month, day.day, 21, 10, tzinfo=UTC) + timedelta(days=2)
        state = {3: PlayState.ADOPTED, 4: PlayState.UNDONE}.get(n, PlayState.CONFIRMED)
        plays: tuple[LibraryPlay, ...] = (LibraryPlay(state, at, TimeSource.ACTIVITY),)
        if n == 5:
            plays += (LibraryPlay(PlayState.CONFIRMED, datetime(2025, 1, 1, 10, 0, tzinfo=UTC), TimeSource.DATES),)
        title = {1: "Guardian Fitz", 2: "The Brokenhearted Mage"}.get(n, f"A turning point {n}")
        rows.append(
            LibraryEpisode(
                n,
                0 if n == 1 else 2,
                2 if n == 1 else n - 1,
                title=title,
                anilist_day=day if n in (1, 13) else None,
                trakt_day=day,
                plays=plays,
            )
        )
    return LibraryEntry(
        146065,
        EntryState.ADDED,
        "Mushoku Tensei: Jobless Reincarnation Season 2",
        other_titles=("Mushoku Tensei II: Isekai Ittara Honki Dasu",),
        format=MediaFormat.TV,
        start_date=fuzzy(start),
        end_date=FuzzyDate(2023, 9, 25),
        watched=13,
        count=13,
        minutes=24,
        trakt=show(150837, "Mushoku Tensei: Jobless Reincarnation", "mushoku-tensei-jobless-reincarnation", 2021),
        spans=(Span(1, 1, 0, 2), Span(2, 13, 2, 1)),
        why="AniBridge gives these episodes; S0E2 aired on the start date",
        against=("Fribb says season 2 from its first episode",),
        episodes=tuple(rows),
        cover=COVERS + "bx146065-IjirxRK26O03.png",
    )


def one_piece() -> LibraryEntry:
    """Two episodes wait for Trakt."""
    rows = tuple(
        LibraryEpisode(
            n,
            22,
            n,
            title=f"Egghead, part {n - 1088}",
            trakt_day=date(2024, 1, 7) + WEEK * (n - 1089),
            plays=watched(datetime(2026, 11, 20, 21, 40, tzinfo=UTC) + timedelta(days=n - 1089)),
        )
        for n in range(1089, 1092)
    )
    waits = tuple(LibraryEpisode(n, listed=False) for n in (1092, 1093))
    return LibraryEntry(
        21,
        EntryState.WAITS,
        "One Piece",
        other_titles=("ONE PIECE",),
        format=MediaFormat.TV,
        start_date=FuzzyDate(1999, 10, 20),
        watched=1093,
        minutes=24,
        trakt=show(37696, "One Piece", "one-piece", 1999),
        spans=(Span(1, 61, 1, 1), Span(62, 77, 2, 62), Span(1089, None, 22, 1089)),
        why="AniBridge, absolute numbers",
        episodes=(*rows, *waits),
        waiting=(1092, 1093),
        cover=COVERS + "bx21-YCDoj1EkAxFn.jpg",
    )


def suzume() -> LibraryEntry:
    """A film."""
    row = LibraryEpisode(
        1, trakt_day=date(2022, 11, 11), plays=watched(datetime(2026, 11, 2, 18, 0, tzinfo=UTC), TimeSource.COMPLETED)
    )
    return LibraryEntry(
        142770,
        EntryState.ADDED,
        "Suzume",
        other_titles=("Suzume no Tojimari",),
        format=MediaFormat.MOVIE,
        start_date=FuzzyDate(2022, 11, 11),
        end_date=FuzzyDate(2022, 11, 11),
        watched=1,
        count=1,
        minutes=122,
        trakt=TraktTitle(Kind.MOVIE, TraktIds(637921, "suzume-2022"), "Suzume", 2022),
        why="anitrakt, TMDB id",
        episodes=(row,),
    )


def kaiji() -> LibraryEntry:
    """Needs a person: the dates of the nearest show are others."""
    anime = show(30980, "Kaiji", "kaiji", 2007)
    return LibraryEntry(
        98765,
        EntryState.NEEDS_YOU,
        "Kaiji Recap",
        format=MediaFormat.SPECIAL,
        start_date=FuzzyDate(2008, 10, 5),
        end_date=FuzzyDate(2008, 10, 12),
        watched=2,
        count=2,
        minutes=25,
        why="No show of this kind on Trakt; the nearest has other dates",
        choices=(
            LibraryChoice(
                '98765: {trakt: kaiji, episodes: {"1-2": s0e3}}',
                anime,
                (Span(1, 2, 0, 3),),
                2,
                date(2011, 4, 6),
                date(2011, 4, 13),
                ("2 = 2",),
                ("Aired 913 days later", "Another entry holds these episodes"),
            ),
            LibraryChoice(
                "98765: {trakt: kaiji-2, season: 1, first_episode: 1}",
                show(30981, "Kaiji: Against All Rules", "kaiji-2", 2011),
                (Span(1, 2, 1, 1),),
                26,
                date(2008, 10, 5),
                date(2008, 10, 12),
                ("Aired on the entry's start date",),
                ("26 episodes, not 2",),
            ),
        ),
        cover=COVERS + "b98765-abc.jpg",
    )


def entries() -> tuple[LibraryEntry, ...]:
    left_out = LibraryEntry(
        20021,
        EntryState.LEFT_OUT,
        "Sword Art Online: Extra Edition",
        format=MediaFormat.SPECIAL,
        count=1,
        why="a recap",
    )
    planned = LibraryEntry(
        182255,
        EntryState.PLANNED,
        "Frieren: Beyond Journey's End Season 2",
        format=MediaFormat.TV,
        start_date=FuzzyDate(2026, 1, 16),
        count=10,
        minutes=24,
    )
    hidden = LibraryEntry(
        777,
        EntryState.ADDED,
        "AniList 777",
        hidden=True,
        format=MediaFormat.OVA,
        start_date=FuzzyDate(2015),
        watched=2,
        count=2,
        minutes=30,
        trakt=TraktTitle(Kind.SHOW, TraktIds(555), ""),
        spans=(Span(1, 2, 1, 1),),
        why="anibridge",
        episodes=(LibraryEpisode(1, 1, 1, plays=(LibraryPlay(),)), LibraryEpisode(2, 1, 2, plays=(LibraryPlay(),))),
    )
    return (frieren(), mushoku(), one_piece(), suzume(), kaiji(), left_out, planned, hidden)


def runs() -> tuple[LibraryRun, ...]:
    def run(run_id: str, at: datetime, added: int, parts: Sequence[RunPart], undone: int = 0) -> LibraryRun:
        return LibraryRun(run_id, at, added, undone, 0, Outcome.ADDED, 9, tuple(parts))

    return (
        run("20261122-0617-a3f", datetime(2026, 11, 22, 6, 17, tzinfo=UTC), 3, [RunPart(21, (1089, 1090, 1091))]),
        run("20261102-1817-9c2", datetime(2026, 11, 2, 18, 17, tzinfo=UTC), 1, [RunPart(142770, (1,))]),
        run(
            "20240322-0617-77d",
            datetime(2024, 3, 22, 6, 17, tzinfo=UTC),
            41,
            [RunPart(154587, tuple(range(1, 29))), RunPart(146065, (4,), undone=True)],
            undone=1,
        ),
        run("20230101-0017-bad", datetime(2023, 1, 1, 0, 17, tzinfo=UTC), 2, [RunPart(777, (1, 2), undone=True)], 2),
    )


def library() -> Library:
    return Library(
        NOW,
        "3 plays added for 1 show",
        Outcome.ADDED,
        "misaki",
        "misaki",
        entries=entries(),
        runs=runs(),
        pages=PAGES,
    )


VOCABULARY = """the journey of a quiet sword and its last winter promise under summer rain beyond broken stars hero
magic city night forgotten dragon spring letter girl memory world school festival battle"""
WORDS = VOCABULARY.split()
FORMATS = (MediaFormat.TV,) * 7 + (MediaFormat.OVA, MediaFormat.SPECIAL, MediaFormat.MOVIE)
STATES = (EntryState.ADDED,) * 92 + (EntryState.WAITS,) * 2 + (EntryState.LEFT_OUT,) * 1 + (EntryState.PLANNED,) * 5


def large_library(count: int = 3_000, plays: int = 60_000, runs: int = 400) -> Library:
    """``count`` entries with ``plays`` plays in all, watched over ten years, mostly a few episodes in an evening."""
    random = Random(14)  # noqa: S311 - made-up titles, no secret
    clock = datetime(2016, 1, 1, 19, 0, tzinfo=UTC)
    states = [random.choice(STATES) for _ in range(count)]
    busy = sum(state in (EntryState.ADDED, EntryState.WAITS) for state in states)
    left, made = plays, []
    for n, state in enumerate(states):
        if state in (EntryState.ADDED, EntryState.WAITS):
            share = left if busy == 1 else min(left, random.randint(1, max(1, 2 * left // busy)))
            busy, left = busy - 1, left - share
            entry, clock = _large_entry(random, 1_000 + n * 37, state, share, clock)
        else:
            entry, _ = _large_entry(random, 1_000 + n * 37, state, 0, clock)
        made.append(entry)
    return replace(library(), entries=tuple(made), runs=tuple(_large_runs(random, made, runs)))


def _title(random: Random, words: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(words)).capitalize()


def _large_entry(
    random: Random, anilist_id: int, state: EntryState, plays: int, clock: datetime
) -> tuple[LibraryEntry, datetime]:
    start = date(random.randint(1998, 2026), random.randint(1, 12), random.randint(1, 28))
    rows = []
    for n in range(1, plays + 1):
        clock += timedelta(minutes=24 if random.random() < 0.9 else random.randint(200, 1_100))
        aired = start + WEEK * (n - 1)
        play = (LibraryPlay(PlayState.CONFIRMED, clock, None),)
        rows.append(LibraryEpisode(n, 1, n, title=_title(random, random.randint(2, 6)), trakt_day=aired, plays=play))
    title = _title(random, random.randint(2, 6))
    return LibraryEntry(
        anilist_id,
        state,
        title,
        other_titles=(_title(random, random.randint(3, 6)),),
        format=random.choice(FORMATS),
        start_date=fuzzy(start),
        end_date=fuzzy(start + WEEK * max(0, plays - 1)),
        watched=plays,
        count=plays or 12,
        minutes=24,
        trakt=show(anilist_id * 3, title, title.lower().replace(" ", "-"), start.year) if plays else None,
        spans=(Span(1, plays, 1, 1),) if plays else (),
        why="AniBridge, Fribb; aired on the start date" if plays else "",
        episodes=tuple(rows),
        cover=f"{COVERS}bx{anilist_id}-{random.getrandbits(48):012x}.jpg",
    ), clock


def _large_runs(random: Random, made: Sequence[LibraryEntry], count: int) -> list[LibraryRun]:
    seen = [entry for entry in made if entry.watched]
    first = tuple(RunPart(entry.anilist_id, tuple(range(1, entry.watched + 1))) for entry in seen)
    runs = [LibraryRun("20250101-0617-000", datetime(2025, 1, 1, 6, 17, tzinfo=UTC), 50_000, parts=first)]
    for n in range(1, count):
        entry = random.choice(seen)
        at = datetime(2025, 1, 1, 6, 17, tzinfo=UTC) + timedelta(hours=6 * n)
        runs.append(
            LibraryRun(f"{at:%Y%m%d-%H%M}-{n:03x}", at, 1, parts=(RunPart(entry.anilist_id, (entry.watched,)),))
        )
    return runs
