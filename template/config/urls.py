"""The URLs of the project."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)

from apps.core import health
from apps.core.status import status
from apps.core.views import HomeView

# Our templates: no inline script or style, no fonts from elsewhere.
redoc = SpectacularRedocView.as_view(url_name="schema", template_name="core/redoc.html")
swagger = SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="core/swagger.html")

handler500 = "apps.core.errors.server_error"

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", swagger, name="docs"),
    path("api/redoc/", redoc, name="redoc"),
    path("swagger/", swagger, name="swagger"),
    path("status/", status, name="status"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
