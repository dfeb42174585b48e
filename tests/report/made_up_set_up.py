"""A set-up with trouble, and a pull request on ``overrides.yaml``: for the tests of their pages and their pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sync.model.anilist import Media, MediaListEntry, MediaListStatus
from sync.model.evidence import Reason
from sync.model.mapping import Override, Resolution, Span, TitleRef, Verdict
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.report.command_pages import Finding, Level
from sync.report.entry_view import EntryView, view_entry
from sync.report.preview_page import EntryPreview, SpanDates

REPOSITORY = "https://github.com/misaki/trakt-sync"


def findings() -> tuple[Finding, ...]:
    """What the doctor says of a set-up in which the app is gone and the schedule is off."""
    return (
        Finding(Level.GOOD, "All settings that are needed are there."),
        Finding(
            Level.WRONG,
            "overrides.yaml:14: 104578: unknown key “seasn”; did you mean “season”?",
            page=f"{REPOSITORY}/edit/main/overrides.yaml",
            file="overrides.yaml",
            line=14,
            exit_code=2,
        ),
        Finding(Level.GOOD, "The AniList list of misaki can be read, without a token, as it is public."),
        Finding(
            Level.WRONG,
            "Trakt does not know this API app (403): TRAKT_CLIENT_ID is wrong, or the app was deleted.",
            "Look at https://app.trakt.tv/settings/apps/api: if the app is gone, make a new one, put its id and secret "
            "in TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET, and run Connect Trakt.",
            "https://app.trakt.tv/settings/apps/api",
            exit_code=3,
        ),
        Finding(
            Level.WRONG,
            "GitHub has switched the schedule off because this is a fork.",
            "Press Enable workflow on the page of Sync.",
            f"{REPOSITORY}/actions/workflows/sync.yml",
            exit_code=2,
        ),
        Finding(Level.GOOD, "The job may commit state/."),
    )


def previews(
    *, log_titles: bool = True, title: str = "Mushoku Tensei: Jobless Reincarnation"
) -> tuple[EntryPreview, ...]:
    """Two changed mappings, one of them doubtful, and one taken out."""
    mushoku = TraktTitle(Kind.SHOW, TraktIds(149287, "mushoku-tensei-jobless-reincarnation"), title)
    spans = (Span(1, 1, 0, 2), Span(2, 13, 2, 1))
    told = Resolution(
        146065, Verdict.RESOLVED, Reason.OVERRIDE, mushoku, spans, override=Override(146065, 2, spans=spans)
    )
    kaijy = Override(98765, 3, title=TitleRef("slug", Kind.SHOW, "kaijy"))
    missing = Resolution(98765, Verdict.UNRESOLVED, Reason.OVERRIDE_NO_TITLE, override=kaijy)
    return (
        EntryPreview(
            _view(146065, f"{title} II", told, log_titles=log_titles),
            (
                SpanDates(1, 1, ((0, 2),), (date(2023, 7, 3), date(2023, 7, 3))),
                SpanDates(2, 13, tuple((2, n) for n in range(1, 13)), (date(2023, 7, 10), date(2023, 9, 25))),
            ),
            adds=13,
            leaves=1,
        ),
        EntryPreview(_view(98765, "Kaiji Recap", missing, log_titles=log_titles)),
        replace(EntryPreview(_view(1, "Cowboy Bebop", None, log_titles=log_titles)), removed=True),
    )


def _view(anilist_id: int, title: str, mapping: Resolution | None, *, log_titles: bool) -> EntryView:
    media = Media(anilist_id, title_english=title)
    entry = MediaListEntry(anilist_id, media, MediaListStatus.COMPLETED)
    return view_entry(anilist_id, entry, mapping, log_titles=log_titles)
