"""Accounts, as GraphQL shows and takes them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import UNSET, auto

from apps.accounts import models
from apps.accounts.models import Role
from apps.core.graphql.errors import Problem


@strawberry_django.type(models.User)
class User:
    """An account as an admin sees it."""

    id: strawberry.ID
    email: str
    full_name: auto
    role: Role
    is_active: auto
    created_at: auto


@strawberry.type
class Profile:
    """One's own account. Its picture is fetched and set over REST."""

    id: strawberry.ID
    email: str
    full_name: str
    headline: str
    about: str
    has_avatar: bool = strawberry.field(description="Whether there is a picture to fetch.")
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, user: models.User) -> Profile:
        """Return the profile of a user."""
        return cls(
            id=strawberry.ID(str(user.pk)),
            email=user.email,
            full_name=user.full_name,
            headline=user.profile.headline,
            about=user.profile.about,
            has_avatar=bool(user.profile.avatar),
            role=Role(user.role),
            created_at=user.created_at,
        )


@strawberry.input
class ProfileInput:
    """What a user may change. What is not given stays."""

    full_name: str | None = UNSET
    headline: str | None = UNSET
    about: str | None = UNSET


@strawberry.input
class UserFilters:
    """Which users."""

    role: Role | None = UNSET
    is_active: bool | None = UNSET


@strawberry.enum(description="By what users are ordered.")
class UserOrdering(Enum):
    """By what users are ordered."""

    CREATED_AT = "created_at"
    CREATED_AT_DESC = "-created_at"
    EMAIL = "email"
    EMAIL_DESC = "-email"
    FULL_NAME = "full_name"
    FULL_NAME_DESC = "-full_name"


ProfileResult = Annotated[Profile | Problem, strawberry.union("ProfileResult")]
UserResult = Annotated[User | Problem, strawberry.union("UserResult")]
