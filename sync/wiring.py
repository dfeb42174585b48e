"""The services of one run, put together from its settings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import ConfigError, LoginLost
from sync.model.bounds import LeftOut
from sync.model.run import Pages, Requests
from sync.services.anilist.client import AniListClient
from sync.services.clock import Clock, Deadline
from sync.services.datasets import DatasetFiles
from sync.services.http.pacing import AniListPacing, Pacing, TraktPacing
from sync.services.http.redaction import Redactor
from sync.services.http.transport import Transport
from sync.services.state import StateFolder
from sync.services.tmdb import TmdbClient
from sync.services.tokens.login import CONNECT, Login, TokenStore
from sync.services.tokens.pair import TokenPair
from sync.services.tokens.store import MARKER_FILE, STORE_FILE, open_token_store
from sync.services.trakt.client import TraktClient
from sync.services.trakt.device_login import TraktLogin
from sync.services.trakt.wire import AccessTokens
from sync.settings import GitHubContext, Settings

if TYPE_CHECKING:
    from sync.services.github.repository import GitHubRepo


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository on GitHub, reached only when it is needed: PyGithub takes long to import."""

    context: GitHubContext
    clock: Clock
    secrets_token: str | None
    state_path: str
    profile: str | None = None
    overrides_path: str = "overrides.yaml"
    offers_library: bool = False
    _opened: list[GitHubRepo] = field(default_factory=list)

    @property
    def github(self) -> GitHubRepo:
        """The connection, made at the first use."""
        from sync.services.github.repository import GitHubRepo

        if not self._opened:
            self._opened.append(
                GitHubRepo(self.context, self.clock, secrets_token=self.secrets_token, profile=self.profile)
            )
        return self._opened[0]

    def commit(self, folder: StateFolder, message: str, *, only: tuple[str, ...] = ()) -> bool:
        """Commits the state, or only some files of it; says whether others' news were merged into it."""
        return bool(self.github.commit_state(folder, message=message, path=self.state_path, only=only).merged)

    def take_lease(self, folder: StateFolder, message: str) -> None:
        """Commits the state and that this run is writing; raises ``StateInUse`` if another run committed meanwhile."""
        self.github.commit_state(folder, message=message, path=self.state_path, alone=True)

    @property
    def pages(self) -> Pages:
        """The repository's own pages."""
        here, branch = f"{self.context.server_url}/{self.context.repository}", self.context.branch or "main"
        return Pages(
            overrides=f"{here}/edit/{branch}/{self.overrides_path}",
            sync=f"{here}/actions/workflows/sync.yml",
            undo=f"{here}/actions/workflows/undo.yml",
            connect=f"{here}/actions/workflows/connect.yml",
            form=f"{here}/issues/new?template=manual-map.yml",
            issue=f"{here}/issues?q=is%3Aissue+is%3Aopen+label%3Atrakt-sync",
            run=self.context.run_url or "",
            secrets=f"{here}/settings/secrets/actions",
            permissions=f"{here}/settings/actions",
            state=f"{here}/commits/{branch}/{self.state_path}",
            newest_library=f"{here}/actions/workflows/sync.yml" if self.offers_library else "",
        )


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside that a run talks to.

    ``deadline`` is when its time budget ends. ``trakt_as`` opens Trakt with a log-in as it is, or without any. When
    ``anonymous``, ``trakt`` is asked only what it tells anybody: nobody's plays can be read, and nothing written.
    """

    clock: Clock
    deadline: Deadline
    redactor: Redactor
    folder: StateFolder
    store: TokenStore
    login: Login
    auth: TraktLogin
    anilist: AniListClient
    trakt: TraktClient
    tmdb: TmdbClient | None
    datasets: DatasetFiles
    repository: Repository | None
    transports: tuple[Transport, ...]
    trakt_as: Callable[[TokenPair | None], TraktClient]
    anonymous: bool = False

    @property
    def usage(self) -> dict[str, Requests]:
        """The requests made so far, by service, those that were asked at all."""
        return {transport.service: transport.usage for transport in self.transports if transport.usage.made}

    @property
    def left_out(self) -> dict[str, tuple[LeftOut, ...]]:
        """The rows of answers that were left out so far because they cannot be right, by service."""
        return {transport.service: transport.left_out for transport in self.transports if transport.left_out}


@contextmanager
def open_services(
    settings: Settings,
    clock: Clock,
    redactor: Redactor,
    *,
    read_only: bool = False,
    anonymous: bool = False,
    workspace: Path = Path(),
) -> Iterator[Services]:
    """The services that ``settings`` asks for; their connections are closed at the end. Nothing is asked yet.

    With ``read_only`` the Trakt log-in is never renewed, which would have to be stored; with ``anonymous`` it is not
    used at all.
    """
    with ExitStack() as stack:
        transports = _transports(stack, clock, redactor)
        addresses = settings.addresses
        folder = StateFolder(settings.state_dir)
        repository = open_repository(settings, clock, workspace)
        store = _store(settings, folder, repository)
        deadline = Deadline.after(clock, settings.time_budget.total_seconds())
        auth = TraktLogin(
            transports["Trakt log-in"], addresses.trakt_auth, settings.trakt_client_id, settings.trakt_client_secret
        )
        login = Login(
            store,
            refresh=lambda pair: auth.refresh(pair, deadline),
            clock=clock,
            read_only=read_only,
            hide=redactor.add,
        )
        key = settings.tmdb_api_key

        def trakt(tokens: AccessTokens) -> TraktClient:
            return TraktClient(transports["Trakt"], addresses.trakt_api, settings.trakt_client_id, tokens)

        yield Services(
            clock=clock,
            deadline=deadline,
            redactor=redactor,
            folder=folder,
            store=store,
            login=login,
            auth=auth,
            anilist=AniListClient(transports["AniList"], addresses.anilist_api, token=settings.anilist_access_token),
            trakt=trakt(Nobody() if anonymous else login),
            tmdb=TmdbClient(transports["TMDB"], addresses.tmdb_api, key) if key else None,
            datasets=DatasetFiles(settings.cache_dir, addresses.datasets, transports["datasets"]),
            repository=repository,
            transports=tuple(transports.values()),
            trakt_as=lambda pair: trakt(_Unkept(pair) if pair else Nobody()),
            anonymous=anonymous,
        )


def _transports(stack: ExitStack, clock: Clock, redactor: Redactor) -> dict[str, Transport]:
    """One way to each service, at its own pace; closed with ``stack``."""
    # All requests to a service share one pace, whoever makes them.
    paces: dict[str, Pacing | None] = {
        "AniList": AniListPacing(clock),
        "Trakt": TraktPacing(clock),
        "Trakt log-in": None,
        "TMDB": None,
        "datasets": None,
    }
    return {
        service: stack.enter_context(
            Transport(service, clock=clock, redactor=redactor, random=random.random, pacing=pacing)
        )
        for service, pacing in paces.items()
    }


class Nobody:
    """No log-in: Trakt is asked only what it tells anybody."""

    def access_token(self) -> None:
        """No token."""

    def renew(self) -> None:
        """There is nothing to renew."""
        raise LoginLost("Trakt asks for a log-in where none should be needed (401).", CONNECT)


@dataclass(frozen=True, slots=True)
class _Unkept:
    """A log-in that has just been made: it is used as it is, and not renewed."""

    pair: TokenPair

    def access_token(self) -> str:
        return self.pair.access_token

    def renew(self) -> None:
        raise LoginLost("Trakt refused the new log-in at once.", CONNECT)


def may_be_connected(settings: Settings) -> bool:
    """Whether there is a Trakt log-in to be opened, stored or in the settings."""
    given = settings.trakt_access_token
    return bool(settings.trakt_client_secret and (given or (settings.state_dir / STORE_FILE).exists()))


def open_repository(settings: Settings, clock: Clock, workspace: Path = Path()) -> Repository | None:
    """The repository that the job runs in, ``None`` outside GitHub. Nothing is asked yet.

    Raises ``ConfigError`` when the state lies outside of it."""
    if settings.github is None:
        return None
    # Resolved, so that neither ``..`` nor a link leads out of the repository.
    inside = (workspace / settings.state_dir).resolve()
    if not inside.is_relative_to(workspace.resolve()):
        raise ConfigError(
            [f"STATE_DIR must lie inside the repository, or nothing of it can be kept: {settings.state_dir}"]
        )
    return Repository(
        context=settings.github,
        clock=clock,
        secrets_token=settings.gh_secrets_pat,
        state_path=inside.relative_to(workspace.resolve()).as_posix(),
        profile=settings.profile,
        overrides_path=settings.overrides_file.as_posix(),
        offers_library=settings.page_file is not None,
    )


def _store(settings: Settings, folder: StateFolder, repository: Repository | None) -> TokenStore:
    if repository is None:
        return open_token_store(settings)
    known = repository

    def publish() -> None:
        known.commit(folder, "Trakt log-in", only=(STORE_FILE, MARKER_FILE))

    def put_secret(name: str, value: str) -> None:
        known.github.put_secret(name, value)

    return open_token_store(settings, put_secret=put_secret, publish=publish)
