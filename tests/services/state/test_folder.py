"""``state/``: what is saved, how it reads, and what is refused. Real files in a temporary folder."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sync.errors import StateError
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import CachedMapping, Candidate, Span, Verdict
from sync.model.plan import Ledger, LedgerPlay, PlayState
from sync.model.run import LastSync, Lease, Outcome, RunLine, State
from sync.model.trakt import Kind, PlayKind, TraktIds, TraktTitle
from sync.services.state import StateFolder, StateInUse
from tests.fakes import FakeClock

NOW = datetime(2026, 11, 22, 6, 17, 31, tzinfo=UTC)
TITAN = TraktTitle(Kind.SHOW, TraktIds(1420, "attack-on-titan", 1429, 267440, "tt2560140"), "Attack on Titan", 2013)
SUZUME = TraktTitle(
    Kind.MOVIE, TraktIds(639312, "suzume-2022"), "すずめの戸締まり", 2022, released=date(2022, 11, 11), runtime=122
)
CACHE = {
    104578: CachedMapping(
        anilist_id=104578,
        verdict=Verdict.RESOLVED,
        reason=Reason.OVERRIDE,
        basis="10 2019-04-29",
        verified_at=NOW,
        title=TITAN,
        spans=(Span(1, 10, 3, 13),),
        evidence=(Evidence(Fact.START_DAY), Evidence(Fact.ANIBRIDGE_AGREES)),
        layout_fingerprint="3f9a8c2d",
        candidates=(Candidate(TITAN, (Span(1, 1, 0, 1),), (Evidence(Fact.START_FAR, -1.0),)),),
        waiting=(8, 9, 10),
    ),
    142770: CachedMapping(142770, Verdict.RESOLVED, Reason.OVERRIDE, "film", NOW, title=SUZUME),
    98765: CachedMapping(
        98765, Verdict.AMBIGUOUS, Reason.OTHER_PLACE, "2", NOW, candidates=(Candidate(TITAN), Candidate(SUZUME))
    ),
    146065: CachedMapping(
        146065,
        Verdict.RESOLVED,
        None,
        "13",
        NOW,
        title=TITAN,
        spans=(Span(1, 1, 0, 2), Span(2, 13, 2, 1), Span(14, None, 3, 1)),
    ),
}
RUN = RunLine("20261122-0617-a3f", NOW, Outcome.ADDED, 14, 9)
LAST = LastSync(
    good_at=NOW,
    changed_at=NOW - timedelta(days=1),
    activity_cursor=NOW - timedelta(hours=3),
    datasets_at=NOW - timedelta(days=2),
    anilist_user_id=5,
    anilist_user="misaki",
    trakt_user="misaki-t",
    entries=419,
    approved_import=True,
    runs=(RUN,),
    writing=Lease(RUN.run_id, NOW + timedelta(minutes=15)),
)


def episode(number: int, trakt_id: int, state: PlayState = PlayState.CONFIRMED) -> LedgerPlay:
    return LedgerPlay(number, PlayKind.EPISODE, trakt_id, state)


def in_order(*plays: LedgerPlay) -> tuple[LedgerPlay, ...]:
    return tuple(sorted(plays))


LEDGER = Ledger(
    {
        1: tuple(episode(n, 73481 + n) for n in range(1, 27)),
        142770: (LedgerPlay(1, PlayKind.MOVIE, 639312, PlayState.ADOPTED),),
        9253: in_order(
            *(episode(n, 100 + n) for n in range(1, 3)),
            episode(3, 103, PlayState.PENDING),
            episode(4, 900, PlayState.REMOVED),
            episode(5, 901, PlayState.UNDONE),
            episode(6, 902, PlayState.DISPLACED),
            *(LedgerPlay(n, PlayKind.EPISODE, 100 + n, PlayState.CONFIRMED, rewatch=1) for n in range(1, 3)),
        ),
    }
)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def test_a_missing_folder_is_an_empty_state(folder: StateFolder) -> None:
    assert folder.load() == State()
    assert folder.load_journal() == ()
    assert not folder.path.exists()


def test_what_was_saved_is_loaded_again(folder: StateFolder) -> None:
    folder.save_last_sync(LAST)
    folder.save_cache(CACHE)
    folder.save_ledger(LEDGER)

    assert StateFolder(folder.path).load() == State(LAST, CACHE, LEDGER)


@pytest.mark.parametrize("value", [LAST, CACHE[104578]], ids=["last_sync", "mapping"])
def test_the_samples_have_every_field_set_so_that_none_is_forgotten_in_a_file(value: LastSync | CachedMapping) -> None:
    unset = [field.name for field in fields(value) if not getattr(value, field.name)]

    assert unset == []


def test_plays_are_one_readable_line_an_entry_in_the_order_of_ids(folder: StateFolder) -> None:
    folder.save_ledger(LEDGER)

    assert (folder.path / "plays.json").read_text() == (
        "{\n"
        '"schema": 1,\n'
        '"plays": {\n'
        '"1": "c1-26:73482",\n'
        '"9253": "c1-2:101 c1-2:101~1 p3:103 r4:900 u5:901 d6:902",\n'
        '"142770": "a1:m639312"\n'
        "}\n"
        "}\n"
    )


def test_a_mapping_is_one_line_with_its_breakpoint_map(folder: StateFolder) -> None:
    folder.save_cache(CACHE)

    lines = (folder.path / "mapping_cache.json").read_text(encoding="utf-8").splitlines()
    assert [line.partition(":")[0] for line in lines[3:-2]] == ['"98765"', '"104578"', '"142770"', '"146065"']
    assert '"spans":"1:s0e2 2-13:s2e1 14-:s3e1"' in lines[6]
    assert "すずめの戸締まり" in lines[5]


def test_a_title_s_aliases_are_not_kept(folder: StateFolder) -> None:
    known = replace(CACHE[104578], title=replace(TITAN, aliases=("進撃の巨人",)))
    folder.save_cache({104578: known})

    assert StateFolder(folder.path).load().cache == {104578: CACHE[104578]}


def test_only_the_last_20_runs_are_kept(folder: StateFolder) -> None:
    runs = tuple(replace(RUN, run_id=f"r{number}") for number in range(25))
    folder.save_last_sync(replace(LAST, runs=runs))

    assert StateFolder(folder.path).load().last_sync.runs == runs[5:]


def test_an_equal_file_is_not_touched(folder: StateFolder) -> None:
    assert folder.save_ledger(LEDGER)
    before = (folder.path / "plays.json").stat()

    assert not folder.save_ledger(Ledger({key: LEDGER.plays[key] for key in reversed(list(LEDGER.plays))}))
    after = (folder.path / "plays.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_one_more_play_after_a_save_is_in_the_next_one(folder: StateFolder) -> None:
    folder.save_ledger(LEDGER)
    more = Ledger({**LEDGER.plays, 1: (*LEDGER.plays[1], episode(27, 5))})
    folder.save_ledger(more)

    assert StateFolder(folder.path).load().ledger == more


def test_a_title_with_half_an_emoji_can_be_saved(folder: StateFolder) -> None:
    folder.save_cache({1: replace(CACHE[142770], anilist_id=1, title=replace(SUZUME, title="bad \ud83d title"))})

    title = StateFolder(folder.path).load().cache[1].title
    assert title is not None
    assert title.title == "bad ? title"


DAMAGES = {
    "no object": b"[]",
    "no schema": b'{"plays": {}}',
    "a schema that is no number": b'{"schema": "1", "plays": {}}',
    "a schema that is true": b'{"schema": true, "plays": {}}',
    "an entry twice": b'{"schema": 1, "plays": {"1": "c1:5", "1": "c1:6"}}',
    "a list of plays": b'{"schema": 1, "plays": ["c1:5"]}',
    "an entry that is no text": b'{"schema": 1, "plays": {"1": 5}}',
    "an id that is none": b'{"schema": 1, "plays": {"x": "c1:5"}}',
    "an unknown letter": b'{"schema": 1, "plays": {"1": "z1:5"}}',
    "a run backwards": b'{"schema": 1, "plays": {"1": "c9-3:5"}}',
}


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_stops_the_run_and_is_left_as_it_is(folder: StateFolder, content: bytes) -> None:
    folder.path.mkdir()
    (folder.path / "plays.json").write_bytes(content)

    with pytest.raises(StateError, match=r"state/plays\.json is damaged: .*Restore") as caught:
        folder.load()
    with pytest.raises(StateError):
        StateFolder(folder.path).save_ledger(LEDGER)

    assert caught.value.exit_code == 8
    assert (folder.path / "plays.json").read_bytes() == content


WRONG_TYPES = [
    ("last_sync.json", {"good_at": "yesterday"}),
    ("last_sync.json", {"good_at": "2026-11-22T06:17:31"}),
    ("last_sync.json", {"entries": "many"}),
    ("last_sync.json", {"counts": {"goes on": 1.5}}),
    ("last_sync.json", {"writing": {"run_id": "x"}}),
    ("last_sync.json", {"runs": [{"run_id": "x"}]}),
    ("last_sync.json", {"runs": "none"}),
    ("mapping_cache.json", {"mappings": []}),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG_TYPES)
def test_a_field_of_the_wrong_type_names_its_file(folder: StateFolder, name: str, wrong: dict[str, object]) -> None:
    folder.path.mkdir()
    (folder.path / name).write_text(json.dumps({"schema": 1} | wrong))

    with pytest.raises(StateError, match=f"state/{name} is damaged"):
        folder.load()


@pytest.mark.parametrize("name", ["last_sync.json", "mapping_cache.json", "plays.json"])
def test_a_file_of_a_newer_schema_is_not_read_or_overwritten(folder: StateFolder, name: str) -> None:
    folder.path.mkdir()
    content = '{"schema": 7, "of": "tomorrow"}'
    (folder.path / name).write_text(content)
    fresh = StateFolder(folder.path)
    saves = {
        "last_sync.json": lambda: fresh.save_last_sync(LAST),
        "mapping_cache.json": lambda: fresh.save_cache(CACHE),
        "plays.json": lambda: fresh.save_ledger(LEDGER),
    }

    with pytest.raises(StateError, match=r"newer version .*schema 7.*Update"):
        folder.load()
    with pytest.raises(StateError, match="newer version"):
        saves[name]()

    assert (folder.path / name).read_text() == content


def test_a_field_that_a_later_version_added_is_no_damage(folder: StateFolder) -> None:
    folder.path.mkdir()
    (folder.path / "last_sync.json").write_text('{"schema": 1, "entries": 7, "mood": "good"}')

    assert folder.load().last_sync == LastSync(entries=7)


def test_a_file_that_cannot_be_written_is_explained_and_leaves_nothing_behind(folder: StateFolder) -> None:
    (folder.path / "README.md").mkdir(parents=True)

    with pytest.raises(StateError, match=r"state/README\.md is a folder where a file should be.*Delete it"):
        folder.save_text("README.md", "# Hello")

    assert [path.name for path in folder.path.iterdir()] == ["README.md"]


def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not the folder")

    with pytest.raises(StateError, match="state is a file where a folder should be"):
        StateFolder(tmp_path / "state").save_ledger(LEDGER)


def test_what_a_killed_run_left_half_written_is_neither_read_nor_committed(folder: StateFolder) -> None:
    folder.save_ledger(LEDGER)
    (folder.path / ".plays.json.k3j2.tmp").write_text('{"schema": 1, "pl')

    assert StateFolder(folder.path).load().ledger == LEDGER
    assert list(folder.files()) == ["plays.json"]

    with folder.locked(FakeClock()):
        assert [path.name for path in folder.path.iterdir() if path.name != ".lock"] == ["plays.json"]


def test_a_second_run_waits_for_the_first_and_gives_up_in_the_end(folder: StateFolder) -> None:
    clock = FakeClock()
    with folder.locked(clock):
        with (
            pytest.raises(StateInUse, match="Another run is at work"),
            StateFolder(folder.path).locked(clock, patience=3),
        ):
            pass
        assert sum(clock.slept) == 3

    with StateFolder(folder.path).locked(clock):
        pass


def _hold_and_die(path: Path) -> None:
    """Takes the lock and ends without letting go, as a kill does."""
    StateFolder(path).locked(FakeClock()).__enter__()


def test_the_lock_of_a_killed_run_falls_with_it(folder: StateFolder) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_hold_and_die, args=(folder.path,))
    process.start()
    process.join()
    assert process.exitcode == 0

    with folder.locked(FakeClock()):
        pass


def test_a_page_is_saved_as_it_is_given(folder: StateFolder) -> None:
    assert folder.save_text("README.md", "# Hello\n")
    assert not folder.save_text("README.md", "# Hello\n")
    assert (folder.path / "README.md").read_text() == "# Hello\n"
    assert folder.files() == {"README.md": b"# Hello\n"}


class TestNews:
    """What deserves a commit."""

    @pytest.fixture
    def known(self, folder: StateFolder) -> StateFolder:
        folder.save_last_sync(LAST)
        folder.save_cache(CACHE)
        folder.save_ledger(LEDGER)
        again = StateFolder(folder.path)
        again.load()
        return again

    def test_nothing_changed(self, known: StateFolder) -> None:
        assert not known.has_news(NOW)

    def test_a_run_that_found_nothing_is_none(self, known: StateFolder) -> None:
        quiet = replace(RUN, run_id="next", outcome=Outcome.NOTHING_NEW, added=0)
        later = NOW + timedelta(hours=6)
        known.save_last_sync(replace(LAST, good_at=later, activity_cursor=later, runs=(RUN, quiet)))
        known.save_cache({key: replace(mapping, verified_at=later) for key, mapping in CACHE.items()})
        known.save_text("README.md", "# Last sync: just now\n")

        assert not known.has_news(later)

    def test_a_week_without_a_commit_is(self, known: StateFolder) -> None:
        later = NOW + timedelta(days=6)
        known.save_last_sync(replace(LAST, good_at=later))

        assert not known.has_news(later - timedelta(seconds=1))
        assert known.has_news(later)

    def test_a_play_is(self, known: StateFolder) -> None:
        known.save_ledger(Ledger({**LEDGER.plays, 7: (episode(1, 9),)}))

        assert known.has_news(NOW)

    def test_an_import_that_is_not_finished_is(self, known: StateFolder) -> None:
        known.save_last_sync(replace(LAST, approved_import=False))

        assert known.has_news(NOW)

    def test_the_first_run_of_an_outage_is_and_the_next_is_not(self, known: StateFolder) -> None:
        out = replace(RUN, run_id="out", outcome=Outcome.OUTAGE, added=0)
        known.save_last_sync(replace(LAST, runs=(RUN, out)))
        assert known.has_news(NOW)

        second = StateFolder(known.path)
        second.load()
        second.save_last_sync(replace(LAST, runs=(RUN, out, replace(out, run_id="out-2", at=NOW + timedelta(hours=6)))))
        assert not second.has_news(NOW)

    def test_a_first_state_is_even_where_the_shipped_page_lies_already(self, folder: StateFolder) -> None:
        folder.save_text("README.md", "# Nothing to read here yet\n")
        first = StateFolder(folder.path)
        first.load()
        assert not first.has_news(NOW)
        first.save_last_sync(LastSync(entries=0))

        assert first.has_news(NOW)
        assert first.save_text("README.md", "# 1 play\n")
        assert {"README.md", "last_sync.json"} == set(first.files())

    def test_a_first_state_is(self, folder: StateFolder) -> None:
        folder.load()
        folder.save_last_sync(LAST)

        assert folder.has_news(NOW)
