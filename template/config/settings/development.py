"""Development on one's own machine: the values of `.env`, and a default for each that is missing."""

from django.core.management.utils import get_random_secret_key

from config.env import BASE_DIR, env

env.read_env(BASE_DIR / ".env", recurse=False)  # first: base reads the environment on import

from config.logging import logging_config  # noqa: E402
from config.settings.base import *  # noqa: E402, F403
from config.settings.base import LOG_LEVEL  # noqa: E402

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default=get_random_secret_key())
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

LOGGING = logging_config(LOG_LEVEL, renderer="console")

env.seal()
