"""The mapping: which Trakt title an AniList entry is, which of its episodes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from msgspec import Struct

from sync.model.trakt import Kind, ShowLayout, TraktTitle


class TitleRef(Struct, frozen=True, order=True, gc=False):
    """A show or film as some source names it. ``owner`` is trakt, slug, tmdb, tvdb or imdb."""

    owner: str
    kind: Kind
    value: int | str


@dataclass(frozen=True, slots=True, order=True)
class TextQuery:
    """A search by title, the last resort."""

    kind: Kind
    title: str


Question = TitleRef | TextQuery


@dataclass(frozen=True, slots=True)
class Needs:
    """What the resolver would like to know next; the shell answers into a ``Catalogue`` and asks it again."""

    titles: frozenset[TitleRef] = frozenset()
    layouts: frozenset[int] = frozenset()
    searches: frozenset[TextQuery] = frozenset()
    external_ids: frozenset[TitleRef] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.titles or self.layouts or self.searches or self.external_ids)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What Trakt (and TMDB) answered. A key with ``None`` was asked and is not there; a missing key was not asked.

    ``layouts`` is by Trakt show id; ``external_ids`` is by a TMDB reference and names the same title elsewhere.
    """

    titles: Mapping[TitleRef, TraktTitle | None] = field(default_factory=dict)
    layouts: Mapping[int, ShowLayout | None] = field(default_factory=dict)
    searches: Mapping[TextQuery, tuple[TraktTitle, ...]] = field(default_factory=dict)
    external_ids: Mapping[TitleRef, tuple[TitleRef, ...]] = field(default_factory=dict)


class Span(Struct, frozen=True, order=True, gc=False):
    """AniList episodes ``from_ep``–``to_ep`` are season ``season`` from number ``first_episode``, one for one.

    All numbers are inclusive and 1-based (``first_episode`` is Trakt's own number); ``to_ep`` is ``None`` for an
    open end. An episode in two spans covers two Trakt episodes; two episodes may share one.
    """

    from_ep: int
    to_ep: int | None
    season: int
    first_episode: int


class Verdict(IntEnum):
    """How sure a mapping is. Only ``RESOLVED`` may be written; ``SKIPPED`` was left out on purpose."""

    SKIPPED = 0
    UNRESOLVED = 1
    AMBIGUOUS = 2
    RESOLVED = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for (positive weight) or against (negative) a candidate, in words for a person."""

    name: str
    says: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which an entry could map. A film has no spans."""

    title: TraktTitle
    spans: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the resolver made of one entry.

    ``title`` and ``spans`` are set when ``verdict`` is RESOLVED. ``why`` is one sentence for a person.
    ``candidates`` are the others, best first (all of them when not resolved). ``layout_fingerprint`` belongs to the
    show's layout at that time. ``drift`` says what moved when a cached mapping no longer held.
    """

    anilist_id: int
    verdict: Verdict
    why: str
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    layout_fingerprint: str | None = None
    drift: str | None = None


@dataclass(frozen=True, slots=True)
class CachedMapping:
    """A resolution as ``state/mapping_cache.json`` keeps it. ``basis`` names what it was made from (entry and
    override), so that it is asked again when that changed; ``candidates`` are kept as lines ready to show.
    ``waiting`` are the watched episodes that Trakt did not list when it was last looked at."""

    anilist_id: int
    verdict: Verdict
    why: str
    basis: str
    verified_at: datetime
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    evidence: tuple[str, ...] = ()
    layout_fingerprint: str | None = None
    candidates: tuple[str, ...] = ()
    waiting: tuple[int, ...] = ()
