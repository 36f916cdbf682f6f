"""What a newcomer sees in a browser, without any network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.graphiql import GraphiQL
from tests.browser.swagger import Swagger
from tests.generated.test_first_hour import site
from tests.site import Site

__all__ = ["site"]

pytestmark = pytest.mark.browser

ME = "/api/v2/accounts/me/"
CANDIDATE = "candidate@example.com"


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
def test_swagger_lists_the_operations_and_tries_them_out(
    watched: Callable[..., Page], site: Site, path: str
) -> None:
    """T13, B09: "Authorize" opens what is refused without a token."""
    page = watched(site.address, refused=[ME])
    swagger = Swagger(page, site.address, path)
    status, postings = swagger.try_out("GET", "/api/v1/postings/", page_size=2)
    assert (status, len(postings["results"])) == (200, 2)
    status, refusal = swagger.try_out("GET", ME)
    assert (status, refusal["code"]) == (401, "not_authenticated")

    swagger = Swagger(page, site.address, path)
    swagger.log_in_with(site.log_in(CANDIDATE))
    status, me = swagger.try_out("GET", ME)
    assert (status, me["email"]) == (200, CANDIDATE)


def test_graphiql_runs_a_query_and_shows_the_result(page: Page, site: Site) -> None:
    """T04, T13: from the site's own files; a token in the headers says who asks."""
    graphiql = GraphiQL(page, site.address)
    document = (
        "{ postings(first: 2, ordering: [TITLE]) { edges { node { title company { name } } } } }"
    )
    answer = graphiql.run(document)
    nodes = [edge["node"] for edge in answer["data"]["postings"]["edges"]]
    found = site.ask("GET", "/api/v1/postings/?page_size=2&ordering=title")[1]["results"]
    titles = [posting["title"] for posting in found]
    assert [node["title"] for node in nodes] == titles
    assert page.locator(".result-window").get_by_text(titles[0]).first.is_visible()

    refused = graphiql.run("{ me { email } }")
    assert refused["errors"][0]["extensions"]["status"] == 401
    graphiql.send({"Authorization": f"Bearer {site.log_in(CANDIDATE)}"})
    assert graphiql.run("{ me { email } }") == {"data": {"me": {"email": CANDIDATE}}}


def test_redoc_shows_the_document_and_searches_it(page: Page, site: Site) -> None:
    """T13, B09: its search runs in a worker."""
    page.goto(f"{site.address}/api/redoc/")
    page.get_by_role("heading", name="Project Nexus").first.wait_for()
    page.get_by_role("textbox").first.fill("posting")
    page.locator("[data-role='search:results'] li").first.wait_for()
