"""import_register: strict, whole or not at all, and the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import Channel, Kind, PaymentService, Provider
from mynapoint.programme.rule_file import RuleFileError


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def everything() -> list[dict[str, object]]:
    columns = [field.name for field in PaymentService._meta.concrete_fields]
    return list(PaymentService.objects.order_by("number").values(*columns))


def test_the_register_of_the_city_holds_every_kind_of_service(register: None) -> None:
    approved = PaymentService.objects.filter(state=State.APPROVED)

    assert approved.count() >= 14
    assert set(approved.values_list("kind", flat=True)) == set(Kind.values)
    assert {one.schedule["kind"] for one in approved if one.schedule} == {"after_use", "month_close", "threshold"}


def test_importing_twice_changes_nothing(register_file: Path, db: None) -> None:
    import_register(register_file)
    before, channels = everything(), Channel.objects.count()

    import_register(register_file)

    assert (everything(), Channel.objects.count()) == (before, channels)


def test_a_changed_line_changes_the_entry_and_keeps_its_row(register_file: Path, db: None) -> None:
    import_register(register_file)
    row = PaymentService.objects.get(number="MP0000001")
    change(register_file, "https://pay.example.jp/", "https://new.example.jp/")

    import_register(register_file)

    again = PaymentService.objects.get(number="MP0000001")
    assert (again.pk, again.link) == (row.pk, "https://new.example.jp/")


def test_a_city_may_serve_the_account_api_elsewhere(register_file: Path, db: None) -> None:
    import_register(register_file, account_api_urls={"sample-pay": "http://localhost:8765/connector"})

    assert Provider.objects.get(slug="sample-pay").account_api_url == "http://localhost:8765/connector"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('kind = "qr"', 'kind = "cash"', "payment_service[1].kind"),
        ('number = "MP0000001"', 'number = "MP1"', "payment_service[1].number"),
        ('number = "MP0000002"', 'number = "MP0000001"', "payment_service"),
        ('provider = "aoba"', 'provider = "nobody"', "payment_service[2].provider"),
        ('incentive = "card_uptake"', 'incentive = "party"', "payment_service[1].participation[1].incentive"),
        ('kind = "month_close"', 'kind = "some_day"', "payment_service[1].schedule.kind"),
        ('example = "SP12345678"', 'example = "12345678"', "payment_service[1].account.example"),
        ('pattern = "[0-9]{6}"', 'pattern = "[0-9"', "payment_service[1].security_code[1].pattern"),
        ("last_day = 2023-09-30", "last_day = 2019-09-30", "payment_service[1].channel[1].last_day"),
        ("minimum_yen = 1", "minimum_yen = 1\ncolour = 3", "payment_service[1].colour"),
        ('link = "https://pay.example.jp/"', 'link = "pay"', "payment_service[1].link"),
        ('name = "サンプルPay"', 'name = "サンプル\U000e0100Pay"', "payment_service[1].name"),
        ('name_en = "Sample Pay"', 'name_en = "Sample \u05d0 Pay"', "payment_service[1].name_en"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_stored(
    register_file: Path, db: None, old: str, new: str, key: str
) -> None:
    change(register_file, old, new)

    with pytest.raises(RuleFileError) as wrong:
        import_register(register_file)

    assert wrong.value.key == key
    assert not PaymentService.objects.exists()
    assert not Provider.objects.exists()


def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", "payment_services", "municipalities", "--check", "--dry-run", verbosity=0)
