"""Permissions by role, for DRF views."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.models import Role, User


def roles(*allowed: Role) -> type[BasePermission]:
    """Return a permission for the users with one of these roles: ``roles(Role.ADMIN)``."""

    class HasRole(BasePermission):
        message = f"Only for: {', '.join(allowed)}."

        def has_permission(self, request: Request, view: APIView) -> bool:
            return isinstance(request.user, User) and request.user.role in allowed

    return HasRole


IsAdmin = roles(Role.ADMIN)
