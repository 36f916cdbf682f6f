"""What changes users: the rules."""

from collections.abc import Mapping

from apps.accounts.models import Profile, Role, User
from apps.core.errors import ApplicationError
from apps.core.transactions import atomic


def complete_signup(user: User, *, full_name: str, role: str) -> None:
    """Give a new user the name and, if one was chosen, the role."""
    user.full_name = full_name
    user.role = role or user.role
    user.save(update_fields=["full_name", "role", "updated_at"])


@atomic()
def update_profile(user: User, *, profile: Mapping[str, str], **account: str) -> User:
    """Change what a user may change: values of the account, and of its profile."""
    row, _ = Profile.objects.get_or_create(user=user)
    for changed, values in ((user, account), (row, profile)):
        for name, value in values.items():
            setattr(changed, name, value)
        changed.full_clean()
        changed.save(update_fields=[*values, "updated_at"])
    user.profile = row
    return user


@atomic()
def change_role(user: User, role: Role) -> User:
    """Give a user another role; the site keeps at least one active admin."""
    # The lock on all admins lets two of them, each removing the other, only go one by one.
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    others = [admin for admin in admins.order_by("pk") if admin.pk != user.pk]
    if user.is_admin and role != Role.ADMIN and not others:
        raise ApplicationError("The last admin keeps the role.", code="last_admin")
    user.role = role
    user.save(update_fields=["role", "updated_at"])
    return user
