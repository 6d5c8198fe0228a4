"""One case read, one entry written in two ways, by functions of PostgreSQL and the ORM: the same rows, the same no."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import clock
from hub.applications.machines import Choice, person, proved_choice, signature
from hub.sample_pay import REGISTER
from mynapoint.hub.applications import applying, cases_by_orm, cases_by_query, entering_by_function, entering_by_orm
from mynapoint.hub.applications.entries import Entry, ToKeep
from mynapoint.hub.applications.models import (
    Application,
    Consent,
    Draft,
    KeptAnswer,
    Notice,
    Registration,
    StandingApplication,
)
from mynapoint.hub.audit.models import AuditRecord
from mynapoint.hub.identity.models import Challenge, Resident
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.reservations.actions import next_step, revoke_my_key_id, standing_reservation
from mynapoint.programme.values import Points
from property_examples import examples

WRITTEN = (KeptAnswer, Application, StandingApplication, Consent, Notice, AuditRecord, Draft, Challenge)
SPOILS = ("key", "question", "draft", "person", "account", "merged", "reservation")
HOWS = {
    "function": entering_by_function.enter,
    "many": lambda entry: entering_by_function.enter_many([entry]),
    "orm": entering_by_orm.enter,
}


@pytest.fixture
def _on_postgresql(db: None, database: str) -> None:
    if database != "postgresql":
        pytest.skip("SQLite has one way")
    import_register(REGISTER)


@pytest.mark.usefixtures("_on_postgresql")
@settings(parent=examples(25), suppress_health_check=list(HealthCheck), deadline=None)
@given(
    incentive=st.sampled_from(["card_uptake", "health_insurance"]),
    is_proven=st.booleans(),
    keeps=st.booleans(),
    by_second=st.booleans(),
    spoil=st.sampled_from(["", *SPOILS]),
)
def test_both_ways_write_the_same_rows_or_refuse_alike(
    incentive: str, is_proven: bool, keeps: bool, by_second: bool, spoil: str
) -> None:
    with transaction.atomic():
        choice = _arranged(incentive, is_proven=is_proven, is_joined=by_second)
        entry = _entry(choice, keeps=keeps)
        _spoil(choice, entry, spoil)

        outcomes = {name: _outcome(write, entry) for name, write in HOWS.items()}

        transaction.set_rollback(True)
    assert outcomes["function"] == outcomes["orm"]
    assert outcomes["many"] == outcomes["orm"]
    harmless = spoil in {"", "question", "key"} and not (keeps and spoil)
    assert (outcomes["orm"] == "refused") is not harmless


@pytest.mark.usefixtures("_on_postgresql")
@pytest.mark.parametrize("is_joined", [False, True])
@pytest.mark.parametrize("spoil", ["", *SPOILS])
def test_both_ways_read_the_same(spoil: str, is_joined: bool) -> None:
    choice = _arranged("card_uptake", is_proven=False, is_joined=is_joined)
    entry = _entry(choice, keeps=True)
    _spoil(choice, entry, spoil)
    assert entry.keeps is not None

    for asked in ({"key": entry.keeps.key, "nonce": choice.nonce}, {"draft": choice.draft.pk}, {"nonce": "n"}):
        assert cases_by_query.opened(**asked) == cases_by_orm.opened(**asked)


def _arranged(incentive: str, *, is_proven: bool, is_joined: bool) -> Choice:
    credential = person("aoki")
    if is_joined:
        absorbed = person("aoki-before")
        Resident.objects.filter(pk=absorbed.resident_id).update(merged_into=credential.resident)
    if is_proven:
        Registration.objects.create(
            resident=credential.resident, incentive=incentive, proven_on=date(2022, 7, 1), source="test"
        )
    return proved_choice("", incentive=incentive, credential=credential)


def _entry(choice: Choice, *, keeps: bool) -> Entry:
    case = applying.open_case(draft=choice.draft.pk).case
    assert case is not None
    return Entry(
        application=uuid.uuid4(),
        draft=choice.draft.pk,
        resident=choice.credential.resident_id,
        reservation=case.reservation or 0,
        statement="文「」\\'\"",
        origin="http://localhost:8000",
        nonce=choice.nonce,
        signature=secrets.token_bytes(256),
        certificate=choice.credential.pk,
        subject=None,
        room=Points(5000),
        fixed_points=Points(0 if choice.draft.incentive == "card_uptake" else 7500),
        details={"service": "MP0000001", "incentive": choice.draft.incentive, "fingerprint": "f" * 64},
        applied_at=clock.START + timedelta(microseconds=1),
        takes=keeps,
        keeps=ToKeep(secrets.token_urlsafe(16), "0" * 64, '{"a": "答"}') if keeps else None,
    )


def _spoil(choice: Choice, entry: Entry, what: str) -> None:
    """Let something come in between."""
    if what == "key" and entry.keeps is not None:
        KeptAnswer.objects.create(
            key=entry.keeps.key, asked="1" * 64, is_refusal=False, answer="x", answered_at=clock.START
        )
    elif what == "question":
        Challenge.objects.filter(nonce=choice.nonce).delete()
    elif what == "draft":
        Draft.objects.filter(pk=choice.draft.pk).delete()
    elif what == "merged":
        other = Resident.objects.create(first_seen_at=clock.START)
        Resident.objects.filter(merged_into=choice.credential.resident).update(merged_into=other)
        Resident.objects.filter(pk=choice.credential.resident_id).update(merged_into=other)
    elif what == "reservation":
        reservation = standing_reservation(choice.credential.resident)
        assert reservation is not None
        signed = signature(choice.credential, secrets.token_hex(16), subject=next_step(reservation))
        revoke_my_key_id(signature=signed, credential=choice.credential, now=clock.START)
    elif what in {"person", "account"}:
        _applied_before(choice, what)


def _applied_before(choice: Choice, what: str) -> None:
    credential = choice.credential if what == "person" else person("ueno")
    Draft.objects.filter(pk=choice.draft.pk).update(incentive="waiting")
    account = choice.draft.account_key if what == "account" else "another"
    earlier = proved_choice("", incentive=choice.draft.incentive, credential=credential, account=account)
    entering_by_orm.enter(_entry(earlier, keeps=False))
    Draft.objects.filter(pk=choice.draft.pk).update(incentive=choice.draft.incentive)


def _outcome(write: Any, entry: Entry) -> Any:
    """What was written, ids and the machine's clock left out; nothing of it stays."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                write(entry)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            outcome: Any = [_rows(model) for model in WRITTEN]
        except IntegrityError:
            outcome = "refused"
        transaction.set_rollback(True)
    return outcome


def _rows(model: Any) -> list[dict[str, Any]]:
    rows = [dict(row) for row in model.objects.order_by("pk").values()]
    for row in rows:
        if not isinstance(row.get("id"), uuid.UUID):
            row.pop("id", None)
        row.pop("recorded_at", None)
        row["signature"] = bytes(row["signature"]) if "signature" in row else b""
    return rows
