"""The addresses of the ledger."""

from django.urls import path

from mynapoint.hub.ledger import views

app_name = "ledger"
urlpatterns = [
    path("my/", views.my_page, name="my_page"),
    path("my/data.json", views.own_data_json, name="own_data_json"),
    path("my/data.csv", views.own_data_csv, name="own_data_csv"),
]
