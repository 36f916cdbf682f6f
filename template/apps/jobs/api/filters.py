"""What the lists are filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import BigIntegerField, QuerySet
from django_filters.fields import ModelMultipleChoiceField
from django_filters.rest_framework import FilterSet
from drf_spectacular.drainage import set_override

from apps.jobs import selectors
from apps.jobs.models import (
    Application,
    Company,
    EmploymentType,
    Industry,
    JobPosting,
    Location,
    Skill,
)


def whole_number(field_name: str, *, least: int, **options: Any) -> django_filters.NumberFilter:
    """Return a filter by a number that a database can look for, as the OpenAPI document says."""
    most = BigIntegerField.MAX_BIGINT
    found = django_filters.NumberFilter(
        field_name=field_name, min_value=least, max_value=most, decimal_places=0, **options
    )
    set_override(found, "field", {"type": "integer", "minimum": least, "maximum": most})
    return found


class ManyField(ModelMultipleChoiceField):
    """Rows by their ids: a few, and none that a database could not even look for."""

    limit = 10

    def clean(self, value: Any) -> Any:
        """Refuse too many ids, and what is none."""
        for key in value or ():
            if not key.isdecimal() or len(key) > 18:
                raise forms.ValidationError("“%(key)s” is not an id.", params={"key": key})
        if value and len(value) > self.limit:
            raise forms.ValidationError(f"Choose at most {self.limit}.")
        return super().clean(value)


class IndustryFilter(FilterSet):
    """Industries have no filter: search them."""

    class Meta:
        model = Industry
        fields = ()


class LocationFilter(FilterSet):
    """Locations by country."""

    country = django_filters.CharFilter(lookup_expr="iexact", help_text="Such as Kenya.")

    class Meta:
        model = Location
        fields = ("country",)


class SkillFilter(FilterSet):
    """Skills have no filter: search them."""

    class Meta:
        model = Skill
        fields = ()


class CompanyFilter(FilterSet):
    """Companies by owner."""

    owner = whole_number(
        "owner_id", least=1, help_text="The id of the employer who owns the company."
    )

    class Meta:
        model = Company
        fields = ("owner",)


class JobPostingFilter(FilterSet):
    """Postings by company, category, terms and status."""

    country = django_filters.CharFilter(
        field_name="location__country", lookup_expr="iexact", help_text="Such as Kenya."
    )
    employment_type = django_filters.MultipleChoiceFilter(
        choices=EmploymentType.choices, distinct=False, help_text="Repeat it to allow several."
    )
    salary_min = whole_number(
        "salary_max",
        lookup_expr="gte",
        least=0,
        help_text="Postings that pay this or more.",
    )
    salary_max = whole_number(
        "salary_min",
        lookup_expr="lte",
        least=0,
        help_text="Postings that pay this or less.",
    )
    promoted = django_filters.ChoiceFilter(
        field_name="promoted_until",
        method="filter_promoted",
        choices=[("true", "Yes"), ("false", "No")],
        help_text="The postings that come first for a while, or all others.",
    )
    skill = django_filters.ModelMultipleChoiceFilter(
        field_name="skills",
        queryset=Skill.objects.all(),
        conjoined=True,
        distinct=False,
        help_text="Repeat it, up to ten times: postings that ask for each of the skills.",
    )
    skill.field_class = ManyField

    class Meta:
        model = JobPosting
        fields = ("company", "industry", "location", "currency", "status")

    def filter_promoted(
        self, queryset: QuerySet[JobPosting], name: str, value: str
    ) -> QuerySet[JobPosting]:
        """Return the postings that are promoted now, or the others."""
        promoted = selectors.is_promoted()
        return queryset.filter(promoted) if value == "true" else queryset.exclude(promoted)


class ApplicationFilter(FilterSet):
    """Applications by posting, company and status."""

    posting = whole_number("posting_id", least=1, help_text="The id of the posting.")
    company = whole_number("posting__company_id", least=1, help_text="The id of the company.")

    class Meta:
        model = Application
        fields = ("posting", "company", "status")
