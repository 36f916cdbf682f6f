"""The pages for people: they come whole from this server, and their scripts are files."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from tests.test_headers import policy

PAGES = ["/", "/api/docs/", "/swagger/", "/api/redoc/"]


class Page(HTMLParser):
    """Collects what a page loads and links to, and what is inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort a tag."""
        values = {name: value or "" for name, value in attrs}
        self.inline += [name for name in values if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in values) else []
        if tag in {"script", "img"} and "src" in values:
            self.loads.append(values["src"])
        elif tag == "link":
            self.loads.append(values["href"])
        elif tag == "a":
            self.links.append(values["href"])


def page(client: Client, path: str) -> Page:
    """Read a page."""
    response = client.get(path)
    assert response.status_code == 200
    return Page(response.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_works_without_a_network(client: Client, path: str) -> None:
    """T13: no CDN, no fonts from elsewhere, nothing inline."""
    found = page(client, path)

    assert found.inline == []
    assert found.loads
    for address in found.loads:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            assert client.get(address).headers["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_only_the_references_may_write_styles_into_their_pages(client: Client) -> None:
    """S05: Swagger UI and ReDoc do; no page may run a script that is not a file from here."""
    others = ["/", "/admin/login/", "/nowhere", "/api/schema/"]

    policies = {path: policy(client.get(path)) for path in [*PAGES, *others]}

    lax = {path for path, rules in policies.items() if "unsafe" in str(rules)}
    assert lax == set(PAGES[1:])
    for rules in policies.values():
        assert rules["default-src"] == "'self'"
        assert rules.get("style-src") in {None, "'self' 'unsafe-inline'"}
        assert not {"script-src", "script-src-elem", "script-src-attr"} & set(rules)


@pytest.mark.parametrize("name", ["core/home.css", "core/docs.css", "core/icon.svg"])
def test_a_style_loads_nothing_from_elsewhere(name: str) -> None:
    with open(str(finders.find(name)), encoding="utf-8") as file:
        text = file.read().replace("http://www.w3.org/2000/svg", "")

    assert not re.search(r"@import|https?://|url\((?!#)", text)


@pytest.mark.django_db
def test_every_link_of_the_front_page_leads_somewhere(client: Client, settings: Settings) -> None:
    """T13: Swagger, ReDoc, the document, the admin and the probes."""
    settings.REPOSITORY_URL = ""

    links = page(client, "/").links

    assert {"/api/docs/", "/api/redoc/", "/api/schema/", "/admin/", "/health/ready"} <= set(links)
    for link in links:
        assert client.get(link).status_code in {200, 302}, link


def test_a_browser_that_asks_for_an_icon_finds_one(client: Client) -> None:
    """The admin's pages name none."""
    assert client.get("/favicon.ico").headers["Location"] == "/static/core/icon.svg"


def test_the_front_page_names_the_project_and_its_repository(
    client: Client, settings: Settings
) -> None:
    settings.PROJECT_NAME = "Ngũgĩ's <Jobs>"
    settings.REPOSITORY_URL = "https://git.example.org/ada/jobs"

    html = client.get("/").content.decode()

    assert "<title>Ngũgĩ&#x27;s &lt;Jobs&gt;</title>" in html
    assert 'href="https://git.example.org/ada/jobs/tree/main/docs"' in html


def test_links_into_the_repository_point_to_files() -> None:
    html = (settings.BASE_DIR / "apps/core/templates/core/home.html").read_text(encoding="utf-8")

    paths = re.findall(r"repository_url }}/(?:tree|blob)/main/([^\"]+)", html)

    assert paths
    assert [path for path in paths if not (settings.BASE_DIR / path).exists()] == []


def test_an_error_page_says_what_to_report_and_nothing_of_the_code(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S05: 404, 400 and 500, as pages for people."""

    def fail(*args: object) -> None:
        raise RuntimeError("a secret of the code")

    client.raise_request_exception = False
    answers = [
        client.get("/<nowhere>/?token=a-secret"),
        client.get("/", headers={"Host": "evil.example"}),
    ]
    monkeypatch.setattr("apps.core.views.HomeView.get_context_data", fail)
    answers.append(client.get("/"))

    assert [response.status_code for response in answers] == [404, 400, 500]
    for response in answers:
        html = response.content.decode()
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert response.headers["X-Request-ID"] in html
        assert Page(html).inline == []
        assert not re.search(r"secret|nowhere|evil|Traceback|RuntimeError", html)


@pytest.mark.django_db
def test_a_form_from_elsewhere_gets_a_page(client: Client) -> None:
    """S05: 403 by the CSRF protection, which tells its reason to the log."""
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ada"})

    assert response.status_code == 403
    html = response.content.decode()
    assert "Load its page again." in html
    assert response.headers["X-Request-ID"] in html
    assert "cookie not set" not in html


def test_a_page_that_fails_as_the_error_page_does_says_so_in_plain_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S05: where the static files were not collected, no page has its style."""

    def fail(*args: object) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr("django.contrib.staticfiles.storage.StaticFilesStorage.url", fail)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Request-ID"] in response.content.decode()
    assert "manifest" not in response.content.decode()
