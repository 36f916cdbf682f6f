"""What a newcomer sees in a browser, without any network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.generated.test_first_hour import Site, site

__all__ = ["site"]

pytestmark = pytest.mark.browser


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


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page that fails the test for an error in its console, and for a request to anywhere else."""
    context = chromium.new_context()
    opened = context.new_page()
    wrong: list[str] = []
    opened.on(
        "console", lambda message: wrong.append(message.text) if message.type == "error" else None
    )
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site.address, "data:", "blob:"))
            else wrong.append(request.url)
        ),
    )
    yield opened
    context.close()
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_front_page_has_style_and_leads_everywhere(
    page: Page, site: Site, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.address)
    assert page.locator("h1").inner_text() == "Project Nexus"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (
        page.evaluate("document.styleSheets.length && document.styleSheets[0].cssRules.length") > 5
    )
    links = page.eval_on_selector_all(
        "a[href^='/']", "links => links.map(link => link.getAttribute('href'))"
    )
    assert {"/api/docs/", "/api/redoc/", "/api/schema/", "/admin/", "/health/ready"} <= set(links)
    for link in links:
        answer = page.request.get(site.address + link)
        assert answer.ok, link


def test_swagger_lists_the_operations_and_tries_one_out(page: Page, site: Site) -> None:
    """T13"""
    page.goto(f"{site.address}/api/docs/")
    operation = page.locator(".opblock-get", has=page.locator("[data-path='/api/v1/postings/']"))
    operation.wait_for()
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table tbody .response-col_status").first
    status.wait_for()
    assert "200" in status.inner_text()


def test_redoc_shows_the_document(page: Page, site: Site) -> None:
    """T13"""
    page.goto(f"{site.address}/api/redoc/")
    page.get_by_role("heading", name="Project Nexus").first.wait_for()
