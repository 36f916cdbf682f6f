"""What the OpenAPI document says of each endpoint; the example of a payment is its serializer's."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from apps.core.openapi import problem_answer
from apps.payments.api.serializers import TX_REF, PaymentSerializer

CHAPA_REFUSED = problem_answer(
    502, "Chapa refused, or its answer made no sense.", code="payment_service_refused"
)

payments = extend_schema_view(
    list=extend_schema(
        operation_id="payments_list",
        summary="List payments",
        description=(
            "Newest first. Users see their own, admins all. "
            "Search looks at the title; an unknown parameter or value is refused (400)."
        ),
    ),
    retrieve=extend_schema(
        operation_id="payments_read",
        summary="Read a payment",
        description="A payment that the reader may see: see the list.",
    ),
    verify=extend_schema(
        operation_id="payments_verify",
        summary="Find out whether a payment was paid",
        description=(
            "Asks Chapa, unless it was asked within the last three seconds, and answers with what "
            "the payment is then. Ask when the payer comes back, and again while it is `pending`. "
            "Chapa may refuse (502) or not answer (503, with `Retry-After`): "
            "the payment stays as it is."
        ),
        request=None,
        responses={200: PaymentSerializer, **CHAPA_REFUSED},
    ),
)

webhook = extend_schema(
    operation_id="payments_webhook",
    summary="Hear from Chapa",
    description=(
        "For Chapa alone, which signs the body (HMAC-SHA256 in `x-chapa-signature`); what is not "
        "signed is refused (403). Nothing in the body is believed but which payment it is about: "
        "Chapa is asked what became of it. The same event may come any number of times; one about "
        "an unknown payment is ignored (200). 503 asks Chapa to send it again."
    ),
    request=OpenApiTypes.OBJECT,
    examples=[
        OpenApiExample(
            "Event",
            {"event": "charge.success", "tx_ref": TX_REF, "status": "success", "amount": "500.00"},
            request_only=True,
        ),
    ],
    parameters=[
        OpenApiParameter(
            "x-chapa-signature",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            required=True,
            description="HMAC-SHA256 of the body, in hexadecimal.",
        ),
    ],
    responses={
        200: OpenApiResponse(description="Heard."),
        **problem_answer(403, "The signature is not Chapa's.", code="wrong_signature"),
        **CHAPA_REFUSED,
    },
)
