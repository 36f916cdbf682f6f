"""What beat starts: see config/celeryconfig.py."""

from celery import shared_task

from apps.traffic import services


@shared_task(soft_time_limit=1500, time_limit=1560)
def anonymise_requests() -> None:
    """Forget who sent old requests."""
    services.anonymise_requests()


@shared_task
def detect_anomalies() -> None:
    """Look for suspicious addresses in the last hour."""
    services.detect_anomalies()
