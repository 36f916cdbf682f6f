"""What can be changed of accounts. Pictures are uploaded over REST, and log-ins are REST's alone."""

from __future__ import annotations

import strawberry
from strawberry import Info

from apps.accounts import services
from apps.accounts.api.serializers import ProfileSerializer
from apps.accounts.api.views import ProfileView, UserViewSet
from apps.accounts.graphql.types import Profile, ProfileInput, ProfileResult, UserResult
from apps.accounts.models import Role, User
from apps.core.graphql.errors import mutation
from apps.core.graphql.rest import row, valid


@strawberry.type
class Mutation:
    """What can be changed of accounts."""

    @mutation(ProfileResult)
    def update_profile(self, info: Info, input: ProfileInput) -> Profile:
        """Change one's own profile. The e-mail address and the role stay as they are."""
        user = row(ProfileView, info, action="partial_update")
        values = valid(ProfileSerializer, input, instance=user, partial=True)
        return Profile.of(services.update_profile(user, **{"profile": {}, **values}))

    @mutation(UserResult)
    def change_role(self, info: Info, id: strawberry.ID, role: Role) -> User:
        """Change a user's role, as an admin. The site keeps at least one admin."""
        user = row(UserViewSet, info, id, action="partial_update")
        return services.change_role(user, role)
