"""The table of the community datasets: everything that the rest of the program knows of one is its row here.

A new dataset is a row, a parser beside this module, a ``Source``, and the evidence that ``judging`` makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sync.mapping.sources.anibridge import parse_anibridge
from sync.mapping.sources.anitrakt import parse_anitrakt_movies, parse_anitrakt_shows
from sync.mapping.sources.bangumi import parse_bangumi
from sync.mapping.sources.claims import MappingIndex, Source, Table
from sync.mapping.sources.fribb import parse_fribb

_GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: ``name`` is its option of the ``map`` command (``--anitrakt-tv``) and, with ``_URL`` behind it, its
    setting (``ANITRAKT_TV_URL``).

    ``parse`` makes a table of the file's bytes, or raises ``ValueError`` when it is another file. Each dataset costs
    one request a run that needs any; ``largest`` is how many MiB it may have.
    """

    name: str
    source: Source
    address: str
    parse: Callable[[bytes], Table]
    largest: int

    @property
    def setting(self) -> str:
        """The setting that holds its address."""
        return f"{self.name.upper()}_URL"

    @property
    def option(self) -> str:
        """The option of the ``map`` command that names its file."""
        return f"--{self.name.replace('_', '-')}"


DATASETS = (
    Dataset(
        name="fribb",
        source=Source.FRIBB,
        address=f"{_GITHUB}/Fribb/anime-lists/master/anime-list-full.json",
        parse=parse_fribb,
        largest=100,
    ),
    Dataset(
        name="bangumi",
        source=Source.BANGUMI,
        address="https://unpkg.com/bangumi-data@0.3/dist/data.json",
        parse=parse_bangumi,
        largest=100,
    ),
    Dataset(
        name="anibridge",
        source=Source.ANIBRIDGE,
        address="https://github.com/anibridge/anibridge-mappings/releases/download/v3/mappings.json",
        parse=parse_anibridge,
        largest=200,
    ),
    Dataset(
        name="anitrakt_tv",
        source=Source.ANITRAKT,
        address=f"{_GITHUB}/rensetsu/db.trakt.extended-anitrakt/main/json/output/tv_ex.json",
        parse=parse_anitrakt_shows,
        largest=50,
    ),
    Dataset(
        name="anitrakt_movies",
        source=Source.ANITRAKT,
        address=f"{_GITHUB}/rensetsu/db.trakt.extended-anitrakt/main/json/output/movies_ex.json",
        parse=parse_anitrakt_movies,
        largest=50,
    ),
)
"""In the order in which their claims are given."""


def build_index(files: Mapping[str, bytes]) -> MappingIndex:
    """One index from the files of some datasets, by name. Raises ``ValueError`` naming the one that is another file."""
    return MappingIndex([each.parse(files[each.name]) for each in DATASETS if each.name in files])
