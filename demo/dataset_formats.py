"""The library as the community datasets would tell it: their formats, their gaps and, where told so, their mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from demo.library import DemoAnime, DemoSpan, DemoTitle, SampleLibrary, parse_spans
from demo.server import JsonObject

FRIBB_SHAPES = ("2026-06", "2026-05", "2026-01", "2025")
"""The dates from which Fribb's list had a shape; the newest first."""


def fribb(library: SampleLibrary) -> list[JsonObject]:
    """``anime-list-full.json``. Most rows are of the newest shape; every ninth is of an older one."""
    rows = []
    for number, (title, anime) in enumerate(library.anime()):
        shape = FRIBB_SHAPES[number // 9 % 3 + 1] if number % 9 == 8 else FRIBB_SHAPES[0]
        known = title is not None and "fribb" not in anime.unknown_to
        rows.append(_fribb_row(title if known else None, anime, shape))
    return rows


def _fribb_row(title: DemoTitle | None, anime: DemoAnime, shape: str) -> JsonObject:
    row: JsonObject = {"type": anime.format.removesuffix("_SHORT"), "anilist_id": anime.anilist_id}
    row |= {"mal_id": anime.mal_id} if anime.mal_id else {}
    if title is None:
        return row
    tmdb, tvdb, imdb = (title.ids.get(owner) for owner in ("tmdb", "tvdb", "imdb"))
    newest, is_show = shape == FRIBB_SHAPES[0], title.kind == "show"
    row |= {"anidb_id": 10_000 + anime.anilist_id % 9000, "imdb_id": [imdb] if newest else imdb}
    if shape in {"2026-01", "2025"}:
        row["themoviedb_id"] = tmdb if shape == "2026-01" else str(tmdb)
    else:
        row["themoviedb_id"] = {"tv": tmdb} if is_show else {"movie": [tmdb] if newest else tmdb}
    if shape == "2025":
        return row | {"thetvdb_id": tvdb if is_show else "movie"}
    if is_show:
        says = {
            "tmdb": str(anime.says.get("fribb") or _place(anime)),
            "tvdb": str(anime.says.get("tvdb") or _place(anime)),
        }
        placed = {owner: text[1:].split("+") for owner, text in says.items()}
        row |= {"tvdb_id": tvdb, "season": {owner: int(place[0]) for owner, place in placed.items()}}
        offsets = {owner: int(place[1]) for owner, place in placed.items() if len(place) > 1}
        row |= {"episode_offset": offsets} if offsets and newest else {}
    return row


def _place(anime: DemoAnime) -> str:
    """Season and offset of the first regular episode, ``s1+12``; the offset of specials is not known to Fribb."""
    regular = next((span for span in anime.spans if span.season), None)
    if regular is None:
        return "s0"
    return f"s{regular.season}" + (f"+{regular.number - 1}" if regular.number > 1 else "")


def anibridge(library: SampleLibrary) -> JsonObject:
    """AniBridge's ``mappings.json``, v3: the curated part, so plain entries are absent."""
    found: JsonObject = {"$meta": {"schema_version": "3.0.0"}}
    for title, anime in library.anime():
        if title is None or "anibridge" in anime.unknown_to or (_is_plain(anime) and "anibridge" not in anime.says):
            continue
        if title.kind == "movie":
            found[f"anilist:{anime.anilist_id}"] = {f"tmdb_movie:{title.ids['tmdb']}": {"1": "1"}}
            continue
        said = anime.says.get("anibridge")
        spans = parse_spans(str(said)) if said else anime.spans
        targets: dict[str, dict[str, str]] = {}
        for span in spans:
            for owner in ("tmdb", "tvdb"):
                key = f"{owner}_show:{title.ids[owner]}:s{span.season}"
                targets.setdefault(key, {}).update([_ranges(span)])
        found[f"anilist:{anime.anilist_id}"] = targets
    return found


def _ranges(span: DemoSpan) -> tuple[str, str]:
    """``1-24`` → ``1-12|-2``: several share one; ``1`` → ``1-3|3``: one covers several."""
    if span.last is None:
        return f"{span.first}-", f"{span.number}-"
    ours = span.last - span.first + 1
    theirs = (span.last_number or span.number + ours - 1) - span.number + 1
    ratio = "" if ours == theirs else f"|-{ours // theirs}" if ours > theirs else f"|{theirs // ours}"
    return _range(span.first, ours), _range(span.number, theirs) + ratio


def _range(first: int, count: int) -> str:
    return str(first) if count == 1 else f"{first}-{first + count - 1}"


def _is_plain(anime: DemoAnime) -> bool:
    return (
        len(anime.spans) == 1
        and (anime.spans[0].season, anime.spans[0].number) == (1, 1)
        and not (anime.spans[0].last_number)
    )


def bangumi(library: SampleLibrary) -> JsonObject:
    """bangumi-data's ``data.json``: TMDB season without offset, exact begin and end."""
    items = []
    for title, anime in library.anime():
        if "bangumi" in anime.unknown_to:
            continue
        sites = [{"site": "aniList", "id": str(anime.anilist_id)}]
        sites += [{"site": "mal", "id": str(anime.mal_id)}] if anime.mal_id else []
        sites += [{"site": "tmdb", "id": _bangumi_path(title, anime)}] if title else []
        item: JsonObject = {
            "title": anime.native or anime.romaji,
            "titleTranslate": {"en": [anime.english]} if anime.english else {},
            "type": {"TV": "tv", "TV_SHORT": "tv", "MOVIE": "movie", "ONA": "web"}.get(anime.format, "ova"),
            "lang": "ja",
            "officialSite": "",
            "begin": _instant(anime.start),
            "end": _instant(anime.end),
            "sites": sites,
        }
        items.append(item)
    tmdb = {"title": "The Movie DB", "urlTemplate": "https://www.themoviedb.org/{{id}}", "type": "info"}
    return {"siteMeta": {"tmdb": tmdb}, "items": items}


def _bangumi_path(title: DemoTitle, anime: DemoAnime) -> str:
    if "bangumi" in anime.says:
        return str(anime.says["bangumi"])
    if title.kind == "movie":
        return f"movie/{title.ids['tmdb']}"
    place, tmdb = _place(anime), title.ids["tmdb"]
    season = int(place[1:].partition("+")[0])
    if season == 0:
        return f"tv/{tmdb}/season/0/episode/{anime.spans[0].number}"
    # A long runner points at its newest season.
    season = (
        max(span.season for span in anime.spans) if len({s.season for s in anime.spans if s.season}) > 1 else season
    )
    return f"tv/{tmdb}" if season == 1 else f"tv/{tmdb}/season/{season}"


def _instant(day: str) -> str:
    """When it was broadcast, of which only the day is known; empty where not even that is."""
    if len(day) != 10:
        return ""
    return f"{day}T14:30:00.000Z"


def anitrakt_tv(library: SampleLibrary) -> list[JsonObject]:
    """anitrakt extended's ``tv_ex.json``: good show ids; a season number that only counts cours."""
    return [row for title in library.titles if title.kind == "show" for row in _anitrakt_rows(title)]


def _anitrakt_rows(title: DemoTitle) -> Iterator[JsonObject]:
    counted = [a for a in title.anime if a.mal_id and "anitrakt" not in a.unknown_to and _place(a) != "s0"]
    seasons = {episode.season for episode in title.episodes}
    for running, anime in enumerate(counted, 1):
        said = anime.says.get("anitrakt")
        season = said if isinstance(said, int) else running
        yield {
            "myanimelist": {"title": anime.romaji, "id": anime.mal_id},
            "trakt": {
                "title": title.title,
                "id": title.trakt_id,
                "slug": title.ids["slug"],
                "type": "shows",
                "season": _anitrakt_season(title, season) if season in seasons else None,
                "is_split_cour": season not in seasons,
            },
            "release_year": title.year,
            "externals": {owner: title.ids.get(owner) for owner in ("tvdb", "tmdb", "imdb")} | {"tvrage": None},
        }


def _anitrakt_season(title: DemoTitle, season: int) -> JsonObject:
    externals = {"tvdb": None, "tmdb": None, "tvrage": None}
    return {"id": title.trakt_id * 10 + season, "number": season, "externals": externals}


def anitrakt_movies(library: SampleLibrary) -> list[JsonObject]:
    """anitrakt extended's ``movies_ex.json``."""
    return [
        {
            "myanimelist": {"title": anime.romaji, "id": anime.mal_id},
            "trakt": {"title": title.title, "id": title.trakt_id, "slug": title.ids["slug"], "type": "movies"},
            "release_year": title.year,
            "externals": {"tmdb": title.ids["tmdb"], "imdb": title.ids["imdb"], "letterboxd": None},
        }
        for title in library.titles
        if title.kind == "movie"
        for anime in title.anime
        if anime.mal_id and "anitrakt" not in anime.unknown_to
    ]
