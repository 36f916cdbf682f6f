"""Test data."""

from decimal import Decimal

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from apps.accounts.tests.factories import UserFactory
from apps.payments.models import Payment, PaymentStatus


class PaymentFactory(DjangoModelFactory[Payment]):
    """A payment that waits for the payer; `paid=True` makes one that is paid."""

    class Meta:
        model = Payment

    class Params:
        paid = Trait(status=PaymentStatus.PAID, paid_at=LazyFunction(timezone.now))

    user = SubFactory(UserFactory)
    purpose = "book"
    reference = Sequence(str)
    title = Sequence(lambda n: f"Book {n}")
    amount = Decimal("500.00")
    status = PaymentStatus.PENDING
    checkout_url = "http://testserver/fake-chapa/checkout/1"
