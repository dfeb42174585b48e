"""Needs you: a card an entry, its candidates as choices, each with its dates and count beside the entry's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sync.model.library import EntryState, Library, LibraryChoice, LibraryEntry
from sync.model.mapping import Span
from sync.model.trakt import Kind
from sync.report.library_page.library_rows import FORMATS, format_aired
from sync.report.library_page.markup import (
    anilist_link,
    cover_attribute,
    href,
    html_sentence,
    html_text,
    trakt_address,
    trakt_link,
)
from sync.report.numbers_and_days import counted, format_day, format_spans
from sync.report.override_snippet import skip_line
from sync.report.text import plain


def entries_in_need(library: Library) -> list[LibraryEntry]:
    """The entries without a certain match, the most watched first."""
    need = (entry for entry in library.entries if entry.state is EntryState.NEEDS_YOU)
    return sorted(need, key=lambda entry: (-entry.watched, entry.anilist_id))


def render_cards(library: Library) -> str:
    """The cards, or a sentence that there are none."""
    cards = [_card(entry, library.pages.form) for entry in entries_in_need(library)]
    if not cards:
        return "<p class=empty>Nothing needs you: every watched entry has a certain match.</p>"
    how = "fills in the form, whose pull request shows each episode before anything is written"
    act = f"<b>Choose</b> {how}; <b>copy</b> takes" if library.pages.form else "<b>Copy</b> takes"
    intro = f"<p class=lead>Nothing is written for these until it is certain. {act} the line for overrides.yaml.</p>"
    return intro + "\n".join(cards)


def _card(entry: LibraryEntry, form: str) -> str:
    own = [FORMATS[entry.format]] if entry.format else []
    own += [counted(entry.count, "episode")] if entry.count else []
    own += [aired] if (aired := format_aired(entry.start_date, entry.end_date)) else []
    facts = [*own, f"{entry.watched:,} watched", anilist_link(entry.anilist_id, f"AniList {entry.anilist_id}")]
    cover = cover_attribute(entry.anilist_id, entry.cover)
    choices = "".join(_choices(entry, form))
    return (
        f"<article id=n{entry.anilist_id} aria-labelledby=h{entry.anilist_id}{cover}>"
        f"<h3 id=h{entry.anilist_id}>{html_text(entry.title)}</h3><p class=facts>{' · '.join(facts)}</p>"
        f"<p>{html_sentence(entry.why) or 'No certain match on Trakt.'}</p>"
        f"{f'<ul class=choices>{choices}</ul>' if choices else ''}"
        f"<div class=others>{''.join(_others(entry, form))}</div></article>"
    )


def _choices(entry: LibraryEntry, form: str) -> Iterable[str]:
    for choice in entry.choices:
        place = choice_href(form, entry, choice) if form else ""
        yield f"<li>{_title(entry, choice)}{_beside(entry, choice)}{_evidence(choice)}{_acts(place, choice.line)}</li>"


def _others(entry: LibraryEntry, form: str) -> Iterable[str]:
    place = skip_href(form, entry) if form else ""
    yield f"<h4>Leave it out</h4>{_acts(place, skip_line(entry.anilist_id))}"
    if form:
        yield f"<h4>Something else</h4><p class=acts><a class=button {entry_href(form, entry)}>Open the form</a></p>"


def _title(entry: LibraryEntry, choice: LibraryChoice) -> str:
    title = choice.title
    if title is None:
        return "<h4>A match from an earlier run</h4>"
    year = f" ({title.year})" if title.year and not entry.hidden else ""
    name = f"Trakt {title.ids.trakt}" if entry.hidden else html_text(title.title) + year
    what = "film" if title.kind is Kind.MOVIE else format_spans(choice.spans)
    return f"<h4>{trakt_link(title, name)}{f' <span>{what}</span>' if what else ''}</h4>"


def _beside(entry: LibraryEntry, choice: LibraryChoice) -> str:
    """The entry's own dates and count beside the choice's, as far as both are known."""
    rows = [
        _row("from", entry.start_date.to_date(), choice.first_day),
        _row("to", entry.end_date.to_date(), choice.last_day),
    ]
    if choice.episodes is not None:
        own = f"{entry.count:,}" if entry.count else "?"
        fits = _fit("fits" if entry.count == choice.episodes else "differs") if entry.count else ""
        rows.append(f"<tr><th scope=row>episodes<td>{own}<td>{choice.episodes:,}<td>{fits}")
    if not any(rows):
        return ""
    return f"<table><tr><td><th scope=col>AniList<th scope=col>Trakt<td>{''.join(rows)}</table>"


def _row(name: str, own: date | None, its: date | None) -> str:
    if its is None:
        return ""
    said = ""
    if own is not None:
        days = (its - own).days
        said = _fit("same day") if not days else _apart(days)
    return f"<tr><th scope=row>{name}<td>{format_day(own) if own else '?'}<td>{format_day(its)}<td>{said}"


def _apart(days: int) -> str:
    words = f"{counted(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"
    return words if abs(days) <= 1 else f"<em>{words}</em>"


def _fit(words: str) -> str:
    return f"<em>{words}</em>" if words == "differs" else words


def _evidence(choice: LibraryChoice) -> str:
    parts = (("for", "For", choice.speaks_for), ("against", "Against", choice.speaks_against))
    return "".join(
        f"<p class={kind}>{word}: {'; '.join(map(html_sentence, said))}</p>" for kind, word, said in parts if said
    )


def _acts(place: str, line: str) -> str:
    choose = f"<a class=button {place}>Choose</a> " if place else ""
    return f"<p class=acts>{choose}<button class=copy hidden>Copy</button> <code>{html_sentence(line)}</code></p>"


# --- the form ---------------------------------------------------------------------------------------------------------


def choice_href(form: str, entry: LibraryEntry, choice: LibraryChoice) -> str:
    """A ``href`` to the form (``form`` is its address) that chooses ``choice``; empty when its title is not known."""
    if choice.title is None:
        return ""
    return href(form, **_entry_fields(entry), trakt=trakt_address(choice.title), **_place_fields(choice.spans))


def skip_href(form: str, entry: LibraryEntry) -> str:
    """A ``href`` to the form that leaves the entry out."""
    return href(form, **_entry_fields(entry), action="Skip it", reason="not on Trakt")


def entry_href(form: str, entry: LibraryEntry) -> str:
    """A ``href`` to the form in which only the entry is named."""
    return href(form, **_entry_fields(entry))


def _entry_fields(entry: LibraryEntry) -> dict[str, str]:
    """The names are the ids of the fields in ``.github/ISSUE_TEMPLATE/manual-map.yml``."""
    name = f"AniList {entry.anilist_id}"
    title = name if entry.hidden else f"{plain(entry.title, 80)} ({entry.anilist_id})"
    return {"title": f"Map: {title}", "anilist": f"https://anilist.co/anime/{entry.anilist_id}"}


def _place_fields(spans: Sequence[Span]) -> dict[str, str]:
    if not spans:
        return {}
    only = spans[0]
    if len(spans) == 1 and only.from_ep == 1:
        return {"season": str(only.season), "first_episode": str(only.first_episode)}
    return {"episodes": "\n".join(map(_span_line, sorted(spans)))}


def _span_line(span: Span) -> str:
    last = "" if span.to_ep == span.from_ep else f"-{'' if span.to_ep is None else span.to_ep}"
    return f"{span.from_ep}{last}: s{span.season}e{span.first_episode}"
