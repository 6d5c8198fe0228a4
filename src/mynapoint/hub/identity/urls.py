"""The addresses of identity."""

from django.urls import path

from mynapoint.hub.identity import views

app_name = "identity"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("card/return/", views.card_return, name="card_return"),
    path("card/continue/<str:parked_id>/", views.card_continue, name="card_continue"),
]
