"""The app `audit`: registers the checks of the storage."""

from importlib import import_module

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers its checks when the hub starts."""

    name = "mynapoint.hub.audit"

    def ready(self) -> None:
        import_module("mynapoint.hub.audit.checks")
