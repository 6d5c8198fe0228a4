"""What the register states of one payment service, term by term in residents' words: for its page and for comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from mynapoint.hub import web, words
from mynapoint.hub.payment_services.listing import Offer
from mynapoint.hub.payment_services.models import ChannelKind, PaymentService, Prior, Timing
from mynapoint.hub.payment_services.open_incentives import incentives_on
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import load_round
from mynapoint.programme.schedules import AfterUse, MonthClose, parse_schedule
from mynapoint.programme.values import TOKYO, IncentiveId, tokyo_day


@dataclass(frozen=True, slots=True)
class Term:
    """One thing the register states, line by line; no line: it does not state it (「記載なし」)."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spell:
    """From when until when one way to apply is open, or one incentive is taken part in; an empty text: not stated."""

    label: str
    starts: str
    ends: str


def award_terms(service: PaymentService, *, used_on: date) -> list[Term]:
    """Return from what and when points come, how they are used, and until when; dated for a use on a day."""
    example = _example(service, used_on=used_on) if service.schedule else ""
    minimum = _("%(yen)s円") % {"yen": words.grouped(service.minimum_yen)} if service.minimum_yen else ""
    used = service.get_points_used_display() if service.points_used else ""
    return [
        _term(_("ポイントの対象"), service.get_counts_display() if service.counts else ""),
        _term(_("いつの利用から"), _effective(service)),
        _term(_("1回の最低額"), minimum),
        _term(_("1ポイントに満たない分"), _rounding(service)),
        _term(_("ポイントが付く時期"), schedule_words(service), example),
        _term(_("付与されるポイント"), str(service.points_name)),
        _term(_("ポイントの使い方"), str(used), str(service.points_use)),
        _term(_("ポイントの有効期限"), str(service.points_expiry)),
    ]


def compared_terms(offer: Offer, *, day: date) -> list[Term]:
    """Return everything by which people choose between payment services, the first things first."""
    service = offer.service
    prior = str(service.prior_registration)
    if not prior and service.prior:
        prior = _("必要です。方法は記載なし") if service.prior == Prior.NEEDED else _("必要ありません。")
    return [
        _term(_("申込の受付"), _standing(offer)),
        _term(_("種類"), str(service.get_kind_display())),
        *award_terms(service, used_on=day),
        _term(_("申込方法と受付期間"), *_by_end(channel_spells(offer, day=day))),
        _term(_("参加している施策"), *_by_end(joined_spells(offer, day=day))),
        _term(_("事前登録"), prior),
        _term(_("用意する番号"), str(service.account_label), *(str(one.label) for one in service.security_codes.all())),
        _term(_("決済サービス独自の上乗せ"), str(service.extra)),
        _term(_("注意していただきたいこと"), str(service.notes)),
        _term(_("この情報の日付"), words.era_day(service.as_of)),
    ]


def schedule_words(service: PaymentService) -> str:
    """Return when points come: in the provider's words, in ours, or only the kind; empty where it is not stated."""
    if service.schedule_words:
        return str(service.schedule_words)
    if service.schedule:
        return parse_schedule(service.schedule).words(web.language())
    return str(Timing(service.timing).label) if service.timing else ""


def channel_spells(offer: Offer, *, day: date) -> list[Spell]:
    """Return each way to apply with its days, and no later day than the programme has announced by a day."""
    return [
        _spell(str(ChannelKind(row.kind).label), row.first_day, row.last_day, offer=offer, day=day)
        for row in offer.listed.channels
    ]


def joined_spells(offer: Offer, *, day: date) -> list[Spell]:
    """Return each incentive the service takes part in with its days, none later than announced by a day."""
    return [
        _spell(_incentive_words(row.round_id, row.incentive), row.joined_on, row.left_on, offer=offer, day=day)
        for row in offer.listed.participations
    ]


def _term(label: str, *lines: str) -> Term:
    return Term(label, tuple(line for line in lines if line))


def _by_end(spells: Sequence[Spell]) -> list[str]:
    """Return a line for each last day, with everything that ends on it."""
    lines: dict[str, list[str]] = {}
    for spell in spells:
        lines.setdefault(spell.ends, []).append(spell.label)
    comma, on = _("、"), _("(終了日: %(ends)s)")
    return [comma.join(labels) + (on % {"ends": ends} if ends else "") for ends, labels in lines.items()]


def _standing(offer: Offer) -> str:
    if offer.service.state != "approved":
        return str(offer.service.get_state_display())
    if offer.is_open:
        return _("申込受付中")
    return _("受付していません") if offer.is_stated else _("受付期間は記載なし")


def _incentive_words(round_id: str, incentive: str) -> str:
    law = load_round(round_id)
    label = PageWords.of(law.incentives[IncentiveId(incentive)].label)
    return f"{PageWords.of(law.label)} {label}"


def _spell(label: str, first: date | None, last: date | None, *, offer: Offer, day: date) -> Spell:
    if first is None:
        return Spell(label, "", "")
    ends = _("未定")
    if last is not None and not _is_left_open(last, offer, day):
        ends = words.era_day(min([last, *_closing_days(offer, day)]))
    return Spell(label, words.era_day(first), ends)


def _is_left_open(last: date, offer: Offer, day: date) -> bool:
    return last > day and bool(offer.incentives) and not _closing_days(offer, day)


def _closing_days(offer: Offer, day: date) -> Sequence[date]:
    """Return the last day of the first incentive that is open, if it has been announced."""
    last_days = [one.closes_on for one in incentives_on(day) if one.id in offer.incentives]
    return [one for one in last_days[:1] if one]


def _effective(service: PaymentService) -> str:
    return {
        "": "",
        "at_once": _("申込をしたときから"),
        "next_day": _("申込をした日の翌日から"),
        "next_day_08:00": _("申込をした日の翌日の午前8時から"),
    }[service.effective]


def _rounding(service: PaymentService) -> str:
    return {
        "": "",
        "each": _("1回ごとに計算し、1ポイントに満たない分を切り捨てます。"),
        "total": _("合計額から計算し、1ポイントに満たない分を切り捨てます。"),
    }[service.rounding]


def _example(service: PaymentService, *, used_on: date) -> str:
    """Return the schedule as one dated example, for a use at noon of a day."""
    schedule = parse_schedule(service.schedule)
    noon = datetime.combine(used_on, time(12), TOKYO)
    figures = {"used": words.day(used_on), "points": words.era_day(tokyo_day(schedule.matures_at(noon)))}
    match schedule:
        case AfterUse():
            return _("たとえば、%(used)sの正午のご利用分は、%(points)sに付きます。") % figures
        case MonthClose():
            return _("たとえば、%(used)sのご利用分は、%(points)sに付きます。") % figures
    return _("たとえば、%(used)sに上限に達すると、%(points)sに付きます。") % figures
