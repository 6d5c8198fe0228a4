"""The addresses of the staff area of municipal pages, below ``/staff/``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.municipalities import editor_views, reader_views, status_views
from mynapoint.hub.staff import menu
from mynapoint.hub.staff.models import Role

menu.add("municipal_staff:towns", _("案内のページ"), _("ページの内容、窓口、時間、休みを変える"), *editor_views.EDITORS)
menu.add("municipal_staff:own_inquiries", _("お問い合わせ"), _("届いた質問に答える"), *reader_views.ANSWERERS)
menu.add("municipal_staff:status", _("システムの状態"), _("障害や混雑をお知らせする"), Role.OFFICE)

app_name = "municipal_staff"
urlpatterns = [
    path("status/", status_views.status, name="status"),
    path("status/<int:pk>/end/", status_views.end, name="status_end"),
    path("inquiries/", reader_views.own_inquiries, name="own_inquiries"),
    path("inquiries/<slug:slug>/", reader_views.inquiries, name="inquiries"),
    path("inquiries/<slug:slug>/<str:number>/", reader_views.inquiry, name="inquiry"),
    path("inquiries/<slug:slug>/<str:number>/<int:nth>/send/", reader_views.send_again, name="send_again"),
    path("pages/", editor_views.towns, name="towns"),
    path("pages/<slug:slug>/", editor_views.page, name="page"),
    path("pages/<slug:slug>/preview/", editor_views.preview, name="preview"),
    path("pages/<slug:slug>/publish/", editor_views.publish, name="publish"),
    path("pages/<slug:slug>/history/", editor_views.history, name="history"),
    path("pages/<slug:slug>/drafts/<int:pk>/", editor_views.draft, name="draft"),
    path("pages/<slug:slug>/drafts/<int:pk>/drop/", editor_views.drop, name="drop"),
    path("pages/<slug:slug>/<str:kind>/add/", editor_views.add, name="add"),
    path("pages/<slug:slug>/<str:kind>/<int:row>/", editor_views.change, name="change"),
    path("pages/<slug:slug>/<str:kind>/<int:row>/end/", editor_views.end, name="end"),
]
