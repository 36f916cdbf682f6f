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
    ("DOC104", {"README.md": "[the ERD](docs/erd.png)"}, "README.md:1"),
    ("DOC104", {"docs/a.md": "![](../img/b%20c.png)", "img/b.png": ""}, "docs/a.md:1"),
    ("DOC104", {"README.md": "[![build](badge.svg)](no/where)"}, "README.md:1"),
    ("DOC105", {"README.md": "x\n```python\nprint()\n"}, "README.md:2"),
    ("DOC105", {"README.md": "````\n```\n"}, "README.md:1"),
    ("DOC106", {"README.md": "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"}, "README.md:1"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("DOC101", {"readme.rst": "Jobs"}),
    ("DOC102", {"README.md": README}),
    (
        "DOC103",
        {"README.md": "Run `TODO` <!-- TODO: your words --> for your project, with your name."},
    ),
    ("DOC103", {"README.md": "```\nyour-name\n```\n[your first week](week.md)"}),
    (
        "DOC104",
        {
            "README.md": "[a](#b) [c](https://x.y/z) [d](mailto:a@b.c) [e](docs/) [f](docs/x.md#y)",
            "docs/x.md": "",
        },
    ),
    (
        "DOC104",
        {"docs/x.md": "[up](../README.md) [rooted](/README.md) `[no](link)`", "README.md": ""},
    ),
    ("DOC105", {"README.md": "```a\n```\n~~~\n```\n~~~\n```inline```\n"}),
    ("DOC106", {"README.md": "Title\n=======\n"}),
]
