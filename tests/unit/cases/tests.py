"""Tests: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

TEST = "def test_it(client):\n    assert client.get('/').status_code == 200\n"
VIEW = "def jobs(request):\n    return None\n"

FOUND: list[Found] = [
    ("TST101", {"tests/test_a.py": "\ndef test_a():\n    pass\n"}, "tests/test_a.py:2"),
    ("TST101", {"tests/test_a.py": "def test_a(): ...\n"}, "tests/test_a.py:1"),
    (
        "TST101",
        {
            "a/tests.py": "class T(TestCase):\n    def test_a(self):\n        '''It works.'''\n        self.assertTrue(True)\n"
        },
        "a/tests.py:2",
    ),
    ("TST101", {"tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"}, "tests/test_a.py:1"),
    ("TST102", {"tests/test_a.py": TEST}, "tests/test_a.py"),
    ("TST103", {"jobs/views.py": VIEW, "polls/tests.py": TEST}, "jobs/views.py"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("TST101", {"tests/test_a.py": TEST + "def helper():\n    pass\n"}),
    ("TST101", {"tests/test_a.py": "def test_a():\n    check('x')\n    pass\n"}),
    ("TST101", {"tests/test_a.py": "@pytest.mark.skip\ndef test_a():\n    pass\n"}),
    ("TST101", {"tests/test_a.py": "def test_a():\n    assert True if x() else y()\n"}),
    ("TST102", {"tests/test_a.py": TEST, "setup.cfg": "[tool:pytest]\naddopts = --cov\n"}),
    ("TST102", {"tests/test_a.py": TEST, "requirements.txt": "pytest_cov\n"}),
    ("TST103", {"jobs/views.py": VIEW, "jobs/tests/test_a.py": TEST}),
    (
        "TST103",
        {
            "jobs/views.py": VIEW,
            "tests/test_jobs.py": "def test_a(client):\n    client.get('/jobs/')\n",
        },
    ),
    ("TST103", {"shop/views.py": VIEW, "shop/wsgi.py": "", "polls/tests.py": TEST}),
    ("TST103", {"jobs/views.py": VIEW, "jobs/management/commands/test_mail.py": TEST}),
    ("TST103", {"jobs/views.py": "# Create your views here.\n", "polls/tests.py": TEST}),
]
