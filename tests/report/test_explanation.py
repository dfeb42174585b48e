"""A mapping in words: reasons read like sentences, and every fact and reason has its words."""

from __future__ import annotations

import pytest

from sync.model.evidence import Evidence, Fact, Reason
from sync.model.mapping import Candidate, Drift, DriftKind, Override, Resolution, Span, TitleRef, Verdict
from sync.model.trakt import Kind, TraktIds, TraktTitle
from sync.report.explanation import REASONS, SAYS, explain, explain_candidate, explain_drift

TITAN = TraktTitle(Kind.SHOW, TraktIds(1420, "attack-on-titan"), "Attack on Titan")
SUZUME = TraktTitle(Kind.MOVIE, TraktIds(639312, "suzume-2022"), "Suzume", 2022)
PART_2 = (Span(1, 10, 3, 13),)
BY_OVERRIDE = {
    Reason.OVERRIDE, Reason.OVERRIDE_NO_TITLE, Reason.OVERRIDE_NO_EPISODE, Reason.SKIPPED,
}  # fmt: skip


def certain(*facts: Fact, spans: tuple[Span, ...] = PART_2, title: TraktTitle = TITAN) -> Resolution:
    return Resolution(104578, Verdict.RESOLVED, None, title, spans, tuple(map(Evidence, facts)))


def test_a_reason_reads_like_a_sentence() -> None:
    mapping = certain(Fact.ANIBRIDGE_AGREES, Fact.BANGUMI_SEASON_AGREES, Fact.START_DAY, Fact.OFFSET)

    assert explain(mapping) == (
        "ep 1–10 → S3E13–22, because AniBridge and bangumi-data say season 3 and S3E13 aired on the entry's start date"
    )


def test_a_special_first_is_named_by_who_knows_it() -> None:
    spans = (Span(1, 1, 0, 2), Span(2, 13, 2, 1))

    assert explain(certain(Fact.ANIBRIDGE_AGREES, Fact.BANGUMI_SEASON_AGREES, Fact.START_DAY, spans=spans)) == (
        "ep 1 → S0E2, ep 2–13 → S2E1–12, because AniBridge says S0E2, bangumi-data says a special"
        " and S0E2 aired on the entry's start date"
    )


def test_a_place_that_no_source_names_is_proven_by_the_calendar() -> None:
    assert explain(certain(Fact.FRIBB_SHOW, Fact.START_DAY, Fact.END_DAY)) == (
        "ep 1–10 → S3E13–22, because Fribb's list says this show, S3E13 aired on the entry's start date"
        " and S3E22 aired on its end date"
    )


def test_a_film_says_who_names_it() -> None:
    facts = (Fact.FILM_ANITRAKT, Fact.FILM_BANGUMI, Fact.FILM_YEAR_FITS)

    assert explain(certain(*facts, spans=(), title=SUZUME)) == (
        "the film of 2022, because bangumi-data and anitrakt name it and the year fits"
    )


@pytest.mark.parametrize(
    ("reason", "title", "says"),
    [
        (Reason.OVERRIDE_NO_EPISODE, TITAN, "Trakt lists none of season 3 in https://trakt.tv/shows/attack-on-titan"),
        (Reason.OVERRIDE_NO_TITLE, None, "Trakt has no show with slug id kaijy"),
    ],
)
def test_an_override_that_cannot_be_followed_names_its_line(
    reason: Reason, title: TraktTitle | None, says: str
) -> None:
    override = Override(98765, 3, title=TitleRef("slug", Kind.SHOW, "kaijy"), season=3)
    mapping = Resolution(98765, Verdict.UNRESOLVED, reason, title, override=override)

    assert explain(mapping) == f"line 3 of the overrides: {says}"


def test_an_override_that_decides_names_its_line_while_it_is_known() -> None:
    told = Resolution(1, Verdict.RESOLVED, Reason.OVERRIDE, TITAN, PART_2, override=Override(1, 3, spans=PART_2))
    remembered = Resolution(1, Verdict.RESOLVED, Reason.OVERRIDE, TITAN, PART_2)

    assert explain(told) == "ep 1–10 → S3E13–22, because line 3 of the overrides says so"
    assert explain(remembered) == "ep 1–10 → S3E13–22, because overrides.yaml says so"


def test_a_candidate_says_what_speaks_for_it_and_what_against() -> None:
    evidence = (Evidence(Fact.START_FAR, -3.0), Evidence(Fact.FRIBB_SHOW, 0.5), Evidence(Fact.MIXED, 0.0))

    assert explain_candidate(Candidate(TITAN, PART_2, evidence)) == (
        ["Fribb's list names the show"],
        ["S3E13 aired long before or after the start date"],
    )


@pytest.mark.parametrize("kind", DriftKind)
def test_a_drift_says_where_the_episodes_were(kind: DriftKind) -> None:
    said = explain_drift(Drift(kind, TITAN, PART_2))

    assert "ep 1–10 → S3E13–22" in said
    assert "https://trakt.tv/shows/attack-on-titan" in said


def test_every_reason_and_every_sentence_of_a_fact_has_its_words() -> None:
    assert set(REASONS) == set(Reason) - BY_OVERRIDE
    for fact, says in SAYS.items():
        assert "{" not in says.format(first="S1E1", last="S1E12", season="1", count="12"), fact
