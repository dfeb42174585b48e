"""Starts all miniature services together, and says how to reach them."""

from __future__ import annotations

from collections.abc import Iterator
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
    urls: dict[str, str]

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
    servers = {
        service.name: LoopbackServer(service, clock=world.clock, faults=faults, log=log, latency_ms=latency_ms)
        for service in services
    }
    urls = {name: server.url for name, server in servers.items()}
    try:
        yield DemoServices(world, logins, anilist, trakt, trakt_auth, tmdb, datasets, github, faults, log, urls)
    finally:
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(LoopbackServer.close, servers.values()))
