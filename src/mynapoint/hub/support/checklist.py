"""Before starting: what a visitor needs, judged one by one; and for whatever is missing, what to do and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mynapoint.award.eligibility import Applicant, refusals
from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.municipalities.models import Counter, Municipality, Purpose, valid_on
from mynapoint.hub.payment_services.models import ChannelKind, PaymentService
from mynapoint.hub.support.checklist_words import ASKED, NEXT, SERVICE, WHERE, Language
from mynapoint.programme.values import IncentiveId


class Asked(StrEnum):
    """What the helper asks; the last is judged by the register."""

    CERTIFICATE = "certificate"
    PIN = "pin"
    MEANS = "means"
    REGISTRATION = "registration"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list.

    ``is_ready``  None: not answered yet
    ``todo``, ``where``  what to do and where, when it is missing; empty otherwise
    """

    asked: Asked
    words: str
    is_ready: bool | None
    todo: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The list of one visitor who has not begun yet: no name, no account, nothing of it is kept."""

    day: date
    language: Language
    service: PaymentService | None
    incentive: str
    items: Sequence[Item]

    @property
    def missing(self) -> list[Item]:
        """What is missing."""
        return [one for one in self.items if one.is_ready is False]

    @property
    def may_begin(self) -> bool:
        """Whether everything is there."""
        return all(one.is_ready for one in self.items)


def sheet(
    *,
    answers: Mapping[str, bool],
    service: PaymentService | None,
    incentive: str,
    municipality: str,
    on: date,
    language: Language,
) -> Sheet:
    """Judge the list on a day.

    ``answers``  what the helper was told, by the values of Asked; what is left out was not asked yet
    """
    items = [_asked(one, answers.get(one), municipality, on, language) for one in Asked if one is not Asked.SERVICE]
    if service is not None and not service.prior_registration:
        items = [one for one in items if one.asked is not Asked.REGISTRATION]
    items.append(_service(service, incentive, on, language))
    return Sheet(on, language, service, incentive, items)


def _asked(asked: Asked, answer: bool | None, municipality: str, on: date, language: Language) -> Item:
    words = ASKED[asked.value][language]
    if answer is not False:
        return Item(asked, words, answer)
    where = WHERE[asked.value][language]
    if asked in {Asked.PIN, Asked.CERTIFICATE}:
        where = _pin_counter(municipality, on, language) or where
    return Item(asked, words, False, NEXT[asked.value][language], where)


def _service(service: PaymentService | None, incentive: str, on: date, language: Language) -> Item:
    words = SERVICE[language]
    if service is None or not incentive:
        return Item(Asked.SERVICE, words, None)
    law, offer = incentive_on(IncentiveId(incentive), on).incentive, service.offer(incentive)
    reasons = refusals(law, Applicant(earlier=None), on=on, service=offer, channel=ChannelKind.COUNTER.value)
    if reasons:
        told = " ".join(one.sentence("en" if language is Language.EN else "ja") for one in reasons)
        return Item(Asked.SERVICE, words, False, told, WHERE[Asked.SERVICE.value][language])
    return Item(Asked.SERVICE, words, True)


def _pin_counter(municipality: str, on: date, language: Language) -> str:
    place = Municipality.objects.filter(slug=municipality).first()
    row = Counter.objects.filter(valid_on(on), municipality=place, purpose=Purpose.PIN_RESET).first() if place else None
    if place is None or row is None:
        return ""
    return f"{place.name.en}, {row.place.en}" if language is Language.EN else f"{place.name.ja} {row.place.ja}"
