"""The addresses of identity."""

from django.urls import path

from mynapoint.hub.identity import phone_views, views

app_name = "identity"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/extend/", views.extend, name="extend"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("phone/begin/", phone_views.begin, name="phone_begin"),
    path("phone/return/", phone_views.phone_return, name="phone_return"),
    path("phone/link/", phone_views.link, name="phone_link"),
    path("phone/link/signed/", phone_views.link_signed, name="phone_link_signed"),
    path("phone/link/linked/", phone_views.linked, name="phone_linked"),
    path("phone/unlink/", phone_views.unlink, name="phone_unlink"),
    path("phone/unlink/signed/", phone_views.unlinked, name="phone_unlinked"),
    path("card/return/", views.card_return, name="card_return"),
    path("card/continue/<str:parked_id>/", views.card_continue, name="card_continue"),
]
