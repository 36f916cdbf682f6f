"""Django: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

MODEL = "from django.db import models\nclass Job(models.Model):\n    title = models.CharField(max_length=9)\n"
ABSTRACT = MODEL + "    class Meta:\n        abstract = True\n"

FOUND: list[Found] = [
    ("DJG101", {"README.md": "x"}, "manage.py"),
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/__init__.py": ""}, "jobs/models.py"),
    ("DJG102", {"jobs/models/job.py": MODEL}, "jobs/models/job.py"),
    ("DJG103", {"config/settings.py": "DEBUG = False\n"}, "config/settings.py"),
    ("DJG104", {"manage.py": "", "jobs/tests.py": "# Create your tests here.\n"}, "manage.py"),
    ("DJG105", {"db.sqlite3": b"\0"}, "db.sqlite3"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("DJG102", {"jobs/models.py": MODEL, "jobs/migrations/0001_initial.py": ""}),
    ("DJG102", {"core/models.py": ABSTRACT}),
    ("DJG103", {"config/settings.py": "AUTH_USER_MODEL = 'accounts.User'\n"}),
    ("DJG104", {"manage.py": "", "jobs/tests/test_api.py": "def test_x(): ...\n"}),
]
