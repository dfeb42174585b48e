"""``shelves.json`` and the changes in the journal: read back as written, merged in any order, damage named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import StateError
from sync.model.lists import ItemKind, ListChange, ListItem, ListMemory, Noted, Standing, TraktList
from sync.model.run import LastSync, Outcome, RunLine
from sync.model.trakt import TraktSeason
from sync.services.state import JournalAction, JournalLine, StateFolder, merge_file, standing_changes
from sync.services.state.lists_file import merge_lists, parse_lists, render_lists

NOW = datetime(2026, 11, 22, 6, 17, 31, tzinfo=UTC)
TITAN, TITAN_2 = ListItem(ItemKind.SHOW, 1420), ListItem(ItemKind.SEASON, 5002)
LISTS = ListMemory(
    notes={
        TraktList.RATINGS: {
            TITAN: Noted(8, Standing.SET, (16498, 20958)),
            TITAN_2: Noted(10, Standing.FOUND, (20958,)),
        },
        TraktList.WATCHLIST: {ListItem(ItemKind.MOVIE, 788): Noted(1, Standing.PENDING, (142770,))},
        TraktList.DROPPED: {TITAN: Noted(1, Standing.UNDONE)},
    },
    seasons={1420: (TraktSeason(0, 5000, 1, 8), TraktSeason(1, 5001, 1, 25)), 7: ()},
    full_at={TraktList.WATCHLIST: NOW},
)

items = st.builds(ListItem, st.sampled_from(ItemKind), st.integers(1, 30))
notes = st.builds(
    Noted, st.integers(1, 10), st.sampled_from(Standing), st.lists(st.integers(1, 99), max_size=3).map(tuple)
)
some_seasons = st.lists(
    st.builds(TraktSeason, st.integers(0, 50), st.integers(1, 50), *[st.integers(0, 50)] * 2),
    max_size=3,
    unique_by=lambda season: season.number,
).map(lambda found: tuple(sorted(found)))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
lists = st.builds(
    ListMemory,
    st.fixed_dictionaries({which: st.dictionaries(items, notes, max_size=4) for which in TraktList}),
    st.dictionaries(st.integers(1, 9), some_seasons, max_size=3),
    st.dictionaries(st.sampled_from(TraktList), moments),
)


def test_the_file_has_one_line_an_item() -> None:
    lines = render_lists(LISTS).decode().splitlines()

    assert '"season:5002": "f10:20958",' in lines
    assert '"show:1420": "s8:16498,20958"' in lines
    assert '"1420": "0=5000:1+8 1=5001:1+25"' in lines


@given(lists)
def test_what_is_written_is_read_back(some: ListMemory) -> None:
    assert some == parse_lists(render_lists(some), "shelves.json")


@given(lists, lists, lists)
def test_merging_needs_no_order(one: ListMemory, other: ListMemory, third: ListMemory) -> None:
    assert merge_lists(one, other) == merge_lists(other, one)
    assert one == merge_lists(one, one)
    assert merge_lists(merge_lists(one, other), third) == merge_lists(one, merge_lists(other, third))


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (Standing.PENDING, Standing.FOUND),
        (Standing.FOUND, Standing.SET),
        (Standing.SET, Standing.THEIRS),
        (Standing.THEIRS, Standing.UNDONE),
    ],
)
def test_of_two_words_on_an_item_the_one_that_says_more_stays(less: Standing, more: Standing) -> None:
    files = [
        render_lists(ListMemory({TraktList.RATINGS: {TITAN: Noted(value, standing)}}))
        for value, standing in ((9, less), (3, more))
    ]

    merged = parse_lists(merge_file("shelves.json", *files), "shelves.json")

    assert Noted(3, more) == merged.of(TraktList.RATINGS)[TITAN]


@pytest.mark.parametrize(
    "text",
    [
        '{"schema": 1, "ratings": {"show:1420": "x8:1"}}',
        '{"schema": 1, "ratings": {"film:1420": "s8:1"}}',
        '{"schema": 1, "ratings": {"show:1420": 8}}',
        '{"schema": 1, "ratings": []}',
        '{"schema": 1, "seasons": {"1420": "1=5001"}}',
        '{"schema": 1, "seasons": {"1420": 7}}',
        '{"schema": 1, "full": {"history": "2026-11-22T06:17:31Z"}}',
        '{"schema": 1, "full": {"watchlist": "yesterday"}}',
        '{"schema": 2}',
        "[]",
    ],
)
def test_a_damaged_or_newer_file_stops_the_run_and_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "shelves.json").write_text(text)
    with pytest.raises(StateError, match=r"shelves\.json"):
        StateFolder(tmp_path).load()
    with pytest.raises(StateError):
        StateFolder(tmp_path).save_lists(LISTS)
    assert text == (tmp_path / "shelves.json").read_text()


def test_the_folder_keeps_the_shelves(tmp_path: Path) -> None:
    StateFolder(tmp_path).save_lists(LISTS)

    folder = StateFolder(tmp_path)
    assert LISTS == folder.load().lists
    assert not folder.save_lists(LISTS), "an equal file was written again"


def test_the_record_of_a_run_keeps_how_much_it_changed(tmp_path: Path) -> None:
    runs = (RunLine("a", NOW, Outcome.ADDED, 3, 9), RunLine("b", NOW, Outcome.ADDED, 0, 9, changed=7))
    StateFolder(tmp_path).save_last_sync(LastSync(runs=runs))

    assert runs == StateFolder(tmp_path).load().last_sync.runs


def change(before: int | None, after: int | None, item: ListItem = TITAN) -> ListChange:
    return ListChange(TraktList.RATINGS, item, before, after, (16498, 20958))


def line(
    run_id: str, *changes: ListChange, action: JournalAction = JournalAction.ADD, undoes: str | None = None
) -> JournalLine:
    return JournalLine(run_id, NOW, action, (), undoes, changes)


def test_the_journal_keeps_each_change_with_before_and_after(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.append_journal(line("a", change(None, 8), change(10, 9, TITAN_2)))
    folder.append_journal(line("b", change(8, None), action=JournalAction.UNDO, undoes="a"))

    assert (line("a", change(None, 8), change(10, 9, TITAN_2)),) == folder.load_journal(run_id="a")
    assert '"changes":["ratings show:1420 0>8 16498,20958"' in (tmp_path / "journal" / "2026-11.jsonl").read_text()


def test_standing_changes_are_those_that_nothing_took_back() -> None:
    lines = [
        line("a", change(None, 8), change(None, 7, TITAN_2)),
        line("a", change(None, 7, TITAN_2), action=JournalAction.VOID, undoes="a"),
        line("b", change(8, 9)),
        line("undo", change(8, 9), action=JournalAction.UNDO, undoes="b"),
    ]

    assert (change(None, 8),) == standing_changes(lines)
    assert () == standing_changes(lines, run_id="b")
    assert (change(None, 8),) == standing_changes(lines, run_id="a", anilist_id=20958)
    assert () == standing_changes(lines, anilist_id=1)


def test_a_change_that_two_runs_name_is_the_later_ones() -> None:
    lines = [line("cut-off", change(None, 8)), line("settled", change(None, 8))]

    assert () == standing_changes(lines, run_id="cut-off")
    assert (change(None, 8),) == standing_changes(lines, run_id="settled")


@pytest.mark.parametrize("text", ["ratings show:1420 8 1", "lists show:1420 0>8 1", "ratings show 0>8 1", "x"])
def test_a_damaged_change_names_its_line(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    entry = f'{{"schema":1,"at":"2026-11-22T06:17:31Z","run":"a","action":"add","changes":["{text}"]}}\n'
    (folder / "2026-11.jsonl").write_text(entry)

    with pytest.raises(StateError, match="line 1"):
        StateFolder(tmp_path).load_journal()
