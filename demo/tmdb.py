"""A miniature of TMDB's API v3: external ids, ``/find`` and seasons (developer.themoviedb.org)."""

from __future__ import annotations

import re

from demo.library import DemoTitle
from demo.server import JsonObject, Reply, Request
from demo.world import DemoWorld

API_KEY = "demo-tmdb-key"


class TmdbService:
    """Answers with what the library knows of TMDB's ids. The key comes as ``api_key`` or as a bearer token."""

    name = "tmdb"

    def __init__(self, world: DemoWorld) -> None:
        self._world = world

    @property
    def _titles(self) -> tuple[DemoTitle, ...]:
        """What TMDB has now: the same as Trakt, which follows it."""
        return self._world.seen_by("trakt").titles

    def answer(self, request: Request) -> Reply:
        """One request."""
        if API_KEY not in {request.query.get("api_key"), request.bearer}:
            return _error(401, 7, "Invalid API key: You must be granted a valid key.")
        if request.method != "GET":
            return _error(405, 56, "Invalid format: This service doesn't exist in that format.")
        if match := re.fullmatch(r"/3/(tv|movie)/(\d+)/external_ids", request.path):
            return self._external_ids(match[1], int(match[2]))
        if match := re.fullmatch(r"/3/find/(\w+)", request.path):
            return self._find(match[1], request.query.get("external_source", ""))
        if match := re.fullmatch(r"/3/tv/(\d+)/season/(\d+)", request.path):
            return self._season(int(match[1]), int(match[2]))
        return _error(404, 34, "The resource you requested could not be found.")

    def _title(self, kind: str, tmdb_id: int) -> DemoTitle | None:
        wanted = "show" if kind == "tv" else "movie"
        return next((t for t in self._titles if t.kind == wanted and t.ids.get("tmdb") == tmdb_id), None)

    def _external_ids(self, kind: str, tmdb_id: int) -> Reply:
        title = self._title(kind, tmdb_id)
        if title is None:
            return _error(404, 34, "The resource you requested could not be found.")
        view: JsonObject = {"id": tmdb_id, "imdb_id": title.ids.get("imdb")}
        if kind == "tv":
            view["tvdb_id"] = title.ids.get("tvdb")
        return Reply(200, view)

    def _find(self, external_id: str, source: str) -> Reply:
        owner = source.removesuffix("_id")
        if owner not in {"imdb", "tvdb"}:
            return _error(400, 5, "Invalid parameters: Your request parameters are incorrect.")
        found = [t for t in self._titles if str(t.ids.get(owner)) == external_id]
        view: JsonObject = {key: [] for key in ("person_results", "tv_episode_results", "tv_season_results")}
        view["tv_results"] = [_brief(t) for t in found if t.kind == "show"]
        view["movie_results"] = [_brief(t) for t in found if t.kind == "movie" and owner != "tvdb"]
        return Reply(200, view)

    def _season(self, tmdb_id: int, season: int) -> Reply:
        title = self._title("tv", tmdb_id)
        episodes = [e for e in title.episodes if e.season == season] if title else []
        if not episodes:
            return _error(404, 34, "The resource you requested could not be found.")
        shown = [
            {
                "id": e.trakt_id,
                "season_number": season,
                "episode_number": e.number,
                "name": f"Episode {e.number}",
                "air_date": e.first_aired.date().isoformat() if e.first_aired else None,
            }
            for e in episodes
        ]
        return Reply(200, {"season_number": season, "episodes": shown})


def _brief(title: DemoTitle) -> JsonObject:
    name = {"title": title.title} if title.kind == "movie" else {"name": title.title}
    return {"id": title.ids.get("tmdb"), **name}


def _error(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"success": False, "status_code": code, "status_message": message})
