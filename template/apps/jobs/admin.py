"""The job board in Django's admin. Statuses change by the same services as in the API."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.errors import ApplicationError
from apps.jobs import services
from apps.jobs.models import Application, Company, Industry, JobPosting, Location, Skill


@admin.register(Industry)
class IndustryAdmin(admin.ModelAdmin):
    """Industries by name."""

    list_display = ("name", "created_at")
    search_fields = ("name",)


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    """Locations by country."""

    list_display = ("city", "country")
    list_filter = ("country",)
    search_fields = ("city", "country")


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):
    """Skills by name."""

    list_display = ("name", "created_at")
    search_fields = ("name",)


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    """Companies with their owners."""

    list_display = ("name", "owner", "website", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
    autocomplete_fields = ("owner",)
    readonly_fields = ("created_at", "updated_at")


@admin.register(JobPosting)
class JobPostingAdmin(admin.ModelAdmin):
    """Postings with their companies; published and closed by actions."""

    list_display = (
        "title",
        "company",
        "industry",
        "location",
        "status",
        "published_at",
        "closes_at",
        "promoted_until",
    )
    list_filter = ("status", "employment_type", "industry")
    list_select_related = ("company", "industry", "location")
    search_fields = ("title", "company__name")
    date_hierarchy = "published_at"
    autocomplete_fields = ("company", "industry", "location", "skills")
    readonly_fields = ("status", "published_at", "created_at", "updated_at")
    actions = ("publish", "close")

    @admin.action(description="Publish the selected drafts")
    def publish(self, request: HttpRequest, queryset: QuerySet[JobPosting]) -> None:
        """Publish the selected postings that are drafts."""
        self._each(request, queryset, services.publish_posting)

    @admin.action(description="Close the selected postings")
    def close(self, request: HttpRequest, queryset: QuerySet[JobPosting]) -> None:
        """Close the selected postings that are published."""
        self._each(request, queryset, services.close_posting)

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[JobPosting],
        service: Callable[..., JobPosting],
    ) -> None:
        """Call the service on each posting, and say which ones it refused."""
        for posting in queryset:
            try:
                service(actor=request.user, posting=posting)
            except ApplicationError as error:
                self.message_user(request, f"{posting}: {error.detail}", messages.WARNING)
            else:
                self.message_user(request, f"{posting}: done.", messages.SUCCESS)


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    """Applications with their candidates and postings."""

    list_display = ("candidate", "posting", "status", "created_at")
    list_filter = ("status",)
    list_select_related = ("candidate", "posting")
    search_fields = ("candidate__email", "posting__title")
    date_hierarchy = "created_at"
    autocomplete_fields = ("candidate", "posting")
    readonly_fields = ("status", "cv_name", "created_at", "updated_at")
