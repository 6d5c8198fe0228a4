"""What runs beside the pages: `mynapoint hub jobs` does each once; start it every few minutes from cron or a timer."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.sessions.backends.db import SessionStore

from mynapoint.hub import web
from mynapoint.hub.applications.actions import purge_drafts
from mynapoint.hub.applications.provider_door import purge_nonces
from mynapoint.hub.identity.actions import purge as purge_challenges


def run_all() -> Mapping[str, int]:
    """Remove what has lapsed: drafts by the programme's clock, the rest by the machine's; return how much of each."""
    done = {
        "challenges and answers": purge_challenges(),
        "nonces": purge_nonces(),
        "drafts": purge_drafts(now=web.now()),
    }
    SessionStore.clear_expired()
    return done
