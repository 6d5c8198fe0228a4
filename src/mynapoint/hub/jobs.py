"""What runs beside the pages: `mynapoint hub jobs` does each once; start it every few minutes from cron or a timer."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from mynapoint.hub import web
from mynapoint.hub.applications.actions import purge_drafts
from mynapoint.hub.applications.provider_door import purge_nonces
from mynapoint.hub.applications.secrets import hub_key
from mynapoint.hub.audit.sealing import seal
from mynapoint.hub.books.waiting_list import go_through
from mynapoint.hub.identity.actions import purge as purge_challenges
from mynapoint.hub.ledger.correcting import give_back
from mynapoint.hub.ledger.merges import join_links
from mynapoint.hub.office.counting import count_days
from mynapoint.hub.office.publishing import publish
from mynapoint.hub.operation.readiness import note_jobs_done


def run_all() -> Mapping[str, int]:
    """Do each once: links, corrections' points, lapsed things, the audit record's seal, days' sums, open data.

    Returns how much of each was done. Drafts lapse by the programme's clock, the rest by the machine's.
    """
    merged, cases = join_links(now=web.now())
    given_on = give_back(now=web.now())
    lapsed, turns = go_through(now=web.now())  # after what may free points
    done = {
        "residents merged": merged,
        "double applications found": cases,
        "points given on by corrections": given_on,
        "turns on waiting lists lapsed": lapsed,
        "turns on waiting lists given": turns,
        "challenges and answers removed": purge_challenges(),
        "nonces removed": purge_nonces(),
        "drafts removed": purge_drafts(now=web.now()),
    }
    SessionStore.clear_expired()
    done |= {"audit records sealed": seal(hub_key(), now=timezone.now()).records}
    done |= {"days counted": count_days(now=web.now())}
    note_jobs_done()
    return done | {"editions of open data published": int(publish(now=web.now()))}
