"""How users look in the API."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.models import Role, User
from apps.core.uploads import PictureField

USER = {
    "id": 7,
    "email": "ada@example.com",
    "full_name": "Ada Lovelace",
    "role": Role.values[-1],
    "is_active": True,
    "created_at": "2026-01-15T09:30:00Z",
}
PROFILE = {
    **{key: USER[key] for key in ("id", "email", "full_name")},
    "headline": "Backend developer who likes small services",
    "about": "Ten years of payments and logistics, and two of teaching both.",
    "has_avatar": True,
    **{key: USER[key] for key in ("role", "created_at")},
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Profile", PROFILE, response_only=True),
        OpenApiExample(
            "Another name", {"full_name": "Ada King", "headline": "Engineer"}, request_only=True
        ),
    ]
)
class ProfileSerializer(serializers.ModelSerializer[User]):
    """One's own account: the name, and what the user says of themselves, can be changed."""

    headline = serializers.CharField(source="profile.headline", allow_blank=True, max_length=120)
    about = serializers.CharField(source="profile.about", allow_blank=True, max_length=2_000)

    has_avatar = serializers.BooleanField(
        source="profile.avatar", read_only=True, help_text="Whether there is a picture to fetch."
    )

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "full_name",
            "headline",
            "about",
            "has_avatar",
            "role",
            "created_at",
        )
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


@extend_schema_serializer(
    examples=[
        OpenApiExample("A picture", {"file": "(the bytes)"}, media_type="multipart/form-data"),
    ]
)
class AvatarSerializer(serializers.Serializer[User]):
    """A picture of oneself."""

    file = PictureField(help_text="A PNG, JPEG or WebP: 2 MB and 16 million pixels at most.")
