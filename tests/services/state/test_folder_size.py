"""How large ``state/`` becomes for 3,000 entries and 60,000 plays, and how little one more episode changes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from pathlib import Path

from sync.model.evidence import Evidence, Fact
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder

ENTRIES = 3_000
FACTS = (Fact.START_DAY, Fact.COUNT_EXACT, Fact.BANGUMI_SEASON_AGREES, Fact.ANIBRIDGE_AGREES)
EPISODES = 20
BATCH = 100
START = datetime(2026, 1, 1, tzinfo=UTC)


def library(seed: int) -> tuple[Ledger, dict[int, CachedMapping], list[JournalPlay]]:
    """As in life: seven of ten Trakt ids follow the one before; some episodes in a row, others days apart."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    ledger: dict[int, tuple[LedgerPlay, ...]] = {}
    cache: dict[int, CachedMapping] = {}
    journal: list[JournalPlay] = []
    for index in range(ENTRIES):
        anilist_id = 1 + index * 61
        trakt_id = chance.randrange(100_000, 10_000_000)
        at = START - timedelta(minutes=chance.randrange(3_000_000))
        plays = []
        for number in range(1, EPISODES + 1):
            plays.append(LedgerPlay(number, PlayKind.EPISODE, trakt_id, PlayState.CONFIRMED))
            journal.append(JournalPlay(anilist_id, number, PlayKind.EPISODE, trakt_id, at))
            trakt_id += 1 if chance.random() < 0.7 else chance.randrange(2, 5_000)
            at += timedelta(minutes=chance.choice([24, 1_440, 1_439, chance.randrange(1, 20_000)]))
        ledger[anilist_id] = tuple(plays)
        cache[anilist_id] = CachedMapping(
            anilist_id=anilist_id,
            verdict=Verdict.RESOLVED,
            reason=None,
            basis=f"{EPISODES} 2020-10-03",
            verified_at=START,
            title=TraktTitle(
                Kind.SHOW,
                TraktIds(index, "a-show-with-a-name-of-average-length", index + 9_000, index + 300_000, "tt1234567"),
                "A Show with a Name of Average Length",
                2020,
            ),
            spans=(Span(1, EPISODES, 2, 13),),
            evidence=tuple(map(Evidence, FACTS)),
            layout_fingerprint="3f9a8c2d11e0",
        )
    return Ledger(ledger), cache, journal


def last_sync(runs: int) -> LastSync:
    lines = (RunLine(f"20260101-0617-{number:03}", START, Outcome.ADDED, 3, 9) for number in range(runs))
    return LastSync(good_at=START, changed_at=START, entries=ENTRIES, runs=tuple(lines))


def changed_bytes(before: dict[str, bytes], after: dict[str, bytes]) -> int:
    """What a person would see as added and removed in the commit."""
    count = 0
    for name, content in after.items():
        old, new = before.get(name, b"").decode().splitlines(), content.decode().splitlines()
        changed = [line for line in unified_diff(old, new, n=0) if line[0] in "+-" and line[:3] not in ("+++", "---")]
        count += sum(len(line.encode()) for line in changed)
    return count


def test_a_large_state_stays_under_3_mb_and_one_more_episode_changes_under_2_kb(tmp_path: Path) -> None:
    ledger, cache, journal = library(seed=20261122)
    folder = StateFolder(tmp_path)
    folder.save_last_sync(last_sync(20))
    folder.save_cache(cache)
    folder.save_ledger(ledger)
    for start in range(0, len(journal), BATCH):
        at = START + timedelta(hours=start // 10)
        batch = tuple(journal[start : start + BATCH])
        folder.append_journal(JournalLine("20260101-0617-abc", at, JournalAction.ADD, batch))
    before = folder.files()

    one = JournalPlay(1, EPISODES + 1, PlayKind.EPISODE, 4_711, START)
    plays = (*ledger.plays[1], LedgerPlay(EPISODES + 1, PlayKind.EPISODE, 4_711, PlayState.CONFIRMED))
    folder.save_ledger(Ledger({**ledger.plays, 1: plays}))
    folder.append_journal(JournalLine("20260301-0617-abc", START + timedelta(days=60), JournalAction.ADD, (one,)))
    last = last_sync(20)
    run = RunLine("20260301-0617-abc", START, Outcome.ADDED, 1, 9)
    folder.save_last_sync(replace(last, good_at=START + timedelta(days=60), runs=(*last.runs, run)))

    total = sum(map(len, before.values()))
    assert total < 3_000_000, f"{total:,} bytes"
    assert changed_bytes(before, folder.files()) < 2_000
    again = StateFolder(tmp_path)
    assert again.load().ledger.plays[1] == plays
    assert [play for line in again.load_journal() for play in line.plays if play != one] == journal
