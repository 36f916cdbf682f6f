"""The probes: whether the process lives, and whether it can serve."""

import structlog
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.errors import problem_response

logger = structlog.get_logger(__name__)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponseBase:
    """Answer as long as the process does."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponseBase:
    """Answer 200 when the database does, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("not_ready", database=str(error))
        return problem_response(request, 503, detail="The database does not answer.")
    return JsonResponse({"status": "ok", "checks": {"database": "ok"}})
