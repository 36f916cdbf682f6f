"""How reports and preferences look in the API."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from apps.notifications.models import Preferences, Report, ReportStatus
from apps.notifications.reports import KINDS

STATUS_URL = (
    "https://api.example.org/api/v1/notifications/reports/6f1c1f0e-58a5-4a3b-9d0c-0f6a1c4b7d2e/"
)
QUEUED: dict[str, Any] = {
    "id": "6f1c1f0e-58a5-4a3b-9d0c-0f6a1c4b7d2e",
    "kind": "users",
    "status": ReportStatus.QUEUED.value,
    "progress": 0,
    "rows": 0,
    "created_at": "2026-01-15T09:30:00Z",
    "finished_at": None,
    "status_url": STATUS_URL,
    "download_url": None,
}
DONE = {
    **QUEUED,
    "status": ReportStatus.DONE.value,
    "progress": 100,
    "rows": 1_250,
    "finished_at": "2026-01-15T09:30:04Z",
    "download_url": f"{STATUS_URL}download/",
}


@extend_schema_serializer(examples=[OpenApiExample("A kind", {"kind": "users"}, request_only=True)])
class ReportRequestSerializer(serializers.Serializer[Report]):
    """What somebody asks for."""

    kind = serializers.ChoiceField(choices=sorted(KINDS))


@extend_schema_serializer(
    examples=[
        OpenApiExample("Asked for", QUEUED, response_only=True, status_codes=["202"]),
        OpenApiExample("Done", DONE, response_only=True, status_codes=["200"]),
    ]
)
class ReportSerializer(serializers.ModelSerializer[Report]):
    """How far a report is, and where it is when it is done."""

    status_url = serializers.HyperlinkedIdentityField(view_name="report-detail")
    download_url = serializers.SerializerMethodField(help_text="Null until the report is done.")

    class Meta:
        model = Report
        fields = (
            "id",
            "kind",
            "status",
            "progress",
            "rows",
            "created_at",
            "finished_at",
            "status_url",
            "download_url",
        )
        read_only_fields = fields

    def get_download_url(self, report: Report) -> str | None:
        """Return where to fetch the report."""
        if report.status != ReportStatus.DONE:
            return None
        return reverse("report-download", [report.pk], request=self.context["request"])


@extend_schema_serializer(examples=[OpenApiExample("No digest", {"daily_digest": False})])
class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    """What a user wants to be told."""

    class Meta:
        model = Preferences
        fields = ("daily_digest",)
