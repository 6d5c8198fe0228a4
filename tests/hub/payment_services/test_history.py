"""The register's history: every field that changed, from what to what, and the register of any past day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.payment_services.test_import_register import change
from mynapoint.hub.payment_services.actions import import_register, move
from mynapoint.hub.payment_services.documents import document_of, provider_document
from mynapoint.hub.payment_services.history import changes_of, register_as_of, replayed
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.life import Step
from mynapoint.hub.payment_services.models import PaymentService, Provider
from mynapoint.hub.payment_services.plans import RegisterRefused, Who

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
NUMBER = "MP0000001"


def test_a_new_entry_is_entered_submitted_and_approved_by_two_persons(register: None) -> None:
    made = [(one.step, one.state_after, one.made_by) for one in changes_of(NUMBER)]

    assert made == [
        ("enter", "draft", "office-1"),
        ("submit", "submitted", "office-1"),
        ("approve", "approved", "office-2"),
    ]


def test_a_change_says_which_field_from_what_to_what_by_whom(register_file: Path, db: None) -> None:
    import_register(register_file)
    change(register_file, "https://pay.example.jp/", "https://new.example.jp/")
    change(register_file, "last_day = 2023-09-30", "last_day = 2023-05-31")

    import_register(register_file, who=Who("office-3", "office-4"), now=NOW)

    latest = changes_of(NUMBER)[-1]
    assert (latest.made_by, latest.seen_by, latest.made_at) == ("office-3", "office-4", NOW)
    assert latest.fields["link"] == ["https://pay.example.jp/", "https://new.example.jp/"]
    before, after = latest.fields["channel"]
    assert (before[0]["last_day"], after[0]["last_day"]) == ("2023-09-30", "2023-05-31")
    assert set(latest.fields) == {"link", "channel"}


def test_the_same_file_again_writes_no_history(register_file: Path, db: None) -> None:
    import_register(register_file)
    rows = RegisterChange.objects.count()

    import_register(register_file, who=Who("office-3", "office-4"), now=NOW)

    assert RegisterChange.objects.count() == rows


def test_what_residents_see_is_not_changed_by_one_person(register_file: Path, db: None) -> None:
    import_register(register_file)
    change(register_file, "https://pay.example.jp/", "https://new.example.jp/")

    with pytest.raises(RegisterRefused, match="second person"):
        import_register(register_file, who=Who("office-3"), now=NOW)
    with pytest.raises(RegisterRefused, match="somebody else"):
        Who("office-3", "office-3")

    assert PaymentService.objects.get(number=NUMBER).link == "https://pay.example.jp/"


def test_an_entry_under_review_stays_what_was_submitted(register_file: Path, db: None) -> None:
    import_register(register_file)
    change(register_file, 'name = "はまなすペイ"', 'name = "はまなす払い"')

    with pytest.raises(RegisterRefused, match="return it to draft first"):
        import_register(register_file, who=Who("office-3", "office-4"), now=NOW)


def test_a_file_cannot_lead_an_entry_where_no_steps_lead(register_file: Path, db: None) -> None:
    import_register(register_file)
    change(register_file, 'state = "approved"', 'state = "draft"')

    with pytest.raises(RegisterRefused, match="cannot become draft"):
        import_register(register_file)


def test_the_history_adds_up_to_every_entry_as_it_stands(register_file: Path, db: None) -> None:
    import_register(register_file)
    change(register_file, "minimum_yen = 1", "minimum_yen = 100")
    import_register(register_file, who=Who("office-3", "office-4"), now=NOW)
    move(number=NUMBER, step=Step.SUSPEND, by="office-1", reason="試験", now=NOW)

    for service in PaymentService.objects.all():
        assert replayed(changes_of(service.number)) == document_of(service)
    for provider in Provider.objects.all():
        assert replayed(changes_of(f"provider:{provider.slug}")) == provider_document(provider)


def test_the_register_is_told_as_of_any_past_day(register_file: Path, db: None) -> None:
    import_register(register_file)  # [entered] on = 2022-07-01
    change(register_file, "https://pay.example.jp/", "https://new.example.jp/")
    import_register(register_file, who=Who("office-3", "office-4"), now=NOW)

    def link(day: date) -> list[str]:
        return [one["link"] for one in register_as_of(day).payment_services if one["number"] == NUMBER]

    assert link(date(2022, 6, 30)) == []
    assert link(date(2022, 7, 1)) == ["https://pay.example.jp/"]
    assert link(date(2022, 7, 14)) == ["https://pay.example.jp/"]
    assert link(date(2022, 7, 15)) == ["https://new.example.jp/"]
    assert len(register_as_of(date(2022, 7, 15)).payment_services) == PaymentService.objects.count()
