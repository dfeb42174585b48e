"""The address of the manual-map form with everything filled in."""

from __future__ import annotations

from collections.abc import Sequence

from sync.model.library import LibraryChoice, LibraryEntry
from sync.model.mapping import Span
from sync.report.library_page.markup import href, trakt_address
from sync.report.text import plain


def choice_href(form: str, entry: LibraryEntry, choice: LibraryChoice) -> str:
    """A ``href`` to the form (``form`` is its address) that chooses ``choice``; empty when its title is not known."""
    if choice.title is None:
        return ""
    return href(form, **_entry(entry), trakt=trakt_address(choice.title), **_place(choice.spans))


def skip_href(form: str, entry: LibraryEntry) -> str:
    """A ``href`` to the form that leaves the entry out."""
    return href(form, **_entry(entry), action="Skip it", reason="not on Trakt")


def entry_href(form: str, entry: LibraryEntry) -> str:
    """A ``href`` to the form in which only the entry is named."""
    return href(form, **_entry(entry))


def _entry(entry: LibraryEntry) -> dict[str, str]:
    """The names are the ids of the fields in ``.github/ISSUE_TEMPLATE/manual-map.yml``."""
    name = f"AniList {entry.anilist_id}"
    title = name if entry.hidden else f"{plain(entry.title, 80)} ({entry.anilist_id})"
    return {"title": f"Map: {title}", "anilist": f"https://anilist.co/anime/{entry.anilist_id}"}


def _place(spans: Sequence[Span]) -> dict[str, str]:
    if not spans:
        return {}
    only = spans[0]
    if len(spans) == 1 and only.from_ep == 1:
        return {"season": str(only.season), "first_episode": str(only.first_episode)}
    return {"episodes": "\n".join(map(_line, sorted(spans)))}


def _line(span: Span) -> str:
    last = "" if span.to_ep == span.from_ep else f"-{'' if span.to_ep is None else span.to_ep}"
    return f"{span.from_ep}{last}: s{span.season}e{span.first_episode}"
