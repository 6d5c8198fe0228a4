"""The hub as a WSGI application: ``granian --interface wsgi mynapoint.hub.wsgi:application``; weak settings refuse."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mynapoint.hub.settings")

application = get_wsgi_application()

from mynapoint.hub.audit.checks import refuse_to_start_weak  # noqa: E402 - needs the settings read above

refuse_to_start_weak()
