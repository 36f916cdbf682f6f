"""Endpoints of users; those of log-in and sign-up are allauth's."""

from datetime import date
from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, mixins, viewsets
from rest_framework.serializers import BaseSerializer

from apps.accounts import selectors, services
from apps.accounts.api.filters import UserFilter
from apps.accounts.api.serializers import (
    ProfileSerializer,
    ProfileV2Serializer,
    UserSerializer,
)
from apps.accounts.models import User
from apps.accounts.permissions import IsAdmin
from apps.core.versions import deprecated


@extend_schema_view(
    get=extend_schema(operation_id="profile_v2_read", summary="Read one's own profile"),
    patch=extend_schema(operation_id="profile_v2_update", summary="Change one's own profile"),
)
class ProfileV2View(generics.RetrieveUpdateAPIView[User]):
    """The profile of the user who asks. The e-mail address and the role stay as they are."""

    serializer_class: type[BaseSerializer[User]] = ProfileV2Serializer
    http_method_names = ("get", "patch", "head", "options")

    def get_object(self) -> User:
        """Return the user who asks."""
        return selectors.with_profile(cast(User, self.request.user))

    def perform_update(self, serializer: BaseSerializer[User]) -> None:
        """Change the profile."""
        values = {"profile": {}, **serializer.validated_data}
        serializer.instance = services.update_profile(cast(User, self.request.user), **values)


@deprecated(since=date(2026, 12, 1), sunset=date(2028, 1, 1), successor="profile-v2")
@extend_schema_view(
    get=extend_schema(operation_id="profile_read", summary="Read one's own profile"),
    patch=extend_schema(operation_id="profile_update", summary="Change one's own profile"),
)
class ProfileView(ProfileV2View):
    """The profile of the user who asks, as version 1 shows it.

    It tells whether there is a picture; version 2 tells where the picture is. All else is the same.
    """

    serializer_class = ProfileSerializer


@extend_schema_view(
    list=extend_schema(operation_id="users_list", summary="List users"),
    retrieve=extend_schema(operation_id="users_read", summary="Read a user"),
    partial_update=extend_schema(operation_id="users_update", summary="Change a user's role"),
)
class UserViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[User],
):
    """All users, for admins. The site keeps at least one admin."""

    permission_classes = (IsAdmin,)
    serializer_class = UserSerializer
    filterset_class = UserFilter
    search_fields = ("email", "full_name")
    ordering_fields = ("created_at", "email", "full_name")
    http_method_names = ("get", "patch", "head", "options")

    def get_queryset(self) -> QuerySet[User]:
        """Return the users."""
        return selectors.users()

    def perform_update(self, serializer: BaseSerializer[User]) -> None:
        """Give the user the role."""
        user = cast(User, serializer.instance)
        services.change_role(user, serializer.validated_data.get("role", user.role))
