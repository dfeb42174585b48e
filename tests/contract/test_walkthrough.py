"""The demo itself: it runs to its end, and it would notice if something were wrong."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from demo.history_page import difference, history_lines
from demo.walkthrough import main
from demo.world import sample_world
from tests.fakes import FakeClock


def test_the_demo_runs_to_its_end_with_the_right_history(tmp_path: Path) -> None:
    said: list[str] = []
    code = main([str(tmp_path / "demo")], said.append)

    assert code == 0, "\n".join(said)
    assert (tmp_path / "demo" / "summary-1.md").read_text(encoding="utf-8").startswith("## ⏸")
    assert (tmp_path / "demo" / "state" / "plays.json").exists()
    assert (tmp_path / "demo" / "library.html").exists()
    assert any("library.html" in line and "browser" in line for line in said)
    assert "One Piece S22E1090" in (tmp_path / "demo" / "trakt-history.txt").read_text(encoding="utf-8")


def test_it_clears_only_a_folder_of_its_own(tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("all of it")
    said: list[str] = []

    assert main([str(tmp_path)], said.append) == 2
    assert precious.exists()


def test_a_wrong_history_is_told_by_entry() -> None:
    world = sample_world(FakeClock())
    wanted = Counter(world.expected_plays())
    have = wanted.copy()
    attack_on_titan = world.targets(world.user.entries[104578])
    have[attack_on_titan[0]] += 1
    del have[attack_on_titan[9]]

    assert difference(world, wanted, wanted) == []
    assert difference(world, have, wanted) == [
        "Attack on Titan Season 3 Part 2 (104578): 1 too many, from Attack on Titan S3E13",
        "Attack on Titan Season 3 Part 2 (104578): 1 missing, from Attack on Titan S3E22",
    ]


def test_the_history_is_told_newest_first_with_its_author() -> None:
    world = sample_world(FakeClock())
    world.account.add("movie", 96, datetime(2026, 11, 22, 5, 0, 40, tzinfo=UTC))
    lines = list(history_lines(world))

    assert lines[0] == "2026-11-22 05:00  Princess Mononoke (1997)"
    assert lines[1].endswith("(another app)")
