"""A renewed card is the same person: at once where the link is known, and after the fact where it comes late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from hub import clock
from hub.sample_pay import BOOK, SamplePay
from hub.visitor import Visitor, text
from mynapoint.card.emulator.renewal import Renewal, renew_card
from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Application, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity import lineage
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.links import CertificateId, Link, SourceUnavailable
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident, ResidentMerge, SerialLink
from mynapoint.hub.jobs import run_all
from mynapoint.hub.ledger.merges import take_links
from mynapoint.hub.ledger.models import DoubleApplication
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.values import tokyo_day

TODAY = tokyo_day(clock.START)


def link_of(renewal: Renewal) -> Link:
    return Link(
        CertificateId(renewal.old_issuer_key_id, renewal.old_serial),
        CertificateId(renewal.new_issuer_key_id, renewal.new_serial),
    )


def arrives(renewal: Renewal) -> None:
    take_links([(2, link_of(renewal))], source="card authority", now=clock.now())


class Source:
    """A source of links that knows what the test tells it."""

    name = "test"
    known: Sequence[Link] = ()

    def links_of(self, certificate: CertificateId) -> Sequence[Link]:
        return [link for link in self.known if certificate in {link.old, link.new}]


class Silent(Source):
    def links_of(self, certificate: CertificateId) -> Sequence[Link]:
        raise SourceUnavailable


@pytest.fixture
def citizen(db: None, own_city: Path, settings: Settings) -> Visitor:
    """青木, in a city where cards can be renewed."""
    settings.TRUST = own_city / "trust"
    return Visitor(own_city, "aoki")


def second(citizen: Visitor) -> Visitor:
    """The same person, a minute later, at another browser."""
    clock.move_to(clock.now() + timedelta(minutes=1))
    return Visitor(citizen.city, citizen.card)


def test_a_renewed_card_is_the_same_person_where_the_link_is_known(citizen: Visitor, sample_pay: SamplePay) -> None:
    citizen.sign_in()
    citizen.reserve()
    citizen.apply()
    before = Reservation.objects.get().my_key_id_text
    arrives(renew_card(citizen.city, "aoki", on=TODAY))

    page = second(citizen)
    page.sign_in()

    assert Resident.objects.count() == 1
    assert str(before) in page.page("/my/")
    assert "****1234" in page.page("/my/")
    old, new = Credential.objects.order_by("id")
    assert new.predecessor == old


def test_the_source_is_asked_once_about_a_certificate_not_seen_before(
    citizen: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LINK_SOURCE = f"{__name__}.Source"
    citizen.sign_in()
    renewal = renew_card(citizen.city, "aoki", on=TODAY)
    monkeypatch.setattr(Source, "known", [link_of(renewal)])

    second(citizen).sign_in()
    settings.LINK_SOURCE = f"{__name__}.Silent"
    second(citizen).sign_in()

    assert Resident.objects.count() == 1
    assert SerialLink.objects.get().source == "test"


def test_a_silent_source_lets_the_resident_in_and_is_asked_again_next_time(
    citizen: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen.sign_in()
    renewal = renew_card(citizen.city, "aoki", on=TODAY)
    settings.LINK_SOURCE = f"{__name__}.Silent"

    assert second(citizen).sign_in().status_code == 200
    assert Resident.objects.count() == 2
    assert AuditRecord.objects.filter(act=Act.CERTIFICATE_ENTERED, details__links="unavailable").exists()

    settings.LINK_SOURCE = f"{__name__}.Source"
    monkeypatch.setattr(Source, "known", [link_of(renewal)])
    second(citizen).sign_in()
    run_all()

    assert Resident.objects.filter(merged_into=None).count() == 1


def test_a_card_renewed_during_the_session_signs_for_its_own_person(citizen: Visitor, sample_pay: SamplePay) -> None:
    citizen.sign_in()
    citizen.reserve()
    arrives(renew_card(citizen.city, "aoki", on=TODAY))

    assert citizen.apply().status_code == 200

    assert Application.objects.get().consent.credential == Credential.objects.order_by("-id")[0]
    assert Resident.objects.count() == 1


def test_a_card_never_seen_and_not_linked_is_another_persons_and_is_not_kept(
    citizen: Visitor, sample_pay: SamplePay
) -> None:
    citizen.sign_in()
    renew_card(citizen.city, "aoki", on=TODAY)

    assert "other_persons_card" in text(citizen.reserve())
    assert Credential.objects.count() == 1


def test_a_late_link_merges_two_residents_and_both_pages_are_one(citizen: Visitor, sample_pay: SamplePay) -> None:
    citizen.sign_in()
    citizen.reserve()
    citizen.apply()
    renewal = renew_card(citizen.city, "aoki", on=TODAY, is_linked=False)
    later = second(citizen)
    later.sign_in()
    later.reserve()
    assert "申込は、まだありません" in later.page("/my/")
    kept = list(Reservation.objects.order_by("id").values_list("resident", "my_key_id_text"))

    arrives(renewal)

    ended = later.get("/my/")
    assert ended.status_code == 302
    assert ended["Clear-Site-Data"] == '"cache"'
    assert "1つにまとまりました" in later.page("/sign-in/")
    later.sign_in()
    page = later.page("/my/")
    assert "****1234" in page
    assert f"<code>{kept[0][1]}</code><button" in page, "the first reservation stands"
    assert f"マイキーID {kept[1][1]}" in page, "the other is kept"
    assert list(Reservation.objects.order_by("id").values_list("resident", "my_key_id_text")) == kept
    assert "already_applied" in text(later.get("/apply/MP0000001/card_uptake/"))
    assert citizen.get("/my/").status_code == 200, "the session of the surviving resident goes on"


def test_whoever_applied_twice_before_the_link_came_is_told_so_in_both_languages(
    citizen: Visitor, sample_pay: SamplePay
) -> None:
    citizen.sign_in()
    citizen.reserve()
    citizen.apply()
    renewal = renew_card(citizen.city, "aoki", on=TODAY, is_linked=False)
    later = second(citizen)
    later.sign_in()
    later.reserve()
    later.apply("SP00002345", BOOK["SP00002345"][0])

    arrives(renewal)

    case = DoubleApplication.objects.get()
    first, last = Application.objects.order_by("applied_at")
    assert (case.earlier, case.later, case.state) == (first, last, "open")
    assert StandingApplication.objects.get().application == first
    assert Notice.objects.get(kind=NoticeKind.STOP.value).application == last
    later.sign_in()
    page = later.page("/my/")
    assert "同じ施策に2件の申込があります" in page
    assert "付与を止めています" in page
    assert str(first.pk) in page
    assert str(last.pk) in page
    assert "この申込への付与は止めています" in later.page(f"/apply/receipt/{last.pk}/")
    english = text(later.client.get("/my/", headers={"accept-language": "en", "host": "localhost:8000"}))
    assert "There are two applications for one incentive" in english
    assert "You need not do anything now" in english


def test_a_link_whose_joining_missed_a_certificate_still_being_entered_is_joined_by_the_job(citizen: Visitor) -> None:
    citizen.sign_in()
    link = link_of(renew_card(citizen.city, "aoki", on=TODAY, is_linked=False))
    second(citizen).sign_in()
    joined_already = {"known_at": clock.now(), "source": "card authority", "joined_at": clock.now()}
    SerialLink.objects.create(
        old_issuer_key_id=link.old.issuer_key_id,
        old_serial=link.old.serial,
        new_issuer_key_id=link.new.issuer_key_id,
        new_serial=link.new.serial,
        **joined_already,
    )
    assert run_all()["residents merged"] == 0

    new = Credential.objects.order_by("-id")[0]
    lineage.look_again(
        AuthCertificate(
            new.issuer_key_id, new.serial, new.fingerprint, bytes(new.public_key), new.valid_from, new.valid_until
        )
    )

    assert run_all()["residents merged"] == 1


def test_residents_are_not_parted_and_not_merged_into_a_merged_one(db: None) -> None:
    first, last, third = (Resident.objects.create(first_seen_at=clock.START) for _ in range(3))
    Resident.objects.filter(pk=last.pk).update(merged_into=first)

    for change in ({"merged_into": None}, {"merged_into": last}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Resident.objects.filter(pk=last.pk if change["merged_into"] is None else third.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resident.objects.filter(pk=first.pk).update(merged_into=third)


def test_an_openid_subject_is_one_resident_and_follows_a_merge(db: None) -> None:
    asked = {"issuer": "https://op.example", "subject": "s-1", "now": clock.START}
    first = lineage.enter_subject(**asked)  # type: ignore[arg-type]
    assert lineage.enter_subject(**asked) == first  # type: ignore[arg-type]
    assert lineage.enter_subject(**asked | {"issuer": "https://other.example"}) != first  # type: ignore[arg-type]

    survivor = Resident.objects.create(first_seen_at=clock.START)
    Resident.objects.filter(pk=first.pk).update(merged_into=survivor)

    assert lineage.enter_subject(**asked) == survivor  # type: ignore[arg-type]
    assert OidcSubject.objects.count() == 2


def test_a_revoked_certificate_is_noted_when_it_is_first_met(citizen: Visitor) -> None:
    citizen.sign_in()
    files = (citizen.city / "cards" / "aoki" / "auth.der", citizen.city / "cards" / "aoki" / "auth.key")
    before = [path.read_bytes() for path in files]
    renew_card(citizen.city, "aoki", on=TODAY)
    for path, content in zip(files, before, strict=True):
        path.write_bytes(content)

    assert "certificate_revoked" in text(second(citizen).sign_in())

    assert Credential.objects.get().revocation_known_at == clock.now()


def test_who_survives_is_on_record_with_the_link_that_told(citizen: Visitor) -> None:
    citizen.sign_in()
    renewal = renew_card(citizen.city, "aoki", on=TODAY, is_linked=False)
    second(citizen).sign_in()

    arrives(renewal)

    merge = ResidentMerge.objects.get()
    first, last = Credential.objects.order_by("id")
    assert (merge.survivor, merge.absorbed) == (first.resident, last.resident)
    assert merge.link == SerialLink.objects.get()
    assert merge.link.new_serial == renewal.new_serial
    assert AuditRecord.objects.get(act=Act.RESIDENTS_MERGED).subject == str(merge.survivor)
