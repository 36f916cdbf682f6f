"""What the lists are filtered by."""

from django_filters.rest_framework import FilterSet

from apps.notifications.models import Report


class ReportFilter(FilterSet):
    """Reports by kind and status."""

    class Meta:
        model = Report
        fields = ("kind", "status")
