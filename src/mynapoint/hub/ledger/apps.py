"""The app `ledger`: tells applications, an earlier step, how to find what is recorded for a person."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Hands the ledger's answer over when the hub starts."""

    name = "mynapoint.hub.ledger"

    def ready(self) -> None:
        from mynapoint.hub.applications.recorded import found_by
        from mynapoint.hub.ledger import day_models  # its tables are known from here on
        from mynapoint.hub.ledger.points import recorded_in_all

        assert day_models.CountedDay._meta.app_label == self.label
        found_by(recorded_in_all)
