"""The mapping: which Trakt title an AniList entry is, which of its episodes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct

from sync.model.anilist import MediaDetails
from sync.model.evidence import Evidence, Reason
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
    details: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.titles or self.layouts or self.searches or self.external_ids or self.details)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What Trakt, AniList and TMDB answered. A key with ``None`` was asked and is not there; a missing one was never
    asked.

    ``layouts`` is by Trakt show id; ``external_ids`` is by a TMDB reference and names the same title elsewhere;
    ``details`` is by AniList id.
    """

    titles: Mapping[TitleRef, TraktTitle | None] = field(default_factory=dict)
    layouts: Mapping[int, ShowLayout | None] = field(default_factory=dict)
    searches: Mapping[TextQuery, tuple[TraktTitle, ...]] = field(default_factory=dict)
    external_ids: Mapping[TitleRef, tuple[TitleRef, ...]] = field(default_factory=dict)
    details: Mapping[int, MediaDetails] = field(default_factory=dict)


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
    """How sure a mapping is. Only a certain one may be written; ``SKIPPED`` was left out on purpose.

    ``PROVISIONAL`` is a certain mapping made while something was still open: it is proved again when that is known.
    """

    SKIPPED = 0
    UNRESOLVED = 1
    AMBIGUOUS = 2
    PROVISIONAL = 3
    RESOLVED = 4

    @property
    def is_certain(self) -> bool:
        """Whether plays may be written by it."""
        return self >= Verdict.PROVISIONAL


@dataclass(frozen=True, slots=True)
class Override:
    """What ``overrides.yaml`` says of one AniList id, and on which line (1-based).

    ``skip`` is the reason for leaving it out. Else ``title`` is set, and the place in it as far as it was given:
    ``spans``, or ``season`` with ``first_episode`` (``None``: the first that Trakt lists), or nothing at all.
    """

    anilist_id: int
    line: int
    skip: str | None = None
    title: TitleRef | None = None
    season: int | None = None
    first_episode: int | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which an entry could map, with what speaks for and against it. A film has no spans."""

    title: TraktTitle
    spans: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    score: float = 0.0


class DriftKind(StrEnum):
    """What happened on Trakt to the episodes of a mapping."""

    GONE = "gone"
    """The show is no longer there."""
    RECUT = "recut"
    """Its episodes were moved, split, joined or removed."""
    PROVED_ELSEWHERE = "proved elsewhere"
    """They are where they were, but what became known since says that the entry is not there."""


@dataclass(frozen=True, slots=True)
class Drift:
    """That a remembered mapping to ``spans`` of ``title`` no longer holds."""

    kind: DriftKind
    title: TraktTitle
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the resolver made of one entry; ``report`` puts it into words.

    ``title`` and ``spans`` are set when ``verdict`` is certain. ``reason`` says what stands in the way of a certain
    verdict, or that an override decided. ``evidence`` is the heaviest first. ``candidates`` are the others, best first
    (all of them when nothing is certain). ``layout_fingerprint`` belongs to the show's layout at that time. ``drift``
    says what moved when a remembered mapping no longer held. ``override`` is the one that decided.
    """

    anilist_id: int
    verdict: Verdict
    reason: Reason | None = None
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    layout_fingerprint: str | None = None
    drift: Drift | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class CachedMapping:
    """A resolution as ``state/mapping_cache.json`` keeps it: facts only, no words of a page.

    ``basis`` names what it was made from (entry and override), so that it is asked again when that changed.
    ``evidence`` and ``candidates`` are the best few. ``waiting`` are the watched episodes that Trakt did not list when
    it was last looked at.
    """

    anilist_id: int
    verdict: Verdict
    reason: Reason | None
    basis: str
    verified_at: datetime
    title: TraktTitle | None = None
    spans: tuple[Span, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    layout_fingerprint: str | None = None
    candidates: tuple[Candidate, ...] = ()
    waiting: tuple[int, ...] = ()
