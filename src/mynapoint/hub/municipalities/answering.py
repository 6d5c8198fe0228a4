"""What staff do with inquiries: answer, and send the answer by mail; a mail that fails keeps the answer."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from mynapoint.hub.audit.models import Act
from mynapoint.hub.municipalities.exchanges import Inquiry, InquiryAnswer
from mynapoint.hub.staff.actions import record_act
from mynapoint.hub.staff.duty import OnDuty

_SUBJECT = "【{town}】お問い合わせ {number} への回答 / Answer to your inquiry {number}"
_BODY = """{answer}

--
{town}
お問い合わせの番号: {number} / Number of your inquiry: {number}
このメールに返信しても届きません。続きは、お問い合わせフォームに番号を書いてお送りください。
Replies to this mail are not read. To go on, please use the inquiry form and name the number.
"""


class AnsweredMeanwhile(Exception):
    """Somebody else answered since the inquiry was read."""


def answer_inquiry(*, inquiry: Inquiry, text: str, seen: int, staff: OnDuty, now: datetime) -> InquiryAnswer:
    """Keep an answer, then mail it where the reader wants that. Raises AnsweredMeanwhile.

    ``seen``  how many answers there were when the editor began
    """
    wants_mail = bool(inquiry.reply_to)
    mail = InquiryAnswer.Mail.WAITING if wants_mail else InquiryAnswer.Mail.NOT_WANTED
    try:
        with transaction.atomic():
            answer = InquiryAnswer.objects.create(
                inquiry=inquiry, nth=seen + 1, text=text, answered_by=str(staff.account), answered_at=now, mail=mail
            )
            record_act(Act.INQUIRY_ANSWERED, staff=staff, now=now, subject=f"inquiry:{inquiry.number}", nth=answer.nth)
    except IntegrityError as error:
        raise AnsweredMeanwhile from error
    if wants_mail:
        send_answer(answer=answer, now=now)
    return answer


def send_answer(*, answer: InquiryAnswer, now: datetime) -> None:
    """Mail an answer, and keep what became of it: sent, or failed and why. Outside of any transaction."""
    fault = _mail(answer)
    answer.mail = InquiryAnswer.Mail.FAILED if fault else InquiryAnswer.Mail.SENT
    answer.mail_fault, answer.mail_tried_at = fault, now
    answer.save(update_fields=["mail", "mail_fault", "mail_tried_at"])


def _mail(answer: InquiryAnswer) -> str:
    """Send one answer; return the code of what went wrong, empty when it was handed over."""
    if not settings.MAIL_FROM:
        return "not_configured"
    inquiry = answer.inquiry
    named = {"town": inquiry.municipality.name.ja, "number": inquiry.number}
    message = EmailMessage(
        subject=_SUBJECT.format(**named),
        body=_BODY.format(answer=answer.text, **named),
        from_email=settings.MAIL_FROM,
        to=[inquiry.reply_to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:  # refused, timed out, no such host: the answer is kept all the same
        return type(error).__name__
    return ""
