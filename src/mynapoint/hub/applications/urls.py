"""The addresses of applications."""

from django.urls import path

from mynapoint.hub.applications import views

app_name = "applications"
urlpatterns = [
    path("signed/", views.signed, name="signed"),
    path("receipt/<uuid:application_id>/", views.receipt, name="receipt"),
    path("<str:number>/<str:incentive>/", views.apply, name="apply"),
    path("<str:number>/<str:incentive>/confirm/", views.confirm, name="confirm"),
]
