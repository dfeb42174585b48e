"""Whatever the ledger and the journal hold comes back from their files; merging loses nothing and knows no order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.model.evidence import Reason
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import PlayKind
from sync.services.state import JournalAction, JournalLine, JournalPlay, merge_file, merge_ledgers
from sync.services.state.journal import parse_journal, render_line, whole_lines
from sync.services.state.last_sync_file import render_last_sync
from sync.services.state.ledger_file import LedgerFile, parse_ledger, render_ledger
from sync.services.state.mapping_file import parse_mappings, parse_spans, render_mappings, render_spans

calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

ids = st.integers(1, 40) | st.integers(1, 2**31 - 100)
episodes = st.integers(0, 60) | st.integers(0, 19_900)
kinds = st.sampled_from(PlayKind)
states = st.sampled_from(PlayState)
seconds = st.integers(0, 2**31).map(lambda n: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
minutes = seconds.map(lambda moment: moment.replace(second=0))
texts = st.text(max_size=20).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))

rewatches = st.just(0) | st.integers(0, 3)
plays = st.builds(LedgerPlay, episodes, kinds, ids, states, rewatches)
in_a_row = st.builds(
    lambda first, count, kind, trakt_id, state, rewatch: [
        LedgerPlay(first + i, kind, trakt_id + i, state, rewatch) for i in range(count)
    ],
    episodes,
    st.integers(1, 30),
    kinds,
    ids,
    states,
    rewatches,
)
any_plays = st.lists(in_a_row | plays.map(lambda play: [play]), max_size=6).map(
    lambda runs: tuple(sorted(play for run in runs for play in run))
)
any_ledgers = st.dictionaries(ids, any_plays.filter(bool), max_size=6).map(Ledger)


def one_state_each(known: tuple[LedgerPlay, ...]) -> tuple[LedgerPlay, ...]:
    """A ledger that a run makes says one thing of each play."""
    return tuple(sorted({play.place: play for play in known}.values()))


few = st.integers(1, 4)
small_plays = st.lists(st.builds(LedgerPlay, few, kinds, few, states, st.integers(0, 1)), max_size=8).map(
    lambda known: one_state_each(tuple(known))
)
small_ledgers = st.dictionaries(st.integers(1, 3), small_plays.filter(bool), max_size=3).map(Ledger)

times = minutes | st.sampled_from(["unknown", "released"])
journal_plays = st.builds(JournalPlay, ids, episodes, kinds, ids, times, rewatches)
journal_runs = st.builds(
    lambda anilist_id, first, trakt_id, moments: [
        JournalPlay(anilist_id, first + i, PlayKind.EPISODE, trakt_id + i, at) for i, at in enumerate(moments)
    ],
    ids,
    episodes,
    ids,
    st.lists(times, min_size=1, max_size=8),
)


def in_order(found: list[list[JournalPlay]]) -> tuple[JournalPlay, ...]:
    unique = {
        (play.anilist_id, play.rewatch, play.episode, play.kind, play.trakt_id): play for run in found for play in run
    }
    return tuple(unique[key] for key in sorted(unique))


batches = st.lists(journal_runs | journal_plays.map(lambda play: [play]), max_size=6).map(in_order)
journal_lines = st.builds(JournalLine, texts, seconds, st.sampled_from(JournalAction), batches, st.none() | texts)
spans = st.builds(
    lambda first, length, season, number: Span(first, None if length is None else first + length, season, number),
    st.integers(1, 2000),
    st.none() | st.integers(0, 50),
    st.integers(0, 40),
    st.integers(0, 2000),
)
mappings = st.builds(
    lambda anilist_id, verdict, reason, at, parts, waiting: CachedMapping(
        anilist_id, verdict, reason, "basis", at, spans=parts, waiting=waiting
    ),
    st.integers(1, 3),
    st.sampled_from(Verdict),
    st.none() | st.sampled_from(Reason),
    seconds,
    st.lists(spans, max_size=3).map(tuple),
    st.lists(st.integers(0, 30), max_size=8).map(tuple),
)
caches = st.lists(mappings, max_size=4).map(lambda found: {mapping.anilist_id: mapping for mapping in found})
run_lines = st.builds(
    RunLine, st.sampled_from("abcd"), seconds, st.sampled_from(Outcome), st.integers(0, 3), st.integers(0, 3)
)
last_syncs = st.builds(
    LastSync,
    good_at=st.none() | seconds,
    changed_at=st.none() | seconds,
    entries=st.integers(0, 3),
    runs=st.lists(run_lines, max_size=25).map(tuple),
)


any_number = st.integers(-3, 3) | st.sampled_from([2**31 - 1, 2**31, 2**63, 10**400, -(10**400), 19_999, 20_001])
wild_plays = st.builds(LedgerPlay, any_number, kinds, any_number, states, any_number)
wild_ledgers = st.dictionaries(any_number, st.lists(wild_plays, max_size=5).map(tuple), max_size=4).map(Ledger)


def in_bounds(anilist_id: int, play: LedgerPlay) -> bool:
    ids, numbers = (anilist_id, play.trakt_id), (play.episode, play.rewatch)
    return all(0 < each < 2**31 for each in ids) and all(0 <= each <= 20_000 for each in numbers)


@calm
@given(wild_ledgers)
def test_whatever_a_ledger_holds_its_file_can_be_read_and_holds_all_that_is_in_bounds(ledger: Ledger) -> None:
    written, read = list[str](), list[str]()
    again = parse_ledger(render_ledger(ledger, written), "plays.json", read)

    kept = [(key, play) for key, play in ledger if in_bounds(key, play)]
    assert sorted(again) == sorted(kept)
    assert read == []
    assert bool(written) is (len(kept) < len(list(ledger)))


@calm
@given(any_ledgers)
def test_a_ledger_comes_back_as_it_was(ledger: Ledger) -> None:
    assert parse_ledger(render_ledger(ledger), "plays.json") == ledger


@calm
@given(st.lists(small_ledgers, min_size=1, max_size=3))
def test_a_renderer_that_remembers_writes_what_a_fresh_one_does(ledgers: list[Ledger]) -> None:
    renderer = LedgerFile()
    assert [renderer.render(ledger) for ledger in ledgers] == [render_ledger(ledger) for ledger in ledgers]


@calm
@given(journal_lines)
def test_a_journal_line_comes_back_as_it_was(line: JournalLine) -> None:
    content = render_line(line)
    assert content.count(b"\n") == 1
    assert parse_journal(content, "2026-11.jsonl") == (line,)


@calm
@given(st.lists(journal_lines, min_size=1, max_size=3), st.data())
def test_a_journal_cut_anywhere_loses_at_most_the_line_that_was_being_written(
    lines: list[JournalLine], data: st.DataObject
) -> None:
    content = b"".join(map(render_line, lines))
    before = len(content) - len(render_line(lines[-1]))
    cut = data.draw(st.integers(before, len(content)))

    found = parse_journal(content[:cut], "2026-11.jsonl")

    assert found[: len(lines) - 1] == tuple(lines[:-1])
    assert len(found) == len(lines) if cut >= len(content) - 1 else len(found) == len(lines) - 1


@calm
@given(st.lists(spans, max_size=5).map(tuple))
def test_spans_come_back_as_they_were(parts: tuple[Span, ...]) -> None:
    assert parse_spans(render_spans(parts)) == parts


@calm
@given(caches)
def test_mappings_come_back_as_they_were(cache: dict[int, CachedMapping]) -> None:
    assert parse_mappings(render_mappings(cache), "mapping_cache.json") == cache


@calm
@given(small_ledgers, small_ledgers, small_ledgers)
def test_merging_ledgers_knows_no_order(one: Ledger, two: Ledger, three: Ledger) -> None:
    assert merge_ledgers(one, two) == merge_ledgers(two, one)
    assert merge_ledgers(one, one) == one
    both = merge_ledgers(one, two)
    assert merge_ledgers(both, one) == both
    assert merge_ledgers(both, three) == merge_ledgers(one, merge_ledgers(two, three))


@calm
@given(small_ledgers, small_ledgers)
def test_merging_ledgers_forgets_no_play_and_never_doubts_a_settled_one(one: Ledger, two: Ledger) -> None:
    merged = {(key, play.place): play.state for key, play in merge_ledgers(one, two)}
    settled = {PlayState.CONFIRMED, PlayState.DISPLACED, PlayState.REMOVED, PlayState.UNDONE}
    for key, play in (*one, *two):
        state = merged[key, play.place]
        if play.state in settled:
            assert state in settled
        if play.state is PlayState.UNDONE:
            assert state is PlayState.UNDONE
        if play.state is not PlayState.PENDING:
            assert state is not PlayState.PENDING


WEAK_TO_STRONG = [
    PlayState.PENDING,
    PlayState.ADOPTED,
    PlayState.CONFIRMED,
    PlayState.DISPLACED,
    PlayState.REMOVED,
    PlayState.UNDONE,
]


@pytest.mark.parametrize(("weaker", "stronger"), list(pairwise(WEAK_TO_STRONG)))
def test_of_two_words_on_one_play_the_stronger_stays(weaker: PlayState, stronger: PlayState) -> None:
    one, two = (Ledger({1: (LedgerPlay(1, PlayKind.EPISODE, 5, state),)}) for state in (weaker, stronger))

    assert merge_ledgers(one, two) == merge_ledgers(two, one) == two


@calm
@given(caches, caches)
def test_merging_mappings_knows_no_order(one: dict[int, CachedMapping], two: dict[int, CachedMapping]) -> None:
    ours, theirs = render_mappings(one), render_mappings(two)
    both = merge_file("mapping_cache.json", ours, theirs)
    assert both == merge_file("mapping_cache.json", theirs, ours)
    assert merge_file("mapping_cache.json", both, ours) == both


@calm
@given(last_syncs, last_syncs)
def test_merging_last_runs_knows_no_order(one: LastSync, two: LastSync) -> None:
    ours, theirs = render_last_sync(one), render_last_sync(two)
    both = merge_file("last_sync.json", ours, theirs)
    assert both == merge_file("last_sync.json", theirs, ours)
    assert merge_file("last_sync.json", both, both) == both


@calm
@given(st.lists(journal_lines, max_size=3), st.lists(journal_lines, max_size=3), st.lists(journal_lines, max_size=2))
def test_merging_journals_keeps_every_line_once(
    common: list[JournalLine], one: list[JournalLine], two: list[JournalLine]
) -> None:
    ours = b"".join(map(render_line, [*common, *one]))
    theirs = b"".join(map(render_line, [*common, *two]))
    both = merge_file("journal/2026-11.jsonl", ours, theirs)

    assert both == merge_file("journal/2026-11.jsonl", theirs, ours) or ours == theirs
    lines = both.splitlines()
    assert set(lines) == {*ours.splitlines(), *theirs.splitlines()}
    if ours != theirs:
        assert len(lines) == len(set(lines))
        written = [line.at for line in parse_journal(both, "2026-11.jsonl")]
        assert written == sorted(written)
    assert whole_lines(both) == both
