"""The addresses of people of a provider, below ``/staff/provider/``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.providers_area import key_views, money_views, report_views, service_views, trial_views
from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role

menu.add(
    "providers_area:services", _("決済サービスの登録"), _("登録の内容を見る、変える、新しく申請する"), Role.PROVIDER
)
menu.add(
    "providers_area:reports", _("付与の報告"), _("報告の件数とポイント、受け付けられなかった行を見る"), Role.PROVIDER
)
menu.add("providers_area:money", _("請求と計算書"), _("請求の状態を見る、計算書をPDFかCSVで保存する"), Role.PROVIDER)
menu.add("providers_area:keys", _("署名の鍵"), _("公開鍵を登録する、入れ替える、使えなくする"), Role.PROVIDER)
menu.add("providers_area:trial", _("電文を試す"), _("例を見る、貴社の電文と署名を記録せずに調べる"), Role.PROVIDER)
menu.add("api:page", _("APIの説明"), _("通信の決まりを、公開しているOpenAPIから読む"), Role.PROVIDER)

app_name = "providers_area"
urlpatterns = [
    path("services/", service_views.services, name="services"),
    path("services/new/", service_views.new_service, name="new_service"),
    path("services/<str:number>/", service_views.service, name="service"),
    path("services/<str:number>/change/", service_views.change_service, name="change_service"),
    path("services/<str:number>/submit/", service_views.submit_service, name="submit_service"),
    path("proposals/<int:pk>/take-back/", service_views.take_back, name="take_back"),
    path("reports/", report_views.reports, name="reports"),
    path("reports/reports.csv", report_views.reports_csv, name="reports_csv"),
    path("reports/refused-reports.csv", report_views.refused_reports, name="refused_reports"),
    path("reports/<int:pk>/", report_views.report, name="report"),
    path("reports/<int:pk>/refused.csv", report_views.refused_lines, name="refused_lines"),
    path("money/", money_views.money, name="money"),
    path("money/<str:number>/statement.csv", money_views.statement_csv, name="statement_csv"),
    path("money/<str:number>/statement.pdf", money_views.statement_pdf, name="statement_pdf"),
    path("trial/", trial_views.trial, name="trial"),
    path("keys/", key_views.keys, name="keys"),
    path("keys/add/", key_views.add_key, name="add_key"),
    path("keys/<int:pk>/end/", key_views.end_key, name="end_key"),
]
