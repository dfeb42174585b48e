"""What Trakt tells of an account: its settings, its profile, and when each part of it last changed."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from demo.server import JsonObject
from demo.trakt.account import DemoAccount

JOINED = "2016-01-01T00:00:00.000Z"
LONG_AGO = "2015-01-01T00:00:00.000Z"
STAMPS = {
    "movies": (
        *("watched_at", "collected_at", "rated_at", "watchlisted_at", "favorited_at", "commented_at", "paused_at"),
        "hidden_at",
    ),
    "episodes": ("watched_at", "collected_at", "rated_at", "watchlisted_at", "commented_at", "paused_at"),
    "shows": ("rated_at", "watchlisted_at", "favorited_at", "commented_at", "hidden_at", "dropped_at"),
    "seasons": ("rated_at", "watchlisted_at", "commented_at", "hidden_at"),
    "comments": ("liked_at", "reacted_at", "blocked_at"),
    "lists": ("liked_at", "reacted_at", "updated_at", "commented_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
    "collaborations": ("updated_at",),
    "account": ("settings_at", "followed_at", "following_at", "pending_at", "requested_at"),
    "saved_filters": ("updated_at",),
    "notes": ("updated_at",),
}
CONNECTIONS = (
    *("facebook", "twitter", "mastodon", "google", "tumblr", "medium", "slack", "apple", "dropbox", "microsoft"),
)


def last_activities_view(account: DemoAccount) -> JsonObject:
    """``GET /sync/last_activities``; what never changed has a stamp of long ago."""
    stamps = account.activity
    groups: JsonObject = {
        group: {key: stamps.get(f"{group}.{key}", LONG_AGO) for key in keys} for group, keys in STAMPS.items()
    }
    return {"all": max([LONG_AGO, *stamps.values()]), **groups}


def profile_view(account: DemoAccount) -> JsonObject:
    """``GET /users/:id``: what anybody may see."""
    return {
        "username": account.username,
        "private": account.private,
        "deleted": False,
        "name": account.username.title(),
        "vip": account.vip,
        "vip_ep": False,
        "director": False,
        "ids": {"slug": account.slug, "trakt": account.trakt_id},
    }


def settings_view(account: DemoAccount, *, browsing: bool) -> JsonObject:
    """``GET /users/settings``; how the account browses only with ``extended=browsing``."""
    profile = profile_view(account)
    del profile["deleted"]
    view: JsonObject = {
        "user": {
            **profile,
            "ids": {"slug": account.slug, "trakt": account.trakt_id, "uuid": uuid5(NAMESPACE_URL, account.slug).hex},
            "joined_at": JOINED,
            "location": "",
            "about": "",
            "gender": None,
            "age": None,
            "images": {"avatar": {"full": "https://trakt.tv/assets/placeholders/medium/zoidberg.png"}},
            "vip_og": False,
            "vip_years": int(account.vip),
            "vip_cover_image": None,
            "dob": None,
        },
        "permissions": {"commenting": True, "liking": True, "following": True},
        "account": {
            "timezone": "Europe/Berlin",
            "date_format": "dmy",
            "time_24hr": True,
            "cover_image": None,
            "token": None,
            "display_ads": not account.vip,
        },
        "connections": dict.fromkeys(CONNECTIONS, False),
        "sharing_text": {"watching": "I'm watching [item]", "watched": "I just watched [item]", "rated": None},
        "limits": {
            "list": {"count": 100, "item_count": 5000},
            "watchlist": {"item_count": account.watchlist_limit},
            "favorites": {"item_count": 100},
        },
    }
    return view | ({"browsing": _browsing(account)} if browsing else {})


def _browsing(account: DemoAccount) -> JsonObject:
    paged = {"refresh": False, "simple_progress": False, "include_specials": False, "include_watchlisted": False}
    sorted_by = {"sort": "recently-aired", "sort_how": "asc", "use_last_activity": False, "grid_view": True}
    spoilers = ("episodes", "shows", "movies", "comments", "ratings", "actors")
    on_deck = {"refresh": False, "simple_progress": False, "only_favorites": False}
    calendar: JsonObject = {"period": "month", "start_day": "today", "layout": "grid", "image_type": "poster"}
    watched = {"sort_by": "plays", "tab": "all"}
    return {
        "watch_popup_action": None,
        "hide_watching_now": False,
        "list_popup_action": "check",
        "week_start_day": "monday",
        "watch_after_rating": None,
        "watch_only_once": account.watch_only_once,
        "other_site_ratings": True,
        "release_date_ignore_runtime": False,
        "display_early_ratings": False,
        "hide_episode_type_tags": False,
        "hide_unsaved_filters_prompt": False,
        "spoilers": dict.fromkeys(spoilers, "show"),
        "calendar": {**calendar, "hide_specials": False, "autoscroll": False},
        "progress": {
            "on_deck": {"sort": None, "sort_how": "asc", **on_deck},
            "watched": {**paged, "include_collected": False, **sorted_by},
            "collected": {**paged, "include_watched": False, **sorted_by},
        },
        "watchnow": {"country": None, "favorites": [], "only_favorites": False},
        "dark_knight": "auto",
        "app_theme": None,
        "welcome": {"completed_at": JOINED, "exit_step": None},
        "genres": {"favorites": ["anime"], "disliked": []},
        "comments": {"blocked_uids": []},
        "recommendations": {"ignore_collected": True, "ignore_watchlisted": True},
        "rewatching": {"adjust_percentage": False},
        "profile": {
            "favorites": {"sort_by": "rank", "sort_how": "asc"},
            "most_watched_shows": watched,
            "most_watched_movies": watched,
        },
        "search": {"image_type": None, "recent_queries": []},
    }
