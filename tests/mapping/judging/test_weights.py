"""The one table of weights: each with a reason, and no fact without a weight."""

from __future__ import annotations

from sync.mapping.judging.facts import ENDS, STARTS
from sync.mapping.judging.weights import WEIGHTS
from sync.model.evidence import Fact


def test_every_fact_has_one_weight_with_a_reason() -> None:
    assert set(WEIGHTS) == set(Fact)
    assert [fact for fact, weight in WEIGHTS.items() if not weight.reason] == []


def test_agreeing_speaks_for_a_place_and_differing_against_it() -> None:
    agreeing = [weight.value for fact, weight in WEIGHTS.items() if fact.endswith(" agrees")]
    differing = [weight.value for fact, weight in WEIGHTS.items() if fact.endswith(" differs")]

    assert min(agreeing) > 0 > max(differing)


def test_a_nearer_date_never_weighs_less() -> None:
    for grades in (STARTS, ENDS):
        values = [WEIGHTS[fact].value for fact in grades]
        assert values == sorted(values, reverse=True)
