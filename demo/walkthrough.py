"""``python -m demo``: the real job, run after run, against the services in miniature; every step is checked."""

from __future__ import annotations

import argparse
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from demo.fast_clock import FastClock
from demo.history_page import difference, history_lines
from demo.runner import CLOCK_SPEED, LEEWAY, JobResult, JobRunner
from demo.start import DemoServices, start_demo
from demo.world import sample_world

OUTPUT = Path("demo-output")
BRAKE = 7
LIBRARY_PAGE = "library.html"
MARK = ".demo-output"
"""A file that says a folder is the demo's own, which it may clear."""
ONE_PIECE, SPLIT_COUR = 21, 104578


Say = Callable[[str], None]


class Walkthrough:
    """The six runs. ``problems`` are the checks that failed, as sentences."""

    def __init__(self, demo: DemoServices, folder: Path, say: Say) -> None:
        self._demo = demo
        self._folder = folder
        self._say = say
        self._runner = JobRunner(demo, folder, demo.env(github=True))
        self.problems: list[str] = []
        self.steps = (
            self.first_run,
            self.approved_run,
            self.nothing_to_do,
            self.one_more_episode,
            self.single_show,
            self.lost_memory,
        )

    def first_run(self) -> None:
        """The brake stops it, and nothing is written."""
        before = Counter(self._plays())
        result = self._run("1. The first run finds a whole library, and waits for your word")
        self._check(result.code == BRAKE, f"it should stop with exit code {BRAKE}, not {result.code}", result)
        self._check(self._plays() == before and not self._posts(), "it should write nothing before you approve")
        self._check("Ready to add" in result.summary, "its summary should be a preview")

    def approved_run(self) -> None:
        """Everything that was watched is in the history, each once, in the right place."""
        result = self._run("2. You have looked through the preview and say go: --allow-large", "--allow-large")
        self._check(result.code == 0, f"it should end with 0, not {result.code}", result)
        self._check_history()
        stored = self._demo.github.store.files("main")
        self._check("state/plays.json" in stored, "it should commit what it remembers to GitHub")

    def nothing_to_do(self) -> None:
        """Hardly a request, and no commit."""
        commits = self._commits()
        result = self._run("3. The next run finds nothing new")
        self._check(result.code == 0, f"it should end with 0, not {result.code}", result)
        self._check_requests(anilist=2, trakt=2, posts=0)
        self._check(not self._demo.log.count("datasets"), "it should download no dataset")
        self._check(self._commits() == commits, "it should commit nothing")
        self._check_history()

    def one_more_episode(self) -> None:
        """One play is added by one POST."""
        self._demo.world.watch(ONE_PIECE)
        page = self._folder / LIBRARY_PAGE
        result = self._run("4. You watch One Piece 1090 and AniList knows it", "--page", str(page))
        self._check(page.exists() and "One Piece" in page.read_text("utf-8"), "it should write the library page")
        self._check(result.code == 0, f"it should end with 0, not {result.code}", result)
        self._check_requests(anilist=4, trakt=4, posts=1)
        self._check_history()

    def single_show(self) -> None:
        """One entry alone, mapped afresh."""
        result = self._run("5. You ask for one show alone: --anilist-id 104578", "--anilist-id", str(SPLIT_COUR))
        self._check(result.code == 0, f"it should end with 0, not {result.code}", result)
        shown = "S3E13" in result.stdout and "S3E13" in result.summary
        self._check(shown, "it should show that Attack on Titan S3 Part 2 is S3E13–22")
        self._check(not self._posts(), "it should add nothing that is there already")
        self._check_history()

    def lost_memory(self) -> None:
        """Trakt is the truth: without its memory the job still adds nothing twice."""
        shutil.rmtree(self._folder / "state")
        gone = dict.fromkeys(path for path in self._demo.github.store.files("main") if path.startswith("state/"))
        self._demo.github.store.push("main", gone, "Lose everything", self._demo.world.clock.now())
        result = self._run("6. state/ is deleted, here and on GitHub")
        self._check(result.code == 0, f"it should end with 0, not {result.code}", result)
        self._check(not self._posts(), "it should add nothing that is there already")
        self._check_history()

    def save_history(self) -> Path:
        """Writes what is on Trakt now, a line a play, newest first."""
        page = self._folder / "trakt-history.txt"
        page.write_text("\n".join(history_lines(self._demo.world)) + "\n", encoding="utf-8")
        return page

    def _run(self, title: str, *arguments: str) -> JobResult:
        self._say(f"\n{title}")
        self._demo.log.clear()
        had = len(self._demo.world.account.plays)
        result = self._runner.run(*arguments)
        added = len(self._demo.world.account.plays) - had
        log = self._demo.log
        asked = f"AniList {log.count('anilist')}, Trakt {log.count('trakt')}, datasets {log.count('datasets')}"
        plays = "1 play" if added == 1 else f"{added} plays"
        self._say(f"   {plays} added · requests: {asked} · {result.seconds:.1f} s")
        headline = next((line for line in result.summary.splitlines() if line.startswith("## ")), "")
        self._say(f"   it says: {headline.removeprefix('## ')}")
        return result

    def _check(self, holds: bool, wanted: str, result: JobResult | None = None) -> None:
        if not holds:
            self.problems.append(wanted)
            self._say(f"   ✗ {wanted}")
            if result:
                self._say("     " + "\n     ".join((result.stdout + result.stderr).splitlines()[-20:]))

    def _check_history(self) -> None:
        """Exactly what was watched, each once: what other apps added before included."""
        wanted = Counter(self._demo.world.expected_plays())
        wrong = difference(self._demo.world, self._plays(), wanted)
        self._check(not wrong, "the history should be exactly what was watched: " + "; ".join(wrong))
        if not wrong:
            self._say(f"   ✓ the history is exactly what was watched: {sum(wanted.values())} plays, each once")

    def _check_requests(self, *, anilist: int, trakt: int, posts: int) -> None:
        log = self._demo.log
        self._check(log.count("anilist") <= anilist, f"it should ask AniList {anilist} times at most")
        self._check(log.count("trakt") <= trakt, f"it should ask Trakt {trakt} times at most")
        self._check(self._posts() == posts, f"it should POST to Trakt {posts} times, not {self._posts()}")

    def _plays(self) -> Counter[tuple[str, int]]:
        return self._demo.world.account.counts()

    def _posts(self) -> int:
        return self._demo.log.count("trakt", "POST")

    def _commits(self) -> int:
        return len(self._demo.github.store.history("main"))


def main(argv: Sequence[str], say: Say = print) -> int:
    """Runs the demo and says where its traces are; 0 if every check held, else 1."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=OUTPUT, help="for the results (default: demo-output)")
    folder: Path = parser.parse_args(argv).folder.resolve()
    if not _cleared(folder):
        say(f"{folder} holds something else; name another folder.")
        return 2
    began = time.monotonic()
    world = sample_world(FastClock(CLOCK_SPEED))
    anime, before = sum(1 for _ in world.library.anime()), len(world.account.plays)
    say(f"{anime} real anime on a list of {len(world.user.entries)}; {before} plays are on Trakt already.")
    say("AniList, Trakt, TMDB, the datasets and GitHub are stand-ins on this machine; nothing leaves it.")
    with start_demo(world, leeway=LEEWAY) as demo:
        walk = Walkthrough(demo, folder, say)
        for step in walk.steps:
            step()
        history = walk.save_history()
    _tell_traces(folder, history, say)
    if walk.problems:
        say(f"\n{len(walk.problems)} checks failed.")
        return 1
    say(f"\nAll as it should be, in {time.monotonic() - began:.0f} s.")
    return 0


def _cleared(folder: Path) -> bool:
    """Makes the folder empty if it is new, empty, or the demo's own."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            return False
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return True


def _tell_traces(folder: Path, history: Path, say: Say) -> None:
    shown = Path(folder.name) if folder.parent == Path.cwd() else folder
    traces = {
        shown / "summary-1.md": "the page that the first run leaves on GitHub; then summary-2.md to summary-6.md",
        shown / "state": "what the job remembers, with its status page README.md",
        shown / history.name: "the history on Trakt, newest first",
        shown / LIBRARY_PAGE: "the library page: open it in a browser",
    }
    width = max(len(str(path)) for path in traces)
    say("\nWhat is left to look at:")
    for path, words in traces.items():
        say(f"   {path!s:{width}}   {words}")
