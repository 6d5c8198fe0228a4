"""The addresses of help: who answers, common questions, service status, privacy."""

from django.urls import path

from mynapoint.hub.municipalities import help_views

app_name = "help"
urlpatterns = [
    path("help/", help_views.help_page, name="help"),
    path("faq/", help_views.faq, name="faq"),
    path("status/", help_views.status, name="status"),
    path("privacy/", help_views.privacy, name="privacy"),
    path("api/public/v1/status", help_views.status_for_machines, name="status_for_machines"),
]
