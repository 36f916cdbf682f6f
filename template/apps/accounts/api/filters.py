"""What lists of users are filtered by."""

from django_filters import TypedChoiceFilter
from django_filters.rest_framework import FilterSet
from drf_spectacular.drainage import set_override

from apps.accounts.models import User


class UserFilter(FilterSet):
    """By role, and by whether the account is in use."""

    # A BooleanFilter takes every other value for none, and returns every row.
    is_active = TypedChoiceFilter(choices=[("true", "Yes"), ("false", "No")], coerce="true".__eq__)
    set_override(is_active, "field", {"type": "boolean"})

    class Meta:
        model = User
        fields = ("role",)
