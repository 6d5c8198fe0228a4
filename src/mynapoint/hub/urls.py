"""Every address of the hub: pages for people, doors for machines."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from ninja import NinjaAPI
from ninja.errors import ValidationError

from mynapoint.hub import web
from mynapoint.hub.applications import resident_door
from mynapoint.hub.applications.api import router as notices
from mynapoint.hub.applications.provider_door import Problem, problem_response
from mynapoint.hub.ledger.api import router as award_reports
from mynapoint.hub.payment_services.views import start

api = NinjaAPI(
    title="mynapoint",
    version="1",
    description="The door for providers. Bodies are JSON lines; every request is signed (RFC 9421).",
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/provider/v1", notices)
api.add_router("/provider/v1", award_reports)


@api.exception_handler(Problem)
def _problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem)


@api.exception_handler(ValidationError)
def _malformed(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = sorted({str(one["loc"][-1]) for one in error.errors})
    return problem_response(
        Problem(422, web.ProblemCode.MALFORMED, f"Wrong or missing: {', '.join(fields)}.", fields=fields)
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("healthz", web.healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("payment-services/", include("mynapoint.hub.payment_services.urls")),
    path("m/", include("mynapoint.hub.municipalities.urls")),
    path("", include("mynapoint.hub.identity.urls")),
    path("reservation/", include("mynapoint.hub.reservations.urls")),
    path("apply/", include("mynapoint.hub.applications.urls")),
    path("", include("mynapoint.hub.ledger.urls")),
    path(resident_door.PATH[1:], resident_door.applications, name="resident_applications"),
    path("api/public/v1/", include("mynapoint.hub.payment_services.machine_urls")),
    path("api/", api.urls),
]
