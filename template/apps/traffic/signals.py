"""A block that is saved works at once in the process that saved it."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.traffic.blocklist import block_list
from apps.traffic.models import BlockedIP


@receiver((post_save, post_delete), sender=BlockedIP)
def read_again(**kwargs: Any) -> None:
    """Read the block list again, once others see the change."""
    transaction.on_commit(block_list.expire)
