"""Starts all miniature services together, and says how to reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from demo.anilist.service import AniListService
from demo.datasets import PATHS, DatasetService
from demo.faults import FaultInjector, RequestLog
from demo.github.objects import REPOSITORY
from demo.github.service import GitHubService
from demo.server import LoopbackServer, Service
from demo.tmdb import API_KEY, TmdbService
from demo.trakt.auth import TraktAuthService
from demo.trakt.logins import CLIENT_ID, CLIENT_SECRET, TraktLogins
from demo.trakt.service import TraktService
from demo.world import ANILIST_NAME, TRAKT_NAME, DemoWorld


class ServiceAddresses(Mapping[str, str]):
    """The services' addresses on loopback, by name. A service is served from when its address is first asked for."""

    def __init__(self, services: Iterable[Service], serve: Callable[[Service], LoopbackServer]) -> None:
        self._services = {service.name: service for service in services}
        self._serve = serve
        self._servers: dict[str, LoopbackServer] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._servers:
            self._servers[name] = self._serve(self._services[name])
        return self._servers[name].url

    def __iter__(self) -> Iterator[str]:
        return iter(self._services)

    def __len__(self) -> int:
        return len(self._services)

    def close(self) -> None:
        """Stops all that are served."""
        with ThreadPoolExecutor(len(self._services)) as pool:
            list(pool.map(LoopbackServer.close, self._servers.values()))


@dataclass(frozen=True, slots=True)
class DemoServices:
    """The running services. Each is there as an object too, for its switches; ``urls`` are by service name."""

    world: DemoWorld
    logins: TraktLogins
    anilist: AniListService
    trakt: TraktService
    trakt_auth: TraktAuthService
    tmdb: TmdbService
    datasets: DatasetService
    github: GitHubService
    faults: FaultInjector
    log: RequestLog
    urls: Mapping[str, str]

    def env(self, *, login: bool = True, anilist_token: bool = False, github: bool = False) -> dict[str, str]:
        """The settings with which ``python -m sync`` uses these services.

        ``login`` gives it a fresh Trakt token pair; ``anilist_token`` the person's AniList token besides the name;
        ``github`` a token and repository, so that state is committed there.
        """
        api = self.urls
        values = {
            "ANILIST_API_URL": api["anilist"],
            "TRAKT_API_URL": api["trakt"],
            "TRAKT_AUTH_URL": api["trakt_auth"],
            "TMDB_API_URL": api["tmdb"] + "/3",
            **{f"{name.upper()}_URL": api["datasets"] + path for name, path in PATHS.items()},
            "TRAKT_CLIENT_ID": CLIENT_ID,
            "TRAKT_CLIENT_SECRET": CLIENT_SECRET,
            "TMDB_API_KEY": API_KEY,
            "ANILIST_USERNAME": ANILIST_NAME,
            "TRAKT_USERNAME": TRAKT_NAME,
            "CACHE_DIR": ".cache",
        }
        if login:
            pair = self.logins.issue(TRAKT_NAME)
            values["TRAKT_ACCESS_TOKEN"] = str(pair["access_token"])
            values["TRAKT_REFRESH_TOKEN"] = str(pair["refresh_token"])
        if anilist_token:
            values["ANILIST_ACCESS_TOKEN"] = self.world.user.token
        if github:
            values |= {"GITHUB_API_URL": api["github"], "GITHUB_REPOSITORY": REPOSITORY}
            values["GITHUB_TOKEN"] = self.github.new_token()
        return values


@contextmanager
def start_demo(world: DemoWorld, *, leeway: float = 0.0, latency_ms: float = 0.0) -> Iterator[DemoServices]:
    """All services on loopback, on the world's clock, until the block ends.

    ``leeway`` (seconds on that clock) is forgiven between two POSTs to Trakt: only for a clock that runs fast.
    ``latency_ms`` is how long each answer takes, on that clock too.
    """
    logins, faults, log = TraktLogins(world.clock), FaultInjector(), RequestLog()
    anilist, trakt = AniListService(world), TraktService(world, logins, leeway=leeway)
    trakt_auth, tmdb = TraktAuthService(logins), TmdbService(world)
    datasets, github = DatasetService(world), GitHubService(world.clock)
    services: tuple[Service, ...] = (anilist, trakt, trakt_auth, tmdb, datasets, github)

    def serve(service: Service) -> LoopbackServer:
        return LoopbackServer(service, clock=world.clock, faults=faults, log=log, latency_ms=latency_ms)

    urls = ServiceAddresses(services, serve)
    try:
        yield DemoServices(world, logins, anilist, trakt, trakt_auth, tmdb, datasets, github, faults, log, urls)
    finally:
        urls.close()
