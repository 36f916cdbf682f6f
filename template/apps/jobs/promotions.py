"""Promoted postings: an employer pays, and the posting comes first for a while."""

from datetime import timedelta
from decimal import Decimal

import structlog
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import ApplicationError
from apps.jobs.models import JobPosting
from apps.payments import services as payments
from apps.payments.models import Payment
from apps.payments.purposes import purpose

PRICE = Decimal("500.00")  # in birr
PERIOD = timedelta(days=30)

logger = structlog.get_logger(__name__)


def promote(*, actor: User, posting: JobPosting, site: str) -> Payment:
    """Begin to pay for the promotion of one's own open posting; it is promoted once that is paid."""
    if posting.company.owner_id != actor.pk:
        raise PermissionDenied("Only the owner of the company pays for its postings.")
    if not posting.is_open:
        raise ApplicationError("Only an open posting is promoted.", code="posting_not_open")
    return payments.start(
        user=actor,
        purpose="promotion",
        reference=str(posting.pk),
        amount=PRICE,
        title=f"Promotion of {posting.title}",
        site=site,
    )


@purpose("promotion")
def extend(payment: Payment) -> None:
    """Promote a posting, or promote it for longer: whoever pays twice gets twice the time.

    A posting that was closed meanwhile is promoted too, unseen, and money for one that was deleted
    is an operator's to give back: what was paid stays paid.
    """
    postings = JobPosting.objects.select_for_update(no_key=True)
    posting = postings.filter(pk=int(payment.reference)).first()
    if posting is None:
        logger.error("promotion_without_posting", tx_ref=payment.tx_ref, posting=payment.reference)
        return
    now = timezone.now()
    posting.promoted_until = max(posting.promoted_until or now, now) + PERIOD
    posting.save(update_fields=["promoted_until", "updated_at"])
