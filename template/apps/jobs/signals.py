"""What follows from a change of an application, wherever the change was made."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.core.outbox.outbox import emit
from apps.jobs.models import Application, ApplicationStatus

DECISIONS = (ApplicationStatus.ACCEPTED, ApplicationStatus.REJECTED)


@receiver(post_save, sender=Application)
def tell_of_application(
    instance: Application,
    created: bool,
    raw: bool,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    """Tell that somebody applied, or that it was decided; a fixture tells nothing."""
    if raw:
        return
    if created:
        emit("jobs.application_submitted", application=instance.pk)
    elif "status" in (update_fields or ()) and instance.status in DECISIONS:
        emit("jobs.application_decided", application=instance.pk)
