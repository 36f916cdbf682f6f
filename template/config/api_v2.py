"""The API's second version, under /api/v2/: what differs from the first, and nothing else."""

from django.urls import path

from apps.accounts.api.views import ProfileV2View

urlpatterns = [
    path("accounts/me/", ProfileV2View.as_view(), name="profile-v2"),
]
