"""A made-up library of real titles and the runs over it, for tests and for the pictures in the docs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.model.anilist import Media, MediaFormat, MediaListEntry, MediaListStatus
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import CachedMapping, Candidate, Resolution, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, NewPlay, Plan, PlayState, TimeSource
from sync.model.run import LastSync, Outcome, Pages, Requests, RunLine, RunReport, SkipReason
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle, WatchedAt
from sync.report.status_page import Status

NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)
REPOSITORY = "https://github.com/misaki/anime-sync"
PAGES = Pages(
    overrides=f"{REPOSITORY}/edit/main/overrides.yaml",
    issue=f"{REPOSITORY}/issues/4",
    sync=f"{REPOSITORY}/actions/workflows/sync.yml",
    undo=f"{REPOSITORY}/actions/workflows/undo.yml",
)
Spans = list[tuple[int, int | None, int, int]]

# AniList id, AniList title, episodes, Trakt id, slug, Trakt title, spans, facts
SHOWS: list[tuple[int, str, int | None, int, str, str, Spans, tuple[Fact, ...]]] = [
    (
        182255,
        "Frieren: Beyond Journey’s End Season 2",
        10,
        1001,
        "frieren-beyond-journey-s-end",
        "Frieren: Beyond Journey's End",
        [(1, 10, 1, 29)],
        (Fact.ANIBRIDGE_AGREES, Fact.BANGUMI_SEASON_AGREES, Fact.START_DAY),
    ),
    (
        104578,
        "Attack on Titan Season 3 Part 2",
        10,
        1002,
        "attack-on-titan",
        "Attack on Titan",
        [(1, 10, 3, 13)],
        (Fact.ANIBRIDGE_AGREES, Fact.FRIBB_OFFSET_AGREES, Fact.START_DAY),
    ),
    (
        146065,
        "Mushoku Tensei: Jobless Reincarnation Season 2",
        13,
        1003,
        "mushoku-tensei-jobless-reincarnation",
        "Mushoku Tensei: Jobless Reincarnation",
        [(1, 1, 0, 2), (2, 13, 2, 1)],
        (Fact.ANIBRIDGE_AGREES, Fact.START_DAY, Fact.END_DAY),
    ),
    (1, "Cowboy Bebop", 26, 1004, "cowboy-bebop", "Cowboy Bebop", [(1, 26, 1, 1)], (Fact.COUNT_EXACT, Fact.START_DAY)),
    (
        21,
        "ONE PIECE",
        None,
        1005,
        "one-piece",
        "One Piece",
        [(1, 61, 1, 1), (62, 77, 2, 62), (1089, None, 22, 1089)],
        (Fact.ANIBRIDGE_AGREES, Fact.NUMBERS_RUN_ON),
    ),
    (
        11061,
        "Hunter x Hunter (2011)",
        148,
        1006,
        "hunter-x-hunter-2011",
        "Hunter x Hunter",
        [(1, 58, 1, 1), (59, 136, 2, 59), (137, 148, 3, 137)],
        (Fact.ANIBRIDGE_AGREES, Fact.SEASONS_EXACT),
    ),
    (
        145064,
        "JUJUTSU KAISEN Season 2",
        23,
        1007,
        "jujutsu-kaisen",
        "Jujutsu Kaisen",
        [(1, 23, 1, 25)],
        (Fact.ANIBRIDGE_AGREES, Fact.START_DAY),
    ),
    (150672, "[Oshi No Ko]", 11, 1008, "oshi-no-ko", "Oshi no Ko", [(1, 11, 1, 1)], (Fact.COUNT_EXACT, Fact.START_DAY)),
]
FILMS = [
    (142770, "Suzume", 2001, "suzume-2022", "Suzume", 2022),
    (
        112151,
        "Demon Slayer -Kimetsu no Yaiba- The Movie: Mugen Train",
        2002,
        "demon-slayer-mugen-train-2020",
        "Demon Slayer: Mugen Train",
        2020,
    ),
]


def entries() -> dict[int, MediaListEntry]:
    found = {}
    for number, title, episodes, *_ in SHOWS:
        media = Media(number, format=MediaFormat.TV, episodes=episodes, title_english=title)
        status = MediaListStatus.COMPLETED if episodes else MediaListStatus.CURRENT
        found[number] = MediaListEntry(number, media, status, progress=episodes or 1122)
    for number, title, *_ in FILMS:
        media = Media(number, format=MediaFormat.MOVIE, episodes=1, title_english=title)
        found[number] = MediaListEntry(number, media, MediaListStatus.COMPLETED, progress=1)
    kaiji = Media(98765, format=MediaFormat.SPECIAL, episodes=2, title_english="Kaiji Recap")
    found[98765] = MediaListEntry(98765, kaiji, MediaListStatus.COMPLETED, progress=2)
    idols = Media(98766, format=MediaFormat.ONA, title_romaji="Tiny | Idols #1 @home")
    found[98766] = MediaListEntry(98766, idols, MediaListStatus.CURRENT, progress=1)
    return found


def resolutions() -> dict[int, Resolution]:
    found = {}
    for number, _, _, trakt_id, slug, title, spans, facts in SHOWS:
        show = TraktTitle(Kind.SHOW, TraktIds(trakt_id, slug), title)
        evidence = tuple(Evidence(fact, 2.5) for fact in facts)
        found[number] = Resolution(number, Verdict.RESOLVED, None, show, tuple(Span(*span) for span in spans), evidence)
    for number, _, trakt_id, slug, title, year in FILMS:
        film = TraktTitle(Kind.MOVIE, TraktIds(trakt_id, slug), title, year)
        evidence = (Evidence(Fact.FILM_ANITRAKT, 3.25), Evidence(Fact.FILM_TITLE_FITS, 2.0))
        found[number] = Resolution(number, Verdict.RESOLVED, None, film, evidence=evidence)
    kaiji = TraktTitle(Kind.SHOW, TraktIds(1099, "kaiji"), "Kaiji: Ultimate Survivor", 2007)
    second = TraktTitle(Kind.SHOW, TraktIds(1098, "tobaku-haoroku-kaiji"), "Tobaku Haōroku Kaiji", 2011)
    mixed = (Evidence(Fact.START_FAR, -3.0), Evidence(Fact.FRIBB_SHOW, 0.5))
    found[98765] = Resolution(
        98765,
        Verdict.AMBIGUOUS,
        Reason.OTHER_PLACE,
        candidates=(
            Candidate(kaiji, (Span(1, 2, 0, 3),), mixed, 2.0),
            Candidate(second, (Span(1, 2, 0, 1),), (Evidence(Fact.TOO_FEW, -6.0),), 1.0),
        ),
    )
    found[98766] = Resolution(98766, Verdict.UNRESOLVED, Reason.UNKNOWN)
    return found


def plays(number: int, first: int, last: int, times: list[datetime], source: TimeSource) -> list[NewPlay]:
    made = []
    for index, episode in enumerate(range(first, last + 1)):
        for span in resolutions()[number].spans:
            if span.from_ep <= episode <= (span.to_ep or 9999):
                season, at = span.season, span.first_episode + episode - span.from_ep
        when: WatchedAt = times[index % len(times)] if times else "unknown"
        made.append(NewPlay(number, episode, PlayKind.EPISODE, number * 1000 + episode, when, source, season, at))
    return made


def film(number: int, when: datetime) -> NewPlay:
    return NewPlay(number, 1, PlayKind.MOVIE, number, when, TimeSource.COMPLETED)


def report_added() -> RunReport:
    evening = datetime(2026, 11, 20, 21, 40, tzinfo=UTC)
    spread = [datetime(2026, 11, 3 + day * 2 // 3, 19, tzinfo=UTC) for day in range(10)]
    posted = [
        *plays(182255, 9, 10, [evening, evening + timedelta(hours=23, minutes=32)], TimeSource.ACTIVITY),
        *plays(104578, 1, 10, spread, TimeSource.DATES),
        *plays(146065, 1, 2, [], TimeSource.UNKNOWN),
        film(142770, datetime(2026, 11, 2, 12, tzinfo=UTC)),
    ]
    noted = [(1, LedgerPlay(episode, PlayKind.EPISODE, episode, PlayState.ADOPTED)) for episode in (24, 25, 26)]
    noted += [(21, LedgerPlay(590, PlayKind.EPISODE, 590, PlayState.REMOVED))]
    return RunReport(
        "20261122-0617-a3f",
        NOW,
        NOW + timedelta(seconds=9),
        Outcome.ADDED,
        "misaki",
        "misaki",
        entries=entries(),
        resolutions=resolutions(),
        plan=Plan(tuple(posted), tuple(noted), kept=8412),
        posted=tuple(posted),
        requests={"AniList": Requests(2, 30), "Trakt": Requests(9, 500)},
        mapped=353,
        warnings=("The AniList token expires on 14 Dec 2026: make a new one and put it in `ANILIST_ACCESS_TOKEN`.",),
        pages=PAGES,
    )


def report_first_run() -> RunReport:
    adds = [film(142770, NOW - timedelta(days=20)), film(112151, NOW - timedelta(days=900))]
    for number, _, episodes, *_ in SHOWS:
        spread = [NOW - timedelta(days=400 + number % 90 - day) for day in range(30)]
        adds += plays(number, 1, episodes or 61, spread, TimeSource.DATES)
    noted = [(1, LedgerPlay(episode, PlayKind.EPISODE, episode, PlayState.ADOPTED)) for episode in (24, 25, 26)]
    return RunReport(
        "20261121-1817-9c2",
        NOW,
        NOW + timedelta(seconds=74),
        Outcome.BRAKE,
        "misaki",
        "misaki",
        entries=entries(),
        resolutions=resolutions(),
        plan=Plan(tuple(adds), tuple(noted)),
        mapped=10,
        max_new_plays=100,
        skipped={SkipReason.PLANNING: 43, SkipReason.PRIVATE: 3, SkipReason.OVERRIDE: 11},
        pages=PAGES,
        requests={"AniList": Requests(3, 30), "Trakt": Requests(31, 500)},
    )


def months() -> dict[str, int]:
    counts = [
        210,
        340,
        180,
        95,
        60,
        412,
        388,
        275,
        120,
        0,
        44,
        190,
        260,
        301,
        144,
        90,
        72,
        220,
        318,
        280,
        155,
        98,
        133,
        64,
    ]
    return {f"{2024 + (11 + i) // 12}-{(11 + i) % 12 + 1:02}": count for i, count in enumerate(counts)}


def status() -> Status:
    cached = {
        number: CachedMapping(
            number, r.verdict, r.reason, "", NOW - timedelta(days=number % 60), r.title, r.spans, r.evidence
        )
        for number, r in resolutions().items()
    }
    runs = tuple(
        RunLine(
            f"202611{day:02}-0617-{day:03x}", datetime(2026, 11, day, 6, 17, tzinfo=UTC), outcome, added, 9 + day % 4
        )
        for day, outcome, added in (
            (22, Outcome.ADDED, 15),
            (21, Outcome.NOTHING_NEW, 0),
            (20, Outcome.ADDED, 3),
            (16, Outcome.ADDED, 26),
            (13, Outcome.ADDED, 1),
        )
    )
    ledger = Ledger(
        {
            1: tuple(LedgerPlay(n, PlayKind.EPISODE, n, PlayState.CONFIRMED) for n in range(1, 27)),
            21: tuple(LedgerPlay(n, PlayKind.EPISODE, 21_000 + n, PlayState.ADOPTED) for n in range(1, 590)),
        }
    )
    last = LastSync(anilist_user="misaki", trakt_user="misaki", runs=runs)
    skipped = {SkipReason.PLANNING: 43, SkipReason.PRIVATE: 3, SkipReason.OVERRIDE: 11}
    return Status(last, cached, ledger, entries(), skipped, months(), PAGES)


def report_nothing_new() -> RunReport:
    return RunReport(
        "20261122-1217-b07",
        NOW,
        NOW + timedelta(seconds=2),
        Outcome.NOTHING_NEW,
        "misaki",
        "misaki",
        mapped=353,
        last_good_at=NOW - timedelta(hours=9),
        pages=PAGES,
        requests={"AniList": Requests(2, 30), "Trakt": Requests(1, 500)},
    )


def report_outage() -> RunReport:
    return RunReport(
        "20261122-1817-e11",
        NOW,
        NOW + timedelta(seconds=4),
        Outcome.OUTAGE,
        "misaki",
        "misaki",
        trouble='AniList is switched off at the moment (403): "The AniList API has been temporarily disabled."',
        remedy="The next run tries again by itself.",
        last_good_at=NOW - timedelta(hours=6),
    )


def report_one_entry() -> RunReport:
    return RunReport(
        "20261122-1900-1ab",
        NOW,
        NOW + timedelta(seconds=4),
        Outcome.PREVIEW,
        "misaki",
        "misaki",
        only=146065,
        entries=entries(),
        resolutions={146065: resolutions()[146065]},
        pages=PAGES,
        plan=Plan(tuple(plays(146065, 1, 13, [NOW - timedelta(days=40)], TimeSource.UPDATED))),
    )
