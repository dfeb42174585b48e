"""The library page in Debian's Chromium, driven by playwright; nothing on the network is reached."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from sync.model.library import Library
from sync.report.library_page.document import SIZE_LIMIT, PageAssets, render_library_page
from tests.report.library_page.made_up_library import large_library, library

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that may run as root and asks nobody for anything by itself."""
ASSETS = Path("sync/report/library_page")
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="142"><rect width="100" height="142"/></svg>'
WIDE, NARROW = 1280, 375


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the session. Where there is none, the tests are skipped, but not in CI."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = "no Chromium was found; the browser tests need one (Debian and Ubuntu: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*FLAGS])
        yield started
        started.close()


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of a few entries."""
    return save(library(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of 3,000 entries."""
    return save(large_library(plays=6_000, runs=50), tmp_path_factory.mktemp("large"))


def save(values: Library, folder: Path, *, limit: int = SIZE_LIMIT) -> str:
    """Renders the page into ``folder`` and gives its address."""
    assets = PageAssets((ASSETS / "page.css").read_text("utf-8"), (ASSETS / "page.js").read_text("utf-8"))
    file = folder / "library.html"
    file.write_text(render_library_page(values, assets, limit=limit), encoding="utf-8")
    return file.as_uri()


class Window:
    """A window of the browser: its page, the addresses that it asked for, and what went wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.asked: list[str] = []
        self.errors: list[str] = []
        context.route(re.compile("^https?:"), self._answer)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def open(self, address: str) -> None:
        """Opens ``address`` as if for the first time."""
        self.page.goto("about:blank")
        self.asked.clear()
        self.errors.clear()
        self.page.goto(address)

    def _answer(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if route.request.url.startswith("https://s4.anilist.co/"):
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.abort()


Open = Callable[..., Window]


@pytest.fixture(scope="session")
def open_page(browser: Browser) -> Open:
    """Opens an address in a window ``width`` pixels wide, light or ``dark``, with or without JavaScript. A window is
    made once and then used again."""
    windows: dict[tuple[int, bool, bool], Window] = {}

    def opened(address: str, *, width: int = WIDE, dark: bool = False, script: bool = True) -> Window:
        kind = (width, dark, script)
        if kind not in windows:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if dark else "light",
                java_script_enabled=script,
                permissions=["clipboard-read", "clipboard-write"],
            )
            windows[kind] = Window(context)
        windows[kind].open(address)
        return windows[kind]

    return opened
