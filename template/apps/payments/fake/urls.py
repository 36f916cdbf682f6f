"""Addresses of the fake Chapa."""

from django.urls import path

from apps.payments.fake import views

urlpatterns = [
    path("v1/transaction/initialize", views.initialize),
    path("v1/transaction/verify/<str:tx_ref>", views.verify),
    path("checkout/<slug:checkout>", views.checkout, name="fake-chapa-checkout"),
]
