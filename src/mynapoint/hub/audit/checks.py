"""What must be true of the storage before the hub starts: read back from the database, not from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from mynapoint.hub.audit.storage import Finding, Level, findings


@register(Tags.database)
def check_storage(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse settings weaker than promised: what was acknowledged survives a power cut and cannot be changed."""
    found = [finding for alias in databases or () for finding in findings(connections[alias])]
    return [_message(finding) for finding in found if finding.level is not Level.OK]


def refuse_to_start_weak() -> None:
    """Run every check, the database's too. Raises ImproperlyConfigured naming each error."""
    errors = [message for message in run_checks(databases=["default"]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("the hub does not start:\n" + "\n".join(f"  {error}" for error in errors))


def _message(finding: Finding) -> CheckMessage:
    kind = checks.Error if finding.level is Level.ERROR else checks.Warning
    return kind(finding.sentence, hint=f"Otherwise {finding.why}.", id=finding.code)
