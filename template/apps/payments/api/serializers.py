"""What the API shows of payments."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.payments.models import CURRENCY, Payment, PaymentStatus

TX_REF = "pay-7c9e6679-7425-40de-944b-e07fc1f90ae7"
PAYMENT: dict[str, Any] = {
    "tx_ref": TX_REF,
    "purpose": "promotion",
    "reference": "12",
    "title": "Promotion of Backend developer",
    "amount": "500.00",
    "currency": CURRENCY,
    "status": PaymentStatus.PENDING.value,
    "checkout_url": "https://checkout.chapa.co/checkout/payment/Od4P12hbhkbqiw9oZFHgO",
    "created_at": "2026-01-15T09:30:00Z",
    "paid_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("Answer", PAYMENT, response_only=True)])
class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """A payment: while it is `pending`, it is paid at `checkout_url`."""

    class Meta:
        model = Payment
        fields = (
            "tx_ref",
            "purpose",
            "reference",
            "title",
            "amount",
            "currency",
            "status",
            "checkout_url",
            "created_at",
            "paid_at",
        )
        read_only_fields = fields
