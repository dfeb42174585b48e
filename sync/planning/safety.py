"""The brake: what must hold before anything is written."""

from __future__ import annotations

from sync.errors import StateError, StoppedByBrake, SuspiciousRead
from sync.model.anilist import AniListUser
from sync.model.plan import Ledger, Plan, PlayState
from sync.model.run import LastSync
from sync.model.trakt import TraktPlays

ENOUGH_TO_JUDGE = 20
"""Below this many plays or entries, losing half of them may well be the user's doing."""


def check_brake(plan: Plan, *, max_new_plays: int, approved: bool, changes: int = 0) -> None:
    """Raises ``StoppedByBrake`` when the plan adds more than ``max_new_plays`` plays and nobody has approved that.

    ``changes`` are those of ratings, watchlist and dropped shows: each counts like a play.
    """
    if len(plan.adds) + changes > max_new_plays and not approved:
        more = f" and change {changes:,} ratings and list entries" if changes else ""
        raise StoppedByBrake(
            f"This run would add {len(plan.adds):,} plays{more}, more than MAX_NEW_PLAYS ({max_new_plays:,}): "
            "nothing was written.",
            "Look through the preview; when it looks right, run the Sync workflow with allow_large ticked "
            "(or python -m sync --allow-large).",
        )


def check_reads(
    *,
    last: LastSync,
    ledger: Ledger,
    user: AniListUser,
    trakt_user: str | None,
    entries: int,
    plays: TraktPlays,
) -> None:
    """Stops a run whose accounts or readings do not fit what the last run knew; see the three checks."""
    check_accounts(last, user=user, trakt_user=trakt_user)
    check_list(last, entries=entries)
    check_plays(ledger, plays)


def check_accounts(last: LastSync, *, user: AniListUser, trakt_user: str | None) -> None:
    """Raises ``StateError`` when the state belongs to another AniList or Trakt account.

    AniList accounts are told apart by id, since names can be changed; Trakt's by name, whatever its case.
    """
    if last.anilist_user_id is not None and last.anilist_user_id != user.user_id:
        raise StateError(
            f"The state belongs to the AniList user {last.anilist_user or last.anilist_user_id}, "
            f"but this is the list of {user.name}.",
            "Set ANILIST_USERNAME (or ANILIST_ACCESS_TOKEN) back, or delete the folder state/ to begin anew.",
        )
    if last.trakt_user and trakt_user and last.trakt_user.casefold() != trakt_user.casefold():
        raise StateError(
            f"The state belongs to the Trakt user {last.trakt_user}, but the log-in is {trakt_user}'s.",
            f"Connect Trakt again as {last.trakt_user}, or delete the folder state/ to begin anew.",
        )


def check_list(last: LastSync, *, entries: int) -> None:
    """Raises ``SuspiciousRead`` when the list lost all its entries, or more than half of a list worth the name."""
    if last.entries == 0 or (entries and (last.entries < ENOUGH_TO_JUDGE or entries * 2 >= last.entries)):
        return
    raise SuspiciousRead(
        "AniList",
        f"AniList returned {entries:,} list entries where the last run saw {last.entries:,}.",
        "If you did remove them, delete state/last_sync.json and run again; else just wait for the next run.",
    )


def check_plays(ledger: Ledger, plays: TraktPlays) -> None:
    """Raises ``SuspiciousRead`` when all of the plays that the ledger knows are gone from Trakt and nothing else is
    there, or when more than half of a number worth the name are gone."""
    known = {(line.kind, line.trakt_id) for _, line in ledger if line.state in (PlayState.CONFIRMED, PlayState.ADOPTED)}
    gone = sum(1 for kind, trakt_id in known if not plays.of(kind, trakt_id))
    empty = bool(known) and not plays.episodes and not plays.movies
    if not empty and (len(known) < ENOUGH_TO_JUDGE or gone * 2 <= len(known)):
        return
    raise SuspiciousRead(
        "Trakt",
        f"Trakt's history lacks {gone:,} of the {len(known):,} plays that were there at the last run.",
        "If you emptied your history on purpose, delete state/plays.json to have it filled anew; "
        "else just wait for the next run.",
    )
