"""Filters, search and ordering of the lists.

A parameter or a value that a list does not know is refused: a typing error must not return every
row.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import BigIntegerField, F, QuerySet
from django_filters.fields import ModelMultipleChoiceField
from django_filters.rest_framework import FilterSet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, OrderingFilter, SearchFilter
from rest_framework.request import Request

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


class KnownParameters(BaseFilterBackend):
    """Filters nothing, and refuses a parameter that the list does not know."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows as they came."""
        known = {
            *view.filterset_class.base_filters,
            *(view.paginator.page_query_param, view.paginator.page_size_query_param),
            *(SearchFilter.search_param, OrderingFilter.ordering_param),
        }
        unknown = sorted(request.query_params.keys() - known)
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, "This list has no such parameter."))
        return queryset


class StrictOrderingFilter(OrderingFilter):
    """Orders by the fields that the view allows: rows without a value last, equal ones by age."""

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Any, view: Any, request: Request
    ) -> Any:
        """Refuse what the view does not allow."""
        allowed = view.ordering_fields
        if any(name.removeprefix("-") not in allowed for name in fields):
            raise ValidationError({self.ordering_param: f"Choose from: {', '.join(allowed)}."})
        return fields

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows in one order, the same on every database and on every page."""
        ordering = self.get_ordering(request, queryset, view)
        if not ordering:
            return queryset
        terms = []
        for name in ordering:
            column = name.removeprefix("-")
            nulls_last = queryset.model._meta.get_field(column).null or None
            order = F(column).desc if name.startswith("-") else F(column).asc
            terms.append(order(nulls_last=nulls_last))
        return queryset.order_by(*terms, "-id")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say in the OpenAPI document what the view allows."""
        allowed = [sign + name for name in view.ordering_fields for sign in ("", "-")]
        return [
            {
                "name": self.ordering_param,
                "required": False,
                "in": "query",
                "description": "By what, in this order; a minus reverses.",
                "schema": {"type": "array", "items": {"type": "string", "enum": allowed}},
                "style": "form",
                "explode": False,
            }
        ]


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
