"""Routes of the payments."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.payments.api import views

router = SimpleRouter()
router.register("payments", views.PaymentViewSet, basename="payment")

urlpatterns = [
    # Without a slash at its end: Chapa follows no redirect.
    path("payments/webhook", views.WebhookView.as_view(), name="payment-webhook"),
    *router.urls,
]
