"""What GraphQL takes of the job board: values to write, and what lists are cut and ordered by.

Names are those of REST. Of what changes a row, what is not given stays.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import UNSET

from apps.jobs.models import ApplicationStatus, Currency, EmploymentType, PostingStatus

# Values


@strawberry.input
class IndustryInput:
    """An industry."""

    name: str


@strawberry.input
class LocationInput:
    """A location."""

    city: str
    country: str


@strawberry.input
class LocationChanges:
    """What changes of a location. What is not given stays."""

    city: str | None = UNSET
    country: str | None = UNSET


@strawberry.input
class SkillInput:
    """A skill."""

    name: str


@strawberry.input
class CompanyInput:
    """A company."""

    name: str
    owner: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The id of the employer: yourself, unless an admin chooses somebody else.",
    )
    description: str | None = UNSET
    website: str | None = UNSET


@strawberry.input
class CompanyChanges:
    """What changes of a company. What is not given stays."""

    name: str | None = UNSET
    owner: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of another employer: an admin hands the company over."
    )
    description: str | None = UNSET
    website: str | None = UNSET


@strawberry.input
class PostingInput:
    """A posting; relations are given by their ids."""

    company: strawberry.ID
    title: str
    description: str
    industry: strawberry.ID
    location: strawberry.ID
    employment_type: EmploymentType
    salary_min: int | None = strawberry.field(
        default=UNSET, description="Gross, a month, in whole units of the currency."
    )
    salary_max: int | None = strawberry.field(
        default=UNSET, description="The same as the minimum where the salary is fixed."
    )
    currency: Currency | None = strawberry.field(
        default=UNSET, description="Of a salary, which has a minimum, a maximum and a currency."
    )
    skills: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="At most 20.")
    closes_at: datetime | None = strawberry.field(
        default=UNSET, description="From then on nobody can apply; null: open until closed."
    )


@strawberry.input
class PostingChanges:
    """What changes of a posting, whose company stays. What is not given stays, too."""

    title: str | None = UNSET
    description: str | None = UNSET
    industry: strawberry.ID | None = UNSET
    location: strawberry.ID | None = UNSET
    employment_type: EmploymentType | None = UNSET
    salary_min: int | None = UNSET
    salary_max: int | None = UNSET
    currency: Currency | None = UNSET
    skills: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="All of them from now on, at most 20."
    )
    closes_at: datetime | None = UNSET


@strawberry.input
class ApplicationInput:
    """What a candidate writes of an application."""

    cover_letter: str


# Filters


@strawberry.input
class LocationFilters:
    """Which locations."""

    country: str | None = strawberry.field(default=UNSET, description="Such as Kenya.")


@strawberry.input
class CompanyFilters:
    """Which companies."""

    owner: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of the employer who owns the company."
    )


@strawberry.input
class PostingFilters:
    """Which postings."""

    company: strawberry.ID | None = UNSET
    industry: strawberry.ID | None = UNSET
    location: strawberry.ID | None = UNSET
    country: str | None = strawberry.field(default=UNSET, description="Such as Kenya.")
    employment_type: list[EmploymentType] | None = strawberry.field(
        default=UNSET, description="One of these."
    )
    salary_min: int | None = strawberry.field(
        default=UNSET, description="Postings that pay this or more."
    )
    salary_max: int | None = strawberry.field(
        default=UNSET, description="Postings that pay this or less."
    )
    currency: Currency | None = UNSET
    skill: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Each of these, up to ten."
    )
    status: PostingStatus | None = UNSET
    promoted: bool | None = strawberry.field(
        default=UNSET, description="The postings that are promoted now, or all others."
    )


@strawberry.input
class ApplicationFilters:
    """Which applications."""

    posting: strawberry.ID | None = UNSET
    company: strawberry.ID | None = UNSET
    status: ApplicationStatus | None = UNSET


# Orders


@strawberry.enum(description="By what industries are ordered.")
class IndustryOrdering(Enum):
    """By what industries are ordered."""

    NAME = "name"
    NAME_DESC = "-name"


@strawberry.enum(description="By what locations are ordered.")
class LocationOrdering(Enum):
    """By what locations are ordered."""

    COUNTRY = "country"
    COUNTRY_DESC = "-country"
    CITY = "city"
    CITY_DESC = "-city"


@strawberry.enum(description="By what skills are ordered.")
class SkillOrdering(Enum):
    """By what skills are ordered."""

    NAME = "name"
    NAME_DESC = "-name"


@strawberry.enum(description="By what companies are ordered.")
class CompanyOrdering(Enum):
    """By what companies are ordered."""

    NAME = "name"
    NAME_DESC = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESC = "-created_at"


@strawberry.enum(description="By what postings are ordered; those without a value come last.")
class PostingOrdering(Enum):
    """By what postings are ordered."""

    PUBLISHED_AT = "published_at"
    PUBLISHED_AT_DESC = "-published_at"
    CLOSES_AT = "closes_at"
    CLOSES_AT_DESC = "-closes_at"
    SALARY_MIN = "salary_min"
    SALARY_MIN_DESC = "-salary_min"
    SALARY_MAX = "salary_max"
    SALARY_MAX_DESC = "-salary_max"
    TITLE = "title"
    TITLE_DESC = "-title"


@strawberry.enum(description="By what applications are ordered.")
class ApplicationOrdering(Enum):
    """By what applications are ordered."""

    CREATED_AT = "created_at"
    CREATED_AT_DESC = "-created_at"
    UPDATED_AT = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
