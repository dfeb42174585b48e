"""How the services are put together from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import ConfigError
from sync.settings import GitHubContext, Settings
from sync.wiring import open_repository
from tests.fakes import FakeClock

GITHUB = GitHubContext(token="t", repository="me/copy")


@pytest.mark.parametrize("given", ["state", "./state", "profiles/me/state"])
def test_the_place_of_the_state_in_the_repository_is_found(tmp_path: Path, given: str) -> None:
    for state_dir in (Path(given), tmp_path / given):
        repository = open_repository(Settings(state_dir=state_dir, github=GITHUB), FakeClock(), tmp_path)

        assert repository is not None
        assert given.removeprefix("./") == repository.state_path


def test_a_state_folder_outside_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="STATE_DIR must lie inside the repository"):
        open_repository(Settings(state_dir=tmp_path.parent / "elsewhere", github=GITHUB), FakeClock(), tmp_path)


def test_outside_github_there_is_no_repository() -> None:
    assert open_repository(Settings(), FakeClock()) is None
