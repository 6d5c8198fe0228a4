"""Several at once, on a database file with the shipped settings: the database lets exactly one through."""

from __future__ import annotations

import pytest

from hub import clock
from hub.at_once import all_at_once
from hub.people import known_credential
from hub.sample_pay import NUMBER
from mynapoint.award.refusals import Refusal, Refused
from mynapoint.exchange.messages import Counts, NoticeKind
from mynapoint.hub.applications import actions
from mynapoint.hub.applications.models import Application, Consent, Draft, Notice
from mynapoint.hub.applications.notices import number_notices
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.actions import Signature
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.models import Credential
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.reservations.actions import reserve
from mynapoint.hub.reservations.models import Reservation

AT_ONCE = 6


def resident(name: str) -> Credential:
    credential = known_credential(name)
    reserve(signature=signature("", "n"), credential=credential, now=clock.START)
    return credential


def signature(subject: str, nonce: str) -> Signature:
    certificate = AuthCertificate("00", "1", "f", b"key", clock.START, clock.START)
    return Signature(certificate, "文", "http://localhost:8000", nonce, b"signature", subject, clock.START)


def draft(credential: Credential, account: str) -> Draft:
    return Draft.objects.create(
        resident=credential.resident,
        payment_service=PaymentService.objects.get(number=NUMBER),
        incentive="card_uptake",
        round_id="round2",
        counts=Counts.TOP_UP.value,
        account_key=account,
        account_reference=f"reference-{account}",
        masked_account="****1234",
        masked_holder="ア*キ",
        proof="proof",
        session="session",
        created_at=clock.START,
    )


def refusals(outcomes: list[object]) -> list[Refusal]:
    unexpected = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert not unexpected, unexpected
    return [one.refusal for one in outcomes if isinstance(one, Refused)]


@pytest.mark.usefixtures("file_database")
def test_one_person_applying_in_several_places_at_once_applies_once() -> None:
    credential = resident("aoki")
    mine = draft(credential, "1234")

    outcomes = all_at_once(
        *(
            lambda nonce=str(number): actions.apply(
                draft=mine, signature=signature(str(mine.pk), nonce), credential=credential, now=clock.START
            )
            for number in range(AT_ONCE)
        )
    )

    assert refusals(outcomes) == [Refusal.ALREADY_APPLIED] * (AT_ONCE - 1)
    assert Application.objects.count() == Consent.objects.count() == Notice.objects.count() == 1
    assert AuditRecord.objects.filter(act=Act.APPLIED).count() == 1


@pytest.mark.usefixtures("file_database")
def test_one_who_comes_when_the_draft_was_just_taken_is_told_the_same() -> None:
    credential = resident("aoki")
    mine = draft(credential, "1234")
    read_before = Draft.objects.get(pk=mine.pk)
    actions.apply(draft=mine, signature=signature(str(mine.pk), "1"), credential=credential, now=clock.START)

    with pytest.raises(Refused) as refused:
        actions.apply(draft=read_before, signature=signature(str(mine.pk), "2"), credential=credential, now=clock.START)

    assert refused.value.refusal is Refusal.ALREADY_APPLIED


@pytest.mark.usefixtures("file_database")
def test_one_account_chosen_by_several_people_at_once_serves_one() -> None:
    people = [resident(f"person-{number}") for number in range(AT_ONCE)]
    drafts = [draft(person, "1234") for person in people]

    outcomes = all_at_once(
        *(
            lambda person=person, mine=mine: actions.apply(
                draft=mine, signature=signature(str(mine.pk), "n"), credential=person, now=clock.START
            )
            for person, mine in zip(people, drafts, strict=True)
        )
    )

    assert refusals(outcomes) == [Refusal.ACCOUNT_ALREADY_USED] * (AT_ONCE - 1)
    assert Application.objects.count() == 1


@pytest.mark.usefixtures("file_database")
def test_many_people_at_once_get_cursors_without_gap_or_double() -> None:
    people = [resident(f"person-{number}") for number in range(AT_ONCE)]
    drafts = [draft(person, str(number)) for number, person in enumerate(people)]

    outcomes = all_at_once(
        *(
            lambda person=person, mine=mine: actions.apply(
                draft=mine, signature=signature(str(mine.pk), "n"), credential=person, now=clock.START
            )
            for person, mine in zip(people, drafts, strict=True)
        )
    )

    assert refusals(outcomes) == []
    number_notices(PaymentService.objects.get(number=NUMBER))
    cursors = (
        Notice.objects.filter(kind=NoticeKind.APPLICATION.value).order_by("cursor").values_list("cursor", flat=True)
    )
    assert list(cursors) == list(range(1, AT_ONCE + 1))


@pytest.mark.usefixtures("file_database")
def test_one_person_reserving_several_times_at_once_reserves_once() -> None:
    credential = resident("aoki")
    before = Reservation.objects.get().my_key_id_text

    outcomes = all_at_once(
        *(lambda: reserve(signature=signature("", "n"), credential=credential, now=clock.START) for _ in range(AT_ONCE))
    )

    assert refusals(outcomes) == [Refusal.ALREADY_RESERVED] * AT_ONCE
    assert Reservation.objects.get().my_key_id_text == before
