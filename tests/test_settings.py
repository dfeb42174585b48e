"""Settings: every problem at once, each with its name and where to change it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sync.mapping.sources.datasets import DATASETS, Dataset
from sync.model.anilist import MediaFormat, MediaListStatus
from sync.model.plan import UndatedPlays
from sync.settings import Addresses, Settings, parse_settings

LEAST = {"TRAKT_CLIENT_ID": "id", "TRAKT_CLIENT_SECRET": "s3cret", "ANILIST_USERNAME": "misaki"}


def problems(env: dict[str, str]) -> tuple[str, ...]:
    _, found = parse_settings(env)
    return found


def settings_of(env: dict[str, str]) -> Settings:
    """The settings of an environment in which nothing is wrong."""
    settings, found = parse_settings(env)
    assert found == ()
    return settings


def test_three_settings_are_enough() -> None:
    settings = settings_of(LEAST)

    assert (500, UndatedPlays.UNKNOWN, timedelta(minutes=10)) == (
        settings.max_new_plays,
        settings.undated_plays,
        settings.time_budget,
    )


def test_an_empty_string_is_unset_as_actions_passes_a_missing_secret() -> None:
    settings = settings_of(LEAST | {"TRAKT_ACCESS_TOKEN": "", "MAX_NEW_PLAYS": "  ", "TMDB_API_KEY": ""})

    assert (None, 500, None) == (settings.trakt_access_token, settings.max_new_plays, settings.tmdb_api_key)


def test_all_problems_are_listed_at_once_with_the_place_to_set_them() -> None:
    found = problems({"MAX_NEW_PLAYS": "many", "SYNC_PRIVATE": "perhaps", "TRAKT_API_URL": "http://example.com"})

    assert 6 == len(found)
    for name in ("TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "ANILIST_USERNAME", "MAX_NEW_PLAYS", "SYNC_PRIVATE"):
        assert any(name in line and "Settings → Secrets and variables → Actions" in line for line in found), name


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"RUNNER_TEMP": "/runner/_temp", "HOME": "/people/runner"}, "/runner/_temp/trakt-sync-for-anilist"),
        ({"XDG_CACHE_HOME": "/var/_caches", "HOME": "/people/misaki"}, "/var/_caches/trakt-sync-for-anilist"),
        ({"HOME": "/people/misaki"}, "/people/misaki/.cache/trakt-sync-for-anilist"),
        ({"XDG_CACHE_HOME": "cache", "HOME": "/people/misaki"}, "/people/misaki/.cache/trakt-sync-for-anilist"),
        ({"CACHE_DIR": "elsewhere", "HOME": "/people/misaki"}, "elsewhere"),
    ],
)
def test_datasets_are_kept_outside_the_repository_unless_asked(env: dict[str, str], folder: str) -> None:
    """A file of the repository's is what anybody who could change it wanted it to be."""
    assert Path(folder) == settings_of(LEAST | env).cache_dir


def test_without_any_home_they_are_kept_in_the_user_s_own_all_the_same() -> None:
    assert settings_of(LEAST).cache_dir.is_absolute()


@pytest.mark.parametrize(
    "name", ["TRAKT_CLIENT_ID", "TRAKT_ACCESS_TOKEN", "GH_SECRETS_PAT", "TMDB_API_KEY", "STATE_KEY"]
)
@pytest.mark.parametrize("value", ["a\nb", "a\u200bb", "\ufeffab"])
def test_a_secret_that_cannot_be_sent_is_named_and_not_shown(name: str, value: str) -> None:
    (problem,) = problems(LEAST | {name: value})

    assert problem.startswith(f"{name} holds ")
    assert value not in problem


def test_a_key_that_a_person_made_up_may_be_any_text_that_can_be_seen() -> None:
    assert "ein längerer Satz, 世界" == settings_of(LEAST | {"STATE_KEY": " ein längerer Satz, 世界\n"}).state_key


def test_a_misspelt_choice_is_answered_with_the_nearest_one() -> None:
    (problem,) = problems(LEAST | {"UNDATED_PLAYS": "relased"})

    assert 'did you mean "released"?' in problem


@pytest.mark.parametrize("value", ["0", "-3", "12.5", "٣"])
def test_counts_are_whole_numbers_above_zero(value: str) -> None:
    (problem,) = problems(LEAST | {"MAX_NEW_PLAYS": value})

    assert "whole number above 0" in problem


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "https://", "nonsense", "http://[bad"])
def test_an_address_is_https_or_this_machine(url: str) -> None:
    (problem,) = problems(LEAST | {"ANILIST_API_URL": url})

    assert "ANILIST_API_URL must be an https: address" in problem


def test_an_address_on_this_machine_may_be_plain_http() -> None:
    settings = settings_of(LEAST | {"ANILIST_API_URL": "http://127.0.0.1:8080/"})

    assert Addresses(anilist_api="http://127.0.0.1:8080") == settings.addresses


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_each_dataset_has_its_own_address_and_may_have_another(dataset: Dataset) -> None:
    settings = settings_of(LEAST)
    assert dataset.address == settings.addresses.datasets[dataset.name]

    moved = settings_of(LEAST | {dataset.setting: "http://127.0.0.1:8080/file.json"}).addresses.datasets
    assert {**settings.addresses.datasets, dataset.name: "http://127.0.0.1:8080/file.json"} == moved

    (problem,) = problems(LEAST | {dataset.setting: "http://example.com/file.json"})
    assert f"{dataset.setting} must be an https: address" in problem


def test_a_fast_clock_is_refused_against_the_real_services() -> None:
    (problem,) = problems(LEAST | {"CLOCK_SPEED": "50"})

    assert "CLOCK_SPEED" in problem


def test_a_token_alone_says_whose_list_it_is() -> None:
    settings = settings_of({"TRAKT_CLIENT_ID": "id", "TRAKT_CLIENT_SECRET": "s", "ANILIST_ACCESS_TOKEN": "jwt"})

    assert settings.anilist_username is None


def test_github_is_known_only_with_token_and_repository() -> None:
    assert settings_of(LEAST | {"GITHUB_TOKEN": "t"}).github is None

    context = settings_of(LEAST | {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "me/copy", "GITHUB_RUN_ID": "7"}).github

    assert context is not None
    assert "https://github.com/me/copy/actions/runs/7" == context.run_url


def test_no_secret_shows_in_the_printed_form() -> None:
    names = ["TRAKT_CLIENT_ID", "TRAKT_CLIENT_SECRET", "TRAKT_ACCESS_TOKEN", "TRAKT_REFRESH_TOKEN", "STATE_KEY"]
    names += ["ANILIST_ACCESS_TOKEN", "TMDB_API_KEY", "GH_SECRETS_PAT", "GITHUB_TOKEN"]
    secrets = {name: f"very-{name}" for name in names}

    printed = repr(settings_of(secrets | {"GITHUB_REPOSITORY": "me/copy"}))

    assert "very-" not in printed


def test_statuses_and_formats_are_read_in_any_spelling_and_order() -> None:
    settings = settings_of(LEAST | {"SYNC_STATUSES": " completed, Current ,", "SYNC_FORMATS": "tv short,MOVIE"})

    assert {MediaListStatus.COMPLETED, MediaListStatus.CURRENT} == settings.sync_statuses
    assert {MediaFormat.TV_SHORT, MediaFormat.MOVIE} == settings.sync_formats


def test_a_misspelt_status_is_answered_with_the_nearest_one() -> None:
    (problem,) = problems(LEAST | {"SYNC_STATUSES": "CURRENT, COMPLETE"})

    assert problem.startswith("SYNC_STATUSES must be some of CURRENT")
    assert 'did you mean "COMPLETED"' in problem
