"""No secret of a run is found in anything it leaves: log, summary, annotations, state, commits, issues, exceptions."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from demo.faults import Fault
from demo.server import Reply, Request
from demo.world import TRAKT_NAME
from sync.commands.shell import Shell, run_command
from tests.faults.harness import Ended, Owner, meddling, world_of

SECRET_NAMES = ("TOKEN", "SECRET", "KEY", "PAT")
FEW = (146065, 112151, 182255)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with world_of(*FEW) as (demo, clock):
        demo.trakt_auth.auto_approve = TRAKT_NAME
        yield Owner(
            demo,
            clock,
            tmp_path,
            ANILIST_ACCESS_TOKEN=demo.world.user.token,
            RUNNER_DEBUG="1",
            STATE_KEY="a long text / with signs + that URLs spell & otherwise",
        )


def secrets_of(owner: Owner) -> dict[str, str]:
    """Every value that must be found nowhere, with a name for it."""
    given = {n: v for n, v in owner.settings.items() if any(word in n.split("_") for word in SECRET_NAMES)}
    logins = owner.demo.logins
    issued = [*logins.access, *logins.refresh, *logins.spent]
    codes = list(logins.devices)
    return given | {f"token {i}": token for i, token in enumerate(issued)} | {f"code {c}": c for c in codes}


def spellings(secret: str) -> set[str]:
    """Clear, URL-encoded, and base64 in its three positions within a longer text (what is certain of each)."""
    found = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            encoded = encode(b"\0" * before + secret.encode() + b"\0\0").decode()
            bits = 8 * before, 8 * (before + len(secret.encode()))
            found.add(encoded[-(-bits[0] // 6) : bits[1] // 6])
    return found


def left_behind(owner: Owner, *runs: Ended) -> Mapping[str, str]:
    """All that anybody could read afterwards. Lines that tell the runner what to hide are not shown by it."""
    said = "\n".join(run.output for run in runs)
    texts = {"log": "\n".join(line for line in said.splitlines() if not line.startswith("::add-mask::"))}
    texts["summaries"] = "\n".join(run.summary for run in runs)
    files = [path for path in owner.folder.rglob("*") if path.is_file()]
    texts |= {str(path.relative_to(owner.folder)): path.read_bytes().decode("utf-8", "replace") for path in files}
    store = owner.demo.github.store
    texts |= {f"blob {sha}": content.decode("utf-8", "replace") for sha, content in store.blobs.items()}
    texts["commit messages"] = "\n".join(commit.message for commit in store.commits.values())
    texts["issues"] = repr(owner.demo.github.issues.issues)
    return texts


def assert_nothing_shows(owner: Owner, *runs: Ended) -> None:
    texts = left_behind(owner, *runs)
    assert len(texts["log"]) > 200
    for name, secret in secrets_of(owner).items():
        for spelling in spellings(secret):
            places = [place for place, text in texts.items() if spelling in text]
            assert [] == places, f"{name} shows as {spelling!r} in {places}"


def test_a_connect_some_syncs_with_a_renewal_and_an_undo_show_no_secret(owner: Owner) -> None:
    runs = [owner.do("connect"), owner.sync()]
    owner.clock.advance(timedelta(days=4))
    owner.demo.world.watch(182255)
    runs.append(owner.sync())
    assert owner.demo.logins.spent
    runs.append(owner.do("undo", anilist_id=182255))

    assert [0, 0, 0, 0] == [run.code for run in runs], [run.output for run in runs]
    assert_nothing_shows(owner, *runs)


def test_pairs_from_the_settings_that_are_written_back_as_secrets_show_nowhere(owner: Owner) -> None:
    github = owner.demo.github
    owner.settings["GH_SECRETS_PAT"] = github.new_token(frozenset({"secrets"}))
    runs = [owner.do("connect")]
    owner.settings |= github.secrets
    runs.append(owner.sync())

    assert [0, 0] == [run.code for run in runs], [run.output for run in runs]
    assert {"TRAKT_ACCESS_TOKEN", "TRAKT_REFRESH_TOKEN"} <= github.secrets.keys()
    assert_nothing_shows(owner, *runs)


@pytest.mark.parametrize("service", ["anilist", "trakt", "trakt_auth", "github", "tmdb", "datasets"])
def test_a_service_that_repeats_what_it_was_sent_in_an_error_gives_nothing_away(owner: Owner, service: str) -> None:
    runs = [owner.do("connect")]
    owner.clock.advance(timedelta(days=4))

    def repeat(request: Request, answer: Reply) -> Reply:
        words = f"{request.header('Authorization')} {request.query} {request.body.decode('utf-8', 'replace')}"
        said = {"error": words, "error_description": words, "message": words, "errors": [{"message": words}]}
        return Reply(400, said, headers={"X-Upgrade-URL": words})

    with meddling(getattr(owner.demo, service), repeat):
        runs.append(owner.sync())

    assert_nothing_shows(owner, *runs)


@pytest.mark.parametrize("fault", list(Fault))
def test_trouble_on_the_wire_gives_nothing_away(owner: Owner, fault: Fault) -> None:
    for service in ("anilist", "trakt", "github"):
        for number in (1, 2):
            owner.demo.faults.at(fault, number, service=service)

    assert_nothing_shows(owner, owner.sync(), owner.sync())


def test_a_bug_whose_words_hold_a_secret_is_told_without_it(owner: Owner) -> None:
    token = owner.settings["TRAKT_ACCESS_TOKEN"]

    def stumble(shell: Shell) -> int:
        shell.settings()
        logging.getLogger("sync.somewhere").debug("about to use %s", token)
        raise RuntimeError(f"cannot use {token} ({quote(token)}, {base64.b64encode(token.encode()).decode()})")

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run_command(owner.settings, stumble)

    assert 70 == code
    assert "about to use ***" in said.getvalue()
    assert_nothing_shows(owner, Ended(code, said.getvalue() + "\n" * 200, ""))


def test_new_tokens_are_masked_before_anything_is_said_of_them(owner: Owner) -> None:
    lines = owner.do("connect").output.splitlines()

    said = next(number for number, line in enumerate(lines) if "Connected" in line)
    masks = [line.removeprefix("::add-mask::") for line in lines[:said] if line.startswith("::add-mask::")]
    assert {list(owner.demo.logins.access)[-1], list(owner.demo.logins.refresh)[-1]} <= set(masks)
