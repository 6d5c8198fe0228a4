"""The addresses of the door for providers, and of what is published about it."""

from django.urls import path

from mynapoint.hub.api import pages
from mynapoint.hub.applications import api as notices
from mynapoint.hub.ledger import api as reports
from mynapoint.hub.settlement import api as settlement

app_name = "api"
urlpatterns = [
    path("", pages.page, name="page"),
    path("openapi.json", pages.document, name="document"),
    path(notices.PATH, notices.notices, name="notices"),
    path(reports.PATH, reports.award_reports, name="award_reports"),
    path(settlement.CLAIMS, settlement.claims, name="claims"),
    path(settlement.STATEMENT, settlement.statement, name="statement"),
]
