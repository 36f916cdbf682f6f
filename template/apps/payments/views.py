"""The page that payers come back to."""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.errors import ApplicationError
from apps.payments import selectors, services
from apps.payments.models import Source

logger = structlog.get_logger(__name__)


@never_cache
@require_safe
def payment(request: HttpRequest, tx_ref: str) -> HttpResponse:
    """Show how far a payment is. Chapa sends the payer here, and calls it too: we ask Chapa.

    Whoever knows the reference may look, so the page tells nothing of the payer; what stands in the
    query is not read.
    """
    found = get_object_or_404(selectors.payments(), tx_ref=tx_ref)
    try:
        found = services.refresh(found, source=Source.RETURN)
    except ApplicationError as error:
        logger.warning("payment_not_refreshed", tx_ref=tx_ref, code=error.get_codes())
    context = {"payment": found, "frontend_url": settings.FRONTEND_URL}
    response = render(request, "payments/payment.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
