"""Many machines at once, each entry written by itself and in micro-batches: the same outcome either way."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from hub.applications.machines import CARDS, asks, proved_choice
from hub.at_once import all_at_once
from mynapoint.hub.applications import entering, resident_door
from mynapoint.hub.applications.models import Application, Consent, KeptAnswer, Notice
from mynapoint.hub.audit.models import Act, AuditRecord

AT_ONCE = 32
pytestmark = [pytest.mark.usefixtures("file_database"), pytest.mark.parametrize("batched", [False, True])]


@pytest.fixture(autouse=True)
def _batches(batched: bool, settings: Settings, database: str) -> Iterator[None]:
    if batched and database != "postgresql":
        pytest.skip("SQLite writes one at a time")
    settings.BATCH_WRITES = batched
    settings.VERIFIERS = settings.VERIFIERS | CARDS
    entering._writer.cache_clear()
    yield
    if batched:
        entering._writer().end()
        entering._writer.cache_clear()


def test_of_32_people_at_one_account_one_wins() -> None:
    choices = [proved_choice(f"person-{number}", account="1234") for number in range(AT_ONCE)]

    outcomes = Counter(map(str, all_at_once(*(asks(one) for one in choices))))

    assert outcomes == {"applied": 1, "account_already_used": AT_ONCE - 1}
    assert Application.objects.count() == Consent.objects.count() == Notice.objects.count() == 1
    assert KeptAnswer.objects.filter(is_refusal=False).count() == 1


def test_the_same_key_32_times_at_once_is_done_once_and_said_32_times() -> None:
    ask = asks(proved_choice("aoki"), key="k" * 32, say=lambda answer: f"{answer.is_replay} {answer.body}")

    outcomes = [str(one) for one in all_at_once(*[ask] * AT_ONCE)]

    assert len({one.partition(" ")[2] for one in outcomes}) == 1, outcomes
    assert Counter(one.partition(" ")[0] for one in outcomes) == {"False": 1, "True": AT_ONCE - 1}
    assert Application.objects.count() == Notice.objects.count() == 1


def test_one_question_under_32_keys_is_taken_once() -> None:
    choice = proved_choice("aoki")

    outcomes = Counter(str(one) for one in all_at_once(*(asks(choice) for _ in range(AT_ONCE))))

    assert outcomes.pop("applied") == 1
    assert set(outcomes) <= {"already_applied", "challenge_expired", "draft_replaced"}, outcomes
    assert Application.objects.count() == Consent.objects.count() == 1
    assert KeptAnswer.objects.filter(is_refusal=False).count() == 1


def test_a_key_whose_request_is_still_under_way_is_told_to_come_again(database: str) -> None:
    if database != "postgresql":
        pytest.skip("SQLite has one writer: the second request waits, then is answered the same")
    choice, key = proved_choice("aoki"), secrets.token_urlsafe(16)
    body = json.dumps({"nonce": choice.nonce, "token": choice.credential.serial}).encode()
    with psycopg.connect(**connection.get_connection_params() | {"context": None, "cursor_factory": None}) as other:
        other.execute("INSERT INTO applications_keptanswer VALUES (%s, repeat('0', 64), false, 'x', now())", [key])

        said = resident_door.answer("POST", "application/json", key, lambda: body)

        other.rollback()
    assert (said.status, json.loads(said.body)["type"]) == (409, "urn:mynapoint:problem:in_flight")
    assert said.headers["Retry-After"]
    assert resident_door.answer("POST", "application/json", key, lambda: body).status == 201


def test_32_people_at_once_apply_and_everything_is_kept_of_each() -> None:
    choices = [proved_choice(f"person-{number}") for number in range(AT_ONCE)]

    outcomes = Counter(map(str, all_at_once(*(asks(one) for one in choices))))

    assert outcomes == {"applied": AT_ONCE}
    assert Application.objects.count() == Consent.objects.count() == Notice.objects.count() == AT_ONCE
    assert AuditRecord.objects.filter(act=Act.APPLIED).count() == KeptAnswer.objects.count() == AT_ONCE
