"""The app `identity`: registers the checks of the trust folder."""

from importlib import import_module

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers its checks when the hub starts."""

    name = "mynapoint.hub.identity"

    def ready(self) -> None:
        import_module("mynapoint.hub.identity.checks")
