"""What an override says of an entry, checked against what Trakt lists. The user's word needs no evidence."""

from __future__ import annotations

from sync.mapping.layout import Seasons, all_places, fingerprint, last_episode, render_spans
from sync.mapping.overrides.document import Override
from sync.mapping.proposals import run_from
from sync.mapping.titles import Wishes
from sync.mapping.world import World
from sync.model.anilist import Media
from sync.model.mapping import Evidence, Resolution, Span, TitleRef, Verdict
from sync.model.trakt import Kind

WORD = (Evidence("override", "overrides.yaml says so", 0.0),)


def settle(media: Media, override: Override, world: World, wishes: Wishes) -> Resolution | None:
    """The resolution that the override asks for; ``None`` while Trakt must be asked first, or when it leaves the place
    open (then the entry is resolved with the title told)."""
    if override.skip is not None:
        why = f"left out by line {override.line} of the overrides: {override.skip}"
        return Resolution(media.anilist_id, Verdict.SKIPPED, why)
    if override.title is None:
        return None
    trakt_id = told_id(override.title, world, wishes)
    if trakt_id is None:
        return _not_there(media, override) if override.title in world.catalogue.titles else None
    if override.title.kind is Kind.MOVIE:
        return _film(media, override, trakt_id, world, wishes)
    if not override.spans and override.season is None:
        return None
    return _place(media, override, trakt_id, world, wishes)


def _film(media: Media, override: Override, trakt_id: int, world: World, wishes: Wishes) -> Resolution | None:
    film = world.titles.film(trakt_id)
    if film is not None:
        why = f"the film, because line {override.line} of the overrides says so"
        return Resolution(media.anilist_id, Verdict.RESOLVED, why, film, evidence=WORD)
    ref = TitleRef("trakt", Kind.MOVIE, trakt_id)
    if ref in world.catalogue.titles:
        return _not_there(media, override)
    wishes.titles.add(ref)
    return None


def told_id(ref: TitleRef, world: World, wishes: Wishes) -> int | None:
    """The Trakt id of the title that the user names, asked of Trakt if need be."""
    trakt_id = world.titles.trakt_id(ref)
    if trakt_id is None and ref not in world.catalogue.titles:
        wishes.titles.add(ref)
    return trakt_id


def _place(media: Media, override: Override, trakt_id: int, world: World, wishes: Wishes) -> Resolution | None:
    seasons = world.seasons(trakt_id)
    if seasons is None:
        if trakt_id in world.catalogue.layouts:
            return _not_there(media, override)
        wishes.layouts.add(trakt_id)
        return None
    spans = override.spans or _from_season(media, override, seasons)
    if not any(place in seasons for _, place in all_places(spans, seasons)):
        says = render_spans(spans) or f"season {override.season}"
        why = f"line {override.line} of the overrides: Trakt lists none of {says} in {seasons.show.url}"
        return Resolution(media.anilist_id, Verdict.UNRESOLVED, why)
    layout = world.catalogue.layouts[trakt_id]
    print_ = fingerprint(layout, spans) if layout is not None else None
    why = f"{render_spans(spans)}, because line {override.line} of the overrides says so"
    return Resolution(media.anilist_id, Verdict.RESOLVED, why, seasons.show, spans, WORD, layout_fingerprint=print_)


def _from_season(media: Media, override: Override, seasons: Seasons) -> tuple[Span, ...]:
    """The run that ``season`` and ``first_episode`` name, open at its end while Trakt lists too few episodes."""
    season = override.season or 0
    listed = seasons.season(season)
    first = override.first_episode or (listed[0].number if listed else 1)
    spans = run_from((season, first), media.episodes, seasons)
    if spans and media.episodes and (last_episode(spans) or 0) < media.episodes:
        last = spans[-1]
        return (*spans[:-1], Span(last.from_ep, media.episodes, last.season, last.first_episode))
    return spans or (Span(1, media.episodes, season, first),)


def _not_there(media: Media, override: Override) -> Resolution:
    title = override.title
    named = f"{title.kind.value} with {title.owner} id {title.value}" if title else "such title"
    why = f"line {override.line} of the overrides: Trakt has no {named}"
    return Resolution(media.anilist_id, Verdict.UNRESOLVED, why)
