"""The title that an override names: a Trakt id, slug or address, or another database's id."""

from __future__ import annotations

import difflib
import re

from sync.mapping.overrides.fields import Fields
from sync.model.mapping import TitleRef
from sync.model.trakt import Kind

OWNERS = ("trakt", "tmdb", "tvdb", "imdb")
TRAKT_URL = re.compile(r"^(?:https?://)?(?:www\.|app\.)?trakt\.tv/(shows|movies)/([A-Za-z0-9-]+)/?$")
SLUG = re.compile(r"^(?!\d+$)[A-Za-z0-9][A-Za-z0-9-]*$")
IMDB = re.compile(r"^tt\d{5,10}$")


def parse_override_title(fields: Fields) -> TitleRef | None:
    """The title, or ``None`` with the mistake noted."""
    owners = [owner for owner in OWNERS if owner in fields.nodes]
    if len(owners) == 1:
        kind = _kind(fields)
        if owners[0] == "trakt":
            return _trakt(fields, kind)
        return _imdb(fields, kind) if owners[0] == "imdb" else _other(fields, owners[0], kind)
    if owners:
        fields.wrong(owners[1], "give only one of " + " and ".join(f"“{owner}”" for owner in owners))
    else:
        fields.wrong(None, "say which title with “trakt”, “tmdb”, “tvdb” or “imdb”")
    return None


def _kind(fields: Fields) -> Kind:
    value = fields.scalar("type")
    if "type" not in fields.nodes or value == Kind.SHOW.value:
        return Kind.SHOW
    if value == Kind.MOVIE.value:
        return Kind.MOVIE
    near = difflib.get_close_matches(str(value).lower(), ("show", "movie"), 1, 0.5)
    fields.wrong("type", "“type” must be show or movie" + (f"; did you mean {near[0]}?" if near else ""))
    return Kind.SHOW


def _trakt(fields: Fields, kind: Kind) -> TitleRef | None:
    number = fields.number("trakt", 1)
    if number is not None:
        return TitleRef("trakt", kind, number)
    text = str(fields.scalar("trakt")).strip() if isinstance(fields.scalar("trakt"), str) else ""
    match = TRAKT_URL.match(text)
    if match is not None:
        return _address(fields, kind, Kind.SHOW if match[1] == "shows" else Kind.MOVIE, match[2])
    if SLUG.match(text):
        return TitleRef("slug", kind, text.lower())
    fields.wrong("trakt", "“trakt” must be a number, a slug, or an address such as trakt.tv/shows/cowboy-bebop")
    return None


def _address(fields: Fields, kind: Kind, told: Kind, name: str) -> TitleRef:
    """An address says by itself whether it is a show or a film."""
    if "type" in fields.nodes and told is not kind:
        fields.wrong("trakt", f"the address is a {told.value}, “type” says {kind.value}")
    return TitleRef("trakt", told, int(name)) if name.isdigit() else TitleRef("slug", told, name.lower())


def _imdb(fields: Fields, kind: Kind) -> TitleRef | None:
    value = fields.scalar("imdb")
    if isinstance(value, str) and IMDB.match(value):
        return TitleRef("imdb", kind, value)
    fields.wrong("imdb", "“imdb” must be an id such as tt0213338")
    return None


def _other(fields: Fields, owner: str, kind: Kind) -> TitleRef | None:
    number = fields.number(owner, 1)
    if number is None:
        fields.wrong(owner, f"“{owner}” must be a number")
    elif owner == "tvdb" and kind is Kind.MOVIE:
        fields.wrong(owner, "Trakt cannot find a film by TVDB id; use “tmdb”, “imdb” or “trakt”")
    else:
        return TitleRef(owner, kind, number)
    return None
