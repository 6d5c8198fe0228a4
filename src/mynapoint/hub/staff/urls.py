"""The addresses of staff."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.staff import account_views, menu, views
from mynapoint.hub.staff.models import Role

menu.add(
    "staff:accounts",
    _("職員の登録"),
    _("職員を加える、パスワードや認証アプリをなくした職員を助ける"),
    Role.SUPERVISOR,
    Role.OFFICE,
)

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("terminal/", views.terminal, name="terminal"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("enrol/", views.enrol, name="enrol"),
    path("enrol/factors/", views.factors, name="factors"),
    path("accounts/", account_views.accounts_page, name="accounts"),
    path("accounts/add/", account_views.add, name="account_add"),
    path("accounts/<int:pk>/reset/", account_views.reset, name="account_reset"),
    path("accounts/<int:pk>/disable/", account_views.disable, name="account_disable"),
]
