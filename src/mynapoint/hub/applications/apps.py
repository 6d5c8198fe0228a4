"""The app `applications`: registers the check of how applications are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection


class ApplicationsConfig(AppConfig):
    """Registers its check when the hub starts."""

    name = "mynapoint.hub.applications"

    def ready(self) -> None:
        from mynapoint.hub.applications import correction_models  # its tables are known from here on

        assert correction_models.Correction._meta.app_label == self.label
        register(check_batches)


def check_batches(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse to promise batches where there are none."""
    if not settings.BATCH_WRITES or connection.vendor == "postgresql":
        return []
    hint = "Unset MYNAPOINT_BATCH_WRITES, or name a PostgreSQL in MYNAPOINT_DATABASE."
    return [Error("MYNAPOINT_BATCH_WRITES is yes, but SQLite writes one at a time", hint=hint, id="applications.E001")]
