"""What pyproject.toml says of the checks, and what the baseline knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nexus_scaffold import CheckError, FailOn, Finding, Report, Severity, check
from nexus_scaffold.checks.baseline import BASELINE, write_baseline

Build = Callable[[Mapping[str, str | bytes]], Path]

PLACEHOLDERS = {"README.md": "TODO\n", "docs/old/a.md": "TODO\n", "docs/b.md": "TODO\n"}


def _places(findings: tuple[Finding, ...], rule: str = "DOC103") -> list[str]:
    return [finding.path for finding in findings if finding.check == rule]


def _configured(tree: Build, table: str) -> Report:
    return check(tree({**PLACEHOLDERS, "pyproject.toml": table}))


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("DOC103", []),
        ("DOC", []),
        ('"DOC103:docs/old/*"', ["README.md", "docs/b.md"]),
        ('"DOC:docs/*"', ["README.md"]),
        ('"DOC103:b.md"', ["README.md", "docs/old/a.md"]),
        ("DOC104", ["README.md", "docs/b.md", "docs/old/a.md"]),
    ],
)
def test_what_is_ignored_is_not_reported_and_keeps_its_reason(
    tree: Build, key: str, left: list[str]
) -> None:
    report = _configured(tree, f'[tool.nexus.check.ignore]\n{key} = "they are drafts"\n')
    assert sorted(_places(report.findings)) == left
    ignored = [each for each in report.ignored if each.finding.check == "DOC103"]
    assert len(ignored) == 3 - len(left)
    assert {each.reason for each in ignored} <= {"they are drafts"}


def test_an_ignore_that_covers_nothing_is_named(tree: Build) -> None:
    table = '[tool.nexus.check.ignore]\nDOC103 = "drafts"\n"DOC103:none/*" = "gone"\nDOC105 = "no"'
    assert [ignore.selector for ignore in _configured(tree, table).unused] == [
        "DOC103:none/*",
        "DOC105",
    ]


def test_what_is_excluded_is_not_read(tree: Build) -> None:
    report = _configured(tree, '[tool.nexus.check]\nexclude = ["docs/old/**"]\n')
    assert _places(report.findings) == ["README.md", "docs/b.md"]


def test_what_is_excluded_can_still_be_linked_to(tree: Build) -> None:
    files = {
        "README.md": "[a](legacy/a.md)\n",
        "legacy/a.md": "TODO",
        "pyproject.toml": '[tool.nexus.check]\nexclude = ["legacy/*"]\n',
    }
    assert {f.check for f in check(tree(files)).findings} & {"DOC103", "DOC104"} == set()


def test_vendored_and_minified_files_are_not_read(tree: Build) -> None:
    report = check(tree({"node_modules/a/README.md": "TODO", "static/a.min.js": "\0", "b.md": "x"}))
    assert _places(report.findings) == []


def test_a_severity_is_what_the_owner_says(tree: Build) -> None:
    report = _configured(tree, '[tool.nexus.check.severity]\nDOC103 = "error"\n')
    assert {f.severity for f in report.findings if f.check == "DOC103"} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("fail_on", "severity", "fails"),
    [
        ("error", "error", True),
        ("error", "warning", False),
        ("warning", "error", True),
        ("warning", "warning", True),
        ("warning", "note", False),
        ("note", "note", True),
        ("never", "error", False),
    ],
)
def test_a_finding_fails_the_check_from_a_severity_on(
    tree: Build, fail_on: str, severity: str, fails: bool
) -> None:
    ids = {kind.__name__ for kind in check(tree(PLACEHOLDERS)).checks} - {"DOC103"}
    ignored = "\n".join(f'{name} = "not here"' for name in sorted(ids))
    table = f'[tool.nexus.check]\nfail-on = "{fail_on}"\n[tool.nexus.check.ignore]\n{ignored}\n'
    report = _configured(tree, f'{table}[tool.nexus.check.severity]\nDOC103 = "{severity}"\n')
    assert _places(report.findings)
    assert report.fails is fails
    assert check(report.path, fail_on="never").fails is False
    assert check(report.path, fail_on=FailOn.NOTE).fails is True


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[tool.nexus.check]\nfail_on = "error"', "no key 'fail_on'. Did you mean fail-on?"),
        ('[tool.nexus.check]\nfail-on = "warn"', "fail-on is 'warn'"),
        ("[tool.nexus.check]\nfail-on = []", "fail-on is []"),
        ('[tool.nexus.check]\nexclude = "legacy"', "exclude is not a list of patterns"),
        ("[tool.nexus.check]\nexclude = [1]", "exclude is not a list of patterns"),
        ("[tool.nexus]\ncheck = 1", "tool.nexus.check is no table"),
        ("[tool.nexus.check]\nignore = []", "tool.nexus.check.ignore is no table"),
        ("tool = 1", "tool is no table"),
        ('[tool.nexus.check.ignore]\nDOC013 = "x"', "no check or family 'DOC013'"),
        ('[tool.nexus.check.ignore]\nDOCS = "x"', "Did you mean DOC"),
        ('[tool.nexus.check.ignore]\nDOC103 = " "', "DOC103 gives no reason"),
        ("[tool.nexus.check.ignore]\nDOC103 = true", "DOC103 gives no reason"),
        ('[tool.nexus.check.severity]\nDOC = "error"', "no check 'DOC'"),
        ('[tool.nexus.check.severity]\nDOC103 = "grave"', "DOC103 is 'grave'"),
        ("[tool.nexus.check]\nfail-on = ", "pyproject.toml is not TOML"),
    ],
)
def test_a_wrong_configuration_names_the_key_and_the_mend(
    tree: Build, table: str, said: str
) -> None:
    with pytest.raises(CheckError) as raised:
        _configured(tree, table)
    assert said in raised.value.message
    assert "pyproject.toml" in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_the_configuration_is_read_in_whatever_encoding_it_has(tree: Build, encoding: str) -> None:
    table = '[tool.nexus.check.ignore]\r\nDOC103 = "caf\u00e9"\r\n'
    report = check(tree({**PLACEHOLDERS, "pyproject.toml": table.encode(encoding)}))
    assert {each.reason for each in report.ignored} == {"caf\u00e9"}


def test_a_broken_pyproject_that_configures_nothing_hides_no_finding(tree: Build) -> None:
    assert _places(_configured(tree, "<<<<<<< ours\n[tool.black]\n").findings)


def test_what_the_baseline_knows_is_not_reported_and_what_is_new_is(tree: Build) -> None:
    repo = tree({"README.md": "TODO\n"})
    write_baseline(repo, check(repo).findings)
    assert check(repo).findings == ()
    assert not check(repo, fail_on="note").fails
    # Its line has moved, there is one more of the same, and another.
    (repo / "README.md").write_text("x\n\nTODO\n\nTODO\nTBD\n")
    report = check(repo)
    assert sorted(f.message for f in report.findings) == [
        "A placeholder: 'TBD'.",
        "A placeholder: 'TODO'.",
    ]
    assert "A placeholder: 'TODO'." in {f.message for f in report.known}


def test_what_is_gone_is_named_and_forgotten(tree: Build) -> None:
    repo = tree({"README.md": "TODO\n"})
    write_baseline(repo, check(repo).findings)
    (repo / "README.md").write_text("x\n")
    report = check(repo)
    assert [entry.message for entry in report.gone] == ["A placeholder: 'TODO'."]
    write_baseline(repo, (*report.known, *report.findings))
    assert check(repo).gone == ()


def test_the_baseline_is_the_same_for_the_same_findings(tree: Build) -> None:
    repo = tree(PLACEHOLDERS)
    findings = check(repo).findings
    write_baseline(repo, findings)
    before = (repo / BASELINE).read_bytes()
    write_baseline(repo, reversed(findings))
    assert (repo / BASELINE).read_bytes() == before
    assert "line" not in json.loads(before)["findings"][0]


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"version": 2, "findings": []}', '{"version": 1}', "<<<<<<< a", "\xff"]
    + [f'{{"version": 1, "findings": [{row}]}}' for row in ("1", "{}", '{"path": []}')],
)
def test_a_baseline_that_can_not_be_read_is_an_error(tree: Build, text: str) -> None:
    with pytest.raises(CheckError, match="can't be read") as raised:
        check(tree({BASELINE: text.encode("latin-1")}))
    assert "--write-baseline" in raised.value.hint
