"""The office's tables: what each picture shows, line by line, with where a line leads, and the same as CSV."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub import web
from mynapoint.hub.books.models import Account
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.office import backlog, figures
from mynapoint.hub.office.charts import Columns, columns, share
from mynapoint.hub.office.figures import Cells, Cut, Of, PlaceCount, Tally
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.words import PageWords, day
from mynapoint.programme.prefectures import PREFECTURES
from mynapoint.programme.rounds import load_round
from mynapoint.programme.values import IncentiveId

Text = str | Promise
_COUNTS: tuple[tuple[str, Text], ...] = (("applications", _("申込の数")), ("points", _("記録したポイント")))
_VISITS: tuple[tuple[str, Text], ...] = (("visits", _("来訪")), ("applications", _("申込の数")))
_ACCOUNTS = (Account.BUDGET, Account.RESERVED, Account.AWARDED, Account.CLAIMED, Account.PAID)
_MONEY: tuple[tuple[str, Text], ...] = (
    ("granted", _("予算")),
    ("budget", _("使える残り")),
    ("reserved", _("申込のために取り置き")),
    ("awarded", _("付与済み")),
    ("claimed", _("請求済み")),
    ("paid", _("支払済み")),
)
_CLAIMS: tuple[tuple[str, Text], ...] = (
    ("claimed", _("請求(円)")),
    ("approved", _("うち承認済み(円)")),
    ("paid", _("うち支払済み(円)")),
)
_AGES: tuple[tuple[str, Text], ...] = (
    ("days_0_2", _("2日まで")),
    ("days_3_6", _("3–6日")),
    ("days_7_13", _("7–13日")),
    ("days_14_29", _("14–29日")),
    ("days_30", _("30日以上")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``key``: as CSV has it; ``label``: as people read it; ``changes``: parameters that lead further.

    ``bar``  its part of the most, in thousandths
    """

    key: str
    label: Text | PageWords
    numbers: tuple[int | None, ...]
    changes: Mapping[str, str]
    bar: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``code`` is its name in addresses; ``pictures`` are by the name of a number."""

    code: str
    title: Text
    of: Text
    numbers: tuple[tuple[str, Text], ...]
    lines: Sequence[Line]
    pictures: Sequence[tuple[str, Text, Columns]] = ()


def by_day(counted: Cells, *, first: date, as_of: date) -> Table:
    """Return the days, with pictures of applications and of points."""
    days = counted.by_day(first=first, last=as_of)
    made = [Line(f"{on}", day(on), (one.applications, one.points), {"as_of": f"{on}"}) for on, one in days.items()]
    pictures = [
        ("applications", _("日ごとの申込"), columns({on: one.applications for on, one in days.items()})),
        ("points", _("日ごとの記録したポイント"), columns({on: one.points for on, one in days.items()})),
    ]
    return Table("day", _("日ごと"), _("日付"), _COUNTS, made, pictures)


def by_incentive(counted: Cells) -> Table:
    """Return the incentives."""
    counts = counted.by_incentive()
    lines = [
        Line(f"{of[0]}.{of[1]}", _incentive(of), _both(one), {"round": of[0], "incentive": of[1]}, _bar(one, counts))
        for of, one in counts.items()
    ]
    return Table("incentive", _("施策ごと"), _("施策"), _COUNTS, lines)


def by_service(counted: Cells) -> Table:
    """Return the services, by the names they have in the register today."""
    counts = counted.by_service()
    names = dict(PaymentService.objects.filter(number__in=counts).values_list("number", "name"))
    lines = [
        Line(number, names[number], _both(one), {"service": number}, _bar(one, counts))
        for number, one in counts.items()
    ]
    return Table("service", _("決済サービスごと"), _("決済サービス"), _COUNTS, lines)


def budgets(*, as_of: date) -> Table:
    """Return the budgets; the bar is what is reserved or further on, of what was granted."""
    lines = []
    for one in figures.budgets(as_of=as_of):
        taken = sum(one.balances[account] for account in _ACCOUNTS[1:])
        free = one.balances[Account.BUDGET] if one.granted is not None else None
        rest = tuple(one.balances[account] for account in _ACCOUNTS[1:])
        bar = share(taken, one.granted) if one.granted else 0
        lines.append(Line(one.name, one.name, (one.granted, free, *rest), {}, bar))
    return Table("budget", _("予算"), _("予算の名前"), _MONEY, lines)


def by_claim(*, as_of: date, cut: Cut) -> Table:
    """Return what was claimed by service and month; what is returned or pays back is taken off."""
    sums = figures.by_claim(as_of=as_of, cut=cut)
    found = PaymentService.objects.filter(number__in={number for number, _month in sums})
    names = dict(found.values_list("number", "name"))
    most = max((one.claimed for one in sums.values()), default=0)
    lines = [
        Line(
            f"{number}.{month}",
            _of_month(names[number], month),
            (one.claimed, one.approved, one.paid),
            {"service": number},
            share(one.claimed, most),
        )
        for (number, month), one in sums.items()
    ]
    return Table("claim", _("精算"), _("決済サービスと月"), _CLAIMS, lines)


def waiting(*, as_of: date) -> Table:
    """Return what waits, by its age."""
    kinds = backlog.backlog(as_of=as_of)
    most = max(one.in_all for one in kinds)
    lines = [Line(one.code, one.what, one.counts, {}, share(one.in_all, most)) for one in kinds]
    return Table("backlog", _("待っているもの"), _("何が"), _AGES, lines)


def by_prefecture(counted: Cells, *, as_of: date) -> Table:
    """Return the support counters by prefecture, all 47 in the order of their codes; then those of none, and online.

    ``counted``  the whole programme's
    """
    counts = figures.by_prefecture(as_of=as_of)
    most = max((one.visits for one in counts.values()), default=0)
    lines = [
        _place(code, PageWords.of(one.name), counts.get(code, PlaceCount()), most, {"prefecture": code})
        for code, one in PREFECTURES.items()
    ]
    if "" in counts:
        lines.append(_place("none", _("都道府県のわからない窓口"), counts[""], most))
    in_all = sum(one.applications for one in counts.values())
    elsewhere = counted.total().applications - in_all
    lines.append(_place("online", _("窓口以外(オンラインなど)"), PlaceCount(0, elsewhere), most))
    return Table("prefecture", _("都道府県ごと"), _("支援窓口のある都道府県"), _VISITS, lines)


def _place(
    key: str, label: Text | PageWords, count: PlaceCount, most: int, changes: Mapping[str, str] | None = None
) -> Line:
    leads = changes if changes and count.visits else {}
    return Line(key, label, (count.visits, count.applications), leads, share(count.visits, most))


def by_counter(*, as_of: date, prefecture: str = "") -> Table:
    """Return the support counters by municipality; those of one prefecture where it is named."""
    towns = figures.prefectures_of_towns() if prefecture else {}
    counts = [
        one for one in figures.by_counter(as_of=as_of) if not prefecture or towns.get(one.municipality) == prefecture
    ]
    names = dict(Municipality.objects.values_list("slug", "name"))
    most = max((one.visits for one in counts), default=0)
    lines = [
        Line(
            one.municipality or "office",
            names.get(one.municipality, one.municipality or _("事務局")),
            (one.visits, one.applications),
            {},
            share(one.visits, most),
        )
        for one in counts
    ]
    return Table("counter", _("支援窓口ごと"), _("市区町村"), _VISITS, lines)


def as_csv(table: Table, *, as_of: date) -> str:
    """Return a table as CSV (RFC 4180, for ``utf-8-sig``): codes and numbers alone, each line with its day."""
    columns = ["as_of", table.code, *(code for code, _label in table.numbers)]
    return web.as_csv(columns, ([as_of.isoformat(), line.key, *line.numbers] for line in table.lines))


def incentive_name(round_id: str, incentive: str) -> PageWords:
    """Return the name of an incentive with its round's. Raises KeyError where there is none."""
    law = load_round(round_id)
    own = law.incentives[IncentiveId(incentive)].label
    return PageWords(f"{own.ja}({law.label.ja})", f"{own.en} ({law.label.en})")


def _incentive(of: Of) -> PageWords:
    return incentive_name(*of)


def _of_month(name: str, month: str) -> PageWords:
    first = date.fromisoformat(f"{month}-01")
    return PageWords(f"{name} {first.year}年{first.month}月", f"{name}, {month_name[first.month]} {first.year}")


def _both(one: Tally) -> tuple[int, int]:
    return one.applications, one.points


def _bar(one: Tally, all_: Mapping[str, Tally] | Mapping[Of, Tally]) -> int:
    return share(one.applications, max(other.applications for other in all_.values()))
