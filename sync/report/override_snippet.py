"""Lines for ``overrides.yaml`` that a person can paste, made from the candidates of an uncertain entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from sync.model.mapping import CachedMapping, Candidate, Resolution, Span
from sync.model.trakt import Kind, TraktTitle
from sync.report.explanation import explain_candidate
from sync.report.numbers_and_days import format_spans
from sync.report.text import comment

SHOWN_CANDIDATES = 3

_ENDLESS = 10_000
_SPELLED_OUT = 60

_SLUG = re.compile(r"(?=[a-z0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_YAML_NUMBER = re.compile(r"0x[0-9a-f]+|0o[0-7]+|0b[01]+|[0-9]+e[0-9]+")


def override_line(anilist_id: int, candidate: Candidate, *, hidden: bool = False) -> str:
    """One line of ``overrides.yaml`` that chooses ``candidate``.

    ``98765: {trakt: kaiji, episodes: {"1-2": s0e3}}``, or ``{trakt: suzume-2022, type: movie}``. The show is named by
    its slug, or by its Trakt id when ``hidden`` (a slug gives the title away) or when YAML would not read it as text.
    """
    parts = [f"trakt: {_reference(candidate.title, hidden=hidden)}"]
    if candidate.title.kind is Kind.MOVIE:
        parts.append("type: movie")
    elif candidate.spans:
        parts.append(f"episodes: {{{', '.join(_places(candidate.spans))}}}")
    return f"{anilist_id}: {{{', '.join(parts)}}}"


def skip_line(anilist_id: int) -> str:
    """The line that leaves the entry out for good."""
    return f'{anilist_id}: {{skip: "not on Trakt"}}'


def candidate_lines(mapping: Resolution | CachedMapping, *, hidden: bool = False) -> tuple[str, ...]:
    """The best candidates of ``mapping`` as override lines, best first, each with a comment on what it is.

    ``hidden`` entries get no comment and no slug.
    """
    shown = mapping.candidates[:SHOWN_CANDIDATES]
    lines = [override_line(mapping.anilist_id, candidate, hidden=hidden) for candidate in shown]
    if hidden:
        return tuple(lines)
    return tuple(f"{line}  # {_remark(candidate)}" for line, candidate in zip(lines, shown, strict=True))


def render_snippet(anilist_id: int, lines: Sequence[str], *, indent: str = "") -> str:
    """A fenced YAML block: the best of ``lines`` ready to paste, the others and ``skip`` as comments below it."""
    safe = ["  # ".join(comment(part, 300) for part in line.split("  # ", 1)) for line in lines]
    choices = [*safe[:1], *(f"# or: {line}" for line in safe[1:])]
    choices.append(f"# or: {skip_line(anilist_id)}" if choices else skip_line(anilist_id))
    if not safe:
        choices.append(f"# or name it: {anilist_id}: {{trakt: THE-SHOW-ON-TRAKT, season: 1, first_episode: 1}}")
    return "\n".join(indent + line for line in ["```yaml", *choices, "```"])


def _reference(title: TraktTitle, *, hidden: bool) -> str:
    slug = title.ids.slug or ""
    readable = _SLUG.fullmatch(slug) and slug not in _YAML_WORDS and not _YAML_NUMBER.fullmatch(slug)
    return slug if readable and not hidden else str(title.ids.trakt)


def _places(spans: Sequence[Span]) -> list[str]:
    """``"1-2": s0e3`` for each span. Spans that overlap are written episode by episode, as the file wants them."""
    if any(_overlap(one, other) for one, other in combinations(spans, 2)):
        spans = sorted(one for span in spans for one in _singles(span))
    places: dict[str, list[str]] = {}
    for span in sorted(spans):
        last = "" if span.to_ep is None else str(span.to_ep)
        episodes = str(span.from_ep) if span.from_ep == span.to_ep else f"{span.from_ep}-{last}"
        places.setdefault(episodes, []).append(f"s{span.season}e{span.first_episode}")
    joined = {key: where[0] if len(where) == 1 else f"[{', '.join(where)}]" for key, where in places.items()}
    return [f'"{key}": {target}' for key, target in joined.items()]


def _overlap(one: Span, other: Span) -> bool:
    """Whether two spans share an episode, on AniList's side or on Trakt's."""
    ends = [_ENDLESS if span.to_ep is None else span.to_ep for span in (one, other)]
    reach = [span.first_episode + end - span.from_ep for span, end in zip((one, other), ends, strict=True)]
    shared = one.season == other.season and one.first_episode <= reach[1] and other.first_episode <= reach[0]
    return shared or (one.from_ep <= ends[1] and other.from_ep <= ends[0])


def _singles(span: Span) -> list[Span]:
    if span.to_ep is None or span.to_ep - span.from_ep >= _SPELLED_OUT:
        return [span]
    count = span.to_ep - span.from_ep + 1
    return [Span(span.from_ep + n, span.from_ep + n, span.season, span.first_episode + n) for n in range(count)]


def _remark(candidate: Candidate) -> str:
    title = comment(candidate.title.title, 60) or f"Trakt {candidate.title.ids.trakt}"
    year = f" ({candidate.title.year})" if candidate.title.year else ""
    what = "film" if candidate.title.kind is Kind.MOVIE else format_spans(candidate.spans)
    against = [comment(says, 60) for says in explain_candidate(candidate)[1]][:1]
    return f"{title}{year}{', ' if what else ''}{what}{'; against: ' if against else ''}{', '.join(against)}"
