"""The hub's addresses, and the demo's own start page."""

from django.urls import URLPattern, URLResolver, path

from mynapoint.demo import views
from mynapoint.hub.urls import urlpatterns as hub_urlpatterns

urlpatterns: list[URLPattern | URLResolver] = [path("demo/", views.start, name="demo"), *hub_urlpatterns]
