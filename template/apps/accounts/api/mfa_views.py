"""The second factor: allauth's endpoints, in the API's own document.

What changes a second factor wants a proof that the owner is there, not five minutes old: without
it allauth answers 401, though the tokens are good (`meta.is_authenticated`), with the ways to prove
it in `data.flows`.
"""

import json

from allauth.headless.account import views as account
from allauth.headless.mfa import views as mfa
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.accounts.api import mfa_serializers as serializers
from apps.accounts.api.auth_serializers import DoneSerializer, SessionSerializer
from apps.accounts.api.auth_views import BEARER, SESSION_TOKEN, AllauthView, pending
from apps.core.openapi import problem_answer

PROOF = pending("Nobody is logged in, or the password or a code is to be given again.")


@extend_schema(tags=["auth"])
class SecondFactorView(AllauthView):
    """Complete a log-in that waits for a code (`mfa_authenticate`), and get the tokens."""

    allauth_view = mfa.AuthenticateView

    @extend_schema(
        operation_id="auth_2fa_authenticate",
        summary="Give the code of the second factor",
        parameters=[SESSION_TOKEN],
        request=serializers.SecondFactorSerializer,
        responses={200: SessionSerializer, **pending("No log-in waits for a code.")},
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class ReauthenticateView(AllauthView):
    """Give the password again, which is asked for before a second factor is changed."""

    allauth_view = account.ReauthenticateView
    limit = "reauthenticate"

    @extend_schema(
        operation_id="auth_reauthenticate",
        summary="Give the password again",
        auth=BEARER,
        request=serializers.PasswordSerializer,
        responses={200: SessionSerializer, **pending("Nobody is logged in.")},
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class SecondFactorAgainView(AllauthView):
    """Give a code in place of the password, which is asked for before a second factor is changed."""

    allauth_view = mfa.ReauthenticateView

    @extend_schema(
        operation_id="auth_2fa_reauthenticate",
        summary="Give a code again",
        auth=BEARER,
        request=serializers.SecondFactorSerializer,
        responses={200: SessionSerializer, **pending("Nobody is logged in.")},
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class AuthenticatorsView(AllauthView):
    """What the user can prove a log-in with, beside the password."""

    allauth_view = mfa.AuthenticatorsView

    @extend_schema(
        operation_id="second_factors_list",
        summary="List one's second factors",
        auth=BEARER,
        responses={200: serializers.AuthenticatorsSerializer, **pending("Nobody is logged in.")},
    )
    def get(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class AppView(AllauthView):
    """The authenticator app, whose codes follow from a secret and the time (TOTP)."""

    allauth_view = mfa.ManageTOTPView

    @extend_schema(
        operation_id="second_factor_read",
        summary="Read the authenticator app, or the secret for one",
        auth=BEARER,
        responses={200: serializers.AppSerializer, **pending("Nobody is logged in.")},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Tell whether there is an app; while there is none, give what one needs to be enrolled."""
        response = self.delegate(request)
        if response.status_code not in (200, 404):
            return response
        # To have none yet is no error: allauth answers 404, with the secret among its `meta`.
        body = json.loads(response.content)
        enrolled = response.status_code == 200
        data = body["data"] if enrolled else body["meta"]
        names = ("created_at", "last_used_at") if enrolled else ("secret", "totp_url")
        data = {"is_active": enrolled, **{name: data[name] for name in names}}
        response.status_code = 200
        response.content = json.dumps({"status": 200, "data": data}).encode()
        return response

    @extend_schema(
        operation_id="second_factor_enrol",
        summary="Enrol the authenticator app",
        auth=BEARER,
        request=serializers.SecondFactorSerializer,
        responses={200: serializers.EnrolledSerializer, **PROOF},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Give the app's code: from now on log-in asks for one. There are recovery codes, too."""
        return self.delegate(request)

    @extend_schema(
        operation_id="second_factor_remove",
        summary="Remove the authenticator app",
        auth=BEARER,
        responses={200: DoneSerializer, **PROOF},
    )
    def delete(self, request: Request) -> HttpResponseBase:
        """Log in without a code from now on; the recovery codes go too."""
        return self.delegate(request)


@extend_schema(tags=["auth"])
class RecoveryCodesView(AllauthView):
    """The codes for the day when the app is lost: each works once."""

    allauth_view = mfa.ManageRecoveryCodesView

    @extend_schema(
        operation_id="recovery_codes_read",
        summary="Read the recovery codes",
        auth=BEARER,
        responses={
            200: serializers.RecoveryCodesSerializer,
            **PROOF,
            **problem_answer(404, "There is no second factor."),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Tell those that are left; 404 without a second factor."""
        return self.delegate(request)

    @extend_schema(
        operation_id="recovery_codes_renew",
        summary="Renew the recovery codes",
        auth=BEARER,
        request=None,
        responses={
            200: serializers.RecoveryCodesSerializer,
            **PROOF,
            **problem_answer(400, "There is no second factor."),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Make new ones: those from before work no more."""
        return self.delegate(request)
