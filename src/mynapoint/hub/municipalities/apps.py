"""The app `municipalities`: its tables stand in four files, by what they are about."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class MunicipalitiesConfig(AppConfig):
    """Reads all four when the hub starts."""

    name = "mynapoint.hub.municipalities"

    def import_models(self) -> None:
        """Read the tables beside those of ``models``."""
        super().import_models()
        for file in ("changes", "exchanges", "notices"):
            import_module(f"{self.name}.{file}")
