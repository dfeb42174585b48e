"""What entries of ``overrides.yaml`` map to, looked up live without any log-in; what cannot be reached is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date

from sync.errors import ConfigError, SyncError
from sync.mapping.overrides.document import Overrides
from sync.model.anilist import Media, MediaListEntry, MediaListStatus, watched_count
from sync.model.mapping import Override, Resolution, Span
from sync.model.plan import Ledger, PlayState, Targets
from sync.model.run import State
from sync.report.entry_view import view_entry
from sync.report.numbers_and_days import format_spans
from sync.report.preview_page import EntryPreview, SpanDates
from sync.report.trouble import left_out_sentences
from sync.settings import Settings
from sync.steps.mapping_run import Mapped, Mapper
from sync.wiring import Services

ON_TRAKT = {PlayState.CONFIRMED, PlayState.ADOPTED, PlayState.DISPLACED}


@dataclass(frozen=True, slots=True)
class Preview:
    """The entries in the order of the file, and sentences about what could not be looked up."""

    entries: tuple[EntryPreview, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class PublicKnowledge:
    """What could be read. ``listed`` is the public list by AniList id, ``None`` when nobody's is known or readable.

    ``show_all`` says that no list is known at all, so that there is none an entry could be private on.
    """

    media: Mapping[int, Media] = field(default_factory=dict)
    mapped: Mapped = field(default_factory=Mapped)
    listed: Mapping[int, MediaListEntry] | None = None
    show_all: bool = False
    notes: list[str] = field(default_factory=list)


class Previewer:
    """Previews entries of one ``overrides.yaml``. ``services`` are opened without a log-in."""

    def __init__(self, settings: Settings, services: Services, overrides: Overrides) -> None:
        self._settings = settings
        self._services = services
        self._overrides = overrides

    def preview(self, changed: Collection[int], removed: Collection[int] = ()) -> Preview:
        """The entries with these AniList ids. Never raises a ``SyncError``."""
        ids = sorted(changed, key=lambda anilist_id: self._overrides.entries[anilist_id].line)
        state = self._state()
        found = self._look_up(ids, removed, state)
        entries = [self._entry(anilist_id, found, state.ledger) for anilist_id in ids]
        entries += [replace(self._shown(anilist_id, found, None), removed=True) for anilist_id in sorted(removed)]
        left_out = left_out_sentences(self._services.left_out)
        return Preview(tuple(entries), tuple(dict.fromkeys((*found.notes, *found.mapped.warnings, *left_out))))

    def _state(self) -> State:
        try:
            return self._services.folder.load()
        except SyncError:
            return State()

    def _look_up(self, ids: Collection[int], removed: Collection[int], state: State) -> PublicKnowledge:
        services, found = self._services, PublicKnowledge()
        try:
            found.media = services.anilist.fetch_media([*ids, *removed], services.deadline)
        except SyncError as trouble:
            found.notes.append(f"Titles and episode counts are missing here. {trouble}")
        self._read_list(found, state)
        entries = tuple(_whole(found.media[anilist_id]) for anilist_id in ids if anilist_id in found.media)
        if not self._settings.trakt_client_id:
            found.notes.append(
                "Trakt was not asked, because TRAKT_CLIENT_ID is not set: the places are as the file says."
            )
            return found
        try:
            mapper = Mapper(services, self._settings, self._overrides, services.clock.now())
            found.mapped = mapper.map(entries, {})
        except SyncError as trouble:
            found.notes.append(f"Trakt could not be asked, so the places are as the file says. {trouble}")
        return found

    def _read_list(self, found: PublicKnowledge, state: State) -> None:
        """The public list of whoever is synced here; it also says which titles are no secret."""
        name = self._settings.anilist_username or state.last_sync.anilist_user
        found.show_all = name is None
        if name is None or not found.media:
            return
        try:
            library = self._services.anilist.fetch_library(name, self._services.deadline)
        except ConfigError:
            found.notes.append("The list is not public, so titles are left out and what would change is not known.")
        except SyncError as trouble:
            found.notes.append(f"What would change in the history is not known. {trouble}")
        else:
            found.listed = {entry.anilist_id: entry for entry in library.entries}

    def _shown(self, anilist_id: int, found: PublicKnowledge, mapping: Resolution | None) -> EntryPreview:
        """The entry by its title where that is no secret: it stands on the public list, or no list is known."""
        entry = (found.listed or {}).get(anilist_id)
        if entry is None and found.show_all and anilist_id in found.media:
            entry = _whole(found.media[anilist_id])
        return EntryPreview(view_entry(anilist_id, entry, mapping, log_titles=self._settings.log_titles))

    def _entry(self, anilist_id: int, found: PublicKnowledge, ledger: Ledger) -> EntryPreview:
        resolution = found.mapped.resolutions.get(anilist_id)
        shown = self._shown(anilist_id, found, resolution)
        view, override = shown.view, self._overrides.entries[anilist_id]
        if override.skip is not None:
            there = sum(play.state in ON_TRAKT for play in ledger.of(anilist_id))
            return EntryPreview(view, note="left out on purpose", leaves=there)
        if resolution is None:
            known = anilist_id in found.media or not found.media
            note = _as_written(override, hidden=view.hidden) if known else "AniList knows no anime with this id"
            return EntryPreview(view, note=note)
        targets = found.mapped.targets.get(anilist_id, {})
        if not resolution.verdict.is_certain:
            note = "" if not view.hidden else "no certain place on Trakt"
            return EntryPreview(view, note=note)
        spans = _film(targets) if not resolution.spans else _spans(resolution.spans, targets)
        adds, leaves = self._change(anilist_id, found, targets, ledger)
        missing = sum(1 for each in targets.values() if not each)
        return EntryPreview(view, spans, adds, leaves, missing)

    def _change(
        self, anilist_id: int, found: PublicKnowledge, targets: Targets, ledger: Ledger
    ) -> tuple[int | None, int]:
        """How many plays would be added, and how many that stand would not fit any more."""
        if found.listed is None:
            return None, 0
        entry = found.listed.get(anilist_id)
        watched = watched_count(entry, listed=max(targets, default=None)) if entry else 0
        wanted = {(t.kind, t.trakt_id) for episode in targets if episode <= watched for t in targets[episode]}
        known = {(play.kind, play.trakt_id): play.state for play in ledger.of(anilist_id)}
        leaves = sum(1 for key, state in known.items() if state is PlayState.CONFIRMED and key not in wanted)
        return len(wanted - known.keys()), leaves


def _whole(media: Media) -> MediaListEntry:
    """The entry as if all of it had been watched: then each of its episodes gets its place."""
    aired = media.episodes or (media.next_airing_episode or 1) - 1
    return MediaListEntry(entry_id=0, media=media, status=MediaListStatus.COMPLETED, progress=aired)


def _spans(spans: tuple[Span, ...], targets: Targets) -> tuple[SpanDates, ...]:
    dated: list[SpanDates] = []
    for span in sorted(spans):
        last = span.to_ep if span.to_ep is not None else max(targets, default=span.from_ep)
        listed = [t for n in range(span.from_ep, last + 1) for t in targets.get(n, ()) if t.season == span.season]
        places = tuple((t.season or 0, t.number or 0) for t in listed)
        aired = [t.first_aired.astimezone(UTC).date() for t in listed if t.first_aired]
        if places:
            dated.append(SpanDates(span.from_ep, last, places, _ends(aired)))
    return tuple(dated)


def _film(targets: Targets) -> tuple[SpanDates, ...]:
    days = [t.first_aired.date() for each in targets.values() for t in each if t.first_aired]
    return (SpanDates(1, 1, (), _ends(days)),)


def _ends(days: list[date]) -> tuple[date, ...]:
    return (min(days), max(days)) if days else ()


def _as_written(override: Override, *, hidden: bool) -> str:
    """The override in words, when Trakt could not be asked."""
    ref = override.title
    if ref is None:
        return "no title is named"
    name = f"{ref.owner} {ref.value}" if not hidden or isinstance(ref.value, int) else f"a {ref.kind.value}"
    if override.spans:
        return f"{name}: {format_spans(override.spans)}"
    first = f" from episode {override.first_episode} on" if override.first_episode else ""
    return name if override.season is None else f"{name}: season {override.season}{first}"
