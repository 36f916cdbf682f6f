"""What is done once something is paid: other apps say it here, and payments know none of them."""

from collections.abc import Callable
from typing import TypeAlias

from apps.payments.models import Payment

Handler: TypeAlias = Callable[[Payment], None]

HANDLERS: dict[str, Handler] = {}


def purpose(name: str) -> Callable[[Handler], Handler]:
    """Register what is done for a purpose: called once, in the transaction that makes it paid.

    It works in the database alone: what it does is taken back if it raises, and then the payment
    waits, and is tried again when Chapa is next asked.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register
