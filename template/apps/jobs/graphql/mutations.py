"""What can be changed of the job board. Each mutation answers with the row, or with a Problem.

CVs are files: they are uploaded over REST.
"""

from __future__ import annotations

import strawberry
from strawberry import Info

from apps.core.graphql.errors import mutation
from apps.core.graphql.rest import allow, caller, row, valid
from apps.core.graphql.types import Deleted, DeleteResult
from apps.jobs import services
from apps.jobs.api import serializers
from apps.jobs.api.views import (
    ApplicationViewSet,
    CompanyViewSet,
    IndustryViewSet,
    JobPostingViewSet,
    LocationViewSet,
    SkillViewSet,
)
from apps.jobs.graphql import inputs
from apps.jobs.graphql.types import (
    ApplicationResult,
    CompanyResult,
    IndustryResult,
    JobPostingResult,
    LocationResult,
    SkillResult,
)
from apps.jobs.models import (
    Application,
    ApplicationStatus,
    Company,
    Industry,
    JobPosting,
    Location,
    Skill,
)


@strawberry.type
class Mutation:
    """What can be changed of the job board."""

    # Industries

    @mutation(IndustryResult)
    def create_industry(self, info: Info, input: inputs.IndustryInput) -> Industry:
        """Add an industry, as an admin. No two names are the same, whatever their case."""
        allow(IndustryViewSet, info)
        return services.create_industry(**valid(serializers.IndustrySerializer, input))

    @mutation(IndustryResult)
    def update_industry(
        self, info: Info, id: strawberry.ID, input: inputs.IndustryInput
    ) -> Industry:
        """Change an industry, as an admin."""
        industry = row(IndustryViewSet, info, id, action="partial_update")
        changes = valid(serializers.IndustrySerializer, input, instance=industry, partial=True)
        return services.update_industry(industry=industry, **changes)

    @mutation(DeleteResult)
    def delete_industry(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete an industry, as an admin. One that has postings is in use and stays (409)."""
        services.delete_industry(industry=row(IndustryViewSet, info, id, action="destroy"))
        return Deleted(id=id)

    # Locations

    @mutation(LocationResult)
    def create_location(self, info: Info, input: inputs.LocationInput) -> Location:
        """Add a location, as an admin. A city is in a country once, whatever the case."""
        allow(LocationViewSet, info)
        return services.create_location(**valid(serializers.LocationSerializer, input))

    @mutation(LocationResult)
    def update_location(
        self, info: Info, id: strawberry.ID, input: inputs.LocationChanges
    ) -> Location:
        """Change a location, as an admin."""
        location = row(LocationViewSet, info, id, action="partial_update")
        changes = valid(serializers.LocationSerializer, input, instance=location, partial=True)
        return services.update_location(location=location, **changes)

    @mutation(DeleteResult)
    def delete_location(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete a location, as an admin. One that has postings is in use and stays (409)."""
        services.delete_location(location=row(LocationViewSet, info, id, action="destroy"))
        return Deleted(id=id)

    # Skills

    @mutation(SkillResult)
    def create_skill(self, info: Info, input: inputs.SkillInput) -> Skill:
        """Add a skill, as an admin. No two names are the same, whatever their case."""
        allow(SkillViewSet, info)
        return services.create_skill(**valid(serializers.SkillSerializer, input))

    @mutation(SkillResult)
    def update_skill(self, info: Info, id: strawberry.ID, input: inputs.SkillInput) -> Skill:
        """Change a skill, as an admin."""
        skill = row(SkillViewSet, info, id, action="partial_update")
        changes = valid(serializers.SkillSerializer, input, instance=skill, partial=True)
        return services.update_skill(skill=skill, **changes)

    @mutation(DeleteResult)
    def delete_skill(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete a skill, as an admin. Postings that asked for it no longer do."""
        services.delete_skill(skill=row(SkillViewSet, info, id, action="destroy"))
        return Deleted(id=id)

    # Companies

    @mutation(CompanyResult)
    def create_company(self, info: Info, input: inputs.CompanyInput) -> Company:
        """Add the one company that is an employer's own; an admin adds one for an employer."""
        actor = allow(CompanyViewSet, info)
        return services.create_company(actor=actor, **valid(serializers.CompanySerializer, input))

    @mutation(CompanyResult)
    def update_company(
        self, info: Info, id: strawberry.ID, input: inputs.CompanyChanges
    ) -> Company:
        """Change a company, as its owner or an admin."""
        company = row(CompanyViewSet, info, id, action="partial_update")
        changes = valid(serializers.CompanySerializer, input, instance=company, partial=True)
        return services.update_company(actor=caller(info), company=company, **changes)

    @mutation(DeleteResult)
    def delete_company(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete a company and its postings, unless somebody has applied for one (409)."""
        company = row(CompanyViewSet, info, id, action="destroy")
        services.delete_company(actor=caller(info), company=company)
        return Deleted(id=id)

    # Postings

    @mutation(JobPostingResult)
    def create_posting(self, info: Info, input: inputs.PostingInput) -> JobPosting:
        """Draft a posting, as the owner of its company or an admin."""
        actor = allow(JobPostingViewSet, info)
        values = valid(serializers.JobPostingCreateSerializer, input)
        return services.create_posting(actor=actor, **values)

    @mutation(JobPostingResult)
    def update_posting(
        self, info: Info, id: strawberry.ID, input: inputs.PostingChanges
    ) -> JobPosting:
        """Change a posting that is not closed."""
        posting = row(JobPostingViewSet, info, id, action="partial_update")
        changes = valid(
            serializers.JobPostingUpdateSerializer, input, instance=posting, partial=True
        )
        return services.update_posting(actor=caller(info), posting=posting, **changes)

    @mutation(DeleteResult)
    def delete_posting(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete a posting that nobody has applied for; any other is in use and stays (409)."""
        posting = row(JobPostingViewSet, info, id, action="destroy")
        services.delete_posting(actor=caller(info), posting=posting)
        return Deleted(id=id)

    @mutation(JobPostingResult)
    def publish_posting(self, info: Info, id: strawberry.ID) -> JobPosting:
        """Open a draft to candidates."""
        posting = row(JobPostingViewSet, info, id, action="publish")
        return services.publish_posting(actor=caller(info), posting=posting)

    @mutation(JobPostingResult)
    def close_posting(self, info: Info, id: strawberry.ID) -> JobPosting:
        """Close a published posting: from now on nobody can apply."""
        posting = row(JobPostingViewSet, info, id, action="close")
        return services.close_posting(actor=caller(info), posting=posting)

    # Applications

    @mutation(ApplicationResult)
    def apply(
        self, info: Info, posting: strawberry.ID, input: inputs.ApplicationInput
    ) -> Application:
        """Apply for an open posting, once, as a candidate."""
        wanted = row(JobPostingViewSet, info, posting, action="apply")
        values = valid(serializers.ApplicationWriteSerializer, input)
        return services.apply(candidate=caller(info), posting=wanted, **values)

    @mutation(ApplicationResult)
    def update_application(
        self, info: Info, id: strawberry.ID, input: inputs.ApplicationInput
    ) -> Application:
        """Change one's own application, until its review begins."""
        application = row(ApplicationViewSet, info, id, action="partial_update")
        changes = valid(
            serializers.ApplicationWriteSerializer, input, instance=application, partial=True
        )
        return services.update_application(actor=caller(info), application=application, **changes)

    @mutation(ApplicationResult)
    def withdraw_application(self, info: Info, id: strawberry.ID) -> Application:
        """Withdraw one's own application, for good."""
        application = row(ApplicationViewSet, info, id, action="withdraw")
        return services.withdraw_application(actor=caller(info), application=application)

    @mutation(ApplicationResult)
    def review_application(
        self, info: Info, id: strawberry.ID, status: ApplicationStatus
    ) -> Application:
        """Decide on an application, as the owner of the posting or an admin."""
        application = row(ApplicationViewSet, info, id, action="review")
        decision = valid(serializers.ReviewSerializer, {"status": status})
        return services.review_application(actor=caller(info), application=application, **decision)

    @mutation(DeleteResult)
    def delete_application(self, info: Info, id: strawberry.ID) -> Deleted:
        """Delete an application, as an admin; candidates withdraw theirs."""
        application = row(ApplicationViewSet, info, id, action="destroy")
        services.delete_application(actor=caller(info), application=application)
        return Deleted(id=id)
