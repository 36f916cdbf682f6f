"""Users in Django's admin."""

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest

from apps.accounts.models import Profile, User

# Secrets have no page: `manage.py reset_second_factor` does what there is to do.
admin.site.unregister(Authenticator)


class UserCreationForm(AdminUserCreationForm):
    """A new user: the address, the name and the role, with the password twice."""

    class Meta:
        model = User
        fields = ("email", "full_name", "role")


class UserEditForm(UserChangeForm):
    """A user, whose password has a form of its own."""

    class Meta:
        model = User
        fields = "__all__"


class ProfileInline(admin.StackedInline):
    """A user's profile, on the page of the user."""

    model = Profile
    can_delete = False


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Users by e-mail address."""

    form = UserEditForm
    add_form = UserCreationForm
    list_display = ("email", "full_name", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name", "role", "is_active")}),
        ("Dates", {"fields": ("last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("email", "full_name", "role", "usable_password", "password1", "password2")},
        ),
    )

    def get_inlines(
        self, request: HttpRequest, obj: User | None
    ) -> tuple[type[admin.StackedInline], ...]:
        """Show the profile of a user who exists: it is made with the user."""
        return (ProfileInline,) if obj else ()
