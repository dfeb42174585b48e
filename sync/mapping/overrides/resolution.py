"""An override checked against what Trakt lists. The user's word needs no evidence."""

from __future__ import annotations

from sync.mapping.alignments import run_from
from sync.mapping.knowledge import Knowledge
from sync.mapping.layout import Seasons, all_places, fingerprint, last_episode
from sync.mapping.lookup import Questions
from sync.model.anilist import Media
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import Override, Resolution, Span, TitleRef, Verdict
from sync.model.trakt import Kind, TraktTitle

WORD = (Evidence(Fact.OVERRIDE),)


def resolve_override(media: Media, override: Override, known: Knowledge, questions: Questions) -> Resolution | None:
    """The resolution that the override asks for; ``None`` while Trakt must be asked first, or when it leaves the place
    open (then the entry is judged with the title named)."""
    if override.skip is not None:
        return Resolution(media.anilist_id, Verdict.SKIPPED, Reason.SKIPPED, override=override)
    if override.title is None:
        return None
    trakt_id = known.lookup.ask_title(override.title, questions)
    if trakt_id is None:
        asked = override.title in known.catalogue.titles
        return _refused(media, override, Reason.OVERRIDE_NO_TITLE) if asked else None
    if override.title.kind is Kind.MOVIE:
        return _film(media, override, trakt_id, known, questions)
    if not override.spans and override.season is None:
        return None
    return _place(media, override, trakt_id, known, questions)


def _film(media: Media, override: Override, trakt_id: int, known: Knowledge, questions: Questions) -> Resolution | None:
    film = known.lookup.film(trakt_id)
    if film is not None:
        return _obeyed(media, override, film)
    ref = TitleRef("trakt", Kind.MOVIE, trakt_id)
    if ref in known.catalogue.titles:
        return _refused(media, override, Reason.OVERRIDE_NO_TITLE)
    questions.titles.add(ref)
    return None


def _place(
    media: Media, override: Override, trakt_id: int, known: Knowledge, questions: Questions
) -> Resolution | None:
    seasons = known.seasons(trakt_id)
    if seasons is None:
        if trakt_id in known.catalogue.layouts:
            return _refused(media, override, Reason.OVERRIDE_NO_TITLE)
        questions.layouts.add(trakt_id)
        return None
    spans = override.spans or _from_season(media, override, seasons)
    if not any(place in seasons for _, place in all_places(spans, seasons)):
        return _refused(media, override, Reason.OVERRIDE_NO_EPISODE, seasons.show)
    layout = known.catalogue.layouts[trakt_id]
    print_ = fingerprint(layout, spans) if layout is not None else None
    return _obeyed(media, override, seasons.show, spans, print_)


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


def _obeyed(
    media: Media, override: Override, title: TraktTitle, spans: tuple[Span, ...] = (), print_: str | None = None
) -> Resolution:
    return Resolution(
        media.anilist_id, Verdict.RESOLVED, Reason.OVERRIDE, title, spans, WORD,
        layout_fingerprint=print_, override=override,
    )  # fmt: skip


def _refused(media: Media, override: Override, reason: Reason, title: TraktTitle | None = None) -> Resolution:
    return Resolution(media.anilist_id, Verdict.UNRESOLVED, reason, title, override=override)
