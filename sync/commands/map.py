"""The offline ``map`` command: entries, layouts and datasets from files in, one JSON line for each entry out.

It is the same resolver as the job's; only the answers come from files instead of from Trakt.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TypeVar

from msgspec import Raw, Struct, ValidationError
from msgspec.json import Decoder

from sync.errors import ConfigError, SuspiciousRead
from sync.mapping.overrides.document import Overrides, parse_overrides
from sync.mapping.resolver import Resolver
from sync.mapping.sources.claims import MappingIndex, Table, refs_of
from sync.mapping.sources.datasets import DATASETS
from sync.mapping.wording import alike, words
from sync.model.anilist import Media, MediaDetails
from sync.model.bounds import LeftOut, NotJson, Read, read_json, reason_of
from sync.model.mapping import Catalogue, Needs, Resolution, TextQuery, Verdict
from sync.model.trakt import Kind, ShowLayout, TraktTitle
from sync.report.explanation import explain
from sync.report.trouble import left_out_sentences
from sync.services.anilist.answers import parse_media
from sync.services.trakt.answers import parse_layout, parse_title
from sync.services.yaml_file import load_yaml

T = TypeVar("T")
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
    media = _kept(options.entries, read_entries(options.entries))
    layouts = _kept(options.layouts, _layouts(options.layouts))
    films = _kept(options.movies, _films(options.movies)) if options.movies else ()
    return map_offline(media, FileCatalogue(layouts, films, media), _index(options), _overrides(options.overrides))


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
    for each in DATASETS:
        parser.add_argument(each.option, type=Path, help=f"{each.source}, as it is published")
    parser.add_argument("--overrides", type=Path, help="an overrides.yaml")
    parser.add_argument("--out", type=Path, required=True, help="where to write one JSON line for each entry")
    return parser.parse_args(list(argv))


class FileCatalogue:
    """Trakt and AniList, as far as files know them: answers the resolver's questions."""

    def __init__(
        self, layouts: Mapping[int, ShowLayout], films: Sequence[TraktTitle], media: Sequence[Media] = ()
    ) -> None:
        self._layouts = layouts
        self._details = {each.anilist_id: MediaDetails(each.relations) for each in media}
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
            details={**catalogue.details, **{key: self._details[key] for key in needs.details}},
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


def _kept(path: Path, read: Read[T]) -> T:
    """What was read; the rows that were left out are named."""
    for sentence in left_out_sentences({path.name: read.left_out}):
        log.warning("%s", sentence)
    return read.value


class LayoutLine(Struct):
    """A show and its seasons, as Trakt sends each."""

    show: Raw = Raw(b"null")
    seasons: Raw = Raw(b"null")


class FilmLine(Struct):
    """A film, as Trakt sends it."""

    movie: Raw = Raw(b"null")


_LAYOUT, _FILM = Decoder(LayoutLine), Decoder(FilmLine)


def _each(path: Path, read: Callable[[bytes], Read[T | None]]) -> Read[tuple[T, ...]]:
    """What ``read`` makes of each line. Raises ``ConfigError`` naming the line that it cannot make anything of."""
    found: list[T] = []
    left_out: list[LeftOut] = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            made = read(line)
        except NotJson:
            raise ConfigError([f"{path.name}:{number}: is no JSON"]) from None
        except SuspiciousRead as error:
            raise ConfigError([f"{path.name}:{number}: {error.message}"]) from None
        except ValidationError as error:
            raise ConfigError([f"{path.name}:{number}: {reason_of(error)}"]) from None
        found += [made.value] if made.value is not None else []
        left_out += made.left_out
    return Read(tuple(found), tuple(left_out))


def read_entries(path: Path) -> Read[tuple[Media, ...]]:
    """AniList media, one JSON object a line."""
    return _each(path, _entry)


def _entry(line: bytes) -> Read[Media | None]:
    try:
        return Read(parse_media(line))
    except ValidationError as error:
        return Read(None, (LeftOut.of("entries", error, line, "id"),))


def _layouts(path: Path) -> Read[dict[int, ShowLayout]]:
    layouts = _each(path, _layout)
    return Read({layout.show.ids.trakt: layout for layout in layouts.value}, layouts.left_out)


def _layout(line: bytes) -> Read[ShowLayout | None]:
    row = read_json(_LAYOUT.decode, line)
    show = parse_title(Kind.SHOW, row.show)
    if show.value is None:
        return Read(None, show.left_out)
    layout = parse_layout(show.value, row.seasons)
    return Read(layout.value, layout.left_out)


def _films(path: Path) -> Read[tuple[TraktTitle, ...]]:
    return _each(path, lambda line: parse_title(Kind.MOVIE, read_json(_FILM.decode, line).movie))


def _index(options: argparse.Namespace) -> MappingIndex:
    tables: list[Table] = []
    for dataset in DATASETS:
        path: Path | None = getattr(options, dataset.name)
        if path is None:
            continue
        body = _read(path)
        try:
            table = dataset.parse(body)
        except NotJson as error:
            line = body.count(b"\n", 0, error.at) + 1
            raise ConfigError([f"{path.name}:{line}: is no JSON"]) from None
        except ValueError as error:
            raise ConfigError([f"map: {error}"]) from None
        tables.append(_kept(path, Read(table, table.left_out)))
    return MappingIndex(tables)


def _overrides(path: Path | None) -> Overrides:
    return Overrides() if path is None else parse_overrides(load_yaml(path), path.name)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error})"]) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error})"]) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written ({error.strerror})"]) from None
