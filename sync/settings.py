"""The environment → one frozen ``Settings``. Every problem is found before any is reported."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sync.mapping.sources.datasets import DATASETS
from sync.model.anilist import MediaFormat, MediaListStatus
from sync.model.plan import UndatedPlays

SETTINGS_PAGE = "Settings → Secrets and variables → Actions"
PROFILE_NAME = re.compile(r"(?!github)[a-z][a-z0-9_]{0,30}")
"""Secrets are named after profiles, and GitHub keeps names that begin with GITHUB_ to itself."""
SWITCH_WORDS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ARTIFACT_SERVERS = re.compile(r"https://(?:github\.com|[a-z0-9-]+\.ghe\.com)/?")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are. Changed only by tests and the demo; each is ``https:`` or loopback."""

    anilist_api: str = "https://graphql.anilist.co"
    trakt_api: str = "https://api.trakt.tv"
    trakt_auth: str = "https://auth.trakt.tv"
    tmdb_api: str = "https://api.themoviedb.org/3"
    datasets: Mapping[str, str] = field(default_factory=lambda: {each.name: each.address for each in DATASETS})
    """By the dataset's name."""

    @property
    def all_loopback(self) -> bool:
        """Whether every service is on this machine."""
        services = (getattr(self, name) for name in ADDRESS_SETTINGS)
        return all(urlsplit(address).hostname in LOOPBACK for address in (*services, *self.datasets.values()))


ADDRESS_SETTINGS = {each.name: f"{each.name.upper()}_URL" for each in fields(Addresses) if each.name != "datasets"}
"""The setting of each service's address, by its field; the datasets name their own."""


@dataclass(frozen=True, slots=True)
class GitHubContext:
    """What GitHub Actions tells a job about itself. ``branch`` is where state is committed."""

    token: str = field(repr=False)
    repository: str
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    branch: str | None = None
    run_url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a run. Secrets are left out of ``repr``, so that none is printed by accident."""

    trakt_client_id: str = field(default="", repr=False)
    trakt_client_secret: str = field(default="", repr=False)
    trakt_access_token: str | None = field(default=None, repr=False)
    trakt_refresh_token: str | None = field(default=None, repr=False)
    anilist_access_token: str | None = field(default=None, repr=False)
    tmdb_api_key: str | None = field(default=None, repr=False)
    state_key: str | None = field(default=None, repr=False)
    gh_secrets_pat: str | None = field(default=None, repr=False)
    anilist_username: str | None = None
    trakt_username: str | None = None
    max_new_plays: int = 500
    undated_plays: UndatedPlays = UndatedPlays.UNKNOWN
    time_budget: timedelta = timedelta(minutes=10)
    sync_private: bool = False
    sync_ratings: bool = False
    sync_watchlist: bool = False
    sync_dropped: bool = False
    sync_rewatches: bool = False
    sync_adult: bool = True
    sync_statuses: frozenset[MediaListStatus] = frozenset()
    """Only entries of these statuses; all if empty."""
    sync_formats: frozenset[MediaFormat] = frozenset()
    """Only entries of these formats; all if empty."""
    log_titles: bool = True
    addresses: Addresses = Addresses()
    profile: str | None = None
    state_dir: Path = Path("state")
    overrides_file: Path = Path("overrides.yaml")
    cache_dir: Path = Path(".cache")
    """Where datasets are kept between runs: outside the repository, whose files anybody may have written."""
    github: GitHubContext | None = None
    summary_file: Path | None = None
    output_file: Path | None = None
    """Where a step of a workflow says what the next ones may want to know."""
    page_file: Path | None = None
    """Where the library page goes when a run on GitHub makes one; ``None`` where nobody could open it."""
    in_actions: bool = False
    clock_speed: float = 1.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never appear in any output."""
        known = (
            self.trakt_client_secret,
            self.trakt_access_token,
            self.trakt_refresh_token,
            self.anilist_access_token,
            self.tmdb_api_key,
            self.state_key,
            self.gh_secrets_pat,
            self.github.token if self.github else None,
        )
        return tuple(secret for secret in known if secret)


def parse_settings(
    env: Mapping[str, str], *, trakt: bool = True, anilist: bool = True, trakt_secret: bool = True
) -> tuple[Settings, tuple[str, ...]]:
    """The settings in ``env`` (an empty string means unset, as Actions passes a missing secret), and every problem with
    them, each naming its setting and where to set it: what is missing or wrong has its default.

    ``trakt`` and ``anilist`` say whose settings the command cannot do without; without ``trakt_secret`` the Trakt
    app's id is enough.
    """
    reader = _Environment(env)
    profile = reader.profile()
    settings = Settings(
        trakt_client_id=reader.secret("TRAKT_CLIENT_ID", "your Trakt app's client id", required=trakt),
        trakt_client_secret=reader.secret(
            "TRAKT_CLIENT_SECRET", "your Trakt app's client secret", required=trakt and trakt_secret
        ),
        trakt_access_token=reader.token("TRAKT_ACCESS_TOKEN"),
        trakt_refresh_token=reader.token("TRAKT_REFRESH_TOKEN"),
        anilist_access_token=reader.token("ANILIST_ACCESS_TOKEN"),
        tmdb_api_key=reader.token("TMDB_API_KEY"),
        state_key=reader.key("STATE_KEY"),
        gh_secrets_pat=reader.token("GH_SECRETS_PAT"),
        anilist_username=reader.text("ANILIST_USERNAME"),
        trakt_username=reader.text("TRAKT_USERNAME"),
        max_new_plays=reader.whole_number("MAX_NEW_PLAYS", 500),
        undated_plays=UndatedPlays(reader.choice("UNDATED_PLAYS", [u.value for u in UndatedPlays], "unknown")),
        time_budget=timedelta(minutes=reader.whole_number("TIME_BUDGET", 10)),
        sync_private=reader.switch("SYNC_PRIVATE", default=False),
        sync_ratings=reader.switch("SYNC_RATINGS", default=False),
        sync_watchlist=reader.switch("SYNC_WATCHLIST", default=False),
        sync_dropped=reader.switch("SYNC_DROPPED", default=False),
        sync_rewatches=reader.switch("SYNC_REWATCHES", default=False),
        sync_adult=reader.switch("SYNC_ADULT", default=True),
        sync_statuses=frozenset(
            map(MediaListStatus, reader.names("SYNC_STATUSES", [s.value for s in MediaListStatus]))
        ),
        sync_formats=frozenset(map(MediaFormat, reader.names("SYNC_FORMATS", [f.value for f in MediaFormat]))),
        log_titles=reader.switch("LOG_TITLES", default=True),
        addresses=reader.addresses(),
        profile=profile,
        state_dir=Path(reader.text("STATE_DIR") or (f"state/{profile}" if profile else "state")),
        overrides_file=Path(
            reader.text("OVERRIDES_FILE") or (f"overrides.{profile}.yaml" if profile else "overrides.yaml")
        ),
        cache_dir=reader.cache_dir(),
        github=reader.github(),
        summary_file=Path(path) if (path := reader.text("GITHUB_STEP_SUMMARY")) else None,
        output_file=Path(path) if (path := reader.text("GITHUB_OUTPUT")) else None,
        page_file=reader.page_file(profile),
        in_actions=reader.text("GITHUB_ACTIONS") == "true",
        clock_speed=float(reader.whole_number("CLOCK_SPEED", 1)),
    )
    # A fast clock would ask the real services too often.
    if settings.clock_speed != 1 and not settings.addresses.all_loopback:
        reader.problems.append("CLOCK_SPEED is for tests against services on this machine only; leave it unset.")
    if anilist and not settings.anilist_username and not settings.anilist_access_token:
        reader.problems.append(
            f"ANILIST_USERNAME is missing: set it to your AniList name under {SETTINGS_PAGE} → Variables, "
            "or set the secret ANILIST_ACCESS_TOKEN."
        )
    return settings, tuple(reader.problems)


class _Environment:
    """Reads settings one by one and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def token(self, name: str) -> str | None:
        """A secret that some service made: it goes into headers, which take plain letters, digits and signs."""
        value = self.text(name)
        if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
            self.problems.append(
                f"{name} holds a blank, a line break or a sign that no such secret has (a typographic quote, one that "
                f"cannot be seen): copy it again and replace it under {SETTINGS_PAGE} → Secrets."
            )
        return value

    def key(self, name: str) -> str | None:
        """A secret that a person made up; any text that can be seen."""
        value = self.text(name)
        if value is not None and not value.isprintable():
            self.problems.append(
                f"{name} holds a line break or a sign that cannot be seen: replace it under {SETTINGS_PAGE} → Secrets, "
                "and run Actions → Connect Trakt."
            )
        return value

    def cache_dir(self) -> Path:
        """``CACHE_DIR``, or a folder of the system's for such things."""
        if given := self.text("CACHE_DIR"):
            return Path(given)
        homes = {"RUNNER_TEMP": "", "XDG_CACHE_HOME": "", "LOCALAPPDATA": "", "HOME": ".cache", "USERPROFILE": ".cache"}
        known = (Path(home, inside) for name, inside in homes.items() if (home := self.text(name)))
        outside = next((folder for folder in known if folder.is_absolute()), None) or Path.home() / ".cache"
        return outside / "trakt-sync-for-anilist"

    def page_file(self, profile: str | None) -> Path | None:
        """A file in the runner's own folder, named as its artifact is to be; ``None`` where no later step uploads it
        (``UPLOADS_LIBRARY``). GitHub Enterprise Server has no artifacts of this kind (actions/upload-artifact, README,
        "GHES Support")."""
        if self.text("UPLOADS_LIBRARY") != "true":
            return None
        server, folder = self.text("GITHUB_SERVER_URL") or "https://github.com", self.text("RUNNER_TEMP")
        if folder is None or self.text("GITHUB_ACTIONS") != "true" or not ARTIFACT_SERVERS.fullmatch(server):
            return None
        return Path(folder) / f"library{f'-{profile}' if profile else ''}.html"

    def secret(self, name: str, what: str, *, required: bool) -> str:
        value = self.token(name)
        if value is None and required:
            self.problems.append(f"{name} is missing: set it to {what} under {SETTINGS_PAGE} → Secrets.")
        return value or ""

    def profile(self) -> str | None:
        """Whose settings these are, where one repository serves several people: the name goes into those of files and
        secrets, so it is short and plain."""
        value = self.text("PROFILE")
        if value is None or PROFILE_NAME.fullmatch(value):
            return value
        self.problems.append(
            f"PROFILE must begin with a small letter and go on with small letters, digits or _; it is {value!r}."
        )
        return None

    def whole_number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or int(value) == 0:
            self._wrong_variable(name, value, "a whole number above 0")
            return default
        return int(value)

    def switch(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in SWITCH_WORDS:
            self._wrong_variable(name, value, "true or false")
            return default
        return SWITCH_WORDS[value.lower()]

    def choice(self, name: str, choices: list[str], default: str) -> str:
        value = self.text(name)
        if value is None or value.lower() in choices:
            return (value or default).lower()
        self._wrong_variable(name, value, f"one of {', '.join(choices)}{_hint(value.lower(), choices)}")
        return default

    def names(self, name: str, choices: list[str]) -> list[str]:
        """Some of ``choices``, separated by commas; none if it is unset."""
        given = [word.strip().upper().replace(" ", "_") for word in (self.text(name) or "").split(",")]
        wrong = [word for word in given if word and word not in choices]
        for word in wrong:
            expected = f"some of {', '.join(choices)}, separated by commas{_hint(word, choices)}"
            self._wrong_variable(name, word, expected)
        return [word for word in given if word in choices]

    def addresses(self) -> Addresses:
        given = {
            field_name: url.rstrip("/") for field_name, name in ADDRESS_SETTINGS.items() if (url := self._address(name))
        }
        files = {each.name: (self._address(each.setting) or each.address).rstrip("/") for each in DATASETS}
        return Addresses(**given, datasets=files)

    def github(self) -> GitHubContext | None:
        token, repository = self.token("GITHUB_TOKEN"), self.text("GITHUB_REPOSITORY")
        if token is None or repository is None:
            return None
        server = self._address("GITHUB_SERVER_URL") or "https://github.com"
        run = self.text("GITHUB_RUN_ID")
        return GitHubContext(
            token=token,
            repository=repository,
            api_url=self._address("GITHUB_API_URL") or "https://api.github.com",
            server_url=server,
            branch=self.text("STATE_BRANCH"),
            run_url=f"{server}/{repository}/actions/runs/{run}" if run else None,
        )

    def _address(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            host = None
        if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
            self.problems.append(f"{name} must be an https: address (or http: on this machine); it is {value!r}.")
            return None
        return value

    def _wrong_variable(self, name: str, value: str, expected: str) -> None:
        self.problems.append(
            f"{name} must be {expected}; it is {value!r}. Change it under {SETTINGS_PAGE} → Variables."
        )


def _hint(word: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(word, choices, n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
