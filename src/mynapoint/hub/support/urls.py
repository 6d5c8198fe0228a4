"""The addresses of the visitor's own view."""

from django.urls import path

from mynapoint.hub.support import queue_views, visitor_views

app_name = "support"
urlpatterns = [
    path("", visitor_views.counter, name="counter"),
    path("state/", visitor_views.state, name="state"),
    path("extend/", visitor_views.extend, name="extend"),
    path("end/", visitor_views.end, name="end"),
    path("card-left/", visitor_views.card_left, name="card_left"),
    path("card-came/", visitor_views.card_came, name="card_came"),
    path("queue/<slug:municipality>/", queue_views.public, name="queue"),
    path("ended/<str:why>/", visitor_views.ended, name="ended"),
]
