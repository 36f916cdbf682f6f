"""What the API shows and takes. The rules of what may be written are the services'."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.models import User
from apps.core.uploads import PDFField
from apps.jobs import selectors
from apps.jobs.models import (
    Application,
    ApplicationStatus,
    Company,
    Currency,
    EmploymentType,
    Industry,
    JobPosting,
    Location,
    PostingStatus,
    Skill,
)

INDUSTRY = {"id": 3, "name": "Renewable energy"}
LOCATION = {"id": 5, "city": "Kigali", "country": "Rwanda"}
SKILL = {"id": 8, "name": "Python"}
COMPANY = {
    "id": 2,
    "owner": 41,
    "name": "Acacia Solar",
    "description": "Solar power for homes and clinics.",
    "website": "https://acacia.example.com",
    "created_at": "2026-01-12T08:00:00Z",
    "updated_at": "2026-01-12T08:00:00Z",
}
POSTING_INPUT = {
    "title": "Backend developer",
    "description": "You build the API that our solar meters report to.",
    "industry": 3,
    "location": 5,
    "employment_type": EmploymentType.FULL_TIME.value,
    "salary_min": 900_000,
    "salary_max": 1_400_000,
    "currency": Currency.RWF.value,
    "skills": [8],
    "closes_at": "2026-03-01T00:00:00Z",
}
POSTING = {
    "id": 12,
    **POSTING_INPUT,
    "company": {"id": 2, "name": "Acacia Solar"},
    "industry": INDUSTRY,
    "location": LOCATION,
    "skills": [SKILL],
    "status": PostingStatus.PUBLISHED.value,
    "published_at": "2026-01-15T09:30:00Z",
    "promoted": False,
    "applications_count": 14,
    "created_at": "2026-01-14T16:20:00Z",
    "updated_at": "2026-01-15T09:30:00Z",
}
APPLICATION = {
    "id": 77,
    "candidate": {"id": 52, "full_name": "Amina Uwase", "email": "amina@example.com"},
    "posting": {"id": 12, "title": "Backend developer", "company": POSTING["company"]},
    "cover_letter": "I have built two APIs that field devices report to.",
    "cv_name": "Amina Uwase.pdf",
    "status": ApplicationStatus.SUBMITTED.value,
    "created_at": "2026-01-16T07:45:00Z",
    "updated_at": "2026-01-16T07:45:00Z",
}

STATISTICS = {
    "open_postings": 61,
    "companies": 24,
    "applications": 310,
    "by_industry": [{**INDUSTRY, "open_postings": 61}],
    "by_employment_type": [
        {"employment_type": EmploymentType.FULL_TIME.value, "open_postings": 40},
        {"employment_type": EmploymentType.CONTRACT.value, "open_postings": 21},
    ],
}


def shown(value: dict[str, Any]) -> OpenApiExample:
    """Return the example of an answer."""
    return OpenApiExample("Answer", value, response_only=True)


def taken(value: dict[str, Any]) -> OpenApiExample:
    """Return the example of a request."""
    return OpenApiExample("Request", value, request_only=True)


@extend_schema_serializer(examples=[shown(INDUSTRY), taken({"name": "Renewable energy"})])
class IndustrySerializer(serializers.ModelSerializer[Industry]):
    """An industry."""

    class Meta:
        model = Industry
        fields = ("id", "name")


@extend_schema_serializer(
    examples=[shown(LOCATION), taken({"city": "Kigali", "country": "Rwanda"})]
)
class LocationSerializer(serializers.ModelSerializer[Location]):
    """A location."""

    class Meta:
        model = Location
        fields = ("id", "city", "country")


@extend_schema_serializer(examples=[shown(SKILL), taken({"name": "Python"})])
class SkillSerializer(serializers.ModelSerializer[Skill]):
    """A skill."""

    class Meta:
        model = Skill
        fields = ("id", "name")


@extend_schema_serializer(
    examples=[
        shown(COMPANY),
        taken({key: COMPANY[key] for key in ("name", "description", "website")}),
    ]
)
class CompanySerializer(serializers.ModelSerializer[Company]):
    """A company."""

    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.all(),
        required=False,
        help_text="The id of the employer: yourself, unless an admin chooses somebody else.",
    )

    class Meta:
        model = Company
        fields = ("id", "owner", "name", "description", "website", "created_at", "updated_at")


class CompanySummarySerializer(serializers.ModelSerializer[Company]):
    """A company, in short."""

    class Meta:
        model = Company
        fields = ("id", "name")


@extend_schema_serializer(examples=[shown(POSTING)])
class JobPostingSerializer(serializers.ModelSerializer[JobPosting]):
    """A posting, with its company and categories."""

    company = CompanySummarySerializer()
    industry = IndustrySerializer()
    location = LocationSerializer()
    skills = SkillSerializer(many=True)
    promoted = serializers.BooleanField(
        source="is_promoted", help_text="Whether the posting comes first in the list now."
    )

    class Meta:
        model = JobPosting
        fields = (
            "id",
            "title",
            "description",
            "company",
            "industry",
            "location",
            "employment_type",
            "salary_min",
            "salary_max",
            "currency",
            "skills",
            "status",
            "published_at",
            "closes_at",
            "promoted",
            "applications_count",
            "created_at",
            "updated_at",
        )


@extend_schema_serializer(examples=[taken({"closes_at": "2026-04-01T00:00:00Z"})])
class JobPostingUpdateSerializer(serializers.ModelSerializer[JobPosting]):
    """What can be changed of a posting; relations are given by their ids."""

    skills = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT),
        max_length=20,
        required=False,
        help_text="The ids of the skills that the job asks for.",
    )

    class Meta:
        model = JobPosting
        fields: tuple[str, ...] = (
            "title",
            "description",
            "industry",
            "location",
            "employment_type",
            "salary_min",
            "salary_max",
            "currency",
            "skills",
            "closes_at",
        )

    def validate_skills(self, ids: list[int]) -> list[Skill]:
        """Find the skills, all with one query."""
        found = list(selectors.skills().filter(pk__in=ids))
        unknown = sorted(set(ids) - {skill.pk for skill in found})
        if unknown:
            raise serializers.ValidationError(f"No skill has the id {unknown[0]}.")
        return found

    def to_representation(self, instance: JobPosting) -> dict[str, Any]:
        """Show the posting as everywhere else."""
        return JobPostingSerializer(instance, context=self.context).data


@extend_schema_serializer(examples=[taken({"company": 2, **POSTING_INPUT})])
class JobPostingCreateSerializer(JobPostingUpdateSerializer):
    """What makes a posting: the same, and the company, which stays."""

    class Meta(JobPostingUpdateSerializer.Meta):
        fields = ("company", *JobPostingUpdateSerializer.Meta.fields)


class PostingSummarySerializer(serializers.ModelSerializer[JobPosting]):
    """A posting, in short."""

    company = CompanySummarySerializer()

    class Meta:
        model = JobPosting
        fields = ("id", "title", "company")


class CandidateSerializer(serializers.ModelSerializer[User]):
    """Who applied."""

    class Meta:
        model = User
        fields = ("id", "full_name", "email")


@extend_schema_serializer(examples=[shown(APPLICATION)])
class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """An application, with the candidate and the posting."""

    candidate = CandidateSerializer()
    posting = PostingSummarySerializer()
    cv_name = serializers.CharField(help_text="What the CV is called; empty: there is none.")

    class Meta:
        model = Application
        fields = (
            "id",
            "candidate",
            "posting",
            "cover_letter",
            "cv_name",
            "status",
            "created_at",
            "updated_at",
        )


@extend_schema_serializer(examples=[taken({"cover_letter": APPLICATION["cover_letter"]})])
class ApplicationWriteSerializer(serializers.ModelSerializer[Application]):
    """What a candidate writes of an application."""

    class Meta:
        model = Application
        fields = ("cover_letter",)

    def to_representation(self, instance: Application) -> dict[str, Any]:
        """Show the application as everywhere else."""
        return ApplicationSerializer(instance, context=self.context).data


@extend_schema_serializer(
    examples=[
        OpenApiExample("Request", {"file": "(the bytes)"}, media_type="multipart/form-data"),
    ]
)
class CVSerializer(serializers.Serializer[Application]):
    """A CV."""

    file = PDFField(help_text="A PDF: 5 MB and 20 pages at most, not encrypted, nothing active.")


@extend_schema_serializer(examples=[taken({"status": ApplicationStatus.ACCEPTED.value})])
class ReviewSerializer(serializers.Serializer[Application]):
    """What a review decides."""

    status = serializers.ChoiceField(
        choices=[
            (status.value, status.label)
            for status in (
                ApplicationStatus.UNDER_REVIEW,
                ApplicationStatus.ACCEPTED,
                ApplicationStatus.REJECTED,
            )
        ]
    )

    def to_representation(self, instance: Application) -> dict[str, Any]:
        """Show the application as everywhere else."""
        return ApplicationSerializer(instance, context=self.context).data


class IndustryCountSerializer(serializers.Serializer[selectors.IndustryCount]):
    """How many postings of an industry are open."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    open_postings = serializers.IntegerField()


class EmploymentTypeCountSerializer(serializers.Serializer[selectors.EmploymentTypeCount]):
    """How many postings of an employment type are open."""

    employment_type = serializers.ChoiceField(choices=EmploymentType.choices)
    open_postings = serializers.IntegerField()


@extend_schema_serializer(examples=[shown(STATISTICS)])
class StatisticsSerializer(serializers.Serializer[selectors.Statistics]):
    """The board in numbers."""

    open_postings = serializers.IntegerField()
    companies = serializers.IntegerField()
    applications = serializers.IntegerField()
    by_industry = IndustryCountSerializer(many=True)
    by_employment_type = EmploymentTypeCountSerializer(many=True)
