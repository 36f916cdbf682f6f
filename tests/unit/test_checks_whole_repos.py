"""Whole repos as beginners write them, and the same repos done well: what is found in the first, and nothing in the second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.testing import commit_all
from tests.unit.cases import Tree

LICENSE = "MIT License\n"
MODELS = """from django.db import models


class Job(models.Model):
    title = models.CharField(max_length=200)
    owner = models.ForeignKey("auth.User", on_delete=models.CASCADE)
"""
SERIALIZERS = """from rest_framework import serializers
from .models import Job


class JobSerializer(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = "__all__"
"""
VIEWS = """from rest_framework import viewsets
from .models import Job
from .serializers import JobSerializer


class JobViewSet(viewsets.ModelViewSet):
    queryset = Job.objects.all()
    serializer_class = JobSerializer
"""
TASKS = """from celery import shared_task
from django.core.mail import send_mail


@shared_task
def welcome(address):
    send_mail("Welcome", "", None, [address])
"""

# Everything in one module, and nothing taken out before the first `git add .`.
MONOLITH: Tree = {
    ".env": "SECRET_KEY=abc\nDEBUG=True\n",
    "manage.py": "import os\n",
    "db.sqlite3": b"SQLite format 3\0",
    "requirements.txt": "Django==5.2\r\ndjangorestframework==3.16\r\ncelery==5.4\r\n".encode(
        "utf-16"
    ),
    "jobboard/__init__.py": "",
    "jobboard/settings.py": '''"""Django settings for jobboard project."""
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "django-insecure-7f1x"
DEBUG = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "corsheaders", "jobs"]
CORS_ALLOW_ALL_ORIGINS = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    }
}
EMAIL_HOST_PASSWORD = "abcd efgh ijkl mnop"
''',
    "jobboard/wsgi.py": "",
    "jobs/models.py": MODELS,
    "jobs/migrations/__init__.py": "",
    "jobs/serializers.py": SERIALIZERS,
    "jobs/views.py": VIEWS,
    "jobs/tasks.py": TASKS,
    "jobs/tests.py": "from django.test import TestCase\n\n# Create your tests here.\n",
    "Dockerfile": 'FROM python:latest\nCOPY . .\nCMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]\n',
    "docker-compose.yml": """services:
  db:
    image: postgres
    environment:
      POSTGRES_PASSWORD: postgres
    ports:
      - "5432:5432"
  web:
    build: .
""",
    "jobboard/.github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n",
}
MONOLITH_FINDS = {
    "SET101", "SET103", "SET104", "SET105", "SET107", "SET108", "SET109", "SET110", "SET111", "SET112", "SET113",
    "SET115", "SET116",
    "DJG102", "DJG103", "DJG104", "DJG105", "DJG109", "DJG110", "DJG112", "DJG113", "DJG114",
    "CIW101", "CIW102",
    "CON101", "CON102", "CON103", "CON104", "CON105", "CON107", "CON108", "CON109",
    "GIT101", "GIT105", "GIT106",
}  # fmt: skip
MONOLITH_DONE_WELL: Tree = {
    ".env.example": "SECRET_KEY=\nDATABASE_URL=postgres://user:password@localhost/jobs\n",
    ".gitignore": ".env\n*.sqlite3\n__pycache__/\n",
    "LICENSE": LICENSE,
    "manage.py": "import os\n",
    "requirements.txt": "Django==5.2\ndjangorestframework==3.16\ncelery==5.4\npytest-cov==6.0\n",
    "jobboard/__init__.py": "from .celery import app as celery_app\n",
    "jobboard/celery.py": "from celery import Celery\n\napp = Celery('jobboard')\n",
    "jobboard/settings/__init__.py": "",
    "jobboard/settings/base.py": '''"""What all environments share."""
import environ

env = environ.Env()
SECRET_KEY = env("SECRET_KEY")
DEBUG = False
INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "drf_spectacular", "accounts", "jobs"]
AUTH_USER_MODEL = "accounts.User"
DATABASES = {"default": env.db("DATABASE_URL")}
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "token": "5/min"},
}
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}]
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
LOGGING = {"version": 1}
''',
    "jobboard/settings/development.py": '''from .base import *

DEBUG = True
ALLOWED_HOSTS = ["*"]
CORS_ALLOW_ALL_ORIGINS = True
SECRET_KEY = "only-for-development"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
''',
    "jobboard/settings/production.py": '''from .base import *

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
''',
    "jobboard/wsgi.py": "",
    "jobs/models.py": MODELS,
    "jobs/migrations/0001_initial.py": "",
    "jobs/serializers.py": SERIALIZERS,
    "jobs/views.py": VIEWS.replace("objects.all()", 'objects.select_related("owner")'),
    "jobs/tasks.py": TASKS.replace("task\n", "task(autoretry_for=(OSError,), retry_backoff=True)\n", 1),
    "jobs/tests.py": "def test_jobs(client):\n    assert client.get('/api/jobs/').status_code == 401\n",
    "jobboard/urls.py": "from drf_spectacular.views import SpectacularAPIView\n",
    ".dockerignore": ".env\n.git\n",
    "Dockerfile": """FROM python:3.13-slim
COPY . .
USER 1000
HEALTHCHECK CMD python -c "import urllib.request as r; r.urlopen('http://localhost:8000/health/')"
CMD ["gunicorn", "jobboard.wsgi"]
""",
    "docker-compose.yml": """services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
    healthcheck:
      test: pg_isready
  web:
    build: .
""",
    ".github/workflows/ci.yml": """on: push
jobs:
  test:
    runs-on: ubuntu-latest
    services:
      db: {image: "postgres:17", env: {POSTGRES_PASSWORD: postgres}}
    env:
      SECRET_KEY: only-for-the-tests-of-ci-0123456789
    steps:
      - uses: actions/checkout@v5
      - run: pip install -r requirements.txt
      - run: pytest --cov
""",
}  # fmt: skip

# A shop that takes payments: the files look right, and what matters is missing.
SHOP: Tree = {
    ".gitignore": "venv/\n",
    ".env.example": "CHAPA_SECRET_KEY=\n",
    "LICENSE": LICENSE,
    "backend/manage.py": "",
    "backend/requirements.txt": "Django\ndjangorestframework>=3.14\npython-decouple\n",
    "backend/core/settings.py": """from decouple import config

SECRET_KEY = config("SECRET_KEY", default="django-insecure-shop")
DEBUG = config("DEBUG", default=True, cast=bool)
ALLOWED_HOSTS = config("ALLOWED_HOSTS", default="*").split(",")
INSTALLED_APPS = ["rest_framework", "payments"]
AUTH_USER_MODEL = "users.User"
REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"anon": "10/min"}}
LOGGING = {}
SECURE_SSL_REDIRECT = not DEBUG
if config("DATABASE_URL", default=""):
    DATABASES = {"default": dj_database_url.config()}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
DB_PASSWORD = config("DB_PASSWORD", default="postgres")
""",
    "backend/core/urls.py": "from drf_yasg.views import get_schema_view\n",
    "backend/core/wsgi.py": "",
    "backend/payments/views.py": """from rest_framework.views import APIView
from rest_framework.permissions import AllowAny


class ChapaWebhook(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        mark_paid(request.data["tx_ref"])
""",
    "backend/payments/tests.py": """from django.test import TestCase


class PaymentTests(TestCase):
    def test_payment(self):
        self.assertTrue(True)
""",
    "Procfile": "web: gunicorn shop.wsgi --log-file -\n",
    ".github/workflows/ci.yml": """name: CI
on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@master
      - uses: actions/setup-python
      - run: pip install -r requirements.txt
      - run: flake8
""",
}
SHOP_FINDS = {
    "SET103", "SET104", "SET105", "SET107", "SET114", "SET115", "DJG108", "DJG115", "TST101", "TST102", "CIW104",
    "CIW105", "CIW107", "DPL103",
}  # fmt: skip
SHOP_DONE_WELL: Tree = {
    **SHOP,
    ".gitignore": "venv/\n.env\n",
    "backend/requirements.txt": "Django==5.2\ndjangorestframework==3.16\npython-decouple==3.8\npytest-cov==6.0\n",
    "backend/core/settings.py": "",
    "backend/core/settings/base.py": """from decouple import config

SECRET_KEY = config("SECRET_KEY")
DEBUG = config("DEBUG", default=False, cast=bool)
ALLOWED_HOSTS = config("ALLOWED_HOSTS", default="").split(",")
INSTALLED_APPS = ["rest_framework", "payments"]
AUTH_USER_MODEL = "users.User"
REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"anon": "10/min"}}
LOGGING = {}
SECURE_SSL_REDIRECT = not DEBUG
DATABASES = {"default": dj_database_url.config()}
DB_PASSWORD = config("DB_PASSWORD")
""",
    "backend/core/settings/local.py": "from .base import *\n",
    "backend/payments/views.py": """import hmac

from rest_framework.views import APIView
from rest_framework.permissions import AllowAny


class ChapaWebhook(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        if hmac.compare_digest(request.headers["x-chapa-signature"], signed(request.body)):
            verify(request.data["tx_ref"])
""",
    "backend/payments/tests.py": "def test_payment(client):\n    assert client.post('/webhook/').status_code == 403\n",
    "Procfile": "web: gunicorn core.wsgi --chdir backend --log-file -\n",
    ".github/workflows/ci.yml": """name: CI
on: [push]
defaults:
  run:
    working-directory: backend
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
      - run: pip install -r requirements.txt
      - run: pytest --cov
""",
}

DOCUMENTS = ("DOC", "TXT", "CLM")  # have tests of their own


def _found(repo: Path) -> set[str]:
    return {f.check for f in check(repo).findings if not f.check.startswith(DOCUMENTS)}


@pytest.mark.parametrize(
    ("files", "message", "rules"),
    [(MONOLITH, "first commit", MONOLITH_FINDS), (SHOP, "feat: shop", SHOP_FINDS)],
    ids=["monolith", "shop"],
)
def test_what_is_wrong_is_found_and_nothing_else(
    tree: Callable[[Tree], Path], files: Tree, message: str, rules: set[str]
) -> None:
    repo = tree(files)
    commit_all(repo, message)
    assert _found(repo) == rules


@pytest.mark.parametrize("files", [MONOLITH_DONE_WELL, SHOP_DONE_WELL], ids=["monolith", "shop"])
def test_the_same_repo_done_well_has_no_finding(tree: Callable[[Tree], Path], files: Tree) -> None:
    repo = tree(files)
    commit_all(repo, "feat: set up")
    assert _found(repo) == set()
