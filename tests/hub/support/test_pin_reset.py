"""A PIN is reset with every document on the list, by two of the staff, and only its holder ever types it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

import mynapoint.demo
from hub import clock
from hub.staff.desk import Desk, at_work
from hub.visitor import text
from mynapoint.card.agent.signing import sign_token
from mynapoint.card.emulator.cards import open_card, reset_pin
from mynapoint.card.jpki import JpkiCard, PinLocked, WrongPin
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.municipalities.actions import import_municipalities
from mynapoint.hub.staff.models import Role, StaffAccount
from mynapoint.hub.support.models import PinReset

DATA = Path(mynapoint.demo.__file__).parent / "data"
RESETS = "/staff/counter/pin-resets/"
EVERYTHING = {"there": ["0", "1", "2"], "document": "licence"}


@pytest.fixture
def first(db: None) -> Desk:
    clock.move_to(datetime(2020, 7, 15, 1, tzinfo=UTC))
    import_municipalities(DATA / "municipalities")
    return at_work()


@pytest.fixture
def second(first: Desk) -> Desk:
    return at_work(Role.SUPERVISOR, terminal="counter 2")


def begun(first: Desk) -> str:
    return str(first.client.post(f"{RESETS}begin/")["Location"])


def step(desk: Desk, path: str, what: str, fields: dict[str, Any] | None = None) -> Any:
    return desk.client.post(f"{path}{what}/", fields or {})


def state() -> str:
    return PinReset.objects.get().state


def test_what_is_asked_for_is_what_the_municipalitys_page_says(first: Desk) -> None:
    page = text(first.client.get(begun(first)))

    for words in ("マイナンバーカード", "運転免許証や健康保険証などの本人確認書類", "認印"):
        assert words in page


@pytest.mark.parametrize(("place", "words"), [("0", "マイナンバーカード"), ("1", "本人確認書類"), ("2", "認印")])
def test_while_a_document_is_missing_it_is_refused_with_what_to_bring(first: Desk, place: str, words: str) -> None:
    path = begun(first)
    there = [one for one in EVERYTHING["there"] if one != place]

    response = step(first, path, "check", EVERYTHING | {"there": there})

    assert response.status_code == 422
    summary = text(response).split('class="error-summary"')[1].split("</div>")[0]
    assert words in summary
    assert state() == "open"


def test_two_of_the_staff_and_then_the_cards_own_reset(first: Desk, second: Desk, city: Path, tmp_path: Path) -> None:
    cards = Path(shutil.copytree(city, tmp_path / "cards"))
    forgotten(cards)
    path = begun(first)
    assert step(first, path, "check", EVERYTHING).status_code == 302
    assert step(second, path, "confirm").status_code == 302

    reset_pin(cards, "aoki", bytearray(b"7788"))
    assert step(first, path, "done").status_code == 302

    signs(cards, bytearray(b"7788"))
    assert (state(), PinReset.objects.get().how) == ("done", "emulated")
    acts = AuditRecord.objects.filter(act=Act.PIN_RESET_STEP).order_by("id")
    assert [one.details["what"] for one in acts] == ["opened", "checked", "confirmed", "done"]
    assert len({one.who for one in acts}) == 2
    assert "7788" not in repr([one.details for one in acts])


def test_the_first_is_never_the_second(first: Desk) -> None:
    path = begun(first)
    step(first, path, "check", EVERYTHING)

    assert step(first, path, "confirm").status_code == 422

    assert state() == "checked"
    account = StaffAccount.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PinReset.objects.update(second=account)


def test_an_account_the_first_has_just_added_is_not_the_second(first: Desk, second: Desk) -> None:
    StaffAccount.objects.filter(role=Role.SUPERVISOR).update(vouched_by=StaffAccount.objects.get(role=Role.HELPER))
    path = begun(first)
    step(first, path, "check", EVERYTHING)

    assert step(second, path, "confirm").status_code == 422


@pytest.mark.parametrize("what", ["confirm", "done"])
def test_no_step_is_skipped(first: Desk, second: Desk, what: str) -> None:
    path = begun(first)

    assert step(second, path, what).status_code == 422
    assert state() == "open"
    step(first, path, "check", EVERYTHING)
    assert step(second, path, "done").status_code == 422
    assert state() == "checked"


def test_a_reset_that_was_given_up_goes_nowhere(first: Desk, second: Desk) -> None:
    path = begun(first)
    step(first, path, "check", EVERYTHING)
    step(first, path, "give-up")

    assert step(second, path, "confirm").status_code == 422
    assert step(first, path, "give-up").status_code == 422
    assert state() == "given_up"


def test_another_municipalitys_resets_are_not_there(first: Desk) -> None:
    path = begun(first)
    stranger = at_work(Role.SUPERVISOR, "nishitokyo", "theirs")

    assert stranger.client.get(path).status_code == 404
    for what in ("check", "confirm", "done", "give-up"):
        assert step(stranger, path, what).status_code == 404


def signs(cards: Path, pin: bytearray) -> None:
    card = JpkiCard(open_card(cards, "aoki"))
    sign_token(card, pin, origin="http://localhost:8000", nonce="n" * 44, statement="文", use_last_try=True)


def forgotten(cards: Path) -> None:
    """Type wrong PINs until the card locks."""
    for _ in range(4):
        try:
            signs(cards, bytearray(b"0000"))
        except WrongPin:
            continue
        except PinLocked:
            return
    raise AssertionError("the card never locked")
