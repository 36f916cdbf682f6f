"""What the lists are filtered by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import BigIntegerField, QuerySet
from django_filters.fields import ModelMultipleChoiceField
from django_filters.rest_framework import FilterSet

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

# What a filter by the id of a row takes, whether there is such a row or not.
ID: dict[str, Any] = {"min_value": 1, "max_value": BigIntegerField.MAX_BIGINT, "decimal_places": 0}


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

    owner = django_filters.NumberFilter(
        field_name="owner_id", help_text="The id of the employer who owns the company.", **ID
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
    salary_min = django_filters.NumberFilter(
        field_name="salary_max", lookup_expr="gte", help_text="Postings that pay this or more."
    )
    salary_max = django_filters.NumberFilter(
        field_name="salary_min", lookup_expr="lte", help_text="Postings that pay this or less."
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

    posting = django_filters.NumberFilter(
        field_name="posting_id", help_text="The id of the posting.", **ID
    )
    company = django_filters.NumberFilter(
        field_name="posting__company_id", help_text="The id of the company.", **ID
    )

    class Meta:
        model = Application
        fields = ("posting", "company", "status")
