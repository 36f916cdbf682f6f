"""What a newcomer sees in a browser, without any network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.generated.test_first_hour import site
from tests.site import Site

__all__ = ["site"]

pytestmark = pytest.mark.browser


@pytest.fixture
def page(watched: Callable[..., Page], site: Site) -> Page:
    """A page that fails the test for whatever is wrong in it."""
    return watched(site.address)


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


@pytest.mark.parametrize("path", ["/api/docs/", "/swagger/"])
def test_swagger_lists_the_operations_and_tries_one_out(page: Page, site: Site, path: str) -> None:
    """T13, B09"""
    page.goto(site.address + path)
    operation = page.locator(".opblock-get", has=page.locator("[data-path='/api/v1/postings/']"))
    operation.wait_for()
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table tbody .response-col_status").first
    status.wait_for()
    assert "200" in status.inner_text()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".modal-ux").wait_for()


def test_redoc_shows_the_document_and_searches_it(page: Page, site: Site) -> None:
    """T13, B09: its search runs in a worker."""
    page.goto(f"{site.address}/api/redoc/")
    page.get_by_role("heading", name="Project Nexus").first.wait_for()
    page.get_by_role("textbox").first.fill("posting")
    page.locator("[data-role='search:results'] li").first.wait_for()
