"""Fixtures of the payments."""

from collections.abc import Iterator

import pytest

from apps.payments import purposes
from apps.payments.models import Payment
from apps.payments.tests.chapa import Site, fake_chapa


@pytest.fixture
def chapa() -> Iterator[Site]:
    """Talk to the fake Chapa."""
    with fake_chapa() as site:
        yield site


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the references of what was done for the purpose "book"."""
    references: list[str] = []

    def book(payment: Payment) -> None:
        references.append(payment.reference)

    monkeypatch.setitem(purposes.HANDLERS, "book", book)
    return references
