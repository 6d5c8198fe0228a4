"""The addresses of the payment-service search."""

from django.urls import path

from mynapoint.hub.payment_services import calculator_views, views

app_name = "payment_services"
urlpatterns = [
    path("", views.search, name="search"),
    path("compare/", views.compare, name="compare"),
    path("calculator/", calculator_views.calculate, name="calculator"),
    path("<str:number>/", views.detail, name="detail"),
]
