"""What the cache holds of the job board, and the one place where it becomes old.

`bulk_create`, `update()` and SQL send no signals: who writes by them calls `board.invalidate()`.
"""

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save

from apps.core.caching.namespace import Namespace
from apps.jobs.models import Application, Company, Industry, JobPosting, Location, Skill

board = Namespace("board")


def forget(**kwargs: Any) -> None:
    """Forget what the lists and the statistics showed."""
    board.invalidate()


for model in (Application, Company, Industry, JobPosting, Location, Skill):
    post_save.connect(forget, sender=model)
    post_delete.connect(forget, sender=model)
m2m_changed.connect(forget, sender=JobPosting.skills.through)
