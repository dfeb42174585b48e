"""What Trakt's contract requires of each reply, as JSON schemas.

Source: github.com/trakt/trakt-api, projects/api/src/contracts: the response schemas of oauth, sync, users, shows and
_internal (2026-07-30 to 2026-08-02). Fields that may be missing are left out here.
"""

from __future__ import annotations

from collections.abc import Mapping

from jsonschema import Draft202012Validator

from demo.trakt.profile import CONNECTIONS, STAMPS

Schema = Mapping[str, object]


def conforms(value: object, schema: Schema) -> None:
    """Fails unless the value has all that the schema asks for. The schemas themselves are not checked each time."""
    Draft202012Validator(schema).validate(value)


INT: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
BOOL: Schema = {"type": "boolean"}
STAMP: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}


def has(**fields: Schema) -> Schema:
    """An object with at least these fields."""
    return {"type": "object", "required": [*fields], "properties": fields}


def rows(of: Schema) -> Schema:
    """A list with at least one row, so that its shape is seen."""
    return {"type": "array", "items": of, "minItems": 1}


def maybe(of: Schema) -> Schema:
    """The field is there, but may be null."""
    return {"anyOf": [of, {"type": "null"}]}


def by_id(of: Schema) -> Schema:
    """An object whose keys are ids."""
    return {
        "type": "object",
        "propertyNames": {"pattern": r"^\d+(\|\d+)?$"},
        "additionalProperties": of,
        "minProperties": 1,
    }


EPISODE = has(season=INT, number=INT, title=TEXT, first_aired=maybe(STAMP), ids=has(trakt=INT))
FULL_EPISODE = has(
    season=INT,
    number=INT,
    title=TEXT,
    first_aired=maybe(STAMP),
    ids=has(trakt=INT),
    number_abs=maybe(INT),
    votes=INT,
    comment_count=INT,
    updated_at=STAMP,
    available_translations={"type": "array", "items": TEXT},
    runtime=INT,
    overview=maybe(TEXT),
)
SHOW = has(title=TEXT, ids=has(trakt=INT, slug=TEXT))
FILM = has(title=TEXT, ids=has(trakt=INT, slug=TEXT))
COUNTED_SHOW = has(title=TEXT, year=INT, aired_episodes=INT, ids=has(trakt=INT, slug=TEXT))
SEASON = has(number=INT, ids=has(trakt=INT), episodes=rows(FULL_EPISODE))
COUNTS = has(movies=INT, shows=INT, seasons=INT, episodes=INT)
NOT_FOUND: Schema = {"type": "object"}
COUNTED = {"plays": INT, "last_watched_at": STAMP, "last_updated_at": STAMP}
PROGRESS = has(number=INT, episodes=rows(has(number=INT, plays=INT, last_watched_at=STAMP)))
PLAY = {"id": INT, "watched_at": STAMP, "action": {"enum": ["scrobble", "checkin", "watch"]}}
PROFILE = has(
    username=TEXT, private=BOOL, deleted=BOOL, vip=BOOL, vip_ep=BOOL, director=BOOL, ids=has(trakt=INT, slug=TEXT)
)

PROGRESS_SETTINGS = has(
    refresh=BOOL,
    simple_progress=BOOL,
    include_specials=BOOL,
    include_watchlisted=BOOL,
    sort_how=TEXT,
    use_last_activity=BOOL,
    grid_view=BOOL,
)
BROWSING = has(
    hide_watching_now=BOOL,
    watch_only_once=BOOL,
    other_site_ratings=BOOL,
    release_date_ignore_runtime=BOOL,
    display_early_ratings=BOOL,
    hide_episode_type_tags=BOOL,
    hide_unsaved_filters_prompt=BOOL,
    spoilers=has(),
    calendar=has(hide_specials=BOOL, autoscroll=BOOL),
    progress=has(
        on_deck=has(sort_how=TEXT, refresh=BOOL, simple_progress=BOOL, only_favorites=BOOL), watched=PROGRESS_SETTINGS
    ),
    watchnow=has(favorites={"type": "array"}, only_favorites=BOOL),
    welcome=has(exit_step={"type": "null"}),
    genres=has(),
    comments=has(blocked_uids={"type": "array"}),
    recommendations=has(ignore_collected=BOOL, ignore_watchlisted=BOOL),
    rewatching=has(adjust_percentage=BOOL),
    profile=has(
        favorites=has(sort_by=TEXT, sort_how=TEXT),
        most_watched_shows=has(sort_by=TEXT, tab=TEXT),
        most_watched_movies=has(sort_by=TEXT, tab=TEXT),
    ),
)
SETTINGS_USER = has(
    username=TEXT,
    private=BOOL,
    vip=BOOL,
    vip_ep=BOOL,
    director=BOOL,
    ids=has(slug=TEXT, uuid=TEXT),
    joined_at=STAMP,
    images=has(avatar=has(full=TEXT)),
    vip_og=BOOL,
    vip_years=INT,
)
SETTINGS = has(
    user=SETTINGS_USER,
    permissions=has(commenting=BOOL, liking=BOOL, following=BOOL),
    browsing=BROWSING,
    account=has(timezone=TEXT, date_format=TEXT, time_24hr=BOOL),
    connections=has(**dict.fromkeys(CONNECTIONS, BOOL)),
    sharing_text=has(watching=TEXT, watched=TEXT),
    limits=has(list=has(count=INT, item_count=INT), watchlist=has(item_count=INT), favorites=has(item_count=INT)),
)
GROUPS: dict[str, Schema] = {group: has(**dict.fromkeys(keys, STAMP)) for group, keys in STAMPS.items()}
ACTIVITIES = has(all=STAMP, **GROUPS)

READS: dict[str, Schema] = {
    "/users/settings?extended=browsing": SETTINGS,
    "/users/misaki": PROFILE,
    "/sync/last_activities": ACTIVITIES,
    "/sync/history/movies": rows(has(**PLAY, type={"const": "movie"}, movie=FILM)),
    "/sync/history/episodes": rows(has(**PLAY, type={"const": "episode"}, episode=EPISODE, show=SHOW)),
    "/sync/watched/movies": rows(has(**COUNTED, movie=FILM)),
    "/sync/watched/shows": rows(has(**COUNTED, show=COUNTED_SHOW)),
    "/sync/watched/shows?extended=progress": rows(has(**COUNTED, show=COUNTED_SHOW, seasons=rows(PROGRESS))),
    "/sync/watched/episodes": rows(has(**COUNTED, episode=EPISODE)),
    "/sync/watched/movies?extended=min": by_id(rows(STAMP)),
    "/sync/watched/episodes?extended=min": by_id(rows(STAMP)),
    "/sync/watched/shows?extended=min": by_id(by_id(by_id(rows(STAMP)))),
    "/sync/ratings/movies": rows(has(rated_at=STAMP, rating=INT, type={"const": "movie"}, movie=FILM)),
    "/sync/ratings/shows": rows(has(rated_at=STAMP, rating=INT, type={"const": "show"}, show=COUNTED_SHOW)),
    "/sync/ratings/episodes": rows(has(rated_at=STAMP, rating=INT, episode=EPISODE, show=COUNTED_SHOW)),
    "/sync/watchlist/shows": rows(has(rank=INT, id=INT, listed_at=STAMP, type={"const": "show"}, show=SHOW)),
    "/users/hidden/dropped?type=show": rows(has(hidden_at=STAMP, type={"const": "show"}, show=SHOW)),
    "/shows/attack-on-titan?extended=full": SHOW,
    "/shows/attack-on-titan/seasons?extended=full,episodes": rows(SEASON),
    "/shows/attack-on-titan/aliases": rows(has(title=TEXT)),
    "/movies/princess-mononoke-1997?extended=full": FILM,
    "/search/tmdb/1429?type=show": rows(has(type={"const": "show"}, score={"type": "number"}, show=SHOW)),
    "/search/show?query=titan": rows(has(type={"const": "show"}, score={"type": "number"}, show=SHOW)),
}
ADDED = has(added=has(movies=INT, episodes=INT), updated=has(movies=INT, episodes=INT), not_found=NOT_FOUND)
LISTED = has(added=COUNTS, existing=COUNTS, not_found=NOT_FOUND, list=has(updated_at=STAMP, item_count=INT))
REMOVED = has(deleted=COUNTS, not_found=NOT_FOUND, list=has(updated_at=STAMP, item_count=INT))
WRITES: dict[str, Schema] = {
    "/sync/history": ADDED,
    "/sync/history/remove": has(deleted=has(movies=INT, episodes=INT), not_found=has(ids={"type": "array"})),
    "/sync/ratings": has(added=COUNTS, not_found=NOT_FOUND),
    "/sync/ratings/remove": has(deleted=COUNTS, not_found=NOT_FOUND),
    "/sync/watchlist": LISTED,
    "/sync/watchlist/remove": REMOVED,
    "/users/hidden/dropped": has(added=has(movies=INT, shows=INT, season=INT), not_found=NOT_FOUND),
    "/users/hidden/dropped/remove": has(deleted=has(movies=INT, episodes=INT), not_found=NOT_FOUND),
}
TOKENS = has(access_token=TEXT, token_type=TEXT, expires_in=INT, refresh_token=TEXT, scope=TEXT, created_at=INT)
DEVICE_CODE = has(device_code=TEXT, user_code=TEXT, verification_url=TEXT, expires_in=INT, interval=INT)
FULL_FIELDS = {
    "movie": (
        *("tagline", "overview", "released", "runtime", "country", "status", "rating", "votes", "comment_count"),
        *("trailer", "homepage", "updated_at", "language", "languages", "available_translations", "genres"),
        *("certification", "original_title"),
    ),
    "show": (
        *("aired_episodes", "tagline", "overview", "first_aired", "airs", "runtime", "certification", "network"),
        *("country", "status", "rating", "votes", "comment_count", "trailer", "homepage", "updated_at", "language"),
        *("languages", "available_translations", "genres", "original_title"),
    ),
}
"""What ``extended=full`` adds, each "available if requesting"."""
