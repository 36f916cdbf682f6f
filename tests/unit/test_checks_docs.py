"""Documents: what --fix makes of links, trees and diagrams, and that nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nexus_scaffold import check
from nexus_scaffold.checks.markdown import parse, slug
from tests.unit.cases import Tree
from tests.unit.cases.docs import DIAGRAM, MODELS
from tests.unit.fixing import fix

Build = Callable[[Tree], Path]


def _messages(repo: Path, rule: str) -> list[str]:
    return [f.message for f in check(repo).findings if f.check == rule]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The N+1 Query Problem", "the-n1-query-problem"),
        ("Best Practices & Takeaways", "best-practices--takeaways"),
        ("🚀 Start", "-start"),
        ("`manage.py` and **snake_case**", "managepy-and-snake_case"),
        ("A [link](https://x.y) \u2013 here", "a-link--here"),
        ("Ngũgĩ's API", "ngũgĩs-api"),
    ],
)
def test_the_anchor_of_a_heading_is_the_one_that_github_makes(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_front_matter_and_comments_are_no_text() -> None:
    document = parse("---\ntitle: TODO\n---\n# A <!-- # b\n# c -->\n# D\n")
    assert [(h.line, h.text.strip()) for h in document.headings] == [(4, "A"), (6, "D")]


def test_links_to_files_that_moved_and_headings_that_are_written_otherwise_are_fixed(
    tree: Build,
) -> None:
    readme = (
        "# 🚀 Start\n[a](#start) [erd](erd.png 'x') <img src=\"/Old/logo.svg\"> [two](b.md) "
        "[gone](c.md) `[code](erd.png)`\r\n\r\n[r]: old/erd.png\n"
    )
    repo = tree(
        {
            "README.md": readme.replace("\r\n", "\n"),
            "docs/the erd/erd.png": b"",
            "docs/logo.svg": "",
            "x/b.md": "",
            "y/b.md": "",
        }
    )
    fix(repo, "DOC104")
    assert (repo / "README.md").read_text() == (
        "# 🚀 Start\n[a](#-start) [erd](docs/the%20erd/erd.png 'x') <img src=\"/docs/logo.svg\"> [two](b.md) "
        "[gone](c.md) `[code](erd.png)`\n\n[r]: docs/the%20erd/erd.png\n"
    )
    assert _messages(repo, "DOC104") == [
        "The link 'b.md' leads nowhere.",
        "The link 'c.md' leads nowhere.",
    ]


def test_a_tree_loses_what_is_gone_gains_what_is_new_and_keeps_what_is_said(tree: Build) -> None:
    """L10: the lines that are right stay as they are, comments and all."""
    readme = """# A
```text
alx-project-nexus/
├── apps/            what it is made of
│   ├── core/        shared
│   └── polls/       gone
│       └── models.py
├── .env             yours, and in no repo
├── manage.py        Django's commands
└── setup.py         gone
```
"""
    repo = tree({"README.md": readme, "apps/core/a.py": "", "manage.py": "", "docs/a.md": ""})
    assert _messages(repo, "DOC109") == [
        "The tree names what is not there: apps/polls, apps/polls/models.py, setup.py, and lacks docs."
    ]
    fix(repo, "DOC109")
    assert (repo / "README.md").read_text() == """# A
```text
alx-project-nexus/
├── apps/            what it is made of
│   └── core/        shared
├── docs/
├── .env             yours, and in no repo
└── manage.py        Django's commands
```
"""


def test_a_tree_that_is_drawn_in_another_way_keeps_its_lines(tree: Build) -> None:
    readme = "```\n.\n|-- a/\n|   |\n|   `-- b.py\n|-- gone/\n`-- README.md\n```\n"
    repo = tree({"README.md": readme, "a/b.py": "", "c/d.py": ""})
    fix(repo, "DOC109")
    assert (repo / "README.md").read_text() == (
        "```\n.\n|-- a/\n|   |\n|   `-- b.py\n├── c/\n`-- README.md\n```\n"
    )


def test_a_heading_without_a_tree_gets_one(tree: Build) -> None:
    """L10: as "Sample Repository Structure" of the fifth source, with nothing under it."""
    repo = tree(
        {
            "README.md": "# A\nb\n\n## 🪄 Sample Repository Structure\n",
            "apps/a.py": "",
            "manage.py": "",
        }
    )
    fix(repo, "DOC109")
    assert (repo / "README.md").read_text() == (
        "# A\nb\n\n## 🪄 Sample Repository Structure\n\n"
        "```text\n├── apps/\n├── README.md\n└── manage.py\n```\n"
    )
    assert _messages(repo, "DOC108") == _messages(repo, "DOC109") == []


SHOP = """
from django.contrib.auth.models import AbstractUser
from django.db import models
class Dated(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    class Meta:
        abstract = True
class User(AbstractUser):
    username = None
    email = models.EmailField(unique=True)
class Profile(Dated):
    user = models.OneToOneField("shop.User", on_delete=models.CASCADE)
class Tag(models.Model):
    slug = models.SlugField(primary_key=True)
class Product(Dated):
    tags = models.ManyToManyField(Tag, blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    main = models.ForeignKey(to=Tag, on_delete=models.PROTECT, related_name="+")
class Book(Product):
    pages = models.PositiveIntegerField()
class Shown(Product):
    class Meta:
        proxy = True
"""


def test_a_diagram_is_drawn_from_the_models(tree: Build) -> None:
    """C01: one to one, one to many, many to many, bases in the repo and of Django's."""
    old = "# Data\n\n```mermaid\nerDiagram\n    USER {\n        int id\n    }\n```\n\nMore.\n"
    repo = tree({"shop/models.py": SHOP, "docs/erd.md": old})
    (message,) = _messages(repo, "DOC110")
    assert message == "The diagram lacks Profile, Tag, Product, Book."
    fix(repo, "DOC110")
    text = (repo / "docs/erd.md").read_text()
    assert text.startswith("# Data\n\n```mermaid\nerDiagram\n")
    assert text.endswith("```\n\nMore.\n")
    lines = [line.strip() for line in text.splitlines()]
    for line in (
        "User ||--o| Profile : user",
        "Product }o--o{ Tag : tags",
        "Product |o--o{ Product : parent",
        "User ||--o{ Product : seller",
        "Product ||--o| Book : product_ptr",
        "varchar slug PK",
        "varchar main_id FK",
        "bigint user_id FK, UK",
        "bigint product_ptr_id PK, FK",
        "varchar email UK",
        "datetime created_at",
        "boolean is_staff",
    ):
        assert line in lines
    assert not re.search("Dated|Shown|username", text)
    assert _messages(repo, "DOC110") == []


def test_of_several_diagrams_none_is_drawn_anew(tree: Build) -> None:
    wrong = DIAGRAM.replace("SKILLS", "TAG")
    repo = tree({"jobs/models.py": MODELS, "a.md": wrong, "b.md": wrong})
    fix(repo, "DOC110")
    assert (repo / "a.md").read_text() == wrong


def test_two_classes_of_one_name_are_no_circle(tree: Build) -> None:
    repo = tree(
        {
            "a/models.py": "from b.models import Y\nclass X(Y): ...\n",
            "b/models.py": "from c.models import X\nclass Y(X): ...\n",
            "c/models.py": MODELS,
            "a.md": DIAGRAM,
        }
    )
    assert re.search("lacks", "".join(_messages(repo, "DOC110"))) is None
