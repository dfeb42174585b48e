"""The journal: what each run wrote, and what ``undo`` may take back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from sync.errors import StateError
from sync.model.plan import NewPlay, TimeSource
from sync.model.trakt import PlayKind, WatchedAt
from sync.services.state import JournalAction, JournalLine, JournalPlay, StateFolder

AT = datetime(2026, 11, 22, 6, 17, 31, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 21, 40, tzinfo=UTC)


def play(episode: int, trakt_id: int, watched_at: WatchedAt = EVENING, anilist_id: int = 182255) -> JournalPlay:
    return JournalPlay(anilist_id, episode, PlayKind.EPISODE, trakt_id, watched_at)


def add(run_id: str, *plays: JournalPlay, at: datetime = AT) -> JournalLine:
    return JournalLine(run_id, at, JournalAction.ADD, plays)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def test_a_batch_is_one_line_that_a_person_can_read(folder: StateFolder) -> None:
    plays = [play(number, 70 + number, EVENING + timedelta(minutes=24 * number)) for number in range(1, 4)]
    film = JournalPlay(142770, 1, PlayKind.MOVIE, 639312, "unknown")
    folder.append_journal(add("r1", *plays, play(4, 900, EVENING + timedelta(days=2)), play(5, 905, "released"), film))

    assert (folder.path / "journal" / "2026-11.jsonl").read_text() == (
        '{"schema":1,"at":"2026-11-22T06:17:31Z","run":"r1","action":"add","plays":'
        '{"142770":"1:m639312@unknown","182255":"1-3:71@2026-11-20T22:04+24*2 4:900+2808 5:905@released"}}\n'
    )


def test_what_was_written_is_read_again_month_by_month(folder: StateFolder) -> None:
    lines = [add("a", play(1, 71), at=AT), add("b", play(2, 80, "released"), at=AT + timedelta(days=30))]
    for line in lines:
        folder.append_journal(line)

    assert [path.name for path in sorted((folder.path / "journal").iterdir())] == ["2026-11.jsonl", "2026-12.jsonl"]
    assert folder.load_journal() == tuple(lines)
    assert folder.load_journal(run_id="b") == (lines[1],)


def test_a_play_is_kept_to_the_minute_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    at = datetime(2026, 11, 21, 6, 40, 59, tzinfo=tokyo)
    new = NewPlay(1, 1, PlayKind.EPISODE, 71, at, TimeSource.ACTIVITY, 1, 1, rewatch=2)

    assert JournalPlay.of(new) == JournalPlay(1, 1, PlayKind.EPISODE, 71, EVENING, rewatch=2)
    assert JournalPlay.of(replace(new, watched_at="unknown")).watched_at == "unknown"


def test_a_line_cut_off_by_a_kill_is_left_out_and_the_next_one_starts_clean(folder: StateFolder) -> None:
    folder.append_journal(add("a", play(1, 71)))
    path = folder.path / "journal" / "2026-11.jsonl"
    with path.open("ab") as file:
        file.write(b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","act')

    assert folder.load_journal() == (add("a", play(1, 71)),)
    folder.append_journal(add("c", play(2, 72)))
    assert [line.run_id for line in folder.load_journal()] == ["a", "c"]
    assert path.read_bytes().endswith(b"\n")


def test_a_whole_line_that_only_lacks_its_end_is_kept(folder: StateFolder) -> None:
    folder.append_journal(add("a", play(1, 71)))
    path = folder.path / "journal" / "2026-11.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    assert [line.run_id for line in folder.load_journal()] == ["a"]
    folder.append_journal(add("b", play(2, 72)))
    assert [line.run_id for line in folder.load_journal()] == ["a", "b"]


@pytest.mark.parametrize(
    "bad",
    [
        b'{"schema":1,"at"',
        b"",
        b"[]",
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"sing","plays":{}}',
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"add","plays":{"1":"1:5"}}',
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"add","plays":{"1":"1-3:5@2026-11-20T21:40+1"}}',
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"add","plays":{"1":"1-2:5@2026-13-20T21:40+1"}}',
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"add",'
        b'"plays":{"1":"1-2:5@2026-11-20T21:40+999999999999"}}',
        b'{"schema":1,"at":"0001-01-01T00:00:00+14:00","run":"b","action":"add","plays":{}}',
        b'{"schema":1,"at":"2026-11-22T06:18:00Z","run":"b","action":"add","plays":{"1":5}}',
    ],
)
def test_a_damaged_line_before_the_last_names_its_place(folder: StateFolder, bad: bytes) -> None:
    folder.append_journal(add("a", play(1, 71)))
    path = folder.path / "journal" / "2026-11.jsonl"
    good = path.read_bytes()
    path.write_bytes(good + bad + b"\n" + good)

    with pytest.raises(StateError, match=r"journal/2026-11\.jsonl, line 2 is damaged"):
        folder.load_journal()


def test_a_line_of_a_newer_schema_is_not_guessed_at(folder: StateFolder) -> None:
    (folder.path / "journal").mkdir(parents=True)
    (folder.path / "journal" / "2026-11.jsonl").write_text('{"schema": 2}\n')

    with pytest.raises(StateError, match="newer version"):
        folder.load_journal()


def test_an_undo_takes_its_run_s_plays_off_the_list_and_no_others(folder: StateFolder) -> None:
    one, two, three = play(1, 71), play(2, 72), play(3, 73)
    folder.append_journal(add("a", one, two))
    folder.append_journal(add("b", three))
    folder.append_journal(replace(add("u1", two), action=JournalAction.UNDO, undoes="a"))

    assert folder.plays_added_by("a") == (one,)
    assert folder.plays_added_by("b") == (three,)
    assert folder.plays_added_by("u1") == ()


def test_a_play_that_was_undone_and_added_again_belongs_to_the_later_run(folder: StateFolder) -> None:
    folder.append_journal(add("a", play(1, 71)))
    folder.append_journal(replace(add("u1", play(1, 71)), action=JournalAction.UNDO, undoes="a"))
    folder.append_journal(add("b", play(1, 71)))

    assert folder.plays_added_by("a") == ()
    assert folder.plays_added_by("b") == (play(1, 71),)


def test_an_entry_s_plays_are_found_over_all_runs(folder: StateFolder) -> None:
    other = play(1, 5, anilist_id=21)
    folder.append_journal(add("a", play(1, 71), other))
    folder.append_journal(add("b", play(2, 72)))
    assert folder.plays_added_for(182255) == (play(1, 71), play(2, 72))
    assert folder.plays_added_by("a", anilist_id=21) == (other,)

    folder.append_journal(replace(add("u", play(1, 71), play(2, 72)), action=JournalAction.UNDO))
    assert folder.plays_added_for(182255) == ()
    assert folder.plays_added_for(21) == (other,)


def test_a_rewatch_is_told_from_the_first_time(folder: StateFolder) -> None:
    first = [play(number, 70 + number, EVENING - timedelta(days=900 - number)) for number in range(1, 3)]
    again = [msgspec.structs.replace(known, watched_at=EVENING, rewatch=1) for known in first]
    folder.append_journal(add("a", *first, *again))

    assert folder.plays_added_by("a") == (*first, *again)
    assert '"1-2:71@2024-06-04T21:40+1440 1-2:71~1+1293120+0' in (folder.path / "journal" / "2026-11.jsonl").read_text()


def test_what_trakt_did_not_take_was_not_added(folder: StateFolder) -> None:
    folder.append_journal(add("a", play(1, 71), play(2, 72)))
    folder.append_journal(replace(add("a", play(2, 72)), action=JournalAction.VOID, undoes="a"))

    assert folder.plays_added_by("a") == (play(1, 71),)


def test_a_play_that_a_killed_run_announced_belongs_to_the_run_that_sent_it(folder: StateFolder) -> None:
    folder.append_journal(add("killed", play(1, 71), play(2, 72)))
    folder.append_journal(add("next", play(2, 72)))

    assert folder.plays_added_by("killed") == (play(1, 71),)
    assert folder.plays_added_by("next") == (play(2, 72),)
    assert folder.plays_added_for(182255) == (play(1, 71), play(2, 72))
