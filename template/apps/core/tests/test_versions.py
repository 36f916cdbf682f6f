"""What an endpoint that will be gone one day says of itself."""

from datetime import date
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from apps.core.versions import deprecated

DATES: Any = {"since": date(2026, 12, 1), "sunset": date(2028, 1, 1)}
HEADERS = {"Deprecation": "@1796083200", "Sunset": "Sat, 01 Jan 2028 00:00:00 GMT"}


@extend_schema(responses={200: None})
class NewView(APIView):
    """Answers as it is asked to."""

    permission_classes: tuple[Any, ...] = (AllowAny,)

    def get(self, request: Request) -> Response:
        """Answer, or fail."""
        match request.query_params.get("fail"):
            case "invalid":
                raise ValidationError
            case "bug":
                raise RuntimeError
            case "away":
                raise OperationalError
        return Response(headers={"Link": '</api/terms/>; rel="license"'})


@deprecated(**DATES, successor="new")
class OldView(NewView):
    """The same, in its last year."""


@deprecated(**DATES, successor="new")
class ClosedView(NewView):
    """For who is logged in."""

    permission_classes = (IsAuthenticated,)


@extend_schema(responses={200: None}, request=None)
class NewViewSet(ViewSet):
    """Some actions."""

    permission_classes = (AllowAny,)

    def list(self, request: Request) -> Response:
        """List."""
        return Response()

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read."""
        return Response()


@deprecated(**DATES, successor="new-row")
class OldViewSet(NewViewSet):
    """The same, and one action that has no successor."""

    @action(detail=True)
    def gone(self, request: Request, pk: str) -> Response:
        """Do what nobody wants any more."""
        return Response()


router = SimpleRouter()
router.register("v1/rows", OldViewSet, basename="row")
router.register("v2/rows", NewViewSet, basename="new-row")

handler404 = "apps.core.views.not_found"
handler500 = "apps.core.views.server_error"
urlpatterns = [
    path("api/v1/old/", OldView.as_view(), name="old"),
    path("api/v1/closed/", ClosedView.as_view(), name="closed"),
    path("api/v2/new/", NewView.as_view(), name="new"),
    path("api/", include(router.urls)),
    path("page/", lambda request: HttpResponse()),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def said(path: str, method: str = "GET") -> tuple[int, dict[str, str]]:
    """Return the status of an answer, and what it says of the endpoint's end."""
    answer = Client(raise_request_exception=False).generic(method, path)
    names = ("Deprecation", "Sunset", "Link")
    headers = {name: answer.headers[name] for name in names if name in answer.headers}
    return answer.status_code, headers


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("old/?fail=invalid", "GET", 400),
        ("closed/", "GET", 401),
        ("old/", "POST", 405),
        ("old/?fail=bug", "GET", 500),
        ("old/?fail=away", "GET", 503),
    ],
)
def test_errors_say_it_too(path: str, method: str, status: int) -> None:
    """B11: what a client meets first may be an error."""
    link = '</api/v2/new/>; rel="successor-version"'
    assert said(f"/api/v1/{path}", method) == (status, {**HEADERS, "Link": link})


def test_an_answer_keeps_its_other_links() -> None:
    """B11: a header may hold more than one."""
    links = '</api/terms/>; rel="license", </api/v2/new/>; rel="successor-version"'
    assert said("/api/v1/old/") == (200, {**HEADERS, "Link": links})


@pytest.mark.parametrize(
    "path", ["/api/v2/new/?fail=invalid", "/api/v2/rows/", "/page/", "/nowhere/"]
)
def test_nothing_else_says_it(path: str) -> None:
    """B11: neither the successor, from which the old one derives, nor a page."""
    assert said(path)[1] == {}


@pytest.mark.parametrize(
    ("path", "successor"),
    [
        ("rows/", '</api/v2/rows/>; rel="successor-version"'),
        ("rows/7/", '</api/v2/rows/7/>; rel="successor-version"'),
        ("rows/7/gone/", None),
    ],
)
def test_an_action_of_a_viewset_leads_to_the_same_action(path: str, successor: str | None) -> None:
    """B11: with the same row; one that is gone leads nowhere."""
    headers = {**HEADERS, "Link": successor} if successor else HEADERS
    assert said(f"/api/v1/{path}") == (200, headers)


def test_the_document_says_it() -> None:
    """B11, T13: generators of clients warn of it."""
    document = SchemaGenerator(urlconf=__name__).get_schema(request=None, public=True)
    found = {path: methods["get"] for path, methods in document["paths"].items()}
    marked = {path for path, operation in found.items() if operation.get("deprecated")}
    documented = {
        path for path, operation in found.items() if "headers" in operation["responses"]["200"]
    }
    assert marked == documented == {path for path in found if path.startswith("/api/v1/")}
    for name in marked:
        assert set(found[name]["responses"]["200"]["headers"]) == {*HEADERS, "Link"}


def test_the_end_comes_after_the_beginning() -> None:
    """B11: dates that are mixed up are found when the code is read."""
    with pytest.raises(ValueError, match="before it goes"):
        deprecated(since=DATES["sunset"], sunset=DATES["since"], successor="new")
