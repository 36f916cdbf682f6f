"""Accounts, over GraphQL."""

from apps.accounts.models import Role
from apps.core.graphql.types import choices

# Before any type of this package names one of them.
choices(Role)
