"""One process that does acts one after the other on SQLite, and says after each that it is done.

``python -m hub.crash.acting COUNT LEVEL``. LEVEL is what ``PRAGMA synchronous`` is to be:
FULL as shipped, or NORMAL for the control.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.conf import settings


def main(count: int, level: str) -> None:
    """Record ``count`` reports; after each commit its id is written to the file ``acknowledged``."""
    django.setup()
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", f"synchronous={level}")
    from hub.ledger.test_reports_at_once import line, recorded, report
    from mynapoint.hub.applications.models import Application

    application = Application.objects.get()
    ledger = os.open(Path(settings.STATE) / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(count):
        recorded(report(f"r-{number}", line(application, 1, f"l-{number}")))
        os.write(ledger, f"r-{number}\n".encode())
    os._exit(0)  # without closing the database: the power is cut


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
