"""What the endpoints of log-in and sign-up take and give: allauth does the work, these describe it.

The tests hold allauth's real answers against them.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.accounts.forms import SIGNUP_ROLES
from apps.core.errors import CONTENT_TYPE

EMAIL = "ada@example.com"
PASSWORD = "correct-horse-battery"  # nosec B105
NEW_PASSWORD = "battery-horse-staple"  # nosec B105
ACCESS_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3In0.c2ln"  # nosec B105
REFRESH_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiI5In0.c2ln"  # nosec B105
SESSION_TOKEN = "ufwcig0zen9skyd545jc0fkq813ghar2"  # nosec B105


def example(name: str, **value: Any) -> OpenApiExample:
    """Return an example by name."""
    return OpenApiExample(name, value)


@extend_schema_serializer(
    examples=[
        example(
            "A new user",
            email=EMAIL,
            password=PASSWORD,
            full_name="Ada Lovelace",
            role=SIGNUP_ROLES[-1][0],
        )
    ]
)
class SignupSerializer(serializers.Serializer[Any]):
    """A new account."""

    email = serializers.EmailField()
    password = serializers.CharField()
    full_name = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=SIGNUP_ROLES, default=SIGNUP_ROLES[-1][0])


@extend_schema_serializer(examples=[example("A code", key="NQ3-TM5")])
class CodeSerializer(serializers.Serializer[Any]):
    """The code of an e-mail."""

    key = serializers.CharField()


@extend_schema_serializer(examples=[example("Credentials", email=EMAIL, password=PASSWORD)])
class LoginSerializer(serializers.Serializer[Any]):
    """Who logs in."""

    email = serializers.EmailField()
    password = serializers.CharField()


@extend_schema_serializer(examples=[example("An address", email=EMAIL)])
class PasswordRequestSerializer(serializers.Serializer[Any]):
    """Whose password is forgotten."""

    email = serializers.EmailField()


@extend_schema_serializer(
    examples=[example("A code and a password", key="NQ3-TM5", password=PASSWORD)]
)
class PasswordResetSerializer(serializers.Serializer[Any]):
    """The code of the e-mail, and the new password."""

    key = serializers.CharField()
    password = serializers.CharField()


@extend_schema_serializer(
    examples=[example("Two passwords", current_password=PASSWORD, new_password=NEW_PASSWORD)]
)
class PasswordChangeSerializer(serializers.Serializer[Any]):
    """The old password and the new one."""

    current_password = serializers.CharField()
    new_password = serializers.CharField()


@extend_schema_serializer(examples=[example("A token", refresh_token=REFRESH_TOKEN)])
class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token that has not been used."""

    refresh_token = serializers.CharField()


class TokensSerializer(serializers.Serializer[Any]):
    """A pair of tokens."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()


@extend_schema_serializer(
    examples=[
        example(
            "New tokens",
            status=200,
            data={"access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN},
        )
    ]
)
class RefreshedSerializer(serializers.Serializer[Any]):
    """New tokens for a used one."""

    status = serializers.IntegerField()
    data = TokensSerializer()  # type: ignore[assignment]


class SessionUserSerializer(serializers.Serializer[Any]):
    """Who is logged in."""

    id = serializers.IntegerField()
    display = serializers.CharField()
    email = serializers.EmailField()
    has_usable_password = serializers.BooleanField()


class LoginMethodSerializer(serializers.Serializer[Any]):
    """How somebody logged in, and when."""

    method = serializers.CharField()
    at = serializers.FloatField(help_text="Seconds since 1970.")
    email = serializers.EmailField(required=False)
    type = serializers.CharField(required=False, help_text="Of the second factor.")


class SessionDataSerializer(serializers.Serializer[Any]):
    """A user, and how the user logged in."""

    user = SessionUserSerializer()
    methods = LoginMethodSerializer(many=True)


class SessionMetaSerializer(serializers.Serializer[Any]):
    """Whether somebody is logged in; tokens, when they are new."""

    is_authenticated = serializers.BooleanField(allow_null=True, help_text="`null` means no, too.")
    access_token = serializers.CharField(
        required=False, help_text="For the header `Authorization: Bearer …`."
    )
    refresh_token = serializers.CharField(required=False)
    session_token = serializers.CharField(
        required=False, help_text="For the header `X-Session-Token`, until there is a token."
    )


@extend_schema_serializer(
    examples=[
        example(
            "Logged in",
            status=200,
            data={
                "user": {
                    "id": 7,
                    "display": EMAIL,
                    "email": EMAIL,
                    "has_usable_password": True,  # nosec B105
                },
                "methods": [{"method": "password", "at": 1763629200.5, "email": EMAIL}],
            },
            meta={
                "is_authenticated": True,
                "access_token": ACCESS_TOKEN,
                "refresh_token": REFRESH_TOKEN,
                "session_token": SESSION_TOKEN,
            },
        )
    ]
)
class SessionSerializer(serializers.Serializer[Any]):
    """Somebody is logged in."""

    status = serializers.IntegerField()
    data = SessionDataSerializer()  # type: ignore[assignment]
    meta = SessionMetaSerializer()


class FlowSerializer(serializers.Serializer[Any]):
    """What may be done next; if it is pending, it waits for a code."""

    id = serializers.CharField()
    is_pending = serializers.BooleanField(required=False)
    types = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Of the second factor."
    )


class PendingDataSerializer(serializers.Serializer[Any]):
    """What may be done next."""

    flows = FlowSerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A code is awaited",
            {
                "type": "about:blank",
                "title": "Unauthorized",
                "status": 401,
                "detail": "You are not logged in.",
                "instance": "/api/v1/auth/signup",
                "code": "unauthorized",
                "request_id": "0b6f8a52-6d5e-4f0e-9a43-3f6f2f6f8f10",
                "data": {
                    "flows": [
                        {"id": "login"},
                        {"id": "signup"},
                        {"id": "verify_email", "is_pending": True},
                    ]
                },
                "meta": {"is_authenticated": False, "session_token": SESSION_TOKEN},
            },
            media_type=CONTENT_TYPE,
            status_codes=["401"],
        )
    ]
)
class PendingSerializer(serializers.Serializer[Any]):
    """Nobody is logged in (yet): `data.flows` tells what may be done, and what is pending."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    data = PendingDataSerializer()  # type: ignore[assignment]
    meta = SessionMetaSerializer()


@extend_schema_serializer(examples=[example("Done", status=200)])
class DoneSerializer(serializers.Serializer[Any]):
    """It is done."""

    status = serializers.IntegerField()
