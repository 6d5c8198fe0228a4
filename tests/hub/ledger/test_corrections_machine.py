"""Random lives of corrections, in any order with applying, reports and merges: nothing lost, books zero, one stands."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from hub import clock
from hub.ledger.correcting import MISLINK, NOT_A_MISLINK, VISIT, applies_with_account_of, decided, on_duty
from hub.people import applies, awarded
from hub.sample_pay import REGISTER
from mynapoint.award.refusals import Refused
from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.held import held, mislinked
from mynapoint.hub.applications.models import Application, StandingApplication
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.ledger import corrections
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.correcting import give_back
from mynapoint.hub.ledger.corrections import NoEvidence, NotItsTurn, NotOpenable, NotTheSecond
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.hub.ledger.points import points_of
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.staff.models import Role
from property_examples import examples

SUMS = [-3_000, -1, 1, 1_999, 5_000]
REFUSED = (NoEvidence, NotItsTurn, NotOpenable, NotTheSecond)
confirmed: list[int] = []
"""How many mislinks each life confirmed: a machine that never gets so far would be green for nothing."""


class Corrections(RuleBasedStateMachine):
    """Acts on the hub; the model is which entries and steps there were, and what must follow from the last step."""

    certificates = Bundle("certificates")
    applications = Bundle("applications")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = clock.START
        self.people = 0
        self.staff = [on_duty(name="first"), on_duty(Role.SUPERVISOR, name="second")]
        self.kept: dict[tuple[str, int], object] = {}

    def teardown(self) -> None:
        confirmed.append(mislinked().count())
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(target=certificates)
    def somebody_comes(self) -> CertificateId:
        self.people += 1
        return CertificateId("aa", f"{self.people:x}")

    @rule(target=applications, one=certificates)
    def applies(self, one: CertificateId) -> object:
        self.now += timedelta(seconds=1)
        try:
            with transaction.atomic():
                return applies(one, self.now)
        except Refused:
            return multiple()

    @rule(target=applications, one=certificates, before=applications)
    def applies_with_an_account_used_before(self, one: CertificateId, before: Application) -> object:
        self.now += timedelta(seconds=1)
        free = before.pk in mislinked()
        try:
            with transaction.atomic():
                made = applies_with_account_of(one, before, self.now)
            assert free
            return made
        except Refused:
            return multiple()

    @rule(application=applications, points=st.sampled_from(SUMS))
    def is_awarded(self, application: Application, points: int) -> None:
        is_over = bool(held([application.pk])) or application.pk in mislinked()
        answer = awarded(application, points, self.now)
        assert not (is_over and points > 0) or b'"stopped"' in answer

    @rule(target=claims, application=applications, is_resident=st.booleans())
    def is_claimed(self, application: Application, is_resident: bool) -> object:
        by = application.resident if is_resident else self.staff[0]
        try:
            return corrections.open_correction(application=application, by=by, now=self.now)
        except NotOpenable:
            return multiple()

    @rule(claim=claims, who=st.integers(0, 1), is_mislink=st.sampled_from([True, True, False]))
    def is_proposed(self, claim: Correction, who: int, is_mislink: bool) -> None:
        outcome = MISLINK if is_mislink else NOT_A_MISLINK
        staff = self.staff[who]
        with suppress(*REFUSED):
            corrections.add_evidence(correction=claim, evidence=VISIT, reference="1", by=staff, now=self.now)
            corrections.propose(correction=claim, outcome=outcome, staff=staff, now=self.now)

    @rule(claim=claims, who=st.integers(0, 1), what=st.sampled_from(["approve", "approve", "send_back"]))
    def is_looked_at(self, claim: Correction, who: int, what: str) -> None:
        with suppress(*REFUSED):
            getattr(corrections, what)(correction=claim, staff=self.staff[who], now=self.now)

    @rule(application=applications)
    def is_found_to_be_another_persons(self, application: Application) -> None:
        with suppress(NotOpenable):
            decided(application, MISLINK, self.staff[0], self.staff[1], self.now)

    @rule(claim=claims)
    def is_withdrawn(self, claim: Correction) -> None:
        with suppress(*REFUSED):
            corrections.withdraw(correction=claim, by=claim.application.resident, now=self.now)

    @rule(one=consumes(certificates), other=certificates)
    def are_one_person(self, one: CertificateId, other: CertificateId) -> None:
        take_links([(1, Link(other, one))], source="test", now=self.now)

    @rule()
    def points_are_given_on(self) -> None:
        give_back(now=self.now)

    @invariant()
    def the_books_agree(self) -> None:
        assert audit_books() == []

    @invariant()
    def nothing_kept_is_lost_or_changed(self) -> None:
        rows: dict[tuple[str, int], object] = {
            (model.__name__, row.pk): tuple(getattr(row, field.attname) for field in model._meta.concrete_fields)
            for model in (LedgerEntry, CorrectionStep, Correction)
            for row in model.objects.all()
        }
        assert all(rows.get(key) == row for key, row in self.kept.items())
        self.kept = rows

    @invariant()
    def what_is_mislinked_holds_nothing_and_does_not_stand(self) -> None:
        found = set(mislinked())
        assert not StandingApplication.objects.filter(application__in=found).exists()
        assert set(points_of(found).values()) <= {0}
        assert not found & held(found)

    @invariant()
    def nobody_has_two_that_stand_nor_more_than_the_cap(self) -> None:
        rows = StandingApplication.objects.select_related("application__resident")
        people = [(surviving(row.application.resident), row.incentive) for row in rows]
        assert len(people) == len(set(people))
        accounts = rows.values_list("application__payment_service", "application__account_key", "incentive")
        assert len(accounts) == len(set(accounts))
        assert all(0 <= one.recorded <= one.points_max for one in RecordedTotal.objects.all())

    @invariant()
    def every_claim_has_one_end_at_most_and_one_is_open_for_an_application(self) -> None:
        ended = CorrectionStep.objects.filter(kind__in=["approved", "withdrawn"]).values("correction")
        assert not ended.annotate(ends=Count("id")).filter(ends__gt=1).exists()
        opened = list(Correction.objects.exclude(pk__in=ended.values("correction")).values_list("application"))
        assert len(opened) == len(set(opened))


@pytest.mark.usefixtures("db")
def test_no_life_of_corrections_loses_a_point_or_lets_two_stand() -> None:
    import_register(REGISTER)
    confirmed.clear()

    chosen = settings(
        examples(12),
        stateful_step_count=25,
        suppress_health_check=list(HealthCheck),
        phases=set(Phase) - {Phase.shrink, Phase.explain},
    )
    for _ in range(5):  # chance may lead twelve lives past it
        run_state_machine_as_test(Corrections, settings=chosen)
        if sum(confirmed):
            break

    assert sum(confirmed) > 0, "no life in sixty came to a confirmed mislink"
