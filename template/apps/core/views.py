"""The front page, its icon, and the pages for errors."""

import sys
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from apps.core.errors import database_away, database_is_away, problem

logger = structlog.get_logger(__name__)


class HomeView(TemplateView):
    """Where to find what this project serves."""

    template_name = "core/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the project's code is."""
        return super().get_context_data(repository_url=settings.REPOSITORY_URL, **kwargs)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for an icon by themselves to the one there is."""
    return redirect(static("core/icon.svg"))


def error_page(request: HttpRequest, status: int, **members: Any) -> HttpResponse:
    """Say what went wrong, in no words of the code, and the id to report it by.

    The API's errors come this way too: ProblemDetailsMiddleware makes them what they are.
    """
    # Without the request: what else a template may ask for could be what failed.
    context = {"project_name": settings.PROJECT_NAME, **problem(request, status, **members)}
    try:
        return HttpResponse(render_to_string("core/error.html", context), status=status)
    except Exception:
        logger.exception("error_page_failed")  # such as static files that nobody has collected
        text = "{title}: {detail} Request id: {request_id}".format(**context)
        return HttpResponse(text, "text/plain", status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses to understand (handler400)."""
    return error_page(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer who may not do this (handler403)."""
    return error_page(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str) -> HttpResponse:
    """Answer a form that did not come from its page (CSRF_FAILURE_VIEW); the log has the reason."""
    return error_page(
        request,
        HTTPStatus.FORBIDDEN,
        detail="The form has expired, or this browser sends no cookies. Load its page again.",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where nothing is (handler404)."""
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody expected (handler500): middleware may have missed the database, too."""
    if database_is_away(sys.exc_info()[1]):
        return database_away(request)
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
