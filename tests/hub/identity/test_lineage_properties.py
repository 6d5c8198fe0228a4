"""Random lives of people and their certificates: whatever order things come in, nobody counts as two unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection, transaction
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
from hub.people import CARD_UPTAKE, applies, awarded, reserves, signs_in
from hub.sample_pay import REGISTER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.hub.applications.models import Application, Consent, StandingApplication
from mynapoint.hub.audit.models import AuditRecord
from mynapoint.hub.identity.lineage import surviving
from mynapoint.hub.identity.links import CertificateId, Link
from mynapoint.hub.identity.models import Credential, Resident
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import DoubleApplication, LedgerEntry, RecordedTotal
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.reservations.models import Reservation
from property_examples import examples

CAP = 5_000
EXAMPLES = 40
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A life of 25 steps is read as it is; shrinking one against the database takes minutes."""
ISSUERS = ("aa", "bb")
KEPT = (Reservation, Application, Consent, LedgerEntry, AuditRecord, Credential, Resident)


class Lives(RuleBasedStateMachine):
    """A model beside the hub: it knows who is who, the hub only what it is told.

    ``owner``  certificate → person, the truth · ``told``  links the hub was told of · ``revoked``  at the authority
    """

    certificates = Bundle("certificates")
    unsent = Bundle("unsent")
    applications = Bundle("applications")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = clock.START
        self.owner: dict[CertificateId, int] = {}
        self.revoked: set[CertificateId] = set()
        self.told: list[Link] = []
        self.seen: dict[type, dict[object, dict[str, object]]] = {model: {} for model in KEPT}
        self.people = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(target=certificates, issuer=st.sampled_from(ISSUERS))
    def issue(self, issuer: str) -> CertificateId:
        self.people += 1
        return self._certificate(issuer, person=self.people)

    @rule(target=unsent, old=consumes(certificates), issuer=st.sampled_from(ISSUERS))
    def renew(self, old: CertificateId, issuer: str) -> Any:
        """The old one is revoked; the hub is not told yet. The authority renews a certificate once."""
        if old in self.revoked:
            return multiple()
        self.revoked.add(old)
        return Link(old, self._certificate(issuer, person=self.owner[old]))

    @rule(target=certificates, link=consumes(unsent))
    def link_comes(self, link: Link) -> CertificateId:
        self._tell(link)
        return link.new

    @rule(target=certificates, link=unsent)
    def used_before_its_link_comes(self, link: Link) -> CertificateId:
        return link.new

    @rule(link=unsent)
    def link_comes_twice(self, link: Link) -> None:
        self._tell(link)
        self._tell(link)

    @rule(one=certificates)
    def signs_in(self, one: CertificateId) -> None:
        if one not in self.revoked:
            signs_in(one, self._later())

    @rule(one=certificates)
    def reserves(self, one: CertificateId) -> None:
        if one not in self.revoked:
            reserves(one, self._later())

    @rule(target=applications, one=certificates)
    def applies(self, one: CertificateId) -> Application | None:
        if one in self.revoked:
            return None
        if not self._has_applied(one):
            return applies(one, self._later())
        with pytest.raises(Refused) as refused:
            applies(one, self._later())
        assert refused.value.refusal is Refusal.ALREADY_APPLIED
        return None

    @rule(application=applications, points=st.sampled_from([-3_000, -500, 700, 3_000, 5_000]))
    def is_awarded(self, application: Application | None, points: int) -> None:
        if application is None:
            return
        stands = StandingApplication.objects.filter(application=application).exists()
        before = self._recorded(application)
        awarded(application, points, self._later())
        gained = self._recorded(application) - before
        assert gained in {0, points}
        if gained > 0:
            assert stands, "a stopped application was awarded"
            assert self._recorded(application) <= CAP, "more than the cap, although the hub knew"

    @invariant()
    def residents_are_partitioned_as_the_links_say(self) -> None:
        groups = defaultdict(set)
        for credential in Credential.objects.select_related("resident"):
            groups[surviving(credential.resident)].add(CertificateId(credential.issuer_key_id, credential.serial))
        seen = {one for group in groups.values() for one in group}
        assert {frozenset(group) for group in groups.values()} == {
            frozenset(chain & seen) for chain in self._chains() if chain & seen
        }

    @invariant()
    def nobody_has_two_applications_that_nobody_knows_of(self) -> None:
        by_person = defaultdict(list)
        for application in Application.objects.select_related("resident"):
            by_person[surviving(application.resident)].append(application)
        for applications in by_person.values():
            first, *others = sorted(applications, key=lambda one: (one.applied_at, one.pk))
            assert [row.application for row in StandingApplication.objects.filter(application__in=applications)] == [
                first
            ]
            assert set(DoubleApplication.objects.filter(later__in=others).values_list("later", flat=True)) == {
                one.pk for one in others
            }
        assert StandingApplication.objects.count() == len(by_person)
        assert DoubleApplication.objects.count() == sum(len(them) - 1 for them in by_person.values())

    @invariant()
    def totals_are_the_entries_within_the_cap_and_beyond_it(self) -> None:
        sums: dict[object, int] = defaultdict(int)
        for entry in LedgerEntry.objects.select_related("application__resident"):
            sums[surviving(entry.application.resident)] += entry.points
        totals = {row.resident_id: row for row in RecordedTotal.objects.all()}
        for resident, total in totals.items():
            assert total.in_all == sums[resident]
            assert total.recorded == min(sums[resident], CAP)
        assert set(sums) <= set(totals)

    @invariant()
    def no_record_is_lost_or_rewritten(self) -> None:
        for model, before in self.seen.items():
            mutable = {"merged_into_id", "predecessor_id", "links_asked_at", "revocation_known_at"}
            rows = {
                row["id"]: {name: value for name, value in row.items() if name not in mutable}
                for row in model.objects.values()  # type: ignore[attr-defined]
            }
            assert before.items() <= rows.items(), model
            self.seen[model] = rows

    def _certificate(self, issuer: str, *, person: int) -> CertificateId:
        # Two issuers give out the same serials: only together with the issuer's key is a serial a certificate.
        serial = f"{sum(one.issuer_key_id == issuer for one in self.owner) + 1:x}"
        certificate = CertificateId(issuer, serial)
        self.owner[certificate] = person
        return certificate

    def _tell(self, link: Link) -> None:
        assert take_links([(1, link)], source="card authority", now=self._later()).refused == []
        self.told.append(link)

    def _later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def _chains(self) -> list[frozenset[CertificateId]]:
        return partition(self.owner, self.told)

    def _has_applied(self, one: CertificateId) -> bool:
        chain = next(chain for chain in self._chains() if one in chain)
        signed = Credential.objects.filter(pk__in=Consent.objects.values("credential"))
        return any(CertificateId(row.issuer_key_id, row.serial) in chain for row in signed)

    def _recorded(self, application: Application) -> int:
        resident = Resident.objects.get(pk=application.resident_id)
        total = RecordedTotal.objects.filter(resident=surviving(resident), incentive=CARD_UPTAKE).first()
        return total.in_all if total else 0


def partition(certificates: Iterable[CertificateId], links: list[Link]) -> list[frozenset[CertificateId]]:
    """What hangs together by links, computed in the plainest way."""
    groups = {one: frozenset([one]) for one in certificates}
    for link in links:
        joined = groups[link.old] | groups[link.new]
        groups |= dict.fromkeys(joined, joined)
    return list(set(groups.values()))


@pytest.fixture
def _register(db: None) -> None:
    import_register(REGISTER)


@pytest.mark.usefixtures("_register")
def test_no_life_of_certificates_makes_one_person_two_unseen() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            examples(EXAMPLES), stateful_step_count=25, suppress_health_check=list(HealthCheck), phases=NO_SHRINKING
        ),
    )


@pytest.mark.usefixtures("_register")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_links_in_any_order_leave_the_same_residents_standing_and_stopped(order: tuple[int, ...]) -> None:
    chain = [CertificateId(ISSUERS[number % 2], f"{number + 1:x}") for number in range(4)]
    made = [applies(one, clock.START + timedelta(minutes=number)) for number, one in enumerate(chain)]
    for one in made:
        awarded(one, 2_000, clock.START)

    for number in order:
        take_links([(1, Link(chain[number], chain[number + 1]))], source="test", now=clock.START)

    survivor = Resident.objects.get(merged_into=None)
    assert survivor == made[0].resident
    assert StandingApplication.objects.get().application == made[0]
    assert set(DoubleApplication.objects.values_list("later", flat=True)) == {one.pk for one in made[1:]}
    total = RecordedTotal.objects.get()
    assert (total.resident, total.recorded, total.over_cap) == (survivor, CAP, 3_000)
    assert not connection.needs_rollback
