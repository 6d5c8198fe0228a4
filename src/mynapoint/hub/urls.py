"""Every address of the hub: pages for people, doors for machines."""

from django.urls import URLPattern, URLResolver, include, path

from mynapoint.hub import web
from mynapoint.hub.api import pages
from mynapoint.hub.applications import resident_door
from mynapoint.hub.applications.waiting_list import history as own_waiting
from mynapoint.hub.ledger import own_data
from mynapoint.hub.ledger.views import start
from mynapoint.hub.operation import readiness
from mynapoint.hub.support.helped import own_corrections, own_visits

own_data.also("visits_to_counters", own_visits)
own_data.also("corrections", own_corrections)
own_data.also("waiting_list_places", own_waiting)
handler500 = "mynapoint.hub.operation.failures.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("healthz", web.healthz, name="healthz"),
    path("readyz", readiness.readyz, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("staff/", include("mynapoint.hub.staff.urls")),
    path("staff/", include("mynapoint.hub.municipalities.staff_urls")),
    path("staff/office/", include("mynapoint.hub.office.urls")),
    path("staff/provider/", include("mynapoint.hub.providers_area.urls")),
    path("staff/providers/", include("mynapoint.hub.providers_area.office_urls")),
    path("staff/settlement/", include("mynapoint.hub.settlement.urls")),
    path("staff/counter/", include("mynapoint.hub.support.counter_urls")),
    path("staff/corrections/", include("mynapoint.hub.support.correcting_urls")),
    path("counter/", include("mynapoint.hub.support.urls")),
    path("my/corrections/", include("mynapoint.hub.support.correction_urls")),
    path("payment-services/", include("mynapoint.hub.payment_services.urls")),
    path("open-data/", include("mynapoint.hub.office.open_data_urls")),
    path("m/", include("mynapoint.hub.municipalities.urls")),
    path("", include("mynapoint.hub.municipalities.help_urls")),
    path("", include("mynapoint.hub.identity.urls")),
    path("reservation/", include("mynapoint.hub.reservations.urls")),
    path("apply/", include("mynapoint.hub.applications.urls")),
    path("", include("mynapoint.hub.ledger.urls")),
    path(resident_door.PATH[1:], resident_door.applications, name="resident_applications"),
    path("api/public/v1/", include("mynapoint.hub.payment_services.machine_urls")),
    path("api/", include("mynapoint.hub.api.urls")),
    path(".well-known/jwks.json", pages.hub_keys, name="hub_keys"),
]
