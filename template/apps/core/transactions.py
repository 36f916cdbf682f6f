"""What a service writes, it writes whole."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.core.errors import ApplicationError


@contextmanager
def atomic() -> Iterator[None]:
    """Write all or nothing; what other rows or other requests forbid is a conflict, no crash."""
    try:
        with transaction.atomic():
            yield
    except ProtectedError as error:
        raise ApplicationError("It is in use and cannot be deleted.", code="in_use") from error
    except IntegrityError as error:
        raise ApplicationError(
            "Another request changed the same data just now. Read it again.", code="conflict"
        ) from error
