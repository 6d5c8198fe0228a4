"""Applying: proved account, signed statement, one transaction; once per person, once per account, for good."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import DatabaseError, IntegrityError, transaction

from hub import clock
from hub.sample_pay import SamplePay
from hub.visitor import APPLY, Visitor, card_fields, text
from mynapoint.exchange import card_token
from mynapoint.hub.applications.models import Application, Consent, Draft, Notice
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.identity.models import Resident


@pytest.fixture
def reserved(aoki: Visitor, sample_pay: SamplePay) -> Visitor:
    aoki.sign_in()
    aoki.reserve()
    return aoki


def test_aoki_applies_and_gets_a_receipt(reserved: Visitor) -> None:
    response = reserved.apply()

    assert response.status_code == 200
    assert "申込が完了しました" in text(response)
    assert "2023年(令和5年)2月28日までに、「サンプルPay」にチャージしてください。" in text(response)
    application = Application.objects.get()
    assert (application.masked_account, application.masked_holder) == ("****1234", "ア*キ ハ*コ")
    assert application.round_id == "round2"
    assert Notice.objects.get().application == application
    assert not Draft.objects.exists()
    assert AuditRecord.objects.filter(act=Act.APPLIED, subject=f"application:{application.pk}").count() == 1


def test_what_was_shown_is_what_was_signed_and_what_is_kept(reserved: Visitor) -> None:
    proved = reserved.give_account("SP00001234", "482913")
    page = reserved.page(proved["Location"])
    fields = card_fields(page)
    for part in ("サンプルPay", "****1234", "ア*キ ハ*コ", "第2弾", "変更できません"):
        assert part in fields.statement
    assert f'<p class="statement">{fields.statement}</p>' in page

    reserved.answer(fields, reserved.sign(fields))

    consent = Consent.objects.get()
    assert consent.statement == fields.statement
    message = card_token.signed_bytes(origin=consent.origin, nonce=consent.nonce, statement=consent.statement)
    assert consent.credential is not None
    key = load_der_public_key(bytes(consent.credential.public_key))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(bytes(consent.signature), message, padding.PKCS1v15(), hashes.SHA256())


def test_a_second_application_is_refused_with_its_reason_and_the_first_stands(reserved: Visitor) -> None:
    reserved.apply()

    response = reserved.get(APPLY)

    assert response.status_code == 422
    assert "この施策には2022年7月15日に「サンプルPay」で申込済みです" in text(response)
    assert Application.objects.count() == 1


def test_two_tabs_signed_one_after_the_other_apply_once(reserved: Visitor) -> None:
    proved = reserved.give_account("SP00001234", "482913")
    first, second = (card_fields(reserved.page(proved["Location"])) for _ in range(2))
    reserved.answer(first, reserved.sign(first))

    response = reserved.answer(second, reserved.sign(second))

    assert response.status_code == 422
    assert "すでに申込済みです" in text(response)
    assert Application.objects.count() == 1


def test_a_signature_is_only_for_the_draft_that_was_shown(reserved: Visitor) -> None:
    shown = card_fields(reserved.page(reserved.give_account("SP00001234", "482913")["Location"]))
    reserved.give_account("SP00003456", "617284")

    response = reserved.answer(shown, reserved.sign(shown))

    assert "draft_replaced" in text(response)
    assert not Application.objects.exists()


def test_another_persons_card_saves_nothing_and_ends_the_session(reserved: Visitor, ueno: Visitor) -> None:
    ueno.sign_in()
    proved = reserved.give_account("SP00001234", "482913")
    fields = card_fields(reserved.page(proved["Location"]))
    reserved.card = "ueno"

    response = reserved.answer(fields, reserved.sign(fields))

    assert response.status_code == 422
    assert "別の方のカードで署名されました" in text(response)
    assert not Application.objects.exists()
    assert "resident" not in reserved.client.session
    assert AuditRecord.objects.filter(act=Act.OTHER_PERSONS_CARD).count() == 1


def test_one_account_serves_one_person(reserved: Visitor, ueno: Visitor) -> None:
    reserved.apply()
    ueno.sign_in()
    ueno.reserve()

    response = ueno.give_account("SP00001234", "482913")

    assert response.status_code == 422
    assert "別の方の申込に使われています" in text(response)
    assert Application.objects.count() == 1


def test_without_a_reservation_the_way_there_is_shown(aoki: Visitor, sample_pay: SamplePay) -> None:
    aoki.sign_in()

    response = aoki.get(APPLY)

    assert response.status_code == 422
    assert "先に予約をしてください" in text(response)


def test_the_day_is_judged_again_when_the_card_signs(reserved: Visitor) -> None:
    proved = reserved.give_account("SP00001234", "482913")
    fields = card_fields(reserved.page(proved["Location"]))
    clock.move_to(datetime(2023, 9, 30, 15, 0, tzinfo=UTC))  # midnight in Tokyo after the last day

    response = reserved.answer(fields, reserved.sign(fields))

    assert "申込期間は2023年9月30日に終了しました" in text(response)
    assert not Application.objects.exists()


def test_a_receipt_is_shown_to_its_own_resident_only(reserved: Visitor, ueno: Visitor) -> None:
    path = reserved.apply().redirect_chain[-1][0]
    ueno.sign_in()

    assert ueno.get(path).status_code == 404


@pytest.mark.parametrize("same", ["resident", "account_key", "account_reference"])
def test_the_database_itself_refuses_a_second_application(reserved: Visitor, ueno: Visitor, same: str) -> None:
    reserved.apply()
    ueno.sign_in()
    ueno.reserve()
    first = Application.objects.get()
    other = Application.objects.get()
    other.pk = uuid.uuid4()
    other.applied_at = first.applied_at + timedelta(days=1)
    other.resident = Resident.objects.exclude(pk=first.resident_id).get()
    other.account_key, other.account_reference = "other", "other"
    setattr(other, same, getattr(first, same))

    with pytest.raises(IntegrityError), transaction.atomic():
        other.save(force_insert=True)


def test_an_application_cannot_be_changed_or_removed_even_in_the_database(reserved: Visitor) -> None:
    reserved.apply()

    for change in (
        lambda: Application.objects.update(incentive="health_insurance"),
        lambda: Consent.objects.update(statement="x"),
        lambda: Notice.objects.update(points=1),
        lambda: Consent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            change()


def test_no_security_code_and_no_account_number_is_kept_anywhere(reserved: Visitor) -> None:
    from django.db import connection

    reserved.apply()

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                kept = repr(row)
                for secret in (r"(?<![0-9a-f])482913(?![0-9a-f])", "SP00001234", "アオキ"):
                    assert not re.search(secret, kept), table
                assert hashlib.sha256(b"SP00001234").hexdigest() not in kept, table
