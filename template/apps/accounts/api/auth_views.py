"""Log-in, sign-up and passwords: allauth's endpoints, in the API's own document.

allauth answers 401 with `data.flows` while a step is pending, such as the code of an e-mail: that
is its way to say "not logged in yet", and no failure. Until there is an access token, a client
carries the `session_token` of such an answer in the header `X-Session-Token`.
"""

import json
import math
from typing import Any, ClassVar

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.headless.account import views as account
from allauth.headless.constants import Client
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.tokens import views as tokens
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.views import View
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.api import auth_serializers as serializers
from apps.core.errors import CONTENT_TYPE, problem_response

BEARER: Any = [{"bearerAuth": []}]
SESSION_TOKEN = OpenApiParameter(
    "X-Session-Token", str, OpenApiParameter.HEADER, description="Of the answer before."
)
# What allauth finds wrong with a value, when it is not the value.
LOCKED = {"too_many_login_attempts", "rate_limited"}


def pending(description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the description of an answer 401."""
    response = OpenApiResponse(serializers.PendingSerializer, description)
    return {(401, CONTENT_TYPE): response}


class AllauthView(APIView):
    """Hands the request to allauth, which reads the tokens itself."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    allauth_view: type[View]
    limit: ClassVar[str] = ""  # of ACCOUNT_RATE_LIMITS, for the endpoint itself

    def delegate(self, request: Request) -> HttpResponse:
        """Return allauth's answer. What it wrote is kept whole, or not at all if it raised."""
        view: Any = self.allauth_view
        limit = self.limit
        try:
            with transaction.atomic():
                response: HttpResponse = view.as_api_view(client=Client.APP)(request._request)
        except ImmediateHttpResponse as error:
            response = error.response
        if isinstance(response, ErrorResponse):
            errors = json.loads(response.content).get("errors", [])
            if code := next((error["code"] for error in errors if error["code"] in LOCKED), ""):
                limit = "login_failed"
                response = problem_response(request._request, 429, code=code)
        if response.status_code == 429:
            rates = ratelimit.get_rates(app="allauth.account", action=limit)
            # allauth does not tell which one is reached: by then, all of them let through again.
            wait = max((rate.duration for rate in rates), default=60)
            response.headers["Retry-After"] = str(math.ceil(wait))
        return response


@extend_schema(tags=["auth"])
class SignupView(AllauthView):
    """Make an account. An e-mail brings a code, for which the answer (401) is waiting.

    Whether the address was known before shows in the e-mail alone.
    """

    allauth_view = account.SignupView
    limit = "signup"

    @extend_schema(
        operation_id="auth_signup",
        summary="Sign up",
        request=serializers.SignupSerializer,
        responses=pending("The account is made: the code of the e-mail is awaited."),
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class VerifyEmailView(AllauthView):
    """Prove the address with the code of the e-mail, and be logged in."""

    allauth_view = account.VerifyEmailView

    @extend_schema(
        operation_id="auth_email_verify",
        summary="Verify the e-mail address",
        parameters=[SESSION_TOKEN],
        request=serializers.CodeSerializer,
        responses={200: serializers.SessionSerializer, **pending("Verified, but not logged in.")},
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class ResendCodeView(AllauthView):
    """Ask for the code again, in place of the one before."""

    allauth_view = account.ResendEmailVerificationCodeView
    limit = "confirm_email"

    @extend_schema(
        operation_id="auth_email_resend",
        summary="Send the code again",
        parameters=[SESSION_TOKEN],
        request=None,
        responses=serializers.DoneSerializer,
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class LoginView(AllauthView):
    """Give e-mail address and password, get an access token and a refresh token."""

    allauth_view = account.LoginView
    limit = "login"
    throttle_scope = "login"

    @extend_schema(
        operation_id="auth_login",
        summary="Log in",
        request=serializers.LoginSerializer,
        responses={
            200: serializers.SessionSerializer,
            **pending(
                "A code is awaited: that of an e-mail, which proves the address, or that of the"
                " second factor."
            ),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class SessionView(AllauthView):
    """The session behind the tokens."""

    allauth_view = account.SessionView

    @extend_schema(
        operation_id="auth_session_read",
        summary="Read the session",
        auth=BEARER,
        parameters=[SESSION_TOKEN],
        responses={200: serializers.SessionSerializer, **pending("Nobody is logged in.")},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Tell who is logged in, and how."""
        return self.delegate(request)

    @extend_schema(
        operation_id="auth_logout",
        summary="Log out",
        auth=BEARER,
        parameters=[SESSION_TOKEN],
        responses=pending("Logged out: nobody is logged in any more."),
    )
    def delete(self, request: Request) -> HttpResponseBase:
        """End the session: its tokens are worth nothing from now on."""
        return self.delegate(request)


@extend_schema(tags=["auth"])
class PasswordRequestView(AllauthView):
    """Ask for a code by e-mail. The answer (401) is the same for an address that nobody has."""

    allauth_view = account.RequestPasswordResetView
    limit = "reset_password"

    @extend_schema(
        operation_id="auth_password_request",
        summary="Ask to reset a password",
        request=serializers.PasswordRequestSerializer,
        responses={
            200: OpenApiResponse(
                serializers.SessionSerializer, "The same, to somebody who is logged in."
            ),
            **pending("The code of the e-mail is awaited."),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class PasswordResetView(AllauthView):
    """Set a new password with the code of the e-mail, and be logged in; other sessions end."""

    allauth_view = account.ResetPasswordView
    limit = "reset_password_from_key"

    @extend_schema(
        operation_id="auth_password_reset",
        summary="Reset the password",
        parameters=[SESSION_TOKEN],
        request=serializers.PasswordResetSerializer,
        responses={
            200: serializers.SessionSerializer,
            **pending("The password is set; the second factor is awaited."),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class PasswordChangeView(AllauthView):
    """Change the password, which ends all sessions, this one too (401): log in again."""

    allauth_view = account.ChangePasswordView
    limit = "change_password"

    @extend_schema(
        operation_id="auth_password_change",
        summary="Change the password",
        auth=BEARER,
        request=serializers.PasswordChangeSerializer,
        responses=pending("The password is changed, and all sessions have ended: log in."),
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)


@extend_schema(tags=["auth"])
class RefreshView(AllauthView):
    """Trade a refresh token for an access token and a new refresh token: each works once."""

    allauth_view = tokens.RefreshTokenView

    @extend_schema(
        operation_id="auth_refresh",
        summary="Refresh the tokens",
        request=serializers.RefreshSerializer,
        responses=serializers.RefreshedSerializer,
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.delegate(request)
