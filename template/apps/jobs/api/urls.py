"""Routes of the job board."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.jobs.api import views
from apps.jobs.api.events import EventsView

router = SimpleRouter()
router.register("industries", views.IndustryViewSet, basename="industry")
router.register("locations", views.LocationViewSet, basename="location")
router.register("skills", views.SkillViewSet, basename="skill")
router.register("companies", views.CompanyViewSet, basename="company")
router.register("postings", views.JobPostingViewSet, basename="posting")
router.register("applications", views.ApplicationViewSet, basename="application")

urlpatterns = [
    *router.urls,
    path("applications/<int:pk>/cv/", views.CVView.as_view(), name="application-cv"),
    path("events/", EventsView.as_view(), name="events"),
    path("statistics/", views.StatisticsView.as_view(), name="statistics"),
]
