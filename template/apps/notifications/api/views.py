"""Endpoints of reports, which take longer than a request may, and of preferences."""

from http import HTTPStatus
from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from apps.accounts.models import User
from apps.core.errors import ApplicationError
from apps.core.negotiation import WhateverIsAccepted
from apps.notifications import selectors, services
from apps.notifications.api.filters import ReportFilter
from apps.notifications.api.serializers import (
    STATUS_URL,
    PreferencesSerializer,
    ReportRequestSerializer,
    ReportSerializer,
)
from apps.notifications.models import Preferences, Report, ReportStatus

LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    description="Where to ask how far the report is.",
    response=[202],
    examples=[OpenApiExample("An address", STATUS_URL)],
)
CSV = "text/csv"


@extend_schema_view(
    list=extend_schema(
        operation_id="reports_list",
        summary="List one's reports",
        description="The reports that you have asked for, newest first. They are kept for a week.",
    ),
    retrieve=extend_schema(
        operation_id="reports_read",
        summary="Read how far a report is",
        description=(
            "Ask again every few seconds until `status` is `done` or `failed`; when it is done, "
            "`download_url` says where the file is. One that failed can be asked for again."
        ),
    ),
)
class ReportViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Report],
):
    """One's own reports: asked for, built by a task, fetched."""

    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    ordering_fields = ("created_at",)

    def get_queryset(self) -> QuerySet[Report]:
        """Return the reports of the user who asks."""
        return selectors.reports(user=self.request.user)

    @extend_schema(
        operation_id="reports_create",
        summary="Ask for a report",
        description=(
            "The answer (202) comes at once: the report is built meanwhile, and `status_url` says "
            "how far it is. Each kind is for certain roles (403), and comes one at a time (409)."
        ),
        request=ReportRequestSerializer,
        responses={202: ReportSerializer},
        parameters=[LOCATION],
    )
    def create(self, request: Request) -> Response:
        """Ask for a report."""
        serializer = ReportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = cast(User, request.user)
        report = services.request_report(user, **serializer.validated_data)
        body = self.get_serializer(report).data
        headers = {"Location": str(body["status_url"])}  # no subclass of str: wsgiref refuses it
        return Response(body, status=HTTPStatus.ACCEPTED, headers=headers)

    @extend_schema(
        operation_id="reports_download",
        summary="Fetch a report",
        description="The file, once the report is done (before that 409).",
        responses={
            (200, CSV): OpenApiResponse(
                OpenApiTypes.STR,
                "The file.",
                [OpenApiExample("Users", "E-mail,Name\r\nada@example.com,Ada\r\n", media_type=CSV)],
            )
        },
    )
    @action(detail=True, content_negotiation_class=WhateverIsAccepted)
    def download(self, request: Request, pk: str) -> HttpResponse:
        """Fetch a report."""
        report = self.get_object()
        if report.status != ReportStatus.DONE:
            raise ApplicationError("The report is not done.", code="report_not_done")
        name = f"{report.kind}-{report.created_at:%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(report.content, content_type=f"{CSV}; charset=utf-8", headers=headers)


@extend_schema_view(
    get=extend_schema(operation_id="preferences_read", summary="Read one's preferences"),
    patch=extend_schema(operation_id="preferences_update", summary="Change one's preferences"),
)
class PreferencesView(generics.RetrieveUpdateAPIView[Preferences]):
    """What the user who asks wants to be told by mail."""

    serializer_class = PreferencesSerializer
    http_method_names = ("get", "patch", "head", "options")

    def get_object(self) -> Preferences:
        """Return the preferences of the user who asks."""
        return selectors.preferences(user=cast(User, self.request.user))

    def perform_update(self, serializer: BaseSerializer[Preferences]) -> None:
        """Change the preferences."""
        user = cast(User, self.request.user)
        serializer.instance = services.update_preferences(user, **serializer.validated_data)
