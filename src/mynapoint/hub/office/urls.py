"""The addresses of the programme office, below ``/staff/office/``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.office import views
from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role

menu.add("office:dashboard", _("事業の状況"), _("申込、ポイント、予算、待っているものを日ごとに見る"), Role.OFFICE)
menu.add("office:plan", _("計画との比較"), _("始める前の試算と、実際に起きたことを週ごとに比べる"), Role.OFFICE)
menu.add("office:health", _("混雑と接続"), _("混み具合と、決済事業者の接続、付与の報告を見る"), Role.OFFICE)

app_name = "office"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("plan/", views.plan_page, name="plan"),
    path("plan.csv", views.plan_csv, name="plan_csv"),
    path("health/", views.health_page, name="health"),
    path("<slug:code>.csv", views.table_csv, name="table_csv"),
]
