"""The addresses of the ledger."""

from django.urls import path

from mynapoint.hub.ledger import views

app_name = "ledger"
urlpatterns = [path("my/", views.my_page, name="my_page")]
