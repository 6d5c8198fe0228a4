"""The addresses of the counter as its helpers see it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role
from mynapoint.hub.support import checklist_views, counter_views, pin_reset_views, queue_views, report_views
from mynapoint.hub.support.visits import AT_COUNTERS

menu.add("counter:counter", pgettext_lazy("page", "支援窓口"), _("来訪を始める、進み具合を見る、終える"), *AT_COUNTERS)

menu.add(
    "counter:checklist",
    _("始める前の確認"),
    _("カード、暗証番号、決済サービスがそろっているかを確かめ、紙で渡す"),
    *AT_COUNTERS,
)

menu.add("counter:queue", _("整理券"), _("整理券を渡す、次の方を呼ぶ"), *AT_COUNTERS)

menu.add("counter:pin_resets", _("暗証番号の再設定"), _("書類を2人で確かめてから、再設定に進む"), *AT_COUNTERS)
menu.add("counter:report", _("窓口の報告"), _("来訪の件数、待ち時間、うまくいかなかった理由を見る"), Role.SUPERVISOR)

app_name = "counter"
urlpatterns = [
    path("", counter_views.counter, name="counter"),
    path("checklist/", checklist_views.checklist, name="checklist"),
    path("checklist.pdf", checklist_views.printed, name="checklist_pdf"),
    path("queue/", queue_views.queue, name="queue"),
    path("queue/draw/", queue_views.draw, name="queue_draw"),
    path("queue/call/", queue_views.call, name="queue_call"),
    path("queue/<int:ticket>/print/", queue_views.printed, name="queue_print"),
    path("queue/<int:ticket>/skip/", queue_views.skip, name="queue_skip"),
    path("queue/<int:ticket>/back/", queue_views.back, name="queue_back"),
    path("pin-resets/", pin_reset_views.resets, name="pin_resets"),
    path("pin-resets/begin/", pin_reset_views.begin, name="pin_reset_begin"),
    path("pin-resets/<int:pk>/", pin_reset_views.reset, name="pin_reset"),
    path("pin-resets/<int:pk>/check/", pin_reset_views.check, name="pin_reset_check"),
    path("pin-resets/<int:pk>/confirm/", pin_reset_views.confirm, name="pin_reset_confirm"),
    path("pin-resets/<int:pk>/done/", pin_reset_views.done, name="pin_reset_done"),
    path("pin-resets/<int:pk>/give-up/", pin_reset_views.give_up, name="pin_reset_give_up"),
    path("report/", report_views.month, name="report"),
    path("report.csv", report_views.month_csv, name="report_csv"),
    path("state/", counter_views.state, name="state"),
    path("<int:terminal>/begin/", counter_views.begin, name="begin"),
    path("visits/<uuid:visit>/extend/", counter_views.extend, name="extend"),
    path("visits/<uuid:visit>/end/", counter_views.end, name="end"),
]
