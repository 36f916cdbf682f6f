"""The endpoints of the job board.

Everyone, logged in or not, reads the categories, the companies and the open postings. All else asks
for a user.
"""

from __future__ import annotations

from typing import TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import Role, User
from apps.accounts.permissions import IsAdmin, roles
from apps.jobs import selectors, services
from apps.jobs.api import docs, filters
from apps.jobs.api.permissions import ReadOnly
from apps.jobs.api.serializers import (
    ApplicationSerializer,
    ApplicationWriteSerializer,
    CompanySerializer,
    IndustrySerializer,
    JobPostingCreateSerializer,
    JobPostingSerializer,
    JobPostingUpdateSerializer,
    LocationSerializer,
    ReviewSerializer,
    SkillSerializer,
)
from apps.jobs.models import Application, Company, Industry, JobPosting, Location, Skill

Row = TypeVar("Row", bound=Model)


class BoardViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Row],
):
    """List, read, change (by PATCH alone) and delete; what writes calls a service."""

    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    @property
    def actor(self) -> User:
        """The user who writes; the permissions let nobody else in."""
        return cast(User, self.request.user)

    @staticmethod
    def row(serializer: BaseSerializer[Row]) -> Row:
        """Return the row that the serializer changes."""
        return cast(Row, serializer.instance)


@docs.industries
class IndustryViewSet(mixins.CreateModelMixin, BoardViewSet[Industry]):
    """Categories of work: everyone reads them, admins write them."""

    permission_classes = (IsAuthenticatedOrReadOnly, ReadOnly | IsAdmin)
    serializer_class = IndustrySerializer
    filterset_class = filters.IndustryFilter
    search_fields = ("name",)
    ordering_fields = ("name",)

    def get_queryset(self) -> QuerySet[Industry]:
        """Return all industries."""
        return selectors.industries()

    def perform_create(self, serializer: BaseSerializer[Industry]) -> None:
        """Add an industry."""
        serializer.instance = services.create_industry(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Industry]) -> None:
        """Change an industry."""
        serializer.instance = services.update_industry(
            industry=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: Industry) -> None:
        """Delete an industry."""
        services.delete_industry(industry=instance)


@docs.locations
class LocationViewSet(mixins.CreateModelMixin, BoardViewSet[Location]):
    """Places of work: everyone reads them, admins write them."""

    permission_classes = (IsAuthenticatedOrReadOnly, ReadOnly | IsAdmin)
    serializer_class = LocationSerializer
    filterset_class = filters.LocationFilter
    search_fields = (
        "city",
        "country",
    )
    ordering_fields = (
        "country",
        "city",
    )

    def get_queryset(self) -> QuerySet[Location]:
        """Return all locations."""
        return selectors.locations()

    def perform_create(self, serializer: BaseSerializer[Location]) -> None:
        """Add a location."""
        serializer.instance = services.create_location(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Location]) -> None:
        """Change a location."""
        serializer.instance = services.update_location(
            location=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: Location) -> None:
        """Delete a location."""
        services.delete_location(location=instance)


@docs.skills
class SkillViewSet(mixins.CreateModelMixin, BoardViewSet[Skill]):
    """Skills: everyone reads them, admins write them."""

    permission_classes = (IsAuthenticatedOrReadOnly, ReadOnly | IsAdmin)
    serializer_class = SkillSerializer
    filterset_class = filters.SkillFilter
    search_fields = ("name",)
    ordering_fields = ("name",)

    def get_queryset(self) -> QuerySet[Skill]:
        """Return all skills."""
        return selectors.skills()

    def perform_create(self, serializer: BaseSerializer[Skill]) -> None:
        """Add a skill."""
        serializer.instance = services.create_skill(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Skill]) -> None:
        """Change a skill."""
        serializer.instance = services.update_skill(
            skill=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: Skill) -> None:
        """Delete a skill."""
        services.delete_skill(skill=instance)


@docs.companies
class CompanyViewSet(mixins.CreateModelMixin, BoardViewSet[Company]):
    """Companies: everyone reads them, an employer writes one, admins write all."""

    permission_classes = (
        IsAuthenticatedOrReadOnly,
        ReadOnly | roles(Role.EMPLOYER, Role.ADMIN),
    )
    serializer_class = CompanySerializer
    filterset_class = filters.CompanyFilter
    search_fields = (
        "name",
        "description",
    )
    ordering_fields = (
        "name",
        "created_at",
    )

    def get_queryset(self) -> QuerySet[Company]:
        """Return all companies."""
        return selectors.companies()

    def perform_create(self, serializer: BaseSerializer[Company]) -> None:
        """Add a company."""
        serializer.instance = services.create_company(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Company]) -> None:
        """Change a company."""
        serializer.instance = services.update_company(
            actor=self.actor, company=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: Company) -> None:
        """Delete a company."""
        services.delete_company(actor=self.actor, company=instance)


@docs.postings
class JobPostingViewSet(mixins.CreateModelMixin, BoardViewSet[JobPosting]):
    """Job postings: everyone reads the open ones, employers write their own, admins write all."""

    permission_classes = (
        IsAuthenticatedOrReadOnly,
        ReadOnly | roles(Role.EMPLOYER, Role.ADMIN),
    )
    serializer_class = JobPostingSerializer
    filterset_class = filters.JobPostingFilter
    search_fields = (
        "title",
        "description",
        "company__name",
    )
    ordering_fields = ("published_at", "closes_at", "salary_min", "salary_max", "title")

    def get_queryset(self) -> QuerySet[JobPosting]:
        """Return the postings that the user may see; who applies late learns that it is late."""
        if self.action == "apply":
            return selectors.announced_postings()
        return selectors.visible_postings(user=self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer[JobPosting]]:
        """Return what the action takes and shows."""
        match self.action:
            case "create":
                return JobPostingCreateSerializer
            case "partial_update":
                return JobPostingUpdateSerializer
            case _:
                return super().get_serializer_class()

    def perform_create(self, serializer: BaseSerializer[JobPosting]) -> None:
        """Draft a posting."""
        serializer.instance = services.create_posting(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[JobPosting]) -> None:
        """Change a posting."""
        serializer.instance = services.update_posting(
            actor=self.actor, posting=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: JobPosting) -> None:
        """Delete a posting."""
        services.delete_posting(actor=self.actor, posting=instance)

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Publish a draft."""
        posting = services.publish_posting(actor=self.actor, posting=self.get_object())
        return Response(self.get_serializer(posting).data)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close a published posting."""
        posting = services.close_posting(actor=self.actor, posting=self.get_object())
        return Response(self.get_serializer(posting).data)

    @action(
        detail=True,
        methods=["post"],
        permission_classes=[roles(Role.CANDIDATE)],
        serializer_class=ApplicationWriteSerializer,
    )
    def apply(self, request: Request, pk: str) -> Response:
        """Apply for an open posting."""
        posting = self.get_object()
        serializer = ApplicationWriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.instance = services.apply(
            candidate=self.actor, posting=posting, **serializer.validated_data
        )
        return Response(serializer.data, status=status.HTTP_201_CREATED)


@docs.applications
class ApplicationViewSet(BoardViewSet[Application]):
    """Applications: candidates see their own, employers those to them, admins all.

    They are made by applying for a posting.
    """

    permission_classes = (IsAuthenticated,)
    serializer_class = ApplicationSerializer
    filterset_class = filters.ApplicationFilter
    search_fields = (
        "posting__title",
        "posting__company__name",
        "candidate__full_name",
    )
    ordering_fields = (
        "created_at",
        "updated_at",
    )

    def get_queryset(self) -> QuerySet[Application]:
        """Return the applications that the user may see."""
        return selectors.visible_applications(user=self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer[Application]]:
        """Return what the action takes and shows."""
        if self.action == "partial_update":
            return ApplicationWriteSerializer
        return super().get_serializer_class()

    def perform_update(self, serializer: BaseSerializer[Application]) -> None:
        """Change an application."""
        serializer.instance = services.update_application(
            actor=self.actor, application=self.row(serializer), **serializer.validated_data
        )

    def perform_destroy(self, instance: Application) -> None:
        """Delete an application."""
        services.delete_application(actor=self.actor, application=instance)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Withdraw an application."""
        application = services.withdraw_application(actor=self.actor, application=self.get_object())
        return Response(self.get_serializer(application).data)

    @action(detail=True, methods=["post"], serializer_class=ReviewSerializer)
    def review(self, request: Request, pk: str) -> Response:
        """Decide on an application."""
        application = self.get_object()
        serializer = ReviewSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.instance = services.review_application(
            actor=self.actor, application=application, **serializer.validated_data
        )
        return Response(serializer.data)
