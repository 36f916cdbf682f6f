"""The door of Django's admin: it counts failures as the API does, and asks for a second factor."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.base.forms import AuthenticateForm
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from apps.accounts import selectors
from apps.accounts.models import User


class ForgetfulInput(forms.TextInput):
    """Does not show again what was typed: it may have been the password."""

    def format_value(self, value: object) -> None:
        """Show nothing."""


class LoginForm(AdminAuthenticationForm):
    """E-mail address, password and, for who has a second factor, its code."""

    username = UsernameField(widget=ForgetfulInput(attrs={"autofocus": True}))
    code = forms.CharField(
        label="Code of your second factor, if you have one",
        required=False,
        widget=ForgetfulInput(attrs={"autocomplete": "one-time-code"}),
    )

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Find out who logs in."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            request = cast(HttpRequest, self.request)
            # allauth's limits count this log-in too.
            user = get_adapter().authenticate(request, email=email, password=password)
            if not isinstance(user, User):
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.confirm_second_factor(request, user)
            self.user_cache = user
        return self.cleaned_data

    def confirm_second_factor(self, request: HttpRequest, user: User) -> None:
        """Refuse who has a second factor without its code, and staff who should have one."""
        if selectors.has_second_factor(user):
            form = AuthenticateForm({"code": self.cleaned_data["code"]}, user=user)
            if not form.is_valid():
                raise ValidationError({"code": form.errors["code"].as_data()})
            # The session of another user would take the record of this code with it.
            request.session.flush()
            form.save()
        elif settings.ADMIN_SECOND_FACTOR:
            raise ValidationError(
                "Staff need a second factor here, and you have none. Log in to the API, enrol one"
                f" at {reverse('totp')}, and come back with its code.",
                code="second_factor_missing",
            )


class AdminSite(admin.AdminSite):
    """Django's admin, whose door is as strong as the API's."""

    login_form = LoginForm
    login_template = "accounts/admin_login.html"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Let in, for a working day."""
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            request.session.set_expiry(settings.ADMIN_SESSION_AGE)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may enter: with ADMIN_SECOND_FACTOR, only after a code.

        The form above is not the only way to a session: a log-in to the API makes one, too.
        """
        if not super().has_permission(request):
            return False
        records = get_authentication_records(request, cast(User, request.user))
        return not settings.ADMIN_SECOND_FACTOR or any(
            record["method"] == "mfa" for record in records
        )
