"""Endpoints of pictures: one's own, and those of others."""

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import selectors, services
from apps.accounts.api.serializers import AvatarSerializer, ProfileSerializer
from apps.accounts.models import User
from apps.core.negotiation import WhateverIsAccepted
from apps.core.openapi import problem_answer
from apps.core.uploads import UploadParser, file_response

WEBP = "image/webp"
PICTURE: Any = {
    (200, WEBP): OpenApiResponse(
        OpenApiTypes.BINARY,
        "The picture: 512 pixels wide and high at most.",
        [OpenApiExample("A picture", "RIFF…WEBPVP8 …", media_type=WEBP)],
    )
}


def picture(user: User) -> HttpResponse:
    """Answer with the picture of a user."""
    avatar = selectors.with_profile(user).profile.avatar
    return file_response(avatar, name="avatar.webp", content_type=WEBP, inline=True)


class AvatarView(APIView):
    """One's own picture."""

    parser_classes = (UploadParser,)
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="avatar_read",
        summary="Fetch one's own picture",
        description="The picture, if there is one (else 404).",
        responses={**PICTURE, **problem_answer(404, "There is no picture.")},
    )
    def get(self, request: Request) -> HttpResponse:
        """Hand it out."""
        return picture(cast(User, request.user))

    @extend_schema(
        operation_id="avatar_set",
        summary="Add or replace one's own picture",
        description=(
            "A PNG, JPEG or WebP of 2 MB and 16 million pixels at most. It is drawn anew, as WebP: "
            "what the file tells of the place, the time and the camera is gone."
        ),
        request={"multipart/form-data": AvatarSerializer},
        responses=ProfileSerializer,
    )
    def put(self, request: Request) -> Response:
        """Add or replace it."""
        serializer = AvatarSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = services.set_avatar(cast(User, request.user), **serializer.validated_data)
        return Response(ProfileSerializer(user).data)

    @extend_schema(
        operation_id="avatar_delete",
        summary="Delete one's own picture",
        description="Whether there was one or not.",
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """Delete it."""
        services.delete_avatar(cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UserAvatarView(APIView):
    """The picture of a user, for all who are logged in: users show it to each other."""

    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="users_avatar_read",
        summary="Fetch a user's picture",
        description="For everybody who is logged in. Without a picture, or without a user: 404.",
        responses=PICTURE,
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Hand it out."""
        return picture(get_object_or_404(selectors.users(), pk=pk))
