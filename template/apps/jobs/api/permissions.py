"""Who may call what, by role. Ownership of a row is the services' to judge."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class ReadOnly(BasePermission):
    """Whoever comes may read: ``ReadOnly | roles(…)`` says who may write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Allow the methods that change nothing."""
        return request.method in SAFE_METHODS
