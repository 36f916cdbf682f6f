"""What allauth asks at sign-up, beside the e-mail address and the password."""

from django import forms
from django.http import HttpRequest

from apps.accounts import services
from apps.accounts.models import Role, User

SIGNUP_ROLES = [choice for choice in Role.choices if choice[0] != Role.ADMIN]


class SignupForm(forms.Form):
    """The person's name, and any role but that of an admin."""

    full_name = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=SIGNUP_ROLES, required=False)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Complete the new user."""
        full_name, role = self.cleaned_data["full_name"], self.cleaned_data["role"]
        services.complete_signup(user, full_name=full_name, role=role)
