"""The demo's world: the library, the accounts on both sides, what happens there, and what must come of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from demo.anilist.account import AS_OF, DemoEntry, DemoUser, sample_user
from demo.changes import AniListSays, Change, Side, library_at
from demo.library import DemoAiring, DemoAnime, DemoRelation, DemoTitle, SampleLibrary, sample_library
from demo.lives import Life, air_times, changes_of
from demo.trakt.account import DemoAccount
from sync.services.clock import Clock

ANILIST_NAME = "misaki"
TRAKT_NAME = "misaki"
FIRST_SCROBBLE = AS_OF - timedelta(days=3000)
"""When another app put the first play on Trakt."""
WHOLE = {"COMPLETED", "REPEATING"}


@dataclass(slots=True)
class DemoWorld:
    """Everything that the services share and that may change between runs.

    ``library`` is the truth; what each service knows of it at the moment is ``seen_by``. ``anilist`` is by lower-case
    name, ``trakt`` by user name. ``clock`` is the services' own.
    """

    library: SampleLibrary
    clock: Clock
    anilist: dict[str, DemoUser] = field(default_factory=dict)
    trakt: dict[str, DemoAccount] = field(default_factory=dict)
    _changes: list[Change] = field(default_factory=list)
    _seen: dict[Side, tuple[int, SampleLibrary]] = field(default_factory=dict)

    @property
    def user(self) -> DemoUser:
        """The person whose list is synced."""
        return self.anilist[ANILIST_NAME]

    @property
    def account(self) -> DemoAccount:
        """Their Trakt account."""
        return self.trakt[TRAKT_NAME]

    # --- what changes -------------------------------------------------------------------------------------------------

    def happen(self, *changes: Change) -> None:
        """These changes hold from their moments on, which may be past, now, or to come."""
        self._changes = sorted([*self._changes, *changes], key=lambda change: change.at)
        self._seen.clear()

    def seen_by(self, side: Side) -> SampleLibrary:
        """The library as a service or dataset has it now; the same object until something changes."""
        if not self._changes:
            return self.library
        now = self.clock.now()
        due = bisect_right(self._changes, now, key=lambda change: change.at)
        known = self._seen.get(side)
        if known is None or known[0] != due:
            known = self._seen[side] = due, library_at(self.library, self._changes, side, now)
        return known[1]

    def live(self, *lives: Life) -> None:
        """These entries become known, air and end, each in its own way, as the clock goes on."""
        self.happen(*(change for life in lives for change in changes_of(life, self.library)))

    def tell_anilist(self, anilist_id: int, **facts: object) -> None:
        """AniList changes what it says of an entry, now; the facts are named as in ``DemoAnime``."""
        self.happen(AniListSays(self.clock.now(), anilist_id, facts))

    def air(self, anilist_id: int, *airings: DemoAiring) -> None:
        """These are from now on the rows of the airing schedule that AniList has of an entry."""
        self.tell_anilist(anilist_id, airings=airings)

    def forget_airings(self, anilist_id: int, *, before: datetime) -> None:
        """AniList drops an entry's rows of the past, as it may."""
        left = [a for a in self.seen_by("anilist").by_anilist_id(anilist_id)[1].airings if a.at >= before]
        self.air(anilist_id, *left)

    def relate(self, anilist_id: int, *relations: DemoRelation) -> None:
        """These are from now on the works that AniList says an entry is related to."""
        self.tell_anilist(anilist_id, relations=relations)

    # --- what the person does -----------------------------------------------------------------------------------------

    def watch(self, anilist_id: int, episodes: int = 1) -> None:
        """The person watches the next episodes of an entry on their list, which AniList logs, now."""
        entry, now = self.user.entries[anilist_id], self.clock.now()
        anime = self.seen_by("anilist").by_anilist_id(_of(entry).anilist_id)[1]
        first, last = entry.progress + 1, entry.progress + episodes
        entry.progress, entry.status, entry.updated_at = last, "CURRENT", int(now.timestamp())
        if last == anime.episodes:
            entry.status, entry.completed = "COMPLETED", (now.year, now.month, now.day)
            self.user.log(anime, "completed", None, now)
        else:
            self.user.log(anime, "watched episode", str(last) if first == last else f"{first} - {last}", now)

    def aired(self, anilist_id: int) -> int:
        """How many episodes of an entry have been broadcast until now."""
        return sum(at <= self.clock.now() for at in air_times(self.library, anilist_id))

    def watch_aired(self, anilist_id: int) -> int:
        """The person watches what has been broadcast of an entry and was not watched yet; gives how many that were."""
        new = self.aired(anilist_id) - self.user.entries[anilist_id].progress
        if new > 0:
            self.watch(anilist_id, new)
        return max(0, new)

    # --- what must come of it -----------------------------------------------------------------------------------------

    def expected_plays(self, *, private: bool = False) -> frozenset[tuple[str, int]]:
        """What the history must hold after a sync: each (kind, Trakt id) once, those of other apps included.

        ``private`` says whether private entries are synced. What Trakt does not list (yet) asks for nothing.
        """
        wanted = {target for entry in self._synced(private=private) for target in self.targets(entry)}
        return frozenset(wanted & self.listed() | sample_plays(self.library).keys())

    def listed(self) -> frozenset[tuple[str, int]]:
        """All episodes and films that Trakt lists now, as (kind, Trakt id)."""
        titles = self.seen_by("trakt").titles
        films = {("movie", title.trakt_id) for title in titles if title.kind == "movie"}
        return frozenset(films | {("episode", e.trakt_id) for title in titles for e in title.episodes})

    def entry_of(self, kind: str, trakt_id: int) -> DemoAnime | None:
        """The AniList entry that an episode or film truly belongs to."""
        for title, anime in self.library.anime():
            last = anime.episodes or 9999
            if title and any((kind, trakt_id) == target for target in _targets(title, anime, last)):
                return anime
        return None

    def targets(self, entry: DemoEntry) -> tuple[tuple[str, int], ...]:
        """The true (kind, Trakt id)s of what a list entry says was watched, listed already or not."""
        title, anime = self.library.by_anilist_id(_of(entry).anilist_id)
        last = (anime.episodes or entry.progress) if entry.status in WHOLE else entry.progress
        return _targets(title, anime, last) if title else ()

    def _synced(self, *, private: bool) -> list[DemoEntry]:
        entries = [entry for entry in self.user.entries.values() if entry.anime]
        return [entry for entry in entries if private or not entry.private]


def sample_world(clock: Clock, library: SampleLibrary | None = None) -> DemoWorld:
    """A fresh world with the sample library (or another): its person, a private profile, an empty list."""
    library = library or sample_library()
    person = sample_user(library, name=ANILIST_NAME)
    stranger = DemoUser(5_000_124, "shy_otaku", private_profile=True)
    nobody = DemoUser(5_000_125, "newcomer")
    for user in (person, stranger, nobody):
        user.log_in(clock.now())
    account = DemoAccount(TRAKT_NAME)
    account.scrobble(sample_plays(library))
    return DemoWorld(
        library,
        clock,
        {user.name: user for user in (person, stranger, nobody)},
        {TRAKT_NAME: account, "someone-else": DemoAccount("someone-else")},
    )


@lru_cache(maxsize=16)
def sample_plays(library: SampleLibrary) -> Mapping[tuple[str, int], datetime]:
    """What other apps had put on Trakt before the first sync, as (kind, Trakt id), with the times."""
    found = [key for title in library.titles for key in title.scrobbled()]
    return {key: FIRST_SCROBBLE + timedelta(hours=47 * number) for number, key in enumerate(found)}


def part_of(library: SampleLibrary, *anilist_ids: int) -> SampleLibrary:
    """The library with only these entries on the list, and only their Trakt titles: a small world for a test."""

    def kept(anime: tuple[DemoAnime, ...]) -> tuple[DemoAnime, ...]:
        return tuple(one for one in anime if one.anilist_id in anilist_ids)

    titles = tuple(replace(title, anime=kept(title.anime)) for title in library.titles if kept(title.anime))
    return SampleLibrary(titles, kept(library.unlisted))


def _targets(title: DemoTitle, anime: DemoAnime, last: int) -> tuple[tuple[str, int], ...]:
    found = {trakt_id for episode in range(1, last + 1) for trakt_id in title.targets(anime, episode)}
    return tuple(sorted(title.key(trakt_id) for trakt_id in found))


def _of(entry: DemoEntry) -> DemoAnime:
    if entry.anime is None:
        raise ValueError(f"entry {entry.entry_id} has no media")
    return entry.anime
