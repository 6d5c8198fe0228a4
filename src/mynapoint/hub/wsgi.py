"""The hub as a WSGI application: ``granian --interface wsgi mynapoint.hub.wsgi:application``; weak settings refuse."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mynapoint.hub.settings")

pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - needs the settings read above

from mynapoint.hub.applications import resident_door  # noqa: E402
from mynapoint.hub.audit.checks import refuse_to_start_weak  # noqa: E402
from mynapoint.hub.operation import metrics, traces  # noqa: E402
from mynapoint.hub.operation.observing import observed  # noqa: E402
from mynapoint.hub.operation.turning_away import sheds  # noqa: E402

refuse_to_start_weak()
_ANY_IS_SAFE = not settings.SECURE_SSL_REDIRECT
_ROUTE = "resident_applications"
resident_application = sheds(
    observed(resident_door.wsgi, route=_ROUTE), route=_ROUTE, turned_away=resident_door.turned_away
)
if settings.METRICS:
    metrics.serve(settings.METRICS)
if settings.TRACES:
    traces.export_to(settings.TRACES)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer the irrevocable step for machines at once, everything else through Django's layers."""
    if environ["PATH_INFO"] == resident_door.PATH and _is_safe(environ):
        return resident_application(environ, start_response)
    return pages(environ, start_response)


def _is_safe(environ: WSGIEnvironment) -> bool:
    # Django sends whoever came in plain http to https; here as there a proxy says which it was.
    return _ANY_IS_SAFE or environ.get("HTTP_X_FORWARDED_PROTO") == "https"
