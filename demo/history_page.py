"""The demo's history in words: what was played, and how it differs from what it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from demo.trakt.account import EPOCH
from demo.world import DemoWorld

Key = tuple[str, int]


def history_lines(world: DemoWorld) -> Iterator[str]:
    """A line a play, newest first: when, what, and who put it there."""
    names = item_names(world)
    for play in sorted(world.account.plays, key=lambda p: (p.watched_at, p.history_id), reverse=True):
        when = "without a date  " if play.watched_at == EPOCH else play.watched_at.strftime("%Y-%m-%d %H:%M")
        by = "  (another app)" if play.action == "scrobble" else ""
        yield f"{when}  {names[play.kind, play.trakt_id]}{by}"


def item_names(world: DemoWorld) -> dict[Key, str]:
    """What each (kind, Trakt id) is called."""
    names: dict[Key, str] = {}
    for title in (*world.library.titles, *world.seen_by("trakt").titles):
        if title.kind == "movie":
            names["movie", title.trakt_id] = f"{title.title} ({title.year})"
        for episode in title.episodes:
            names["episode", episode.trakt_id] = f"{title.title} S{episode.season}E{episode.number}"
    return names


def difference(world: DemoWorld, have: Counter[Key], wanted: Counter[Key]) -> list[str]:
    """What is there too often or not at all, by AniList entry; empty if the histories are equal."""
    return [
        *_by_entry(world, have - wanted, "too many"),
        *_by_entry(world, wanted - have, "missing"),
    ]


def _by_entry(world: DemoWorld, keys: Counter[Key], verdict: str) -> list[str]:
    names = item_names(world)
    owners: dict[str, list[str]] = {}
    for key in sorted(keys):
        anime = world.entry_of(*key)
        owner = f"{anime.english or anime.romaji} ({anime.anilist_id})" if anime else "no entry"
        owners.setdefault(owner, []).append(names.get(key, str(key)))
    return [f"{owner}: {len(found)} {verdict}, from {found[0]}" for owner, found in owners.items()]
