"""Every page in Chromium, as production serves it: nothing on it is refused by its policies."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Error, Page

from nexus_scaffold.testing import RenderedRepo, RenderRepo, commit_all
from tests.browser.graphiql import GraphiQL
from tests.site import Site, prepare, python, serve
from tests.variants import DEFAULTS

pytestmark = pytest.mark.browser

# Development's values, with production's static files and error pages, and a page that fails.
SETTINGS = """
from config.settings.development import *
from config.settings.development import MIDDLEWARE

ROOT_URLCONF = "policy_urls"
MIDDLEWARE.insert(
    MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
    "apps.core.middleware.StaticFilesMiddleware",
)
"""
URLS = """
from django.urls import path

from config.urls import *
from config.urls import urlpatterns

urlpatterns = [path("broken", lambda request: 1 / 0), *urlpatterns]
"""
HREFS = "links => links.map(link => link.getAttribute('href'))"
FETCH = """
([url, token]) => fetch(url, {headers: {Authorization: `Bearer ${token}`}})
    .then(async (answer) => [answer.status, answer.headers.get("X-Request-ID"), await answer.text()])
"""
ASK = """
([url, token]) => fetch(url, {
    method: "POST",
    headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"},
    body: JSON.stringify({query: "{ me { email } }"}),
}).then((answer) => answer.json())
"""
SHOW = """
(url) => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
    image.src = url;
})
"""


class Empty(BaseHTTPRequestHandler):
    """Answers with an empty page."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of a server of other sites: `localhost` is the front end, `127.0.0.1` is not."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def site(
    rendered: Callable[..., RenderedRepo], render_repo: RenderRepo, elsewhere: int
) -> Iterator[Site]:
    repo = render_repo(**DEFAULTS)
    commit_all(repo)
    environment = rendered(**DEFAULTS).environment
    prepare(repo, environment)
    (repo / "policy_settings.py").write_text(SETTINGS)
    (repo / "policy_urls.py").write_text(URLS)
    environment = {
        **environment,
        "CORS_ALLOWED_ORIGINS": f"http://localhost:{elsewhere}",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "policy_settings",
    }
    command = [python(environment), "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=repo, env=environment, check=True)
    with serve(repo, environment) as served:
        yield served


def log_in(page: Page, site: Site) -> None:
    """As an admin, to Django's admin."""
    page.goto(f"{site.address}/admin/")
    page.get_by_label("Email").fill("admin@example.com")
    page.get_by_label("Password").fill(site.demo_password)
    page.get_by_role("button", name="Log in").click()
    page.locator("#user-tools").wait_for()


def test_no_page_for_visitors_has_anything_that_is_refused(
    watched: Callable[..., Page], site: Site
) -> None:
    """B09, S05: error pages too; Swagger and GraphiQL with something tried out, ReDoc with a search."""
    page = watched(site.address)
    statuses = {}
    for path in ("/", "/admin/login/", "/nowhere", "/broken"):
        answer = page.goto(site.address + path)
        assert answer
        statuses[path] = answer.status
        assert page.evaluate("document.styleSheets[0].cssRules.length") > 5, path
    assert statuses == {"/": 200, "/admin/login/": 200, "/nowhere": 404, "/broken": 500}
    assert page.locator("h1").inner_text() == "Internal Server Error"

    page.goto(f"{site.address}/swagger/")
    operation = page.locator(".opblock-get", has=page.locator("[data-path='/api/v1/industries/']"))
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table .response-col_status").last.wait_for()

    page.goto(f"{site.address}/api/redoc/")
    page.get_by_role("textbox").first.fill("posting")
    page.locator("[data-role='search:results'] li").first.wait_for()

    answer = GraphiQL(page, site.address).run("{ industries(first: 1) { totalCount } }")
    assert answer["data"]["industries"]["totalCount"] > 1


def test_no_page_for_admins_has_anything_that_is_refused(
    watched: Callable[..., Page], site: Site
) -> None:
    """B09: each list of the admin, and of each the first row, its history and the form for a new one."""
    page = watched(site.address)
    log_in(page, site)
    lists = set(page.eval_on_selector_all(".model-list a, th a, h2 a, caption a", HREFS))
    lists = {url for url in lists if re.fullmatch(r"/admin/\w+/\w+/", url)}
    assert len(lists) > 5
    seen = ["/status/", "/admin/password_change/"]
    for url in sorted(lists):
        page.goto(site.address + url)
        rows = page.eval_on_selector_all("#result_list tbody th a", HREFS)[:1]
        seen += [*page.eval_on_selector_all("a.addlink", HREFS)[-1:], *rows]
        seen += [row.replace("/change/", "/history/") for row in rows]
    for url in seen:
        answer = page.goto(site.address + url)
        assert answer
        assert answer.status in {200, 403}, url
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Logged out").first.wait_for()


def test_the_front_end_reads_the_api_and_another_site_nothing(
    chromium: Browser, site: Site, elsewhere: int
) -> None:
    """S05: as the browser enforces it."""
    token = site.log_in("candidate@example.com")
    me = [f"{site.address}/api/v1/accounts/me/", token]
    graphql = [f"{site.address}/graphql/", token]
    page = chromium.new_page()

    page.goto(f"http://localhost:{elsewhere}/")
    status, request_id, text = page.evaluate(FETCH, me)
    assert (status, "candidate@example.com" in text) == (200, True)
    assert request_id
    assert page.evaluate(ASK, graphql) == {"data": {"me": {"email": "candidate@example.com"}}}
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(FETCH, [f"{site.address}/", token])
    assert not page.evaluate(SHOW, f"{site.address}/static/core/icon.svg")

    page.goto(f"http://127.0.0.1:{elsewhere}/")
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(FETCH, me)
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(ASK, graphql)
    page.close()
