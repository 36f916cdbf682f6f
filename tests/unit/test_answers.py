"""The answers: every rule, and the file that records them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus_scaffold import Answers, AnswersError, AnswersFile

GOOD = [
    ("project_name", 'Ngũgĩ\'s "Jobs" {{ x }} & Co'),
    ("user_name", "Ada, Countess of Lovelace"),
    ("user_email", "ada+jobs@mail.example.org"),
    ("user_email", ""),
    ("github_user", "ada-lovelace"),
    ("linkedin_user", "ada-lovelace-1815"),
    ("start_date", "2028-02-29"),
    ("start_date", ""),
    ("collaborators", "ada-lovelace,grace-hopper"),
    ("frontend_partner", "Katherine Johnson"),
    ("frontend_repo", "https://git.example.org/kj/jobs-app"),
    ("project_slug", "job-board-2"),
    ("repo_name", "alx-project-nexus"),
    ("hosted_url", "https://jobs.example.org:8443/api/docs/?q=1"),
    ("frontend_origins", "https://app.example.org,http://localhost:5173"),
    ("django_version", "6.1"),
    ("license", "none"),
    ("starter", "blank"),
]
BAD = [
    ("project_name", ""),
    ("project_name", "  "),
    ("project_name", "x" * 61),
    ("project_name", "two\nlines"),
    ("project_name", "a bell \x07"),
    ("user_name", "Ada\u2028Lovelace"),
    ("user_name", "x" * 81),
    ("cohort", "x" * 61),
    ("description", "x" * 201),
    ("user_email", "ada@localhost"),
    ("user_email", "ada lovelace@example.org"),
    ("user_email", "ada@example.org\n"),
    ("github_user", "-ada"),
    ("github_user", "ada--lovelace"),
    ("github_user", "https://github.com/ada"),
    ("github_user", "a" * 40),
    ("linkedin_user", "linkedin.com/in/ada"),
    ("start_date", "2027-02-29"),
    ("start_date", "2100-02-29"),
    ("start_date", "2026-04-31"),
    ("start_date", "2026-13-01"),
    ("start_date", "2026-00-10"),
    ("start_date", "2026-01-00"),
    ("start_date", "2 March 2026"),
    ("start_date", "2026-3-2"),
    ("start_date", "2026-03-02\n"),
    ("collaborators", "ada-lovelace, grace-hopper"),
    ("collaborators", "ada,"),
    ("collaborators", "@ada"),
    ("frontend_partner", "x" * 81),
    ("frontend_partner", "two\nlines"),
    ("frontend_repo", "git@example.org:kj/jobs-app"),
    ("project_slug", ""),
    ("project_slug", "Job Board"),
    ("project_slug", "job--board"),
    ("project_slug", "2jobs"),
    ("project_slug", "j" * 41),
    ("repo_name", "../jobs"),
    ("repo_name", "alx project nexus"),
    ("hosted_url", "jobs.example.org"),
    ("frontend_origins", ""),
    ("frontend_origins", "https://app.example.org/path"),
    ("frontend_origins", "https://app.example.org,"),
    ("frontend_origins", "https://a.example.org, https://b.example.org"),
    ("hosted_url", "javascript:alert(1)"),
    ("hosted_url", "https://example.org/a b"),
    ("django_version", "4.2"),
    ("license", "WTFPL"),
    ("starter", "e_commerce"),
]


@pytest.mark.parametrize(("field", "value"), GOOD)
def test_a_right_answer_is_kept_as_it_was_given(field: str, value: str) -> None:
    assert getattr(Answers.parse({field: value}), field) == value


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_wrong_answer_is_named(field: str, value: str) -> None:
    with pytest.raises(AnswersError) as raised:
        Answers.parse({field: value})
    assert raised.value.fields == (field,)
    assert raised.value.message.startswith(f"{field}: ")


@pytest.mark.parametrize("slug", ["django", "asyncio", "postgres", "uv", "class"])
def test_a_name_of_python_or_django_is_no_slug(slug: str) -> None:
    with pytest.raises(AnswersError, match=f"such as {slug}-api"):
        Answers.parse({"project_slug": slug})


@pytest.mark.parametrize(
    ("given", "read"), [("yes", True), ("false", False), (True, True), ("0", False)]
)
def test_a_bool_is_read_from_what_people_write(given: object, read: bool) -> None:
    assert Answers.parse({"containers": given}).containers is read


def test_banana_is_no_bool() -> None:
    with pytest.raises(AnswersError, match="containers: 'banana' is neither yes nor no"):
        Answers.parse({"containers": "banana"})


def test_an_unknown_question_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(AnswersError, match=r"projectname: .* Did you mean project_name\?"):
        Answers.parse({"projectname": "Jobs"})


def test_all_problems_are_told_at_once_and_none_that_only_follows() -> None:
    with pytest.raises(AnswersError) as raised:
        Answers.parse({"project_name": "", "user_email": "ada", "containers": "banana"})
    assert set(raised.value.fields) == {"project_name", "user_email", "containers"}


def test_a_number_that_yaml_made_of_text_is_text_again() -> None:
    assert Answers.parse({"django_version": 5.2, "project_name": 2026}).project_name == "2026"
    assert Answers.parse({"start_date": date(2026, 3, 2)}).start_date == "2026-03-02"


@given(st.text(min_size=1, max_size=60))
def test_the_slug_of_any_name_is_a_right_slug_or_a_reserved_one(name: str) -> None:
    try:
        answers = Answers.parse({"project_name": name})
    except AnswersError as error:
        refused = error.message
        assert refused.startswith("project_name: ") or "uses that name" in refused
    else:
        assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", answers.project_slug)


def test_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Also one of another version, whose questions are others."""
    path = tmp_path / ".copier-answers.yml"
    path.write_text("# words\n_commit: v1.2.3\n_src_path: /t\nproject_name: Ngũgĩ\nlegacy: true\n")
    assert AnswersFile.read(path) == AnswersFile(
        answers={"project_name": "Ngũgĩ", "legacy": True}, src_path="/t", commit="v1.2.3"
    )


def test_a_file_without_a_source_says_so(tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    path.write_text("license: MIT\n")
    assert (AnswersFile.read(path).src_path, AnswersFile.read(path).commit) == (None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\n<<<<<<< HEAD\nlicense: MIT\n=======\nlicense: none\n>>>>>>> new\n",
            "unfinished merge, at line 2",
        ),
        ("project_name: [\n", "is not YAML"),
        ("just text\n", "holds no answers"),
        ("", "holds no answers"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / ".copier-answers.yml"
    path.write_text(text)
    with pytest.raises(AnswersError, match=message):
        AnswersFile.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="does not exist") as raised:
        AnswersFile.read(tmp_path / ".copier-answers.yml")
    assert "root of a repo" in raised.value.hint


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".copier-answers.yml"
    path.write_bytes("user_name: Zoë".encode("latin-1"))
    with pytest.raises(AnswersError, match="can't be read"):
        AnswersFile.read(path)


def test_the_schema_states_the_rules() -> None:
    schema = Answers.model_json_schema()["properties"]
    assert schema["license"]["enum"] == [
        "MIT",
        "Apache-2.0",
        "BSD-3-Clause",
        "GPL-3.0-or-later",
        "none",
    ]
    assert schema["project_name"]["maxLength"] == 60
    assert schema["github_user"]["pattern"].startswith("^(")
