"""The hub's addresses, and the demo's own pages."""

from django.urls import URLPattern, URLResolver, path

from mynapoint.demo import staff, views
from mynapoint.hub.urls import urlpatterns as hub_urlpatterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/", views.start, name="demo"),
    path("demo/staff/", staff.staff, name="demo_staff"),
    path("demo/staff/<slug:desk>/", staff.sit_down, name="demo_sit_down"),
    *hub_urlpatterns,
]
