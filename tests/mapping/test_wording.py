"""What titles say of a season, and how titles are compared."""

from __future__ import annotations

import pytest

from sync.mapping.wording import alike, base_titles, season_in_title
from tests.mapping.building import entry


@pytest.mark.parametrize(
    ("title", "season", "base"),
    [
        ("Kimi ni Todoke 2nd Season", 2, "Kimi ni Todoke"),
        ("Shingeki no Kyojin Season 3 Part 2", 3, "Shingeki no Kyojin"),
        ("Clevatess II", 2, "Clevatess"),
        ("Durarara!!x2 Shou", None, "Durarara!!x2 Shou"),
        ("Shingeki no Kyojin: The Final Season", None, "Shingeki no Kyojin: The"),
        ("Mob Psycho 100", None, "Mob Psycho 100"),
        ("Second Season of Nothing", 2, "of Nothing"),
    ],
)
def test_a_title_tells_its_season_and_the_work(title: str, season: int | None, base: str) -> None:
    media = entry(1, 12, title=title)

    assert (season_in_title(media), list(base_titles(media))) == (season, [base])


def test_titles_with_other_numbers_are_not_alike() -> None:
    assert alike("Break Blade Movie 2", "Break Blade Movie 3") == 0
    assert alike("Gundam: G no Reconguista Movie I", "Gundam Reconguista in G Movie I: Go!") > 0.5
