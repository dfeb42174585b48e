"""Entries → where each of their episodes is on Trakt now: the resolver with its datasets, questions and memory."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from sync.mapping.layout import last_episode, targets_of
from sync.mapping.memory import basis_of, cached_from
from sync.mapping.overrides.document import Overrides
from sync.mapping.resolver import ResolvedLibrary, Resolver
from sync.mapping.sources.claims import MappingIndex
from sync.mapping.sources.datasets import DATASETS
from sync.model.anilist import MediaListEntry, watched_count
from sync.model.evidence import Reason
from sync.model.mapping import CachedMapping, Catalogue, Resolution, Verdict
from sync.model.plan import PlayTarget, Waiting
from sync.model.trakt import Kind, PlayKind, ShowLayout, TraktTitle
from sync.services.clock import Deadline
from sync.services.datasets import FetchedDataset
from sync.settings import Settings
from sync.steps.resolving import Asked, Librarian
from sync.wiring import Services

STALE_AFTER_DAYS = 30
PROVE_AGAIN_AFTER = timedelta(days=14)
"""How old the datasets may be while an early mapping is written by: they learn of a new season within days or weeks."""

EntryTargets = Mapping[int, tuple[PlayTarget, ...]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mapped:
    """What came of resolving some entries, by AniList id.

    ``targets`` are those with a certain mapping, each watched episode with the Trakt episodes it stands for.
    ``complete`` is false when the time budget ended before all questions were answered; what is missing here is for
    the next run, and an entry that nothing was heard of yet is in neither. ``datasets`` says when each one was last
    known to be the newest. ``layouts`` are the shows that were read, by Trakt id, ``None`` for those that Trakt has no
    more.
    """

    resolutions: Mapping[int, Resolution] = field(default_factory=dict)
    targets: Mapping[int, EntryTargets] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    datasets: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    layouts: Mapping[int, ShowLayout | None] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)


class Mapper:
    """Resolves entries for one run; datasets are fetched only if the cache does not settle them all."""

    def __init__(self, services: Services, settings: Settings, overrides: Overrides, now: datetime) -> None:
        self._services = services
        self._settings = settings
        self._overrides = overrides
        self._now = now
        self._warnings: list[str] = []
        self._fetched: dict[str, str] = {}
        self._index: MappingIndex | None = None

    def basis(self, entries: Iterable[MediaListEntry]) -> dict[int, str]:
        """What a mapping of each entry would be made from now."""
        known = self._overrides.entries
        return {entry.anilist_id: basis_of(entry.media, known.get(entry.anilist_id)) for entry in entries}

    def map(
        self,
        entries: tuple[MediaListEntry, ...],
        cache: Mapping[int, CachedMapping],
        library: Iterable[MediaListEntry] = (),
        deadline: Deadline | None = None,
        datasets_at: datetime | None = None,
    ) -> Mapped:
        """Resolves ``entries`` until ``deadline``; ``cache`` holds what may be believed of them while nothing moved.

        The others of ``library`` whose mapping is certain are there as neighbours: nobody else gets their episodes.
        ``datasets_at`` is when an earlier run last had the datasets.
        """
        if not entries:
            return Mapped()
        librarian = Librarian(
            self._services.trakt,
            self._services.anilist,
            self._services.tmdb,
            deadline or self._services.deadline,
            known={c.title.ids.trakt: c.title for c in cache.values() if c.title and c.title.kind is Kind.SHOW},
        )
        aged = datasets_at is not None and self._now - datasets_at > PROVE_AGAIN_AFTER
        resolved, catalogue = self._resolve(librarian, entries, cache, library, aged=aged)
        found = {entry.anilist_id: resolved.resolutions[entry.anilist_id] for entry in entries}
        resolutions = {
            key: found[key] for key in sorted(found) if librarian.complete or found[key].reason is not Reason.UNANSWERED
        }
        return Mapped(
            resolutions=resolutions,
            targets=targets_of_entries(entries, resolutions, catalogue),
            warnings=tuple(self._warnings),
            datasets=self._fetched,
            complete=librarian.complete,
            layouts=catalogue.layouts,
            asked=librarian.asked(catalogue, datasets=self._index is not None),
        )

    def _resolve(
        self,
        librarian: Librarian,
        entries: tuple[MediaListEntry, ...],
        cache: Mapping[int, CachedMapping],
        library: Iterable[MediaListEntry],
        *,
        aged: bool,
    ) -> tuple[ResolvedLibrary, Catalogue]:
        """The resolver's answer, without datasets as long as overrides and cache settle every entry; what was settled
        early is proved again with newer datasets if they are ``aged``."""
        told = self._overrides.entries
        known = all(entry.anilist_id in told or self._is_remembered(entry, cache) for entry in entries)
        known &= not (aged and any(_is_early(entry, cache) for entry in entries))
        index = MappingIndex() if known else self._load_index()
        mine = {entry.anilist_id for entry in entries}
        others = [e.media for e in library if e.anilist_id not in mine and self._is_remembered(e, cache)]
        progress = {entry.anilist_id: watched_count(entry) for entry in entries}

        def resolver(index: MappingIndex) -> Resolver:
            librarian.know(index.shows)
            return Resolver(
                [*(entry.media for entry in entries), *others],
                index=index,
                overrides=self._overrides,
                memory=cache,
                progress=progress,
                prove=bool(index) and not self._warnings,
                tmdb=self._services.tmdb is not None,
            )

        asking = resolver(index)
        catalogue = librarian.answer(asking, Catalogue())
        if known and asking.resolved().fresh and librarian.complete:
            asking = resolver(self._load_index())
            catalogue = librarian.answer(asking, catalogue)
        return asking.resolved(), catalogue

    def remember(
        self,
        cache: Mapping[int, CachedMapping],
        entries: Iterable[MediaListEntry],
        mapped: Mapped,
        waiting: Iterable[Waiting],
    ) -> dict[int, CachedMapping]:
        """``cache`` with what was found out about ``entries``; ``waiting`` are the watched episodes without a place."""
        looked_at = {entry.anilist_id: entry for entry in entries}
        missing: dict[int, set[int]] = defaultdict(set)
        for item in waiting:
            missing[item.anilist_id].update(item.episodes)
        fresh: dict[int, CachedMapping] = {}
        unfinished = not mapped.complete and _has_news(mapped, cache)
        for anilist_id, entry in looked_at.items():
            resolution = mapped.resolutions.get(anilist_id)
            if resolution is None or (unfinished and not resolution.verdict.is_certain):
                continue  # there was no time to ask everything: the next run goes on
            basis = basis_of(entry.media, self._overrides.entries.get(anilist_id))
            hidden = entry.private or not self._settings.log_titles
            found = cached_from(resolution, basis, self._now, hidden=hidden)
            fresh[anilist_id] = replace(found, waiting=tuple(sorted(missing[anilist_id])))
        return {**cache, **{key: each for key, each in fresh.items() if not _says_the_same(each, cache.get(key))}}

    def _is_remembered(self, entry: MediaListEntry, cache: Mapping[int, CachedMapping]) -> bool:
        """Whether the entry's mapping is certain, and made from what it would be made from now."""
        cached = cache.get(entry.anilist_id)
        if cached is None or not cached.verdict.is_certain:
            return False
        return cached.basis == basis_of(entry.media, self._overrides.entries.get(entry.anilist_id))

    def _load_index(self) -> MappingIndex:
        """The datasets as one index, made once a run; one that cannot be had is left out, with a warning."""
        if self._index is not None:
            return self._index
        log.info("Getting the mapping datasets.")
        fetched = self._services.datasets.fetch_all(DATASETS, self._services.deadline)
        for dataset in fetched:
            self._note(dataset)
        self._index = MappingIndex([dataset.table for dataset in fetched if dataset.table is not None])
        return self._index

    def _note(self, dataset: FetchedDataset) -> None:
        if dataset.warning:
            self._warnings.append(dataset.warning)
        if dataset.fetched_at is not None:
            self._fetched[dataset.name] = f"{dataset.fetched_at:%Y-%m-%d}"
            age = (self._now - dataset.fetched_at).days
            if age > STALE_AFTER_DAYS:
                self._warnings.append(f"The dataset {dataset.name} is {age} days old; newer mappings may be missing.")


def _is_early(entry: MediaListEntry, cache: Mapping[int, CachedMapping]) -> bool:
    cached = cache.get(entry.anilist_id)
    return cached is not None and cached.verdict is Verdict.PROVISIONAL


def _says_the_same(fresh: CachedMapping, known: CachedMapping | None) -> bool:
    """Whether only the time is another, and nothing waits that the time would matter to: not worth a line's change."""
    return known is not None and not fresh.waiting and replace(fresh, verified_at=known.verified_at) == known


def _has_news(mapped: Mapped, cache: Mapping[int, CachedMapping]) -> bool:
    """Whether an entry got its place that had none: then those that it may be a neighbour of are looked at once more.
    Otherwise what was answered is kept, or entries without a place could use up the time of every run."""
    placed = {key for key, known in cache.items() if known.verdict.is_certain}
    return any(each.verdict.is_certain and key not in placed for key, each in mapped.resolutions.items())


def targets_of_entries(
    entries: Iterable[MediaListEntry], resolutions: Mapping[int, Resolution], catalogue: Catalogue
) -> dict[int, EntryTargets]:
    """The certain mappings, episode by episode; an episode that Trakt does not list has no target."""
    targets: dict[int, EntryTargets] = {}
    for entry in entries:
        resolution = resolutions.get(entry.anilist_id)
        if resolution is None or not resolution.verdict.is_certain or resolution.title is None:
            continue
        if resolution.title.kind is Kind.MOVIE:
            # A part of a film is no play of it.
            if watched_count(entry) >= (entry.media.episodes or 1):
                targets[entry.anilist_id] = {1: (_film(resolution.title),)}
            continue
        layout = catalogue.layouts.get(resolution.title.ids.trakt)
        if layout is not None:
            targets[entry.anilist_id] = _episodes(entry, resolution, layout)
    return targets


def _film(title: TraktTitle) -> PlayTarget:
    released = datetime.combine(title.released, time(), UTC) if title.released else None
    return PlayTarget(PlayKind.MOVIE, title.ids.trakt, first_aired=released, runtime=title.runtime)


def _episodes(entry: MediaListEntry, resolution: Resolution, layout: ShowLayout) -> EntryTargets:
    listed = last_episode(resolution.spans)
    watched = watched_count(entry, listed=listed)
    return {
        episode: tuple(
            PlayTarget(PlayKind.EPISODE, e.trakt_id, e.season, e.number, e.first_aired, e.runtime)
            for e in targets_of(resolution.spans, layout, episode)
        )
        for episode in range(1, watched + 1)
    }
