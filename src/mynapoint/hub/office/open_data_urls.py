"""The addresses of the open data, for everybody."""

from django.urls import path

from mynapoint.hub.office import open_data_views

app_name = "open_data"
urlpatterns = [
    path("", open_data_views.page, name="page"),
    path("metadata.json", open_data_views.metadata, name="metadata"),
    path("applications-and-points.csv", open_data_views.as_csv, name="csv"),
    path("counter-visits.csv", open_data_views.visits_csv, name="visits_csv"),
    path("applications-and-points.json", open_data_views.as_json, name="json"),
]
