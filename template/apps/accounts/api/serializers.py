"""How users look in the API."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.models import Role, User

USER = {
    "id": 7,
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "role": Role.values[-1],
    "is_active": True,
    "created_at": "2026-01-15T09:30:00Z",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Profile",
            {key: USER[key] for key in ("id", "email", "full_name", "role", "created_at")},
            response_only=True,
        ),
        OpenApiExample("Another name", {"full_name": "Ada King"}, request_only=True),
    ]
)
class ProfileSerializer(serializers.ModelSerializer[User]):
    """One's own account: the name can be changed."""

    class Meta:
        model = User
        fields = ("id", "email", "full_name", "role", "created_at")
        read_only_fields = ("id", "email", "role", "created_at")


@extend_schema_serializer(
    examples=[
        OpenApiExample("User", USER, response_only=True),
        OpenApiExample("Make an admin", {"role": Role.ADMIN.value}, request_only=True),
    ]
)
class UserSerializer(serializers.ModelSerializer[User]):
    """An account as an admin sees it: the role can be changed."""

    class Meta:
        model = User
        fields = ("id", "email", "full_name", "role", "is_active", "created_at")
        read_only_fields = ("id", "email", "full_name", "is_active", "created_at")
