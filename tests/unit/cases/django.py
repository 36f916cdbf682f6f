"""Django: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

MODEL = "from django.db import models\nclass Job(models.Model):\n    title = models.CharField(max_length=9)\n"
ABSTRACT = MODEL + "    class Meta:\n        abstract = True\n"
CONFLICT = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> main\n"
VIEWS = "from rest_framework import viewsets\nclass Jobs(viewsets.ModelViewSet): ...\n"
TASK = "@shared_task\ndef send(): ...\n"
RELATED = MODEL + "    owner = models.ForeignKey('auth.User', models.CASCADE)\n"

FOUND: list[Found] = [
    ("DJG101", {"README.md": "x"}, "manage.py"),
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/__init__.py": ""}, "jobs/models.py"),
    ("DJG102", {"jobs/models/job.py": MODEL}, "jobs/models/job.py"),
    ("DJG103", {"config/settings.py": "INSTALLED_APPS = []\n"}, "config/settings.py"),
    ("DJG104", {"manage.py": "", "jobs/tests.py": "# Create your tests here.\n"}, "manage.py"),
    ("DJG105", {"db.sqlite3": b"\0"}, "db.sqlite3"),
    ("DJG106", {"jobs/views.py": f"x = 1\n{CONFLICT}"}, "jobs/views.py:2"),
    ("DJG106", {"compose.yaml": CONFLICT}, "compose.yaml:1"),
    ("DJG107", {"manage.py": ""}, "requirements.txt"),
    ("DJG108", {"requirements.txt": "django\ncelery==5.4\n"}, "requirements.txt"),
    (
        "DJG108",
        {"backend/requirements.txt": "Django>=5,<6  # newest\n"},
        "backend/requirements.txt",
    ),
    ("DJG109", {"manage.py": "", "requirements.txt": "celery[redis]==5.4\n"}, "requirements.txt"),
    (
        "DJG109",
        {"manage.py": "", "pyproject.toml": "[project]\ndependencies = ['Celery>=5']\n"},
        "pyproject.toml",
    ),
    (
        "DJG110",
        {"docs/openapi.yaml": "openapi: 3.1.0\npaths:\n  /jobs/:\n    get: {operationId: x}\n"},
        "docs/openapi.yaml:4",
    ),
    (
        "DJG110",
        {"schema.json": '{"openapi": "3.0.3", "paths":\n{"/jobs/": {"post": {}}}}'},
        "schema.json:2",
    ),
    ("DJG110", {"jobs/views.py": VIEWS}, "jobs/views.py"),
    (
        "DJG111",
        {"config/celery.py": "app = Celery('x')\n", "config/__init__.py": "", "a/tasks.py": TASK},
        "config/__init__.py",
    ),
    ("DJG112", {"jobs/tasks.py": TASK}, "jobs/tasks.py"),
    ("DJG113", {"jobs/views.py": VIEWS}, "jobs/views.py"),
    (
        "DJG114",
        {"jobs/models.py": RELATED, "jobs/serializers.py": "class A(ModelSerializer): ...\n"},
        "jobs/models.py",
    ),
    (
        "DJG115",
        {
            "payments/views.py": "URL = 'https://api.chapa.co'\n\ndef chapa_webhook(request):\n    ...\n"
        },
        "payments/views.py:3",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/0001_initial.py": ""}),
    ("DJG102", {"core/models.py": ABSTRACT}),
    ("DJG103", {"config/settings.py": "INSTALLED_APPS = []\nAUTH_USER_MODEL = 'accounts.User'\n"}),
    ("DJG103", {"checks/settings.py": "HINT = 'INSTALLED_APPS = []'\n"}),
    ("DJG104", {"manage.py": "", "jobs/tests/test_api.py": "def test_x(): ...\n"}),
    ("DJG101", {"backend/manage.py": ""}),
    ("DJG102", {"tests/models.py": MODEL}),
    (
        "DJG102",
        {"jobs/models/a.py": MODEL, "jobs/models/b.py": MODEL, "jobs/migrations/0001_x.py": ""},
    ),
    ("DJG105", {"data/jobs.json": "", "static/Thumbs.db": b""}),
    ("DJG106", {"tests/test_merge.py": f'TEXT = """\n{CONFLICT}"""\n'}),
    ("DJG106", {"notes.txt": "Title\n=======\n<<<<<<< so it begins\n"}),
    ("DJG107", {"manage.py": "", "backend/requirements/base.txt": "django\n"}),
    ("DJG107", {"README.md": ""}),
    (
        "DJG108",
        {"requirements.txt": "-r base.txt\ndjango==5.2.1  # LTS\nx @ https://e.org/x.whl\n# y\n\n"},
    ),
    ("DJG108", {"requirements.txt": "django\n", "uv.lock": ""}),
    (
        "DJG109",
        {
            "manage.py": "",
            "requirements.txt": "celery\n",
            "config/celery.py": "app = Celery('x')\n",
        },
    ),
    ("DJG109", {"manage.py": "", "requirements.txt": "# celery some day\ndjango-celery-beat\n"}),
    (
        "DJG110",
        {
            "docs/openapi.yaml": "openapi: 3.1.0\npaths:\n  /jobs/:\n    parameters: []\n    get: {summary: Jobs}\n"
        },
    ),
    (
        "DJG110",
        {
            "jobs/views.py": VIEWS,
            "config/urls.py": "from drf_spectacular.views import SpectacularAPIView\n",
        },
    ),
    ("DJG110", {"jobs/views.py": VIEWS, "docs/jobs.postman_collection.json": "{}"}),
    (
        "DJG111",
        {
            "config/celery.py": "app = Celery('x')\n",
            "config/__init__.py": "from .celery import app\n",
            "a/tasks.py": TASK,
        },
    ),
    ("DJG112", {"jobs/tasks.py": TASK.replace("task", "task(autoretry_for=(OSError,))", 1)}),
    (
        "DJG113",
        {"jobs/views.py": VIEWS, "config/settings.py": "R = {'DEFAULT_PAGINATION_CLASS': 'x'}\n"},
    ),
    (
        "DJG114",
        {
            "jobs/models.py": RELATED,
            "jobs/serializers.py": "class A(ModelSerializer): ...\n",
            "jobs/views.py": "Job.objects.select_related('owner')\n",
        },
    ),
    ("DJG115", {"payments/views.py": "# Chapa\nimport hmac\ndef webhook(request): ...\n"}),
    (
        "DJG115",
        {
            "pay/views.py": "# Chapa, Stripe\ndef stripe_webhook(r):\n    stripe.Webhook.construct_event(r)\n"
        },
    ),
    ("DJG115", {"github/views.py": "def webhook(request): ...\n"}),
]
