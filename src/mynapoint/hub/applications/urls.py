"""The addresses of applications."""

from django.urls import path

from mynapoint.hub.applications import receipt_views, views, waiting_list_views

app_name = "applications"
urlpatterns = [
    path("signed/", views.signed, name="signed"),
    path("waiting-list/<str:incentive>/", waiting_list_views.place, name="waiting_list"),
    path("receipt/<uuid:application_id>/", receipt_views.receipt, name="receipt"),
    path("receipt/<uuid:application_id>/pdf/", receipt_views.receipt_pdf, name="receipt_pdf"),
    path("<str:number>/<str:incentive>/", views.apply, name="apply"),
    path("<str:number>/<str:incentive>/confirm/", views.confirm, name="confirm"),
]
