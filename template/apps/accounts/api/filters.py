"""What lists of users are filtered by."""

from django_filters import rest_framework as filters

from apps.accounts.models import User


class UserFilter(filters.FilterSet):
    """By role, and by whether the account is in use."""

    class Meta:
        model = User
        fields = ("role", "is_active")
