from __future__ import annotations

from pathlib import Path

import pytest

from sync.mapping.overrides.document import parse_overrides
from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import Candidate, Override, Resolution, Span, TitleRef, Verdict
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.report.override_snippet import candidate_lines, override_line, render_snippet
from sync.services.yaml_file import load_yaml


def show(slug: str | None = "kaiji", trakt_id: int = 1099) -> TraktTitle:
    return TraktTitle(Kind.SHOW, TraktIds(trakt_id, slug), "Kaiji: Ultimate Survivor", 2007)


SUZUME = TraktTitle(Kind.MOVIE, TraktIds(2001, "suzume-2022"), "Suzume", 2022)


def read(folder: Path, line: str) -> Override:
    """What the job itself makes of a line."""
    file = folder / "overrides.yaml"
    file.write_text(line + "\n")
    (override,) = parse_overrides(load_yaml(file), file.name).entries.values()
    return override


def test_a_show_is_written_with_its_slug_and_episodes() -> None:
    line = override_line(98765, Candidate(show(), (Span(1, 2, 0, 3),)))

    assert line == '98765: {trakt: kaiji, episodes: {"1-2": s0e3}}'


def test_a_film_is_written_with_its_type() -> None:
    assert override_line(142770, Candidate(SUZUME)) == "142770: {trakt: suzume-2022, type: movie}"


@pytest.mark.parametrize("slug", ["86", "1984", "true", "no", "null", "1e3", "0x1f", None, "Bad Slug", "a: b"])
def test_a_slug_that_yaml_would_misread_gives_way_to_the_id(slug: str | None, tmp_path: Path) -> None:
    line = override_line(5, Candidate(show(slug), (Span(1, 12, 1, 1),)))

    assert read(tmp_path, line).title == TitleRef("trakt", Kind.SHOW, 1099)


@pytest.mark.parametrize(
    "spans",
    [
        (Span(1, 2, 0, 3),),
        (Span(1, 1, 0, 2), Span(2, 13, 2, 1)),
        (Span(1, 12, 1, 1), Span(13, None, 2, 1)),
        (Span(5, 5, 1, 5), Span(5, 5, 1, 6)),
        (Span(1, 1, 0, 1), Span(2, 2, 0, 1)),
    ],
    ids=["special", "episode 0 first", "open end", "one to several", "several to one"],
)
def test_the_job_reads_back_the_spans_that_were_offered(spans: tuple[Span, ...], tmp_path: Path) -> None:
    assert read(tmp_path, override_line(98765, Candidate(show(), spans))).spans == spans


def test_ranges_that_overlap_are_written_episode_by_episode(tmp_path: Path) -> None:
    line = override_line(98765, Candidate(show(), (Span(1, 3, 1, 1), Span(3, 4, 1, 4))))

    assert '"3": [s1e3, s1e4]' in line
    assert len(read(tmp_path, line).spans) == 5


def test_a_candidate_line_says_what_it_is_and_what_speaks_against_it() -> None:
    mixed = (Evidence(Fact.START_FAR, -3.0), Evidence(Fact.FRIBB_SHOW, 0.5))
    resolution = Resolution(
        98765, Verdict.AMBIGUOUS, Reason.OTHER_PLACE, candidates=(Candidate(show(), (Span(1, 2, 0, 3),), mixed),)
    )

    (line,) = candidate_lines(resolution)

    says = "S0E3 aired long before or after the start date"
    assert line.endswith(f"  # Kaiji: Ultimate Survivor (2007), S0E3–4; against: {says}")


def test_a_hidden_candidate_line_holds_only_ids(tmp_path: Path) -> None:
    candidates = (Candidate(show(), (Span(1, 2, 0, 3),)),)
    resolution = Resolution(98765, Verdict.AMBIGUOUS, Reason.OTHER_PLACE, candidates=candidates)

    (line,) = candidate_lines(resolution, hidden=True)

    assert line == '98765: {trakt: 1099, episodes: {"1-2": s0e3}}'
    assert read(tmp_path, line).title == TitleRef("trakt", Kind.SHOW, 1099)


def test_the_snippet_can_be_pasted_as_it_is(tmp_path: Path) -> None:
    resolution = Resolution(
        98765, Verdict.AMBIGUOUS, candidates=(Candidate(show(), (Span(1, 2, 0, 3),)), Candidate(SUZUME))
    )
    snippet = render_snippet(98765, candidate_lines(resolution))

    fence, *lines, end = snippet.splitlines()

    assert (fence, end) == ("```yaml", "```")
    assert lines[1:] == [
        "# or: 98765: {trakt: suzume-2022, type: movie}  # Suzume (2022), film",
        '# or: 98765: {skip: "not on Trakt"}',
    ]
    assert read(tmp_path, "\n".join(lines)).spans == (Span(1, 2, 0, 3),)


def test_without_a_candidate_the_snippet_skips_and_shows_how_to_name_one(tmp_path: Path) -> None:
    lines = render_snippet(98765, ()).splitlines()[1:-1]

    assert read(tmp_path, "\n".join(lines)).skip == "not on Trakt"
    assert lines[1].startswith("# or name it: 98765: {trakt: ")


def test_a_hostile_title_cannot_leave_its_comment() -> None:
    evil = TraktTitle(Kind.SHOW, TraktIds(1, "evil"), "x\n```\n<b>\n1: {skip: true}")
    resolution = Resolution(5, Verdict.AMBIGUOUS, candidates=(Candidate(evil, (Span(1, 1, 1, 1),)),))

    assert len(render_snippet(5, candidate_lines(resolution)).splitlines()) == 4
