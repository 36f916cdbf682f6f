"""How users look in the API."""

from django.urls import reverse
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
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
    "avatar": "/api/v1/accounts/users/7/avatar/",
    **{key: USER[key] for key in ("role", "created_at")},
}
PROFILE_V1 = {
    "has_avatar" if key == "avatar" else key: True if key == "avatar" else value
    for key, value in PROFILE.items()
}
PROFILE_CHANGE = OpenApiExample(
    "Another name", {"full_name": "Ada King", "headline": "Engineer"}, request_only=True
)


@extend_schema_serializer(
    examples=[OpenApiExample("Profile", PROFILE, response_only=True), PROFILE_CHANGE]
)
class ProfileV2Serializer(serializers.ModelSerializer[User]):
    """One's own account: the name, and what the user says of themselves, can be changed."""

    headline = serializers.CharField(source="profile.headline", allow_blank=True, max_length=120)
    about = serializers.CharField(source="profile.about", allow_blank=True, max_length=2_000)
    avatar = serializers.SerializerMethodField(
        help_text="The path of the picture, for all who are logged in; null: there is none."
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "id",
            "email",
            "full_name",
            "headline",
            "about",
            "avatar",
            "role",
            "created_at",
        )
        read_only_fields = ("id", "email", "role", "created_at")

    @extend_schema_field({"type": "string", "format": "uri-reference", "nullable": True})
    def get_avatar(self, user: User) -> str | None:
        """Return where the picture is."""
        return reverse("user-avatar", args=[user.pk]) if user.profile.avatar else None


@extend_schema_serializer(
    examples=[OpenApiExample("Profile", PROFILE_V1, response_only=True), PROFILE_CHANGE]
)
class ProfileSerializer(ProfileV2Serializer):
    """One's own account, as version 1 shows it: whether there is a picture, but not where."""

    has_avatar = serializers.BooleanField(
        source="profile.avatar", read_only=True, help_text="Whether there is a picture to fetch."
    )

    class Meta(ProfileV2Serializer.Meta):
        fields = tuple(
            "has_avatar" if name == "avatar" else name for name in ProfileV2Serializer.Meta.fields
        )


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
