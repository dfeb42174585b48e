"""The library page as a file: what the run knows and what earlier ones kept, rendered."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from sync.model.library import Library
from sync.model.mapping import Resolution
from sync.model.state import Finished
from sync.model.trakt import Kind, TraktPlays, TraktTitle
from sync.report.headline import render_headline
from sync.report.library_page.document import PageAssets, render_library_page
from sync.report.library_page.entries import Sources, library_entries
from sync.report.library_page.run_history import library_runs
from sync.services.layout_files import LayoutFiles
from sync.services.state import StateFolder, save_atomically
from sync.settings import Settings
from sync.wiring import Services

log = logging.getLogger(__name__)

LAYOUTS = "layouts"
"""The folder inside the cache folder."""


def save_library_page(
    finished: Finished, settings: Settings, services: Services, file: Path, *, complete: bool = False
) -> None:
    """Writes the page of a run; a ``complete`` one asks Trakt for what neither this run nor an earlier one read.

    Raises ``StateError`` if the file cannot be written, ``ServiceUnavailable`` if Trakt does not answer.
    """
    kept = LayoutFiles(settings.cache_dir / LAYOUTS)
    if complete:
        finished = _with_missing_layouts(finished, services, kept)
        keep_layouts(finished, settings)
    library = library_of(finished, services.folder, kept)
    page = services.redactor.redact(render_library_page(library, load_assets()))
    save_atomically(file, page.encode("utf-8", "replace"))


def keep_layouts(finished: Finished, settings: Settings) -> bool:
    """Keeps the layouts that the run read for later pages; says whether that changed any.

    The folder may be read by others (GitHub's cache is by everyone who may open a pull request), so a show of which
    only hidden entries are known is not kept.
    """
    told = _shows(finished, hidden=False)
    shown = {trakt_id: layout for trakt_id, layout in finished.layouts.items() if trakt_id in told}
    return LayoutFiles(settings.cache_dir / LAYOUTS).save(shown) if shown else False


def library_of(finished: Finished, folder: StateFolder, kept: LayoutFiles) -> Library:
    """Everything on the page; what the run did not read is as earlier runs knew it, or missing."""
    report, state, readings = finished.report, finished.state, finished.readings
    journal = folder.load_journal()
    missing = _shows(finished, hidden=True).keys() - finished.layouts.keys()
    sources = Sources(
        report,
        state,
        in_scope=frozenset(entry.anilist_id for entry in readings.entries) if readings else frozenset(),
        journal=journal,
        layouts={**kept.load(sorted(missing)), **finished.layouts},
        plays=readings.plays if readings else TraktPlays(),
    )
    return Library(
        made_at=report.finished_at,
        headline=render_headline(report),
        outcome=report.outcome,
        anilist_user=report.anilist_user,
        trakt_user=report.trakt_user,
        utc_offset=readings.library.user.utc_offset if readings else None,
        entries=library_entries(sources),
        runs=library_runs(journal, state.last_sync),
        pages=report.pages,
        notes=report.warnings,
    )


def _with_missing_layouts(finished: Finished, services: Services, kept: LayoutFiles) -> Finished:
    titles = _shows(finished, hidden=True)
    known = finished.layouts.keys() | kept.load(titles).keys()
    missing = [title for trakt_id, title in sorted(titles.items()) if trakt_id not in known]
    if not missing:
        return finished
    log.info("Reading the episodes of %d shows on Trakt for the library page.", len(missing))
    read = services.trakt.fetch_layouts(missing, services.deadline)
    found = {trakt_id: layout for trakt_id, layout in read.items() if layout is not None}
    return replace(finished, layouts={**found, **finished.layouts})


def _shows(finished: Finished, *, hidden: bool) -> dict[int, TraktTitle]:
    """The shows that entries of the list are, or may be, by Trakt id; with or without those of hidden entries."""
    report, found = finished.report, dict[int, TraktTitle]()
    for anilist_id, entry in report.entries.items():
        if not hidden and (entry.private or not report.log_titles):
            continue
        known = report.resolutions.get(anilist_id) or finished.state.cache.get(anilist_id)
        if known is not None:
            others = known.candidates if isinstance(known, Resolution) else ()
            titles = (known.title, *(candidate.title for candidate in others))
            found |= {title.ids.trakt: title for title in titles if title and title.kind is Kind.SHOW}
    return found


def load_assets() -> PageAssets:
    """The page's own style sheet and script."""
    folder = files("sync.report.library_page")
    return PageAssets((folder / "page.css").read_text("utf-8"), (folder / "page.js").read_text("utf-8"))
