"""The endpoints of the payments: what users see of theirs, and where Chapa reports."""

from http import HTTPStatus

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.core.errors import ApplicationError
from apps.payments import selectors, services, webhooks
from apps.payments.api import docs
from apps.payments.api.filters import PaymentFilter
from apps.payments.api.serializers import PaymentSerializer
from apps.payments.models import Payment, Source

WEBHOOK_LIMIT = 64 * 1024  # bytes: Chapa's events have about one kilobyte


@docs.payments
class PaymentViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Payment],
):
    """One's own payments; to admins, all. They are made by what is paid for."""

    permission_classes = (IsAuthenticated,)
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter
    lookup_field = "tx_ref"
    lookup_value_regex = "[A-Za-z0-9-]+"
    search_fields = ("title",)
    ordering_fields = ("created_at", "paid_at", "amount")

    def get_queryset(self) -> QuerySet[Payment]:
        """Return the payments that the user may see."""
        return selectors.visible_payments(user=self.request.user)

    @action(detail=True, methods=["post"])
    def verify(self, request: Request, tx_ref: str) -> Response:
        """Ask Chapa what has become of a payment."""
        payment = services.refresh(self.get_object(), source=Source.API)
        return Response(self.get_serializer(payment).data)


class WebhookView(APIView):
    """Where Chapa reports. Its few addresses are not counted; who cannot sign is sent away early."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @docs.webhook
    def post(self, request: Request) -> Response:
        """Hear what happened, and ask Chapa about it."""
        # As it came, byte by byte: that is what is signed.
        body = request._request.read(WEBHOOK_LIMIT + 1)
        if len(body) > WEBHOOK_LIMIT:
            raise ApplicationError(
                "This is too long for an event.",
                code="too_long",
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        webhooks.receive(body, request.headers.get(webhooks.SIGNATURE, ""))
        return Response()
