"""What the database itself guarantees."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from apps.accounts.models import Role
from apps.accounts.tests.factories import UserFactory
from apps.jobs.api.urls import router
from apps.jobs.models import Application, Company, Industry, JobPosting, Location, Skill
from apps.jobs.tests.factories import (
    ApplicationFactory,
    CompanyFactory,
    IndustryFactory,
    JobPostingFactory,
    LocationFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
MODELS = list(apps.get_app_config("jobs").get_models())


def test_relations_of_each_kind() -> None:
    """C01: the schema holds a 1-1, a 1-N and an M-N relation."""
    assert Company._meta.get_field("owner").one_to_one
    assert JobPosting._meta.get_field("company").many_to_one
    assert JobPosting._meta.get_field("skills").many_to_many


@pytest.mark.parametrize("model", MODELS)
def test_each_index_and_constraint_is_in_the_database_by_name(model: type[models.Model]) -> None:
    """C02: what Meta names is there."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    named = {rule.name for rule in (*model._meta.indexes, *model._meta.constraints)}
    assert named <= found.keys()


@pytest.mark.parametrize("prefix", [prefix for prefix, _, _ in router.registry])
def test_each_list_filters_and_orders_by_what_an_index_begins_with(prefix: str) -> None:
    """C02: no filter and no ordering without an index."""
    view: Any = {name: view for name, view, _ in router.registry}[prefix]
    filters = view.filterset_class.base_filters.values()
    for path in {*view.ordering_fields, *(one.field_name for one in filters)}:
        *relations, name = path.split("__")
        owner = view.filterset_class._meta.model
        for relation in relations:
            owner = owner._meta.get_field(relation).related_model
        field = owner._meta.get_field(name)
        indexed = {index.fields[0].removeprefix("-") for index in owner._meta.indexes}
        assert field.name in indexed or field.unique or field.many_to_many, path


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("posting_salary_whole", {"salary_min": 2_001}),
        ("posting_salary_whole", {"salary_min": None}),
        ("posting_salary_whole", {"salary_max": None}),
        ("posting_salary_whole", {"currency": ""}),
        ("posting_salary_whole", {"salary_min": None, "salary_max": None}),
        ("posting_published_at_set", {"published_at": None}),
        ("posting_published_at_set", {"status": "draft"}),
        ("posting_status_known", {"status": "lost"}),
        ("posting_closes_after_published", {"closes_at": timezone.now() - timedelta(days=9)}),
    ],
)
def test_a_posting_that_breaks_a_rule_is_refused(constraint: str, values: dict[str, Any]) -> None:
    """C01: check constraints hold whoever writes."""
    posting = JobPostingFactory.create()
    for name, value in values.items():
        setattr(posting, name, value)
    with pytest.raises(ValidationError):
        posting.full_clean()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        JobPosting.objects.filter(pk=posting.pk).update(**values)


def test_an_application_has_a_known_status() -> None:
    """C01: check constraints hold whoever writes."""
    ApplicationFactory.create()
    with pytest.raises(IntegrityError, match="application_status_known"), transaction.atomic():
        Application.objects.update(status="lost")


@pytest.mark.parametrize(
    "values",
    [
        {"salary_min": 1_500, "salary_max": 1_500},
        {"salary_min": None, "salary_max": None, "currency": ""},
        {"closes_at": None},
    ],
)
def test_a_posting_that_keeps_the_rules_is_accepted(values: dict[str, Any]) -> None:
    """C01: the rules allow a fixed salary, none, and no closing date."""
    JobPostingFactory.create(**values).full_clean()


def test_names_are_unique_whatever_their_case() -> None:
    """C01: unique constraints."""
    IndustryFactory.create(name="Health care")
    SkillFactory.create(name="Python")
    CompanyFactory.create(name="Acacia")
    LocationFactory.create(city="Gulu", country="Uganda")
    LocationFactory.create(city="Gulu", country="Elsewhere")
    copies: list[models.Model] = [
        Industry(name="HEALTH CARE"),
        Skill(name="python"),
        Company(name="ACACIA", owner=UserFactory.create(role=Role.EMPLOYER)),
        Location(city="gulu", country="UGANDA"),
    ]
    for copy in copies:
        with pytest.raises(ValidationError):
            copy.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save()


def test_a_candidate_applies_for_a_posting_once() -> None:
    """C01, H08: the database refuses the second application."""
    first = ApplicationFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(candidate=first.candidate, posting=first.posting)


def test_an_employer_has_one_company() -> None:
    """C01: the 1-1 relation."""
    company = CompanyFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        CompanyFactory.create(owner=company.owner)


def test_what_goes_with_what_when_it_is_deleted() -> None:
    """C01: the choices of on_delete."""
    application = ApplicationFactory.create()
    posting = application.posting
    for protected in (posting.company.owner, posting.company, posting.industry, posting.location):
        with pytest.raises(ProtectedError):
            protected.delete()
    application.candidate.delete()
    assert not Application.objects.exists()
    posting.company.delete()
    assert not JobPosting.objects.exists()


def test_rows_have_readable_names() -> None:
    """B01: what the admin and the logs show."""
    location = LocationFactory.create(city="Gulu", country="Uganda")
    posting = JobPostingFactory.create(title="Cook", location=location, company__name="Acacia")
    application = ApplicationFactory.create(posting=posting, candidate__email="amina@example.com")
    assert [str(row) for row in (location, posting, posting.company, application)] == [
        "Gulu, Uganda",
        "Cook",
        "Acacia",
        "amina@example.com for Cook",
    ]
    assert str(IndustryFactory.create(name="Media")) == "Media"
    assert str(SkillFactory.create(name="Singing")) == "Singing"
