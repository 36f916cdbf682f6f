"""The templates."""

from pathlib import Path

import pytest
from django.apps import apps
from django.template.loader import get_template

FOLDERS = [
    Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("apps.")
]
NAMES = sorted(
    path.relative_to(folder).as_posix()
    for folder in FOLDERS
    for path in folder.rglob("*")
    if path.is_file()
)


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    """Each template compiles, also one that no other test renders."""
    get_template(name)
