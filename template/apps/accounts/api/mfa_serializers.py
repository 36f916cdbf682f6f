"""What the endpoints of the second factor take and give: allauth does the work.

The tests hold the real answers against them.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from apps.accounts.api.auth_serializers import PASSWORD, example

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # nosec B105
TOTP = {"type": "totp", "created_at": 1763629200.5, "last_used_at": None}
RECOVERY_CODES = {
    "type": "recovery_codes",
    "created_at": 1763629200.5,
    "last_used_at": None,
    "total_code_count": 10,
    "unused_code_count": 10,
}


@extend_schema_serializer(examples=[example("A code", code="123456")])
class SecondFactorSerializer(serializers.Serializer[Any]):
    """The code that the authenticator app shows, or a recovery code."""

    code = serializers.CharField()


@extend_schema_serializer(examples=[example("A password", password=PASSWORD)])
class PasswordSerializer(serializers.Serializer[Any]):
    """One's own password."""

    password = serializers.CharField()


class AuthenticatorSerializer(serializers.Serializer[Any]):
    """A second factor: an authenticator app, or the recovery codes that stand in for it."""

    type = serializers.ChoiceField(choices=Authenticator.Type.choices[:2])
    created_at = serializers.FloatField(help_text="Seconds since 1970.")
    last_used_at = serializers.FloatField(allow_null=True, help_text="Seconds since 1970.")
    total_code_count = serializers.IntegerField(required=False, help_text="Of recovery codes.")
    unused_code_count = serializers.IntegerField(required=False, help_text="Of recovery codes.")


@extend_schema_serializer(
    examples=[example("An app and recovery codes", status=200, data=[TOTP, RECOVERY_CODES])]
)
class AuthenticatorsSerializer(serializers.Serializer[Any]):
    """All second factors of a user."""

    status = serializers.IntegerField()
    data = AuthenticatorSerializer(many=True)  # type: ignore[assignment]


@extend_schema_serializer(examples=[example("Enrolled", status=200, data=TOTP)])
class EnrolledSerializer(serializers.Serializer[Any]):
    """The authenticator app, from now on asked for at log-in."""

    status = serializers.IntegerField()
    data = AuthenticatorSerializer()  # type: ignore[assignment]


class AppDataSerializer(serializers.Serializer[Any]):
    """The authenticator app, or what it needs to become one."""

    is_active = serializers.BooleanField(help_text="Whether log-in asks for its code.")
    created_at = serializers.FloatField(required=False, help_text="Seconds since 1970.")
    last_used_at = serializers.FloatField(
        required=False, allow_null=True, help_text="Seconds since 1970."
    )
    secret = serializers.CharField(
        required=False, help_text="To type into an app; a new one at each request."
    )
    totp_url = serializers.CharField(required=False, help_text="The same, to show as a QR code.")


@extend_schema_serializer(
    examples=[
        example(
            "None yet",
            status=200,
            data={
                "is_active": False,
                "secret": SECRET,
                "totp_url": f"otpauth://totp/ada%40example.com?secret={SECRET}&issuer=Example",
            },
        ),
        example(
            "An app",
            status=200,
            data={"is_active": True, "created_at": 1763629200.5, "last_used_at": None},
        ),
    ]
)
class AppSerializer(serializers.Serializer[Any]):
    """The authenticator app, or what it needs to become one."""

    status = serializers.IntegerField()
    data = AppDataSerializer()  # type: ignore[assignment]


class RecoveryCodesDataSerializer(AuthenticatorSerializer):
    """The recovery codes that are left."""

    unused_codes = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(
    examples=[
        example(
            "Nine are left",
            status=200,
            data={
                **RECOVERY_CODES,
                "unused_code_count": 9,
                "unused_codes": [f"{number}2345678"[:8] for number in range(1, 10)],
            },
        )
    ]
)
class RecoveryCodesSerializer(serializers.Serializer[Any]):
    """The recovery codes that are left: each works once."""

    status = serializers.IntegerField()
    data = RecoveryCodesDataSerializer()  # type: ignore[assignment]
