"""Promotions, over GraphQL."""

from __future__ import annotations

from typing import Annotated

import strawberry
import strawberry_django
from strawberry import Info, auto

from apps.core.graphql.errors import Problem, mutation
from apps.core.graphql.rest import caller, row
from apps.core.graphql.types import choices
from apps.jobs import promotions
from apps.jobs.api.views import JobPostingViewSet
from apps.payments import models
from apps.payments.models import PaymentStatus

choices(PaymentStatus)


@strawberry_django.type(models.Payment)
class Payment:
    """A payment: while it is pending, it is paid at `checkoutUrl`."""

    tx_ref: str
    purpose: auto
    reference: auto
    title: auto
    amount: auto
    currency: auto
    status: PaymentStatus
    checkout_url: str
    created_at: auto
    paid_at: auto


PaymentResult = Annotated[Payment | Problem, strawberry.union("PaymentResult")]


@strawberry.type
class Mutation:
    """What is paid for."""

    @mutation(PaymentResult)
    def promote_posting(self, info: Info, id: strawberry.ID) -> models.Payment:
        """Begin to pay for one's own open posting to come first: it does once that is paid."""
        posting = row(JobPostingViewSet, info, id, action="promote")
        site = info.context.request.build_absolute_uri("/")
        return promotions.promote(actor=caller(info), posting=posting, site=site)
