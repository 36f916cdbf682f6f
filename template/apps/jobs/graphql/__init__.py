"""The job board, over GraphQL."""

from apps.core.graphql.types import choices
from apps.jobs.models import ApplicationStatus, Currency, EmploymentType, PostingStatus

# Before any type of this package names one of them.
choices(ApplicationStatus, Currency, EmploymentType, PostingStatus)
