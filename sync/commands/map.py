"""The offline ``map`` command: entries, layouts and datasets from files in, one JSON line for each entry out.

It is the same resolver as the job's; only the answers come from files instead of from Trakt.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from sync.errors import ConfigError
from sync.mapping.overrides.document import Overrides, parse_overrides
from sync.mapping.resolver import Resolver
from sync.mapping.sources.claims import MappingIndex, refs_of
from sync.mapping.sources.index import DATASETS, build_index
from sync.mapping.wording import alike, words
from sync.model.anilist import Media
from sync.model.mapping import Catalogue, Needs, Resolution, TextQuery, Verdict
from sync.model.trakt import Kind, ShowLayout, TraktTitle
from sync.report.explanation import explain
from sync.services.anilist.answers import parse_media
from sync.services.shape import object_at
from sync.services.trakt.answers import parse_layout, parse_title
from sync.services.yaml_file import load_yaml

ROUNDS = 10
FOUND = 5
"""Titles that a search gives."""
log = logging.getLogger(__name__)


def main(argv: Sequence[str]) -> int:
    """Maps the entries of one file. Raises ``ConfigError`` when the arguments or a file are wrong."""
    options = _options(argv)
    gc.disable()  # a quarter of the time went into looking for cycles among values that have none
    try:
        resolutions = _map(options)
    finally:
        gc.enable()
    lines = [json.dumps(render(each), ensure_ascii=False) for each in resolutions.values()]
    _write(options.out, "".join(f"{line}\n" for line in lines))
    resolved = sum(each.verdict.is_certain for each in resolutions.values())
    log.info("%d of %d entries resolved; written to %s", resolved, len(resolutions), options.out)
    return 0


def _map(options: argparse.Namespace) -> Mapping[int, Resolution]:
    media = tuple(each for row in _rows(options.entries) if (each := parse_media(row)) is not None)
    which = FileCatalogue(_layouts(options.layouts), _films(options.movies) if options.movies else ())
    return map_offline(media, which, _index(options), _overrides(options.overrides))


class _Parser(argparse.ArgumentParser):
    """Reports a wrong argument as the project reports wrong settings."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError([f"map: {message}"], "See `python -m sync map --help`.")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m sync map", description="Map AniList entries to Trakt, offline, from files.")
    parser.add_argument("--entries", type=Path, required=True, help="AniList media, one JSON object a line")
    parser.add_argument(
        "--layouts", type=Path, required=True, help="Trakt shows with seasons and episodes, the same way"
    )
    parser.add_argument("--movies", type=Path, help="Trakt films, the same way")
    for name in DATASETS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, help=f"the dataset {name}, as it is published")
    parser.add_argument("--overrides", type=Path, help="an overrides.yaml")
    parser.add_argument("--out", type=Path, required=True, help="where to write one JSON line for each entry")
    return parser.parse_args(list(argv))


class FileCatalogue:
    """Trakt, as far as files know it: answers the resolver's questions."""

    def __init__(self, layouts: Mapping[int, ShowLayout], films: Sequence[TraktTitle]) -> None:
        self._layouts = layouts
        titles = [*(layout.show for layout in layouts.values()), *films]
        self._by_ref = {ref: title for title in titles for ref in refs_of(title.ids, title.kind)}
        self._by_word: dict[str, list[TraktTitle]] = defaultdict(list)
        for title in titles:
            for word in words(title.title):
                self._by_word[word].append(title)

    def answered(self, catalogue: Catalogue, needs: Needs) -> Catalogue:
        """The catalogue with everything that was asked."""
        return replace(
            catalogue,
            titles={**catalogue.titles, **{ref: self._by_ref.get(ref) for ref in needs.titles}},
            layouts={**catalogue.layouts, **{key: self._layouts.get(key) for key in needs.layouts}},
            searches={**catalogue.searches, **{query: self._search(query) for query in needs.searches}},
            external_ids={**catalogue.external_ids, **dict.fromkeys(needs.external_ids, ())},
        )

    def _search(self, query: TextQuery) -> tuple[TraktTitle, ...]:
        """The titles that share the most words with the query."""
        sharing = {
            title for word in words(query.title) for title in self._by_word.get(word, ()) if title.kind is query.kind
        }
        near = ((alike(title.title, query.title), title) for title in sharing)
        ranked = sorted((pair for pair in near if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].ids.trakt))
        return tuple(title for _, title in ranked[:FOUND])


def map_offline(
    media: Sequence[Media], which: FileCatalogue, index: MappingIndex, overrides: Overrides
) -> Mapping[int, Resolution]:
    """Every entry resolved against the list, asking until nothing more is to be asked."""
    catalogue = Catalogue()
    resolver = Resolver(media, index=index, overrides=overrides, memory={}, progress={})
    for _ in range(ROUNDS):
        needs = resolver.learn(catalogue)
        if not needs:
            break
        catalogue = which.answered(catalogue, needs)
    return resolver.resolved().resolutions


def render(resolution: Resolution) -> dict[str, object]:
    """A resolution as one JSON object."""
    title = resolution.title
    certain = resolution.verdict.is_certain
    verdict = Verdict.RESOLVED if certain else resolution.verdict
    line: dict[str, object] = {"anilist_id": resolution.anilist_id, "verdict": verdict.name.lower()}
    if resolution.verdict is Verdict.PROVISIONAL:
        line["provisional"] = True
    if certain and title is not None:
        line["trakt_movie" if title.kind is Kind.MOVIE else "trakt_show"] = title.ids.trakt
        if title.kind is Kind.SHOW:
            line["spans"] = [
                {"from_ep": s.from_ep, "to_ep": s.to_ep, "season": s.season, "first_episode": s.first_episode}
                for s in resolution.spans
            ]
    line["why"] = explain(resolution)
    line["evidence"] = [f"{each.fact} ({each.weight:+g})" for each in resolution.evidence]
    line["candidates"] = [
        {"trakt": each.title.ids.trakt, "kind": each.title.kind.value, "score": each.score}
        for each in resolution.candidates
    ]
    return line


def _rows(path: Path) -> Iterator[object]:
    for number, line in enumerate(_read(path).splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ConfigError([f"{path.name}:{number}: is no JSON ({error.msg})"]) from None


def _layouts(path: Path) -> dict[int, ShowLayout]:
    found: dict[int, ShowLayout] = {}
    for row in _rows(path):
        fields = object_at(row) or {}
        show = parse_title(Kind.SHOW, fields.get("show"))
        if show is not None:
            found[show.ids.trakt] = parse_layout(show, fields.get("seasons"))
    return found


def _films(path: Path) -> tuple[TraktTitle, ...]:
    films = (parse_title(Kind.MOVIE, (object_at(row) or {}).get("movie")) for row in _rows(path))
    return tuple(film for film in films if film is not None)


def _index(options: argparse.Namespace) -> MappingIndex:
    given: dict[str, Path] = {name: getattr(options, name) for name in DATASETS if getattr(options, name) is not None}
    try:
        return build_index(**{name: _json(path) for name, path in given.items()})
    except ValueError as error:
        raise ConfigError([f"map: {error}"]) from None


def _json(path: Path) -> object:
    try:
        decoded: object = json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise ConfigError([f"{path.name}:{error.lineno}: is no JSON ({error.msg})"]) from None
    return decoded


def _overrides(path: Path | None) -> Overrides:
    return Overrides() if path is None else parse_overrides(load_yaml(path), path.name)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read ({error})"]) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written ({error.strerror})"]) from None
