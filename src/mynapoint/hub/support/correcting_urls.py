"""The addresses where staff see to corrections, and where likely mislinks are listed."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.staff import menu
from mynapoint.hub.support import correcting_views
from mynapoint.hub.support.correcting_views import DECIDING, SEEING_TO_IT

menu.add(
    "correcting:corrections",
    _("申込の訂正"),
    _("別の人に結び付いた申込や、亡くなった方の申込を受け付け、2人で確かめる"),
    *SEEING_TO_IT,
)
menu.add("correcting:likely", _("結び付きの点検"), _("別の人に結び付いたかもしれない申込を見る"), *DECIDING)

app_name = "correcting"
urlpatterns = [
    path("", correcting_views.corrections_list, name="corrections"),
    path("begin/", correcting_views.begin, name="begin"),
    path("death/", correcting_views.begin_death, name="begin_death"),
    path("likely/", correcting_views.likely, name="likely"),
    path("<int:pk>/", correcting_views.correction, name="correction"),
    path("<int:pk>/evidence/", correcting_views.evidence, name="evidence"),
    path("<int:pk>/propose/", correcting_views.propose, name="propose"),
    path("<int:pk>/decide/", correcting_views.decide, name="decide"),
]
