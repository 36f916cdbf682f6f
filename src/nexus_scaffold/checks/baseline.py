"""The findings that an old repo starts with: known, so that only new ones are reported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ..errors import CheckError
from .base import Finding

BASELINE = ".nexus-baseline.json"
_VERSION = 1


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """A finding without its line, which moves whenever something is written above it.

    Attributes:
        path: The file, relative to the repo.
        check: The check's id.
        message: What was found.
    """

    path: str
    check: str
    message: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The entry that a finding has in the baseline."""
        return cls(path=finding.path, check=finding.check, message=finding.message)


@dataclass(frozen=True)
class Baseline:
    """How often each finding is known.

    Attributes:
        counts: The number of each.
    """

    counts: Counter[Entry]

    @classmethod
    def read(cls, root: Path) -> Self:
        """The baseline of the repo in a folder; an empty one where there is no file.

        Raises:
            CheckError: The file can't be read.
        """
        try:
            document = json.loads((root / BASELINE).read_text(encoding="utf-8"))
            if document["version"] != _VERSION:
                raise ValueError(f"version {document['version']} is not known")
            counts = Counter[Entry]()
            for row in document["findings"]:
                entry = Entry(path=row["path"], check=row["check"], message=row["message"])
                counts[entry] += int(row["count"])
        except FileNotFoundError:
            return cls(Counter())
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise CheckError(
                f"{BASELINE} can't be read: {type(error).__name__}: {error}.",
                hint="Restore it from git, or write it anew: nexus check --write-baseline.",
            ) from error
        return cls(counts)

    def split(
        self, findings: Iterable[Finding]
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Entry, ...]]:
        """The findings that are new, those that are known, and the entries that none is left of."""
        left = Counter(self.counts)
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in findings:
            entry = Entry.of(finding)
            (known if left[entry] > 0 else new).append(finding)
            left[entry] -= 1
        return tuple(new), tuple(known), tuple(sorted(+left))


def write_baseline(root: Path, findings: Iterable[Finding]) -> None:
    """Makes findings the known ones.

    Args:
        root: The repo's folder.
        findings: All of them; what the file held before is replaced.
    """
    counts = Counter(map(Entry.of, findings))
    rows = [{**asdict(entry), "count": counts[entry]} for entry in sorted(counts)]
    # ASCII: a message may quote the very characters that the checks look for.
    text = json.dumps({"version": _VERSION, "findings": rows}, indent=2)
    (root / BASELINE).write_text(f"{text}\n", encoding="ascii", newline="\n")
