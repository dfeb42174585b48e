"""Measures the mapping: `script/bench mapping DIR` scores it against the answers in DIR, with time and memory.

DIR holds entries.jsonl, layouts.jsonl, movies.jsonl, datasets/ and, for a score, truth.jsonl with score.py; with
living.py, moments of anime that air, are new, or are cut anew are scored, too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sync.commands.map import main as map_offline

FILES = {
    "fribb": "anime-list-full.json",
    "anibridge": "anibridge-mappings.json",
    "bangumi": "bangumi-data.json",
    "anitrakt_tv": "tv_ex.json",
    "anitrakt_movies": "movies_ex.json",
}
GROUPS = {"anitrakt": ("anitrakt_tv", "anitrakt_movies")}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the map command in this process, then the score in its own."""
    options = _options(argv)
    folder: Path = options.folder
    with tempfile.TemporaryDirectory() as scratch:
        layouts = folder / "layouts.jsonl"
        if options.no_dates:
            layouts = _without_dates(layouts, Path(scratch) / "layouts.jsonl")
        out = options.out or Path(scratch) / "predictions.jsonl"
        started, used = time.perf_counter(), time.process_time()
        map_offline(
            [
                *("--entries", str(folder / "entries.jsonl"), "--layouts", str(layouts)),
                *("--movies", str(folder / "movies.jsonl"), "--out", str(out)),
                *_datasets(folder / "datasets", options),
            ]
        )
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if (folder / "score.py").exists():
            command = [sys.executable, str(folder / "score.py"), str(out), "--wrong", str(options.wrong)]
            subprocess.run(command, check=True)  # noqa: S603 - the folder's own score, as the user asked
            living = folder / "living.py"
            if living.exists() and not options.no_living:
                project = ("--project", str(Path(__file__).resolve().parents[2]), "--python", sys.executable)
                command = [sys.executable, str(living), "run", *project, "--seed", str(options.seed)]
                moments = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - likewise
                print(_last_table(moments.stdout))  # noqa: T201 - a script
        print(f"{seconds:.1f} s ({cpu:.1f} s on the processor), {peak:.0f} MB at most")  # noqa: T201 - a script
    return 0


def _last_table(text: str) -> str:
    """The short table at the end: a row a moment, and the verdict."""
    lines = text.splitlines()
    head = max(number for number, line in enumerate(lines) if line.startswith("moment"))
    return "\n".join(line for line in lines[head:] if not line.startswith(" "))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*FILES, *GROUPS]
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--without", action="append", default=[], choices=names, help="leave a dataset out")
    parser.add_argument("--only", action="append", default=[], choices=names, help="use this dataset alone")
    parser.add_argument("--no-dates", action="store_true", help="take all air dates out of the layouts")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show the first N wrong entries")
    parser.add_argument("--out", type=Path, help="keep the predictions here")
    parser.add_argument("--no-living", action="store_true", help="leave the moments out")
    parser.add_argument("--seed", type=int, default=1, help="another sample for the moments")
    return parser.parse_args(argv)


def _datasets(folder: Path, options: argparse.Namespace) -> list[str]:
    without = _members(options.without)
    only = _members(options.only) or set(FILES)
    chosen = [name for name in FILES if name in only - without and (folder / FILES[name]).exists()]
    return [word for name in chosen for word in (f"--{name.replace('_', '-')}", str(folder / FILES[name]))]


def _members(names: Sequence[str]) -> set[str]:
    return {member for name in names for member in GROUPS.get(name, (name,))}


def _without_dates(source: Path, target: Path) -> Path:
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        for line in lines:
            show = json.loads(line)
            for season in show["seasons"]:
                season["first_aired"] = None
                for episode in season["episodes"]:
                    episode["first_aired"] = None
            out.write(json.dumps(show) + "\n")
    return target


if __name__ == "__main__":
    sys.exit(main())
