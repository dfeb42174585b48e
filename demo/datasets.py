"""The dataset files over HTTP, with ETags, as GitHub and unpkg serve them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from demo import dataset_formats
from demo.changes import Side
from demo.library import SampleLibrary
from demo.server import Reply, Request, html
from demo.world import DemoWorld

PATHS = {
    "fribb": "/Fribb/anime-lists/master/anime-list-full.json",
    "anibridge": "/anibridge/anibridge-mappings/releases/download/v3/mappings.json",
    "bangumi": "/bangumi-data@0.3/dist/data.json",
    "anitrakt_tv": "/rensetsu/db.trakt.extended-anitrakt/main/json/output/tv_ex.json",
    "anitrakt_movies": "/rensetsu/db.trakt.extended-anitrakt/main/json/output/movies_ex.json",
}
SIDES: dict[str, Side] = {
    "fribb": "fribb",
    "anibridge": "anibridge",
    "bangumi": "bangumi",
    "anitrakt_tv": "anitrakt",
    "anitrakt_movies": "anitrakt",
}
MAKERS: dict[str, Callable[[SampleLibrary], object]] = {
    "fribb": dataset_formats.fribb,
    "anibridge": dataset_formats.anibridge,
    "bangumi": dataset_formats.bangumi,
    "anitrakt_tv": dataset_formats.anitrakt_tv,
    "anitrakt_movies": dataset_formats.anitrakt_movies,
}


class DatasetService:
    """Serves the five files. ``broken`` names those that answer 503; ``garbage`` maps a name to other content;
    ``etags`` may be switched off."""

    name = "datasets"

    def __init__(self, world: DemoWorld) -> None:
        self._world = world
        self._texts: dict[str, tuple[SampleLibrary, str]] = {}
        self.broken: set[str] = set()
        self.garbage: dict[str, str] = {}
        self.etags = True

    def answer(self, request: Request) -> Reply:
        """One request: 304 for the ETag that is current."""
        name = next((name for name, path in PATHS.items() if path == request.path), None)
        if name is None:
            return Reply(404, text="404: Not Found")
        if request.method not in {"GET", "HEAD"}:
            return Reply(405, text="")
        if name in self.broken:
            return html(503, "503 Service Unavailable")
        text = self.garbage.get(name) or self._text(name)
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()}"'
        headers = {"ETag": etag} if self.etags else {}
        if self.etags and request.header("If-None-Match").removeprefix("W/") == etag:
            return Reply(304, headers=headers)
        return Reply(200, text=text, headers={"Content-Type": "text/plain; charset=utf-8", **headers})

    def _text(self, name: str) -> str:
        """A file's content, made when it is first asked for, and anew when what the dataset knows has changed."""
        library = self._world.seen_by(SIDES[name])
        known = self._texts.get(name)
        if known is None or known[0] is not library:
            known = self._texts[name] = library, json.dumps(MAKERS[name](library), ensure_ascii=False)
        return known[1]
