"""Measures the border: `script/bench decoding DIR` decodes the datasets in DIR and made-up answers of 3,000 entries.

Each part is measured in a process of its own, so that one's memory is not counted with another's. A process begins with
the peak of the one that started it, so this one stays small.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PARTS = ("datasets", "list", "layouts", "plays")
ENTRIES = 3_000
TIMES = 5
"""How often each is measured; the best counts, since other programs only make it slower."""


def main(argv: Sequence[str] | None = None) -> int:
    """All parts, a line each; or one part, in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the datasets are, as they are published")
    parser.add_argument("--part", choices=PARTS)
    options = parser.parse_args(argv)
    if options.part:
        _measure(options.part, options.folder)
        return 0
    for part in PARTS:
        command = [sys.executable, __file__, str(options.folder), "--part", part]
        runs = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - this very file
            for _ in range(TIMES)
        ]
        best = {key: min(run[key] for run in runs) for key in ("seconds", "megabytes")}
        print(f"{part:9} {best['seconds'] * 1000:6.0f} ms  {best['megabytes']:5.0f} MB")  # noqa: T201 - a script
    return 0


def _measure(part: str, folder: Path) -> None:
    """CPU seconds of decoding, and by how much the process grew over what it held before, at most."""
    work = {"datasets": _datasets, "list": _list, "layouts": _layouts, "plays": _plays}[part](folder)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    kept = work()
    used = time.process_time() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    print(json.dumps({"seconds": used, "megabytes": grown / 1024, "kept": bool(kept)}))  # noqa: T201 - for the parent


def _datasets(folder: Path) -> Callable[[], object]:
    """From the files to the index. What it says of an entry is worked out when somebody asks."""
    from sync.mapping.sources.claims import MappingIndex
    from sync.mapping.sources.datasets import DATASETS

    found = {each.name: folder / Path(each.address).name for each in DATASETS}
    files = {name: path if path.exists() else folder / NAMES[name] for name, path in found.items()}
    return lambda: MappingIndex([each.parse(files[each.name].read_bytes()) for each in DATASETS])


NAMES = {"bangumi": "bangumi-data.json", "anibridge": "anibridge-mappings.json"}
"""Files that go by another name than that of their address."""


def _list(_: Path) -> Callable[[], object]:
    from sync.services.anilist.answers import parse_envelope, parse_list_chunk

    chunks = [_chunk(range(start, start + 500)) for start in range(1, ENTRIES, 500)]

    def work() -> object:
        return [parse_list_chunk(data) for chunk in chunks if (data := parse_envelope(chunk)[0]) is not None]

    return work


def _layouts(_: Path) -> Callable[[], object]:
    from sync.model.trakt import Kind, TraktIds, TraktTitle
    from sync.services.trakt.answers import parse_layout

    shows = [(TraktTitle(Kind.SHOW, TraktIds(number), f"show {number}"), _seasons(number)) for number in range(1, 801)]
    return lambda: [parse_layout(show, body) for show, body in shows]


def _plays(_: Path) -> Callable[[], object]:
    from sync.services.trakt.plays import parse_play_times

    body = json.dumps({str(number): ["2026-01-02T03:04:00.000Z"] for number in range(1, 36_001)}).encode()
    return lambda: parse_play_times(body, "watched episodes")


def _chunk(numbers: range) -> bytes:
    day = {"year": 2020, "month": 4, "day": 11}
    rows = [
        {
            "id": number,
            "status": "COMPLETED",
            "score": 85,
            "progress": 12,
            "repeat": 0,
            "private": False,
            "updatedAt": 1_700_000_000 + number,
            "startedAt": day,
            "completedAt": day,
            "media": {
                "id": number,
                "idMal": number,
                "format": "TV",
                "status": "FINISHED",
                "episodes": 12,
                "duration": 24,
                "isAdult": False,
                "synonyms": [f"Another name of it {number}", "さらに別の名前"],
                "title": {"romaji": f"Anime no Namae {number}", "english": f"Name {number}", "native": "アニメの名前"},
                "startDate": day,
                "endDate": day,
                "nextAiringEpisode": None,
            },
        }
        for number in numbers
    ]
    collection = {"hasNextChunk": False, "user": {"id": 1, "name": "misaki"}, "lists": [{"entries": rows}]}
    return json.dumps({"data": {"MediaListCollection": collection}}).encode()


def _seasons(show: int) -> bytes:
    """Two seasons of twelve with all the fields that Trakt sends."""
    return json.dumps(
        [
            {
                "number": season,
                "ids": {"trakt": show * 10 + season, "tvdb": 1, "tmdb": 2},
                "episode_count": 12,
                "aired_episodes": 12,
                "title": f"Season {season}",
                "overview": "What happens in it, in a sentence or two. " * 5,
                "episodes": [
                    {
                        "season": season,
                        "number": number,
                        "title": f"Episode {number}",
                        "ids": {"trakt": show * 1_000 + season * 100 + number, "tvdb": None, "imdb": None, "tmdb": 1},
                        "number_abs": None,
                        "overview": "What happens in it, in a sentence or two. " * 5,
                        "rating": 8.1,
                        "votes": 12,
                        "comment_count": 1,
                        "first_aired": f"2020-{number:02}-11T13:00:00.000Z",
                        "updated_at": "2026-07-01T00:00:00.000Z",
                        "available_translations": ["en", "de", "fr", "es", "it"],
                        "runtime": 24,
                        "episode_type": "standard",
                    }
                    for number in range(1, 13)
                ],
            }
            for season in (1, 2)
        ]
    ).encode()


if __name__ == "__main__":
    sys.exit(main())
