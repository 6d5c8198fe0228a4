"""The addresses of the search for machines, below ``/api/public/v1/``."""

from django.urls import path

from mynapoint.hub.payment_services import machine_door

app_name = "public"
urlpatterns = [
    path("payment-services", machine_door.search, name="payment_services"),
    path("payment-services/<str:number>", machine_door.one_service, name="payment_service"),
]
