"""Continuous integration: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone


def workflow(*steps: str, on: str = "push") -> str:
    """A workflow of one job that checks the repo out and goes through these steps."""
    lines = [f"on: {on}", "jobs:", "  test:", "    steps:", "      - uses: actions/checkout@v5"]
    return "\n".join([*lines, *(f"      - {step}" for step in steps)]) + "\n"


CI = ".github/workflows/ci.yml"
TEST = {"tests/test_a.py": "def test_a():\n    assert f()\n"}
SECRET = "q7" + "Zk93" * 5

FOUND: list[Found] = [
    ("CIW101", {"manage.py": ""}, CI),
    ("CIW102", {f"backend/{CI}": workflow("run: pytest")}, f"backend/{CI}"),
    ("CIW102", {".github/workflow/ci.yml": workflow("run: pytest")}, ".github/workflow/ci.yml"),
    ("CIW102", {".github/ci.yml": workflow("run: pytest")}, ".github/ci.yml"),
    ("CIW103", {CI: "on: push\njobs:\n\ttest: x\n"}, CI),
    ("CIW103", {CI: "name: CI\n"}, CI),
    ("CIW104", {CI: workflow("run: flake8"), **TEST}, CI),
    ("CIW105", {CI: workflow("uses: actions/setup-python@main")}, f"{CI}:6"),
    ("CIW105", {CI: workflow("{name: a}", "uses: 'docker/login-action'")}, f"{CI}:7"),
    ("CIW106", {CI: workflow(f"{{run: deploy, env: {{API_KEY: {SECRET}}}}}")}, f"{CI}:6"),
    ("CIW106", {CI: workflow(f"{{uses: a/b@v1, with: {{password: {SECRET}}}}}")}, f"{CI}:6"),
    ("CIW107", {CI: workflow("run: pip install -r requirements.txt")}, f"{CI}:6"),
    ("CIW107", {CI: workflow("{run: pytest, working-directory: ./backend}")}, f"{CI}:6"),
    (
        "CIW107",
        {
            CI: workflow("{run: python manage.py test, working-directory: api}"),
            "api/x.py": "",
            "manage.py": "",
        },
        f"{CI}:6",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    ("CIW101", {"manage.py": "", "Jenkinsfile": ""}),
    (
        "CIW101",  # the owner has said so
        {
            "manage.py": "",
            ".copier-answers.yml": "starter: blank\nproject_slug: x\nrepo_name: y\n"
            "github_actions: false\njenkins: false\ntravis: false\n",
        },
    ),
    (
        "CIW102",
        {
            CI: workflow("run: pytest"),
            f"template/{CI}": workflow(),
            f"{{{{x}}}}/{CI}": workflow(),
            ".github/dependabot.yml": "version: 2\n",
        },
    ),
    ("CIW103", {CI: workflow("run: pytest", on="{push: {branches: [main]}}")}),
    ("CIW104", {CI: workflow("run: make ci"), **TEST}),
    (
        "CIW104",
        {CI: workflow("run: flake8"), ".travis.yml": "script: python manage.py test\n", **TEST},
    ),
    ("CIW104", {CI: workflow("run: flake8")}),
    (
        "CIW105",
        {CI: workflow("uses: a/b@0a1b2c", "uses: ./.github/actions/x", "uses: docker://alpine:3")},
    ),
    (
        "CIW106",
        {
            CI: workflow(
                "{run: x, env: {SECRET_KEY: only-for-tests-0123456789, TOKEN: '${{ secrets.TOKEN }}', PASSWORD: postgres}}",
                "{uses: a/b@v1, with: {password: '${{ secrets.PASSWORD }}', fail-on-token: x}}",
            )
        },
    ),
    (
        "CIW107",
        {
            CI: workflow(
                "run: pip install -r requirements/dev.txt && python manage.py test",
                "run: cd client && bash build.sh",
                "run: python $SCRIPT.py",
                "run: mkdir out && python out/made.py",
                "{run: make, working-directory: '${{ matrix.folder }}'}",
                "{run: python manage.py check, working-directory: api/}",
            ),
            "requirements/dev.txt": "",
            "manage.py": "",
            "api/manage.py": "",
        },
    ),
    (
        "CIW107",  # another repo's files
        {
            CI: workflow(
                "{uses: actions/checkout@v5, with: {repository: a/b}}", "run: python there.py"
            )
        },
    ),
]
