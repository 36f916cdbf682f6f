"""The production server: `python -m config.server`."""

import logging
import logging.config
import math
import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from environs import validate
from granian import Granian
from granian.constants import Interfaces

from config.env import Environment

CGROUP = Path("/sys/fs/cgroup")
# The work is short and waits for the database: a few threads keep a process busy. Each may hold a
# database connection, so DATABASE_POOL_MAX_SIZE is the same number.
BLOCKING_THREADS = 4
INTERFACES = {"wsgi": Interfaces.WSGI, "asgi": Interfaces.ASGINL}  # Django has no lifespan

logger = logging.getLogger("config.server")


def cpu_quota(cgroup: Path = CGROUP) -> float:
    """Return how many CPUs the container may use (cgroup v2 or v1); without a limit, infinity."""
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return math.inf
    if quota in {"max", "-1"}:
        return math.inf
    return int(quota) / int(period)


def usable_cpus(cgroup: Path = CGROUP) -> int:
    """Return how many CPUs this process may use, by its affinity and its container's limit."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.ceil(min(cpus, cpu_quota(cgroup))))


def main() -> None:
    """Serve, and say with how many workers and why."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    env = Environment()
    chosen = env.int("WEB_CONCURRENCY", default=None, validate=validate.Range(min=1))
    address = env.str("HOST", default="0.0.0.0")  # nosec B104
    port = env.int("PORT", default=8000, validate=validate.Range(min=1, max=65535))
    interface = env.str("SERVER_INTERFACE", default="wsgi", validate=validate.OneOf(INTERFACES))
    try:
        env.seal()
        logging.config.dictConfig(settings.LOGGING)  # settings that lack a value say so once, here
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    threads = BLOCKING_THREADS if interface == "wsgi" else 1  # an event loop is one thread
    workers, reason = (chosen, "WEB_CONCURRENCY") if chosen else (usable_cpus(), "usable CPUs")
    logger.info(
        "Serving %s on %s:%s with %s workers (%s) of %s threads",
        *(interface.upper(), address, port, workers, reason, threads),
    )
    Granian(
        f"config.{interface}:application",
        address=address,
        port=port,
        interface=INTERFACES[interface],
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        log_dictconfig=settings.LOGGING,
        workers_kill_timeout=30,
    ).serve()


if __name__ == "__main__":
    main()
