"""The documentation's site, as a reader sees it, without any network."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nexus_scaffold.testing import RenderedRepo
from tests.variants import BLANK_WITH_EVERYTHING_OFF

pytestmark = pytest.mark.browser

PAGES = ("/", "/learnings/technologies/", "/api/endpoints/", "/architecture/erd/", "/first-week/")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and prints nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(
    rendered: Callable[..., RenderedRepo], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The site of a repo that names its repository on GitHub, built by `make docs` and served."""
    shared = rendered(**BLANK_WITH_EVERYTHING_OFF, github_user="ada")
    path: Path = shutil.copytree(shared.path, tmp_path_factory.mktemp("site") / "repo")
    RenderedRepo(path, shared.answers, shared.environment).run("make", "docs")
    handler = partial(Quiet, directory=str(path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_the_screen_and_ask_no_other_host(
    watched: Callable[..., Page], address: str, width: int, scheme: str
) -> None:
    """B02: on a phone and on a desk, in both colours; `watched` fails for a request elsewhere."""
    page = watched(address)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1
        assert "evidence:" not in page.locator("body").inner_text(), "no head of a page is shown"
    red, green, blue = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
    )
    assert (red + green + blue < 3 * 128) is (scheme == "dark")


def test_a_diagram_is_an_image_that_can_be_read(watched: Callable[..., Page], address: str) -> None:
    """C01: drawn when the site is built, in letters that can be read, and scrolled where it is too wide."""
    page = watched(address)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}/architecture/overview/")
    frames = page.locator(".diagram")
    assert frames.count() == 2
    for frame in frames.all():
        image = frame.locator("img")
        assert str(image.get_attribute("src")).startswith("data:image/svg+xml;base64,")
        drawn = int(str(image.get_attribute("width")))
        box = image.bounding_box()
        assert box is not None
        assert round(box["width"]) == drawn
    assert page.evaluate(
        "[...document.querySelectorAll('.diagram')].some(one => one.scrollWidth > one.clientWidth)"
    )


def test_the_search_finds_a_page(watched: Callable[..., Page], address: str) -> None:
    """B02: from an index that is part of the site."""
    page = watched(address)
    page.goto(address)
    page.keyboard.press("Control+k")
    page.keyboard.type("factory_boy")
    page.get_by_role("link", name="Testing tools").first.wait_for()
