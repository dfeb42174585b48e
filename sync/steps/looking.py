"""Which entries a run looks at: the unsettled ones, or the one that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sync.model.anilist import MediaListEntry, MediaListStatus
from sync.planning.unsettled import unsettled_entries
from sync.services.state import State
from sync.steps.mapping_run import Mapper
from sync.steps.reading import Reader, Readings
from sync.steps.rewatching import Rewatches
from sync.steps.shelving import Shelver


@dataclass(frozen=True, slots=True)
class Looker:
    """Asks each part of the job which entries it needs to see."""

    reader: Reader
    mapper: Mapper
    rewatches: Rewatches
    shelver: Shelver
    now: datetime

    def unsettled(self, readings: Readings, state: State) -> tuple[MediaListEntry, ...]:
        """The entries of the list about which something is open."""
        basis = self.mapper.basis(readings.library.entries)
        unsettled = self.rewatches.entries_to_look_at(
            lambda rewatches: unsettled_entries(
                readings.entries,
                ledger=state.ledger,
                cache=state.cache,
                basis=basis,
                now=self.now,
                plays=readings.plays,
                rewatches=rewatches,
            )
        )
        others = self.shelver.entries_to_look_at(readings.library, state.cache, basis)
        return tuple({entry.anilist_id: entry for entry in (*unsettled, *others)}.values())

    def single(self, readings: Readings, anilist_id: int) -> tuple[tuple[MediaListEntry, ...], Readings]:
        """One entry as it stands on the list, and the readings as far as they are about it.

        One that is not on the list is looked up, so that its mapping can be shown; none if AniList does not know it.
        """
        mine = tuple(entry for entry in readings.entries if entry.anilist_id == anilist_id)
        about_it = replace(readings, entries=mine)
        on_list = tuple(entry for entry in readings.library.entries if entry.anilist_id == anilist_id)
        if on_list:
            return on_list, about_it
        media = self.reader.fetch_media(anilist_id)
        if media is None:
            return (), about_it
        return (MediaListEntry(entry_id=0, media=media, status=MediaListStatus.PLANNING),), about_it
