"""Routes of the notifications."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from apps.notifications.api.views import PreferencesView, ReportViewSet

router = SimpleRouter()
router.register("reports", ReportViewSet, basename="report")

urlpatterns = [
    path("notifications/preferences/", PreferencesView.as_view(), name="preferences"),
    path("notifications/", include(router.urls)),
]
