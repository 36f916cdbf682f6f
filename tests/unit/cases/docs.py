"""Documents: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

README = """# Jobs
## Program overview
## Project objective
## Major learnings
## Challenges faced
## Best practices
## Collaboration
"""
MODELS = """from django.db import models
class Base(models.Model):
    class Meta:
        abstract = True
class Job(Base):
    skills = models.ManyToManyField("Skill")
    owner = models.ForeignKey("auth.User", models.CASCADE)
class Skill(Base):
    name = models.CharField(max_length=9, unique=True)
"""
DIAGRAM = "```mermaid\nerDiagram\n    JOB }o--o{ SKILLS : has\n    User ||--o{ JOB : owns\n```\n"
CLONE = "```\ngit clone https://github.com/your-username/jobs.git\n```\n"
TREE = "## Structure\n```\njobs/\n├── apps/\n│   └── core/  # shared\n├── .env  # yours\n└── README.md\n```\n"

FOUND: list[Found] = [
    ("DOC101", {"notes.txt": ""}, "README.md"),
    ("DOC101", {"README.md": " \n"}, "README.md"),
    ("DOC102", {"README.md": README.replace("## Collaboration\n", "Collaboration\n")}, "README.md"),
    (
        "DOC102",
        {"README.md": README.replace("## Collaboration\n", "```\n## Collaboration\n```\n")},
        "README.md",
    ),
    ("DOC103", {"README.md": "By Your Name"}, "README.md:1"),
    ("DOC103", {"docs/a.md": "\nTODO: write\n"}, "docs/a.md:2"),
    ("DOC103", {"README.md": "github.com/your-username/jobs"}, "README.md:1"),
    ("DOC103", {"README.md": "By <your name here>"}, "README.md:1"),
    ("DOC103", {"README.md": "* **GitHub:** [Your GitHub Profile Link]"}, "README.md:1"),
    ("DOC103", {"README.md": "Demo: <link to demo video>"}, "README.md:1"),
    ("DOC103", {"README.md": "![x](https://via.placeholder.com/9x9)"}, "README.md:1"),
    ("DOC103", {"README.md": f"## Start\n{CLONE}"}, "README.md:3"),
    ("DOC104", {"README.md": "[the ERD](docs/erd.png)"}, "README.md:1"),
    ("DOC104", {"docs/a.md": "![](../img/b%20c.png)", "img/b.png": ""}, "docs/a.md:1"),
    ("DOC104", {"README.md": "[![build](badge.svg)](no/where)"}, "README.md:1"),
    ("DOC104", {"README.md": "[![build](badge.svg)](https://x.y)"}, "README.md:1"),
    ("DOC104", {"README.md": "[a][b]\n\n[b]: no/where.md 'x'"}, "README.md:3"),
    ("DOC104", {"README.md": '<img alt="x" src="ERD.png">', "erd.png": b""}, "README.md:1"),
    ("DOC104", {"README.md": "# 🚀 Start\n[start](#start)"}, "README.md:2"),
    ("DOC104", {"README.md": "[x](a.md#two)", "a.md": "# One\n"}, "README.md:1"),
    ("DOC105", {"README.md": "x\n```python\nprint()\n"}, "README.md:2"),
    ("DOC105", {"README.md": "````\n```\n"}, "README.md:1"),
    ("DOC106", {"README.md": "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"}, "README.md:1"),
    (
        "DOC107",
        {"docs/a.md": "a\n<!-- your words: a — what? Here. -->\n\n<!-- end of your words -->"},
        "docs/a.md:2",
    ),
    ("DOC108", {"README.md": "# A\nb\n## C\n\n---\n\n## D\ne\n"}, "README.md:3"),
    ("DOC108", {"README.md": "# A\nb\n## C\n"}, "README.md:3"),
    ("DOC109", {"README.md": TREE, "apps/jobs/a.py": ""}, "README.md:2"),
    ("DOC109", {"README.md": TREE, "apps/core/a.py": "", "docs/a.md": ""}, "README.md:2"),
    ("DOC109", {"README.md": "# A\nb\n## Repository Structure\n"}, "README.md:3"),
    ("DOC110", {"jobs/models.py": MODELS, "a.md": DIAGRAM.replace("SKILLS", "TAG")}, "a.md:1"),
    ("DOC110", {"jobs/models.py": f"{MODELS}class C(Base): ...\n", "a.md": DIAGRAM}, "a.md:1"),
    ("DOC111", {"README.md": "# A\nLicensed under the MIT License."}, "README.md:2"),
    ("DOC111", {"README.md": "![](https://img.shields.io/badge/license-MIT-blue)"}, "README.md:1"),
    ("DOC112", {"README.md": "# A\n## B\nx\n## C\ny\n## B\nz\n"}, "README.md:6"),
    (
        "DOC113",
        {"README.md": "![CI](https://github.com/a/b/actions/workflows/ci.yml/badge.svg)"},
        "README.md:1",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    ("DOC101", {"readme.rst": "Jobs"}),
    ("DOC102", {"README.md": README}),
    ("DOC102", {"README.md": README.replace("## Collaboration", "**Collaboration**")}),
    (
        "DOC103",
        {"README.md": "Run `TODO` <!-- TODO: your words --> for your project, with your name."},
    ),
    ("DOC103", {"README.md": "```\nyour-name\n```\n[your first week](week.md), a TODO app"}),
    (
        "DOC103",
        {"README.md": f"## Contributing\n{CLONE}", ".github/a.md": "TODO", "a_template.md": "TBD"},
    ),
    ("DOC104", {"README.md": "It says \\[x\\](y)."}),
    (
        "DOC104",
        {
            "README.md": "[a](#b) [c](https://x.y/z) [d](mailto:a@b.c) [e](docs/) [f](docs/x.md#y)\n# B",
            "docs/x.md": "Y\n-\n",
        },
    ),
    (
        "DOC104",
        {"docs/x.md": "[up](../README.md) [rooted](/README.md) `[no](link)`", "README.md": ""},
    ),
    (
        "DOC104",
        {
            "README.md": "# 🛠️ A & B: `c`\n## X\n## X\n<a id='Y'></a>[a](#%EF%B8%8F-a--b-c) [x](#x-1) [y](#y) [top](#)\n"
            "[code](a.py#L3) [pages](../../issues)",
            "a.py": "",
            "docs/a.md": "# A & B\n[site](#a-b)",
        },
    ),
    ("DOC105", {"README.md": "```a\n```\n~~~\n```\n~~~\n```inline```\n- a\n  ```\n  ```\n"}),
    ("DOC106", {"README.md": "Title\n=======\n"}),
    ("DOC107", {"a.md": "<!-- your words: a — b? -->\nMine.\n<!-- end of your words -->"}),
    (
        "DOC108",
        {
            "README.md": "# A\n### Slogan\n## 1\n## **One**\nx\n## B\n### C\n```\nx\n```\n## D\n![](d.png)\n---\n"
        },
    ),
    (
        "DOC108",
        {".github/pull_request.md": "# A\nb\n## C\n", "README.md": "# A\nb\n## C\n```\nx\n"},
    ),
    ("DOC109", {"README.md": TREE, "apps/core/a.py": ""}),
    ("DOC109", {"README.md": "```\nfrontend/\n├── src/\n└── app.js\n```\n", "a/b.py": ""}),
    ("DOC109", {"README.md": "```\n├── README.md\n└── ...\n```\n", "a/b.py": ""}),
    ("DOC110", {"jobs/models.py": MODELS, "a.md": DIAGRAM}),
    ("DOC110", {"a.md": DIAGRAM, "jobs/models.py": "x = 1\n"}),
    ("DOC111", {"README.md": "Licensed under the MIT License.", "LICENSE": "MIT"}),
    ("DOC111", {"README.md": "# License\nWe licensed nothing; choose a license of your own."}),
    ("DOC112", {"README.md": "# A\n## B\n### C\n## D\n### C\n", "CHANGELOG.md": "# 1\n# 1\n"}),
    (
        "DOC113",
        {
            "README.md": "![CI](https://github.com/a/b/actions/workflows/ci.yml/badge.svg)",
            ".github/workflows/ci.yml": "",
        },
    ),
]
