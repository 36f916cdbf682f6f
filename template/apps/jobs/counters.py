"""`JobPosting.applications_count`: each write of an application counts, in its own transaction."""

from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.jobs.models import Application, JobPosting


@receiver(post_save, sender=Application)
def count_one_more(instance: Application, created: bool, raw: bool, **kwargs: Any) -> None:
    """Count an application that is new; what `loaddata` loads has been counted."""
    if created and not raw:
        _add(instance, 1)


@receiver(post_delete, sender=Application)
def count_one_less(instance: Application, **kwargs: Any) -> None:
    """Count an application no longer, whoever or whatever deleted it."""
    _add(instance, -1)


def recount() -> None:
    """Count all anew, after writes in bulk or in SQL: those send no signals."""
    counts = (
        Application.objects.filter(posting=OuterRef("pk"))
        .order_by()
        .values("posting")
        .values(count=Count("pk"))
    )
    JobPosting.objects.update(applications_count=Coalesce(Subquery(counts), 0))


def _add(application: Application, number: int) -> None:
    """Let the database add, so that no count is lost between two requests."""
    JobPosting.objects.filter(pk=application.posting_id).update(
        applications_count=F("applications_count") + number
    )
