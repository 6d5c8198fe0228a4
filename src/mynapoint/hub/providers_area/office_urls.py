"""The addresses of the office about providers, below ``/staff/providers/``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.providers_area import account_views, office_report_views, office_views
from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role

menu.add(
    "providers_review:review", _("決済サービスの審査"), _("登録の申請と変更案を審査する、受付を止める"), Role.OFFICE
)
menu.add("providers_review:reports", _("付与の報告"), _("全サービスの報告と、受け付けなかった報告を見る"), Role.OFFICE)
menu.add("providers_review:people", _("決済事業者の担当者"), _("担当者と端末を登録する"), Role.OFFICE)

app_name = "providers_review"
urlpatterns = [
    path("", office_views.review, name="review"),
    path("services/<str:number>/", office_views.reviewed, name="service"),
    path("services/<str:number>/<slug:name>/", office_views.step, name="step"),
    path("proposals/<int:pk>/", office_views.decide, name="decide"),
    path("reports/", office_report_views.reports, name="reports"),
    path("reports/reports.csv", office_report_views.reports_csv, name="reports_csv"),
    path("reports/refused-reports.csv", office_report_views.refused_reports, name="refused_reports"),
    path("people/", account_views.people, name="people"),
    path("people/add/", account_views.add_person, name="add_person"),
    path("people/terminals/", account_views.add_terminal, name="add_terminal"),
]
