"""What changes users: the rules."""

from collections.abc import Mapping

import structlog
from allauth.mfa.models import Authenticator

from apps.accounts.mfa import cipher
from apps.accounts.models import Profile, Role, User
from apps.core.errors import ApplicationError
from apps.core.transactions import atomic
from apps.core.uploads import Upload, discard, stored

logger = structlog.get_logger(__name__)


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


def set_avatar(user: User, *, file: Upload) -> User:
    """Give a user a picture, in place of the one before."""
    with stored(file, "avatars") as name, atomic():
        return _write_avatar(user, name)


@atomic()
def delete_avatar(user: User) -> User:
    """Take a user's picture away."""
    return _write_avatar(user, "")


def _write_avatar(user: User, name: str) -> User:
    """Write where the picture is now, and remove the one before."""
    row, _ = Profile.objects.select_for_update(no_key=True).get_or_create(user=user)
    discard(row.avatar)
    row.avatar = name
    row.save(update_fields=["avatar", "updated_at"])
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


@atomic()
def reset_second_factor(user: User) -> None:
    """Let a user who lost the second factor and its recovery codes log in without."""
    Authenticator.objects.filter(user=user).delete()
    logger.warning("second_factor_reset", user_id=user.pk)


@atomic()
def encrypt_second_factors_anew() -> int:
    """Encrypt the secrets of all second factors with the present key; return their number."""
    authenticators = list(Authenticator.objects.select_for_update())
    for authenticator in authenticators:
        for name in {"secret", "seed"} & authenticator.data.keys():
            token = cipher().rotate(authenticator.data[name].encode())
            authenticator.data[name] = token.decode()
        authenticator.save(update_fields=["data"])
    return len(authenticators)
