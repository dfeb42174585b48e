"""The one table of weights: each with a reason, and no fact without a weight."""

from __future__ import annotations

import re
from pathlib import Path

import sync.mapping
from sync.mapping.judging.weights import WEIGHTS


def test_every_weight_has_a_reason() -> None:
    assert [name for name, weight in WEIGHTS.items() if not weight.reason] == []


def test_agreeing_speaks_for_a_place_and_differing_against_it() -> None:
    agreeing = [weight.value for name, weight in WEIGHTS.items() if name.endswith(" agrees")]
    differing = [weight.value for name, weight in WEIGHTS.items() if name.endswith(" differs")]

    assert min(agreeing) > 0 > max(differing)


def test_a_nearer_date_never_weighs_less() -> None:
    for end in ("start", "end"):
        values = [WEIGHTS[f"{end} {how}"].value for how in ("day", "near", "weeks", "months", "far")]
        assert values == sorted(values, reverse=True)


def test_every_fact_that_the_verdict_asks_for_is_in_the_table() -> None:
    """A misspelt name would be asked for in vain."""
    folder = Path(sync.mapping.__file__).parent
    sources = "".join(
        (folder / "judging" / name).read_text(encoding="utf-8") for name in ("verdict.py", "films.py", "explanation.py")
    )
    asked = re.findall(r'"([a-z]+(?: [a-z]+)+)" (?:not )?in ', sources)

    assert asked
    assert [name for name in asked if name not in WEIGHTS] == []
