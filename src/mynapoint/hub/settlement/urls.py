"""The addresses of the office's settlement, below /staff/."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.settlement import service_views, views
from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role

menu.add("settlement:claims", _("精算"), _("請求を確かめる、承認する、支払う"), Role.OFFICE)

app_name = "settlement"
_SERVICE = "services/<str:number>/"
urlpatterns = [
    path("", views.claims, name="claims"),
    path("<int:pk>/", views.claim, name="claim"),
    path("<int:pk>/draw/", views.draw, name="draw"),
    path("<int:pk>/lines/<int:line>/", views.find, name="find"),
    path("<int:pk>/check/", views.check, name="check"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/close/", views.close, name="close"),
    path("files/", service_views.new_file, name="new_file"),
    path("files/<int:pk>/", service_views.file, name="file"),
    path(_SERVICE, service_views.service, name="service"),
    path(f"{_SERVICE}statement.csv", service_views.statement_csv, name="statement_csv"),
    path(f"{_SERVICE}statement.pdf", service_views.statement_pdf, name="statement_pdf"),
    path(f"{_SERVICE}account/", service_views.enter_account, name="enter_account"),
    path(f"{_SERVICE}account/<int:pk>/confirm/", service_views.confirm_account, name="confirm_account"),
    path(f"{_SERVICE}pay/", service_views.pay, name="pay"),
    path(f"{_SERVICE}repay/", service_views.repay, name="repay"),
    path(f"{_SERVICE}payments/<int:pk>/back/", service_views.take_back, name="take_back"),
]
