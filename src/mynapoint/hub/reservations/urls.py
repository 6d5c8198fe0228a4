"""The addresses of reservations."""

from django.urls import path

from mynapoint.hub.reservations import views

app_name = "reservations"
urlpatterns = [
    path("", views.reserve, name="reserve"),
    path("signed/", views.signed, name="signed"),
    path("change/", views.change, name="change"),
    path("change/signed/", views.changed, name="changed"),
    path("revoke/", views.revoke, name="revoke"),
    path("revoke/signed/", views.revoked, name="revoked"),
]
