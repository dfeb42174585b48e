"""A number that nothing real has is left out, by name, of what is read and of what is written, and ends no run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from sync.errors import StateError
from sync.model.evidence import Evidence, Fact
from sync.model.journal import JournalAction, JournalLine, JournalPlay
from sync.model.lists import ItemKind, ListItem, ListMemory, Noted, Standing, TraktList
from sync.model.mapping import CachedMapping, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktSeason, TraktTitle
from sync.services.state import StateFolder

FIRST_SCHEMA = Path(__file__).parents[2] / "data" / "first_schema"
NOW = datetime(2026, 11, 22, 6, 17, tzinfo=UTC)
HUGE = int("9" * 400)
OUTSIDE = [-1, 0, 2**31, HUGE, -HUGE]


def mapping(anilist_id: int, trakt_id: int = 71, **changes: object) -> CachedMapping:
    title = TraktTitle(Kind.SHOW, TraktIds(trakt_id), "Cowboy Bebop", 1998)
    known = CachedMapping(anilist_id, Verdict.RESOLVED, None, "26", NOW, title, (Span(1, 26, 1, 1),))
    return replace(known, **changes)  # type: ignore[arg-type] # each test changes one field, to what its type forbids


def play(episode: int = 1, trakt_id: int = 71, rewatch: int = 0) -> LedgerPlay:
    return LedgerPlay(episode, PlayKind.EPISODE, trakt_id, PlayState.CONFIRMED, rewatch)


def reloaded(folder: StateFolder) -> StateFolder:
    """The folder as the next run finds it: it can be read, and nothing in it is out of bounds."""
    following = StateFolder(folder.path)
    following.load()
    following.load_journal()
    assert following.warnings == ()
    return following


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    found = StateFolder(tmp_path / "state")
    found.load()
    return found


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_play_with_an_impossible_id_is_not_kept_and_its_entry_s_others_are(folder: StateFolder, number: int) -> None:
    folder.save_ledger(Ledger({1: tuple(sorted((play(1), play(2, number), play(3)))), number: (play(),)}))

    assert {1: (play(1), play(3))} == reloaded(folder).load().ledger.plays
    (warning,) = folder.warnings
    assert warning.startswith("state/plays.json does without what no AniList entry and no Trakt title has: ")
    assert '"1", episode 2 (' in warning
    assert f'"{str(number)[:20]}", episode 1 (' in warning


@pytest.mark.parametrize("wrong", [play(20_001), play(-1), play(rewatch=-1), play(rewatch=HUGE), play(HUGE)])
def test_nor_is_one_of_an_impossible_episode_or_rewatch(folder: StateFolder, wrong: LedgerPlay) -> None:
    folder.save_ledger(Ledger({1: (wrong,), 2: (play(),)}))

    assert {2: (play(),)} == reloaded(folder).load().ledger.plays


def test_ids_that_count_up_past_the_last_one_are_cut_there(folder: StateFolder) -> None:
    folder.save_ledger(Ledger({1: (play(1, 2**31 - 1), play(2, 2**31))}))

    assert {1: (play(1, 2**31 - 1),)} == reloaded(folder).load().ledger.plays


WRONG_MAPPINGS: dict[str, Callable[[], CachedMapping]] = {
    **{f"Trakt id {str(number)[:9]}": partial(mapping, 5, number) for number in OUTSIDE},
    "TMDB id": lambda: mapping(5, title=TraktTitle(Kind.SHOW, TraktIds(71, tmdb=HUGE), "x")),
    "year": lambda: mapping(5, title=TraktTitle(Kind.SHOW, TraktIds(71), "x", year=10_000)),
    "minutes": lambda: mapping(5, title=TraktTitle(Kind.MOVIE, TraktIds(71), "x", runtime=10**9)),
    "title": lambda: mapping(5, title=TraktTitle(Kind.SHOW, TraktIds(71), "x" * 4_001)),
    "episode": lambda: mapping(5, spans=(Span(1, 20_001, 1, 1),)),
    "season": lambda: mapping(5, spans=(Span(1, 2, -1, 1),)),
    "waiting": lambda: mapping(5, waiting=(20_001,)),
    "sentence": lambda: mapping(5, basis="x" * 4_001),
    "list": lambda: mapping(5, evidence=(Evidence(Fact.SOLE),) * 1_001),
    "time": lambda: mapping(5, verified_at=datetime(9999, 12, 31, tzinfo=UTC)),
}


@pytest.mark.parametrize("wrong", WRONG_MAPPINGS.values(), ids=WRONG_MAPPINGS.keys())
def test_a_mapping_that_is_out_of_bounds_is_not_kept_and_the_others_are(
    folder: StateFolder, wrong: Callable[[], CachedMapping]
) -> None:
    folder.save_cache({1: mapping(1), 5: wrong()})

    assert {1: mapping(1)} == reloaded(folder).load().cache
    assert "state/mapping_cache.json does without" in folder.warnings[0]
    assert '"5" (' in folder.warnings[0]


@pytest.mark.parametrize("number", OUTSIDE)
def test_an_item_of_a_list_with_an_impossible_id_or_value_is_not_kept(folder: StateFolder, number: int) -> None:
    good, note = ListItem(ItemKind.SHOW, 71), Noted(8, Standing.SET, (1,))
    ratings = {
        good: note,
        ListItem(ItemKind.SHOW, number): note,
        ListItem(ItemKind.MOVIE, 5): Noted(8, Standing.SET, (number,)),
        ListItem(ItemKind.MOVIE, 6): Noted(11, Standing.SET),
    }
    seasons = {71: (TraktSeason(1, 7, 1, 26),), number: (), 72: (TraktSeason(1, number, 1, 26),)}
    folder.save_lists(ListMemory({TraktList.RATINGS: ratings}, seasons))

    known = reloaded(folder).load().lists
    assert {good: note} == known.of(TraktList.RATINGS)
    assert {71: seasons[71]} == known.seasons


@pytest.mark.parametrize(
    "wrong",
    [
        LastSync(anilist_user_id=-1),
        LastSync(anilist_user_id=HUGE),
        LastSync(trakt_user="x" * 201),
        LastSync(good_at=datetime(1, 1, 1, tzinfo=UTC)),
        LastSync(runs=(RunLine("r", NOW, Outcome.ADDED, -1, 9),)),
    ],
)
def test_a_field_of_the_last_run_that_is_out_of_bounds_is_not_kept_and_the_others_are(
    folder: StateFolder, wrong: LastSync
) -> None:
    folder.save_last_sync(replace(wrong, entries=8))

    assert LastSync(entries=8) == reloaded(folder).load().last_sync
    assert "state/last_sync.json does without" in folder.warnings[0]


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_play_that_cannot_be_written_down_is_not_to_be_sent(folder: StateFolder, number: int) -> None:
    """What the journal cannot hold, ``undo`` could not take back."""
    plays = (JournalPlay(1, 1, PlayKind.EPISODE, number, NOW), JournalPlay(number, 1, PlayKind.EPISODE, 71, NOW))

    for one in plays:
        with pytest.raises(StateError, match="cannot be written down"):
            folder.append_journal(JournalLine("r1", NOW, JournalAction.ADD, (one,)))

    assert () == reloaded(folder).load_journal()


def test_a_mapping_that_cannot_be_read_is_looked_up_afresh(folder: StateFolder) -> None:
    """The cache can be made again; what the user did cannot, and there such an entry stops the run."""
    good = {"show": 71, "at": "2026-11-22T06:17:00Z", "spans": "1-26:s1e1"}
    bad = {"2": {**good, "spans": "1-2"}, "3": [], "4": {**good, "verdict": "certain"}, "x": good, "5": {"show": 71}}
    folder.create()
    (folder.path / "mapping_cache.json").write_text(json.dumps({"schema": 2, "mappings": {"1": good, **bad}}))

    assert [1] == list(folder.load().cache)
    assert [f'"{key}"' for key in bad] == [part.partition(" (")[0] for part in words(folder.warnings[0])]


class TestWhatAnEarlierVersionCommitted:
    """It kept an id of -1 and one of 400 digits, and then said of each run that the state was damaged."""

    @pytest.fixture
    def found(self, tmp_path: Path) -> StateFolder:
        shutil.copytree(FIRST_SCHEMA / "hostile", tmp_path / "state")
        return StateFolder(tmp_path / "state")

    def test_it_is_read_without_the_impossible(self, found: StateFolder) -> None:
        state = found.load()

        assert ([1], [1]) == (list(state.cache), list(state.ledger.plays))
        assert LastSync(good_at=NOW, anilist_user="misaki", entries=8, runs=state.last_sync.runs) == state.last_sync
        assert [ListItem(ItemKind.SHOW, 30857)] == list(state.lists.of(TraktList.RATINGS))
        assert [30857] == list(state.lists.seasons)
        assert {1} == {play.anilist_id for line in found.load_journal() for play in line.plays}

    def test_each_that_is_left_out_is_named(self, found: StateFolder) -> None:
        found.load()
        found.load_journal()

        named = {warning.partition(" ")[0]: warning for warning in found.warnings}
        assert {
            "state/last_sync.json": ['"anilist_user_id"'],
            "state/mapping_cache.json": ['"5"', '"6"', '"7"'],
            "state/plays.json": ['"5"', '"6"'],
            "state/shelves.json": ['"season:7"', '"show:-1"', '"-1"'],
            "state/journal/2026-11.jsonl": ['"5"', '"6"'],
        } == {name: [part.partition(" (")[0] for part in words(warning)] for name, warning in named.items()}

    def test_the_next_save_leaves_no_trace_of_it(self, found: StateFolder) -> None:
        state = found.load()
        found.save_cache(state.cache)
        found.save_ledger(state.ledger)
        found.save_last_sync(state.last_sync)
        found.save_lists(state.lists)

        following = StateFolder(found.path)
        assert state == following.load()
        assert following.warnings == ()
        assert found.has_news(NOW)


def words(warning: str) -> list[str]:
    return warning.partition(" has: ")[2].rstrip(".").split("; ")
