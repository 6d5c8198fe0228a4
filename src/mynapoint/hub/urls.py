"""Every address of the hub."""

from django.urls import URLPattern, URLResolver, include, path

from mynapoint.hub.payment_services.views import start

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("payment-services/", include("mynapoint.hub.payment_services.urls")),
    path("m/", include("mynapoint.hub.municipalities.urls")),
    path("", include("mynapoint.hub.identity.urls")),
    path("reservation/", include("mynapoint.hub.reservations.urls")),
    path("apply/", include("mynapoint.hub.applications.urls")),
    path("", include("mynapoint.hub.ledger.urls")),
]
