"""The calculator's reasons in words: what each line of a plan counts for, and how the sum comes about, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mynapoint.award.explain import Reason
from mynapoint.award.premium import Kind
from mynapoint.hub import web, words
from mynapoint.hub.payment_services.calculator import Every, Line, Outcome, Part
from mynapoint.programme.schedules import AfterUse, MonthClose
from mynapoint.programme.service_rules import Rounding, ServiceRule


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line of the plan in words, and what becomes of it."""

    use: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the calculation: what it is, the figure, and why."""

    label: str
    figure: str
    why: str


def line_told(line: Line, parts: Sequence[Part], outcome: Outcome, rule: ServiceRule) -> LineTold:
    """Return what was planned and, for each way its uses fare, how often and why."""
    every = {
        Every.ONCE: "",
        Every.WEEK: _("毎週"),
        Every.MONTH: _("毎月"),
    }[line.every]
    figures = {"day": words.era_day(line.on), "yen": words.grouped(line.yen), "kind": kind_words(line.kind)}
    use = _("%(day)sに%(kind)s%(yen)s円") % figures
    if every:
        use = _("%(day)sから%(every)s、%(kind)s%(yen)s円") % (figures | {"every": every})
    return LineTold(use, tuple(_part_told(part, line, outcome, rule) for part in parts))


def kind_words(kind: Kind) -> str:
    """Return what a use is, in words."""
    return _("チャージ") if kind is Kind.TOP_UP else _("買い物")


def steps(outcome: Outcome, rule: ServiceRule, counts: str) -> list[Step]:
    """Return how the points come about, each step with its reason."""
    told = outcome.explained
    yen, rate = words.grouped(told.net_yen), rule.premium_rate
    room_why = _("1人あたりの上限は%(most)sポイントです。") % {"most": words.grouped(rule.points_max)}
    if told.points_elsewhere:
        room_why += _("これまでに受け取った%(before)sポイントを引きます。") % {
            "before": words.grouped(told.points_elsewhere)
        }
    return [
        Step(
            _("対象になる期間"),
            _("%(starts)sから%(ends)sまで")
            % {"starts": words.era_day(outcome.first_day), "ends": words.era_day(rule.earning_until)},
            _starts_why(outcome, rule),
        ),
        Step(
            _("対象の合計"),
            _("%(yen)s円") % {"yen": yen},
            _("対象になる%(kind)sを合わせ、取り消す額を引きました。") % {"kind": kind_words(Kind(counts))},
        ),
        Step(_("付与率を掛けた額"), _points(outcome.uncapped), _rate_why(rule, yen, rate)),
        Step(_("残りの上限"), _points(told.room), room_why),
        Step(_("もらえるポイント"), _points(outcome.points), _cap_why(outcome)),
        Step(_("付く日"), _schedule_words(rule), _when_why(rule)),
    ]


def _points(points: int) -> str:
    return _("%(points)sポイント") % {"points": words.grouped(points)}


def _part_told(part: Part, line: Line, outcome: Outcome, rule: ServiceRule) -> str:
    times = _("%(times)s回: ") % {"times": part.times} if line.every is not Every.ONCE else ""
    if part.reason is not None:
        return times + _reason(part.reason, outcome, rule)
    net = {"net": words.grouped(part.net_yen), "refunded": words.grouped(line.refunded_yen)}
    if line.refunded_yen:
        return times + _("対象です。取り消す%(refunded)s円を引いて、%(net)s円を数えます。") % net
    return times + _("対象です。%(net)s円を数えます。") % net


def _reason(reason: Reason, outcome: Outcome, rule: ServiceRule) -> str:
    figures = {
        "minimum": words.grouped(rule.minimum_yen),
        "first": words.era_day(outcome.first_day),
        "starts": words.era_day(rule.earning_from),
        "ends": words.era_day(rule.earning_until),
    }
    return {
        Reason.OTHER_KIND: _("対象外です。申込で選んだ使い方ではありません。"),
        Reason.BELOW_MINIMUM: _("対象外です。1回の最低額の%(minimum)s円に足りません。"),
        Reason.BEFORE_PERIOD: _("対象外です。対象期間が始まる%(starts)sより前です。"),
        Reason.BEFORE_APPLYING: _("対象外です。申込が有効になる%(first)sより前です。"),
        Reason.AFTER_PERIOD: _("対象外です。対象期間が終わる%(ends)sより後です。"),
    }[reason] % figures


def _starts_why(outcome: Outcome, rule: ServiceRule) -> str:
    return {
        "at_once": _("申込をしたときから数えます。申込と同じ日の利用は、申込の後のものとしました。"),
        "next_day": _("申込をした日の翌日から数えます。"),
        "next_day_08:00": _("申込をした日の翌日の午前8時から数えます。"),
    }[str(rule.effective)] + (
        "" if outcome.first_day > rule.earning_from else _("対象期間が始まる前の利用は数えません。")
    )


def _rate_why(rule: ServiceRule, yen: str, rate: int) -> str:
    figures = {"yen": yen, "rate": rate}
    if rule.rounding is Rounding.EACH:
        return _("1回ごとに%(rate)s%%を計算し、1ポイントに満たない分を切り捨てて、足しました。") % figures
    return _("%(yen)s円の%(rate)s%%です。1ポイントに満たない分は切り捨てます。") % figures


def _cap_why(outcome: Outcome) -> str:
    if outcome.uncapped > outcome.explained.room:
        return _("残りの上限を超える分は付きません。")
    if outcome.points == outcome.explained.room:
        return _("上限に達しました。")
    left = words.grouped(outcome.explained.room - outcome.points)
    if outcome.yen_left is None:
        return _("上限まで、あと%(left)sポイントです。") % {"left": left}
    figures = {"left": left, "yen": words.grouped(outcome.yen_left)}
    return _("上限まで、あと%(left)sポイント(%(yen)s円分)です。") % figures


def _schedule_words(rule: ServiceRule) -> str:
    return rule.schedule.words(web.language())


def _when_why(rule: ServiceRule) -> str:
    match rule.schedule:
        case AfterUse():
            return _("正午に使うものとして計算しました。")
        case MonthClose():
            return _("その月に使った分が、まとめて付きます。")
    return _("上限に達した月から数えます。達しないときは、対象期間の最後の月から数えます。")
