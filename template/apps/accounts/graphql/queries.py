"""What can be asked about accounts."""

from __future__ import annotations

import strawberry
from django.db.models import QuerySet
from strawberry import Info

from apps.accounts import models
from apps.accounts.api.views import ProfileView, UserViewSet
from apps.accounts.graphql.types import Profile, User, UserFilters, UserOrdering
from apps.core.graphql.connections import connection
from apps.core.graphql.rest import row, rows
from apps.core.graphql.types import single


@strawberry.type
class Query:
    """What can be asked about accounts."""

    @strawberry.field
    def me(self, info: Info) -> Profile | None:
        """One's own profile."""
        return Profile.of(row(ProfileView, info))

    @connection(User)
    def users(
        self,
        info: Info,
        filters: UserFilters | None = None,
        search: str | None = None,
        ordering: list[UserOrdering] | None = None,
    ) -> QuerySet[models.User]:
        """All users, the newest first, for admins; `search` looks at e-mail address and name."""
        return rows(UserViewSet, info, filters=filters, search=search, ordering=ordering)

    @single(User)
    def user(self, info: Info, id: strawberry.ID) -> models.User:
        """A user, for admins."""
        return row(UserViewSet, info, id)
