"""What the list of payments is filtered by."""

from django_filters.rest_framework import FilterSet

from apps.payments.models import Payment


class PaymentFilter(FilterSet):
    """Payments by status, and by what they are for."""

    class Meta:
        model = Payment
        fields = ("status", "purpose", "reference")
