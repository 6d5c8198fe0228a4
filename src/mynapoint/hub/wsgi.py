"""The hub as a WSGI application: ``granian --interface wsgi mynapoint.hub.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mynapoint.hub.settings")

application = get_wsgi_application()
