"""``overrides.yaml``: what the user says goes. Parsed with line numbers, every mistake found before any is reported."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.errors import ConfigError
from sync.mapping.overrides.fields import Fields, Problems, YamlMapping, YamlNode, YamlScalar
from sync.mapping.overrides.places import parse_episodes, parse_override_title
from sync.model.mapping import Override, Span, TitleRef
from sync.model.trakt import Kind

KEYS = ("trakt", "tmdb", "tvdb", "imdb", "type", "season", "first_episode", "episodes", "skip", "reason")
PLACE_KEYS = ("season", "first_episode", "episodes")


@dataclass(frozen=True, slots=True)
class Overrides:
    """All overrides, by AniList id."""

    entries: Mapping[int, Override] = field(default_factory=dict)


def parse_overrides(document: YamlNode, file_name: str) -> Overrides:
    """The overrides in a YAML document; an empty one holds none.

    Raises ``ConfigError`` whose ``problems`` are all mistakes, in the order of the file, as ``overrides.yaml:14: …``.
    """
    if isinstance(document, YamlScalar) and document.value is None:
        return Overrides()
    problems = Problems(file_name)
    entries: dict[int, Override] = {}
    if isinstance(document, YamlMapping):
        for key, value in document.items:
            anilist_id = _anilist_id(key, problems)
            if anilist_id is None:
                continue
            if anilist_id in entries:
                problems.add(
                    key, f"AniList id {anilist_id} stands here twice (first on line {entries[anilist_id].line})"
                )
            else:
                entries[anilist_id] = _override(anilist_id, key, value, problems)
    else:
        problems.add(document, "expected AniList ids, each with its mapping below it, as in “101922: {trakt: slug}”")
    if problems.found:
        raise ConfigError([text for _, text in sorted(problems.found, key=lambda item: item[0])])
    return Overrides(entries)


def _anilist_id(key: YamlScalar, problems: Problems) -> int | None:
    value = key.value
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        problems.add(key, f"“{key.value}” is no AniList id; it is the number in anilist.co/anime/101922")
        return None
    return value


def _override(anilist_id: int, key: YamlScalar, node: YamlNode, problems: Problems) -> Override:
    nothing = Override(anilist_id, key.line)
    if not isinstance(node, YamlMapping) or not node.items:
        problems.add(node, f"{anilist_id} needs a mapping such as “trakt: slug” or “skip: true” below it")
        return nothing
    fields = Fields(anilist_id, key, _nodes(node, anilist_id, problems), problems)
    if "skip" in fields.nodes:
        return Override(anilist_id, key.line, skip=_skip(fields))
    if "reason" in fields.nodes:
        fields.wrong("reason", "“reason” belongs to “skip: true”")
    title = parse_override_title(fields)
    season, first, spans = _place(fields, title)
    return Override(anilist_id, key.line, None, title, season, first, spans)


def _nodes(node: YamlMapping, anilist_id: int, problems: Problems) -> dict[str, YamlNode]:
    nodes: dict[str, YamlNode] = {}
    for key, value in node.items:
        name = str(key.value)
        if name not in KEYS:
            near = difflib.get_close_matches(name.lower(), KEYS, 1, 0.5)
            hint = f"; did you mean “{near[0]}”?" if near else f"; known are {', '.join(KEYS)}"
            problems.add(key, f"{anilist_id}: unknown key “{name}”{hint}")
        elif name in nodes:
            problems.add(key, f"{anilist_id}: “{name}” stands here twice")
        else:
            nodes[name] = value
    return nodes


def _skip(fields: Fields) -> str:
    """Why the entry is left out."""
    for other in fields.nodes:
        if other not in ("skip", "reason"):
            fields.wrong(other, f"“skip” leaves the entry out, so “{other}” has no meaning")
    value, reason = fields.scalar("skip"), fields.scalar("reason")
    if "reason" in fields.nodes and (not isinstance(reason, str) or not reason.strip()):
        fields.wrong("reason", "“reason” must be some text")
    if isinstance(value, str) and value.strip() and "reason" not in fields.nodes:
        return value.strip()
    if value is not True:
        fields.wrong("skip", "“skip” must be true (with a “reason”) or the reason itself")
    return reason.strip() if isinstance(reason, str) else "no reason given"


def _place(fields: Fields, title: TitleRef | None) -> tuple[int | None, int | None, tuple[Span, ...]]:
    given = [name for name in PLACE_KEYS if name in fields.nodes]
    if given and title is not None and title.kind is Kind.MOVIE:
        fields.wrong(given[0], f"a film has no “{given[0]}”")
        return None, None, ()
    if "episodes" in fields.nodes:
        for other in given:
            if other != "episodes":
                fields.wrong(other, f"give either “episodes” or “{other}”, not both")
        spans, mistakes = parse_episodes(fields.nodes["episodes"])
        for node, says in mistakes:
            fields.problems.add(node, f"{fields.anilist_id}: {says}")
        return None, None, spans
    if given == ["first_episode"]:
        fields.wrong("first_episode", "“first_episode” needs a “season”")
    return fields.count("season", 0), fields.count("first_episode", 1), ()
