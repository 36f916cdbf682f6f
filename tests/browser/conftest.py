"""Chromium, and pages that tell what went wrong in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

VIOLATION = """
addEventListener("securitypolicyviolation", (event) => tell(
    `${event.documentURI}: ${event.effectiveDirective} refuses ${event.blockedURI} ${event.sample}`
))
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    switches = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=switches)
        yield browser
        browser.close()


class Watched:
    """A browser of its own, and all that went wrong in its pages."""

    def __init__(self, context: BrowserContext, address: str, refused: Iterable[str]) -> None:
        self.address = address
        self.visited = {address + path for path in refused}
        self.told: list[tuple[str, str]] = []
        context.expose_function("tell", lambda violation: self.told.append(("", violation)))
        context.add_init_script(VIOLATION)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.told.append(("", str(error.error))))
        context.on("request", self._request)
        self.page: Page = context.new_page()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.told.append((message.location["url"], message.text))

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self.visited.add(request.url)
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.told.append((request.url, "is elsewhere"))

    @property
    def wrong(self) -> list[str]:
        """What went wrong; an error that was asked for did not."""
        return [
            f"{url}: {text}"
            for url, text in self.told
            if not (url in self.visited and text.startswith("Failed to load resource"))
        ]


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of a site, and fails the test for whatever is wrong in it.

    That is an error or a warning in the console, a violation of the content security policy, and a
    request to anywhere else; but not the error of a page that is gone to, or of one of the paths in
    `refused`, which scripts will ask for and be refused.
    """
    contexts: list[BrowserContext] = []
    watchers: list[Watched] = []

    def opened(address: str, refused: Iterable[str] = ()) -> Page:
        contexts.append(chromium.new_context())
        watchers.append(Watched(contexts[-1], address, refused))
        return watchers[-1].page

    yield opened
    for context in contexts:
        context.close()
    assert [wrong for watcher in watchers for wrong in watcher.wrong] == []
