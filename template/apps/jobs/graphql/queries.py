"""What can be asked about the job board.

Everyone, logged in or not, asks for the categories, the companies and the open postings. All else
asks for a user.
"""

from __future__ import annotations

import strawberry
from django.db.models import QuerySet
from strawberry import Info

from apps.core.graphql.connections import connection
from apps.core.graphql.rest import answer, row, rows
from apps.core.graphql.types import single
from apps.jobs import models
from apps.jobs.api import views
from apps.jobs.graphql import inputs, types


@strawberry.type
class Query:
    """What can be asked about the job board."""

    @connection(types.Industry)
    def industries(
        self,
        info: Info,
        search: str | None = None,
        ordering: list[inputs.IndustryOrdering] | None = None,
    ) -> QuerySet[models.Industry]:
        """All industries, by name; `search` looks at the name."""
        return rows(views.IndustryViewSet, info, search=search, ordering=ordering)

    @single(types.Industry)
    def industry(self, info: Info, id: strawberry.ID) -> models.Industry:
        """An industry."""
        return row(views.IndustryViewSet, info, id)

    @connection(types.Location)
    def locations(
        self,
        info: Info,
        filters: inputs.LocationFilters | None = None,
        search: str | None = None,
        ordering: list[inputs.LocationOrdering] | None = None,
    ) -> QuerySet[models.Location]:
        """All locations, by country and city; `search` looks at both."""
        return rows(views.LocationViewSet, info, filters=filters, search=search, ordering=ordering)

    @single(types.Location)
    def location(self, info: Info, id: strawberry.ID) -> models.Location:
        """A location."""
        return row(views.LocationViewSet, info, id)

    @connection(types.Skill)
    def skills(
        self,
        info: Info,
        search: str | None = None,
        ordering: list[inputs.SkillOrdering] | None = None,
    ) -> QuerySet[models.Skill]:
        """All skills, by name; `search` looks at the name."""
        return rows(views.SkillViewSet, info, search=search, ordering=ordering)

    @single(types.Skill)
    def skill(self, info: Info, id: strawberry.ID) -> models.Skill:
        """A skill."""
        return row(views.SkillViewSet, info, id)

    @connection(types.Company)
    def companies(
        self,
        info: Info,
        filters: inputs.CompanyFilters | None = None,
        search: str | None = None,
        ordering: list[inputs.CompanyOrdering] | None = None,
    ) -> QuerySet[models.Company]:
        """All companies, by name; `search` looks at name and description."""
        return rows(views.CompanyViewSet, info, filters=filters, search=search, ordering=ordering)

    @single(types.Company)
    def company(self, info: Info, id: strawberry.ID) -> models.Company:
        """A company."""
        return row(views.CompanyViewSet, info, id)

    @connection(types.JobPosting)
    def postings(
        self,
        info: Info,
        filters: inputs.PostingFilters | None = None,
        search: str | None = None,
        ordering: list[inputs.PostingOrdering] | None = None,
    ) -> QuerySet[models.JobPosting]:
        """Postings that the caller may see: the open ones, one's own, and to admins all.

        Drafts first, then the latest. A cursor needs one order that stays, so the promoted ones do
        not come first by themselves, as in REST's list: ask for them by `filters: {promoted: true}`
        and for the others by `filters: {promoted: false}`, in one document. `search` looks at title,
        description and the company's name.
        """
        return rows(
            views.JobPostingViewSet, info, filters=filters, search=search, ordering=ordering
        )

    @single(types.JobPosting)
    def posting(self, info: Info, id: strawberry.ID) -> models.JobPosting:
        """A posting that the caller may see."""
        return row(views.JobPostingViewSet, info, id)

    @connection(types.Application)
    def applications(
        self,
        info: Info,
        filters: inputs.ApplicationFilters | None = None,
        search: str | None = None,
        ordering: list[inputs.ApplicationOrdering] | None = None,
    ) -> QuerySet[models.Application]:
        """Candidates' own applications, to employers those for their postings, to admins all.

        The latest first; `search` looks at the posting's title, the company and the candidate.
        """
        return rows(
            views.ApplicationViewSet, info, filters=filters, search=search, ordering=ordering
        )

    @single(types.Application)
    def application(self, info: Info, id: strawberry.ID) -> models.Application:
        """An application that the caller may see."""
        return row(views.ApplicationViewSet, info, id)

    @strawberry.field
    def statistics(self, info: Info) -> types.Statistics | None:
        """The board in numbers."""
        numbers = answer(views.StatisticsView, info)
        by_industry = [types.IndustryCount(**one) for one in numbers["by_industry"]]
        by_type = [types.EmploymentTypeCount(**one) for one in numbers["by_employment_type"]]
        return types.Statistics(
            **{**numbers, "by_industry": by_industry, "by_employment_type": by_type}
        )
