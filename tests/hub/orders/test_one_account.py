"""Thirty-two people at one account, all at once, on both databases: one is served, everybody else is told why not."""

from __future__ import annotations

import pytest

from hub import clock
from hub.applications.test_races import draft, refusals, resident, signature
from hub.at_once import all_at_once
from mynapoint.award.refusals import Refusal
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application, Consent, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord

CLIENTS = 32


@pytest.mark.usefixtures("file_database")
def test_of_thirty_two_at_one_account_one_wins() -> None:
    people = [resident(f"person-{number}") for number in range(CLIENTS)]
    drafts = [draft(person, "1234") for person in people]

    outcomes = all_at_once(
        *(
            lambda person=person, mine=mine: actions.apply(
                draft=mine, signature=signature(str(mine.pk), str(mine.pk)), credential=person, now=clock.START
            )
            for person, mine in zip(people, drafts, strict=True)
        )
    )

    assert refusals(outcomes) == [Refusal.ACCOUNT_ALREADY_USED] * (CLIENTS - 1)
    for model in (Application, Consent, Notice, StandingApplication):
        assert model._default_manager.count() == 1, model
    assert AuditRecord.objects.filter(act=Act.APPLIED).count() == 1
