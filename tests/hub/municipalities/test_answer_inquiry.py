"""answer_inquiry: kept first, mailed if wanted; a mail that fails keeps the answer, and is seen and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.test import Client
from pytest_django import Settings

from hub.page_text import text
from hub.staff.desk import at_work
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.municipalities.exchanges import Inquiry, InquiryAnswer
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.staff.models import Role

FROM = "mynapoint@hub.example"


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused({})


@pytest.fixture
def asked(hadano: Municipality, client: Client, settings: Settings) -> Inquiry:
    settings.MAIL_FROM = FROM
    client.post("/m/hadano/inquiry/", {"question": "窓口は何時までですか。", "reply_to": "aoki@mail.example"})
    return Inquiry.objects.get()


def address(inquiry: Inquiry) -> str:
    return f"/staff/inquiries/{inquiry.municipality.slug}/{inquiry.number}/"


def test_an_answer_is_kept_on_record_and_mailed_with_its_number(asked: Inquiry) -> None:
    editor = at_work(Role.EDITOR, "hadano").client
    assert asked.number in text(editor.get("/staff/inquiries/hadano/"))

    editor.post(address(asked), {"text": "17時までです。", "seen": "0"})

    answer = InquiryAnswer.objects.get()
    assert (answer.mail, answer.mail_fault) == ("sent", "")
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email) == (["aoki@mail.example"], FROM)
    assert asked.number in sent.subject
    assert "17時までです。" in sent.body
    assert "回答を待っているもの(0件)" in text(editor.get("/staff/inquiries/hadano/"))
    record = AuditRecord.objects.get(act=Act.INQUIRY_ANSWERED)
    assert record.subject == f"inquiry:{asked.number}"
    assert "aoki" not in str(record.details)


def test_a_mail_that_fails_keeps_the_answer_and_can_be_sent_again(asked: Inquiry, settings: Settings) -> None:
    editor = at_work(Role.SUPERVISOR, "hadano").client
    settings.EMAIL_BACKEND = f"{Refusing.__module__}.Refusing"
    editor.post(address(asked), {"text": "17時までです。", "seen": "0"})

    seen = text(editor.get(address(asked)))
    assert "メールを送れませんでした" in seen
    assert "SMTPRecipientsRefused" in seen
    assert "17時までです。" in seen

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    editor.post(f"{address(asked)}1/send/")
    assert InquiryAnswer.objects.get().mail == "sent"
    assert len(mail.outbox) == 1
    assert editor.post(f"{address(asked)}1/send/").status_code == 404  # what was sent is not sent twice


def test_without_a_mail_server_the_answer_is_kept_and_the_page_says_why(asked: Inquiry, settings: Settings) -> None:
    settings.MAIL_FROM = ""
    editor = at_work(Role.EDITOR, "hadano").client
    editor.post(address(asked), {"text": "17時までです。", "seen": "0"})

    assert "メールの送信が設定されていません" in text(editor.get(address(asked)))
    assert mail.outbox == []


def test_nobody_is_mailed_who_left_no_address(asked: Inquiry) -> None:
    Inquiry.objects.update(reply_to="")
    at_work(Role.EDITOR, "hadano").client.post(address(asked), {"text": "17時までです。", "seen": "0"})

    assert InquiryAnswer.objects.get().mail == "not_wanted"
    assert mail.outbox == []


def test_two_who_answer_at_once_do_not_both_answer(asked: Inquiry) -> None:
    first, second = at_work(Role.EDITOR, "hadano").client, at_work(Role.OFFICE, "").client
    first.post(address(asked), {"text": "17時までです。", "seen": "0"})

    refused = second.post(address(asked), {"text": "18時までです。", "seen": "0"})

    assert refused.status_code == 409
    assert "ほかの職員が先に回答しました" in text(refused)
    assert InquiryAnswer.objects.count() == len(mail.outbox) == 1


def test_another_municipalitys_inquiries_do_not_exist(asked: Inquiry) -> None:
    stranger = at_work(Role.EDITOR, "nishitokyo").client

    assert stranger.get("/staff/inquiries/hadano/").status_code == 404
    assert stranger.get(address(asked)).status_code == 404
    assert stranger.get(address(asked).replace("hadano", "nishitokyo")).status_code == 404
    assert stranger.post(address(asked), {"text": "x", "seen": "0"}).status_code == 404
    assert at_work(Role.HELPER, "hadano").client.get(address(asked)).status_code == 403


def test_a_line_break_in_nobodys_address_can_add_a_recipient(hadano: Municipality, client: Client) -> None:
    sent = client.post("/m/hadano/inquiry/", {"question": "?", "reply_to": "a@mail.example\nBcc: b@mail.example"})

    assert sent.status_code == 422
    assert not Inquiry.objects.exists()
