"""The guard against N+1 queries bites."""

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from zeal import NPlusOneError

from apps.accounts.tests.factories import VerifiedUserFactory


def naive(request: HttpRequest) -> HttpResponse:
    """Ask for the user of each address on its own."""
    return HttpResponse(",".join(address.user.email for address in EmailAddress.objects.all()))


def careful(request: HttpRequest) -> HttpResponse:
    """Ask for all at once."""
    addresses = EmailAddress.objects.select_related("user")
    return HttpResponse(",".join(address.user.email for address in addresses))


urlpatterns = [path("naive", naive), path("careful", careful)]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_query_for_each_row_fails_the_test_that_meets_it(client: Client) -> None:
    """H02: N+1 is an error in every test."""
    VerifiedUserFactory.create_batch(3)

    assert client.get("/careful").status_code == 200
    with pytest.raises(NPlusOneError):
        client.get("/naive")
