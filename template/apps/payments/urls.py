"""Pages of the payments."""

from django.urls import path

from apps.payments import views

urlpatterns = [
    path("<slug:tx_ref>/", views.payment, name="payment"),
]
