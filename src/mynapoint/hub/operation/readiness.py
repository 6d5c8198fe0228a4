"""Whether this process should be given requests, and what else whoever watches the hub wants to see at once."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mynapoint.hub.identity.circuits import State, snapshots
from mynapoint.hub.identity.trust import trust_store
from mynapoint.hub.waiting.gates import gates

JOBS_LATE_AFTER_SECONDS = 30 * 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``is_needed``: without it the process is not ready; else it is only told."""

    name: str
    is_well: bool
    says: str
    is_needed: bool


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when ready, 503 when not, with every finding: in lines, or as JSON for ``application/json``."""
    found = findings()
    is_ready = all(one.is_well for one in found if one.is_needed)
    status = 200 if is_ready else 503
    if request.accepts("text/plain"):
        lines = [
            f"{'ok ' if one.is_well else 'NOT' if one.is_needed else '!  '} {one.name}: {one.says}" for one in found
        ]
        text = "\n".join(["ready" if is_ready else "not ready", *lines, ""])
        response: HttpResponse = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    else:
        response = JsonResponse({"ready": is_ready, "findings": [asdict(one) for one in found]}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def findings() -> list[Finding]:
    """Return what was found. Late jobs and paused circuits are told, but people are better served than sent away."""
    return [_database(), _trust(), _jobs(), *_circuits(), *_crowds()]


def note_jobs_done() -> None:
    """Remember that the jobs ran, in this state folder."""
    _jobs_mark().touch()


def _database() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        connection.close()
        return Finding("database", False, f"does not answer ({type(error).__name__})", True)
    if waiting:
        return Finding("database", False, f"{len(waiting)} migrations wait: mynapoint hub migrate", True)
    return Finding("database", True, f"{connection.vendor} answers, no migration waits", True)


def _trust() -> Finding:
    try:
        roots = len(trust_store().roots)
    except (ImproperlyConfigured, OSError) as error:
        return Finding("trust", False, f"the trust folder cannot be used ({type(error).__name__})", True)
    return Finding("trust", roots > 0, f"{roots} roots" if roots else "no root: nobody can sign in", True)


def _jobs() -> Finding:
    try:
        seconds = time.time() - _jobs_mark().stat().st_mtime
    except OSError:
        return Finding("jobs", False, "never ran with this state folder: mynapoint hub jobs", False)
    return Finding("jobs", seconds < JOBS_LATE_AFTER_SECONDS, f"ran {seconds / 60:.0f} minutes ago", False)


def _circuits() -> list[Finding]:
    return [
        Finding(
            f"circuit {one.name}", one.state is State.ASKED, f"{one.state}, {one.failures} failures in a row", False
        )
        for one in snapshots()
    ]


def _crowds() -> list[Finding]:
    return [
        Finding(f"gate {kind}", not gate.waiting, f"{gate.inside} of {gate.at_once} inside, {gate.waiting} wait", False)
        for kind, gate in gates().items()
    ]


def _jobs_mark() -> Path:
    return Path(settings.STATE) / "jobs-done"
