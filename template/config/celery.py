"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import logging.config
import os
from typing import Any

from celery import Celery, bootsteps, signals
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

# They log what a task was called with. Each task is logged by django_structlog, its failure by Task.
logging.getLogger("celery.app.trace").setLevel(logging.CRITICAL)
logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)


class Logs(DjangoStructLogInitStep):
    """Logs the beginning and the end of each task, with the id of the request that caused it."""

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        # Those of django_structlog's app log what is sent, and Task what fails: once is enough.
        signals.before_task_publish.disconnect(self.receiver.receiver_before_task_publish)
        signals.after_task_publish.disconnect(self.receiver.receiver_after_task_publish)
        signals.task_failure.disconnect(self.receiver.receiver_task_failure)


class Queues(bootsteps.StartStopStep):
    """Sees to it that all queues are there, that for what fails and those of other workers, too."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        """Declare the queues, each time that the worker has connected."""
        from config.celeryconfig import dead_letters, task_queues

        for queue in (dead_letters, *task_queues):
            queue(parent.connection.default_channel).declare()


app = Celery("config", task_cls="apps.core.outbox.task:Task")
app.config_from_object("config.celeryconfig")
app.steps["worker"].add(Logs)
app.steps["consumer"].add(Queues)
app.autodiscover_tasks()


@signals.setup_logging.connect
def set_up_logging(**kwargs: Any) -> None:
    """Log as the web server does, instead of in Celery's own way."""
    logging.config.dictConfig(settings.LOGGING)


@signals.celeryd_init.connect
def have_queues_first(**kwargs: Any) -> None:
    """Declare the queues before Celery binds them to its delays: it takes them for granted."""
    from celery.worker.consumer.delayed_delivery import DelayedDelivery

    step: Any = DelayedDelivery
    step.requires = (*step.requires, Queues)
