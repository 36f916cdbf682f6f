"""Files that are replaced whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import FileError


def replace_file(path: Path, content: bytes) -> None:
    """Replaces a file's content, whole or not at all, and keeps its mode.

    Raises:
        FileError: It can't be written.
    """
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(draft, path.stat().st_mode & 0o7777)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise FileError(
            f"{path} can't be written: {error.strerror}.", hint="Make it writable, and try again."
        ) from error
