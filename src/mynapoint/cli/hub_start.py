"""How every `mynapoint hub …` command starts: settings read, Django ready, and a refusal told in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import typer


class Settings:
    """The one setting that commands look at."""

    STATE: Path


def start_django() -> Settings:
    """Make Django ready with the hub's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mynapoint.hub.settings")
    os.umask(0o077)  # database, keys and secrets are their owner's alone
    import django
    from django.conf import settings

    django.setup()
    Path(settings.STATE).mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings  # type: ignore[return-value]


def refuse_or_continue() -> None:
    """End with exit status 1 if the hub would not start, and say why."""
    from django.core.exceptions import ImproperlyConfigured

    from mynapoint.hub.audit.checks import refuse_to_start_weak

    try:
        refuse_to_start_weak()
    except ImproperlyConfigured as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
