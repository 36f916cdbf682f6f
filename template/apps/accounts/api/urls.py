"""Routes of the accounts: those of allauth have its paths, ours have DRF's closing slash."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from apps.accounts.api import auth_views, mfa_views
from apps.accounts.api.avatar_views import AvatarView, UserAvatarView
from apps.accounts.api.views import ProfileView, UserViewSet

router = SimpleRouter()
router.register("users", UserViewSet, basename="user")

urlpatterns = [
    path("auth/signup", auth_views.SignupView.as_view(), name="signup"),
    path("auth/email/verify", auth_views.VerifyEmailView.as_view(), name="email-verify"),
    path("auth/email/verify/resend", auth_views.ResendCodeView.as_view(), name="email-resend"),
    path("auth/login", auth_views.LoginView.as_view(), name="login"),
    path("auth/session", auth_views.SessionView.as_view(), name="session"),
    path(
        "auth/password/request", auth_views.PasswordRequestView.as_view(), name="password-request"
    ),
    path("auth/password/reset", auth_views.PasswordResetView.as_view(), name="password-reset"),
    path(
        "account/password/change", auth_views.PasswordChangeView.as_view(), name="password-change"
    ),
    path("auth/2fa/authenticate", mfa_views.SecondFactorView.as_view(), name="2fa-authenticate"),
    path(
        "auth/2fa/reauthenticate",
        mfa_views.SecondFactorAgainView.as_view(),
        name="2fa-reauthenticate",
    ),
    path("auth/reauthenticate", mfa_views.ReauthenticateView.as_view(), name="reauthenticate"),
    path("account/authenticators", mfa_views.AuthenticatorsView.as_view(), name="authenticators"),
    path("account/authenticators/totp", mfa_views.AppView.as_view(), name="totp"),
    path(
        "account/authenticators/recovery-codes",
        mfa_views.RecoveryCodesView.as_view(),
        name="recovery-codes",
    ),
    path("tokens/refresh", auth_views.RefreshView.as_view(), name="refresh"),
    path("accounts/me/", ProfileView.as_view(), name="profile"),
    path("accounts/me/avatar/", AvatarView.as_view(), name="avatar"),
    path("accounts/users/<int:pk>/avatar/", UserAvatarView.as_view(), name="user-avatar"),
    path("accounts/", include(router.urls)),
]
