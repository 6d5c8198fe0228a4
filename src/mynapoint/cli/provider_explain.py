"""`mynapoint provider explain`: how one account's points came about, as a page of text for the help desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from mynapoint.award.explain import PremiumExplained, Reason, RefundExplained, RefundState, UseExplained
from mynapoint.award.premium import Kind
from mynapoint.cli.columns import pad, widths
from mynapoint.programme.rounds import ROUND_IDS, load_round
from mynapoint.programme.values import IncentiveId, tokyo_day
from mynapoint.programme.words import Words, date_in, minute_in
from mynapoint.provider.explain_account import AccountExplained, ApplicationExplained, LineExplained, State

_KINDS = {
    Kind.TOP_UP: Words("チャージ", "top-up"),
    Kind.PURCHASE: Words("買い物", "purchase"),
}
_STATES = {
    State.STOPPED: Words(
        "国の指示により付与を止めています。再開の連絡が来るまで付与しません。",
        "Stopped at the hub's request: nothing is awarded until it is resumed.",
    ),
    State.EARLIER_APPLICATION: Words(
        "再発行前後のカードに、先に行われた申込があります。その申込だけに付与します。",
        "Another card of this chain has an earlier application; only that one is awarded.",
    ),
    State.NOTHING_TO_GO_BY: Words(
        "この施策の設定ファイルも、国からの定額付与の指示も、まだありません。",
        "There is neither a service file for this incentive nor a fixed sum instructed by the hub yet.",
    ),
}
_REASONS = {
    Reason.OTHER_KIND: Words("対象外:申込で選んだ種類ではありません", "not counted: not the kind chosen"),
    Reason.BELOW_MINIMUM: Words(
        "対象外:1回の最低額({minimum}円)未満です", "not counted: below the minimum of {minimum} yen"
    ),
    Reason.BEFORE_PERIOD: Words(
        "対象外:対象期間({from_}から)より前です", "not counted: before the period, which starts on {from_}"
    ),
    Reason.BEFORE_APPLYING: Words("対象外:申込が有効になる前です", "not counted: before the application took effect"),
    Reason.AFTER_PERIOD: Words(
        "対象外:対象期間({until}まで)より後です", "not counted: after the period, which ended on {until}"
    ),
}
_REFUNDS = {
    RefundState.COUNTS: Words("{of} から差し引きました", "taken off {of}"),
    RefundState.ORIGINAL_DOES_NOT_COUNT: Words(
        "{of} は対象外のため影響ありません", "{of} does not count, so no effect"
    ),
    RefundState.ORIGINAL_NOT_HERE: Words(
        "{of} がこの口座にまだありません(届きしだい差し引きます)", "{of} is not in this account (yet)"
    ),
    RefundState.NAMES_A_REFUND: Words("{of} は取消のため影響ありません", "{of} is a refund itself, so no effect"),
}
_TEXTS = {
    "account": Words("口座 {account}({as_of}現在)", "Account {account}, as of {as_of}"),
    "cards": Words(
        "再発行でつながる口座: {cards}(合わせて1つの口座として数えます)",
        "Re-issued cards, counted as one account: {cards}",
    ),
    "rows": Words("取り込んだ明細 {rows}件", "{rows} transactions taken in"),
    "none": Words("この口座に結び付いた申込はありません。", "No application is linked to this account."),
    "application": Words("■ 申込 {id} {incentive}", "Application {id}: {incentive}"),
    "applied": Words(
        "{applied}に申込。{starts}からの{kind}を数えます(対象期間は{until}まで)",
        "Applied on {applied}; each {kind} from {starts} counts, until {until}",
    ),
    "cap": Words(
        "付与率{rate}%、上限{cap}ポイント、ほかで付与済み{elsewhere}ポイント、残り上限{room}ポイント",
        "{rate} %, cap {cap} points, {elsewhere} recorded elsewhere, room {room}",
    ),
    "uses": Words("チャージ・買い物", "Uses"),
    "refunds": Words("取消・返品", "Refunds"),
    "lines": Words("付与", "Award lines"),
    "counted": Words("対象", "counted"),
    "refunded": Words("取消{yen}円を引いて{net}円", "{yen} yen refunded, {net} left"),
    "matures": Words("{at}から付与できます", "matures on {at}"),
    "net": Words(
        "対象の合計 {net}円、うち付与時期が来たもの {matured}円",
        "Counted in all {net} yen, of which matured {matured} yen",
    ),
    "sum": Words(
        "付与すべきポイント {due} - 付与済み {posted} = いま付与するもの {now}",
        "Due {due} - posted {posted} = to post now {now}",
    ),
    "fixed": Words("国から指示された定額 {points}ポイント", "Fixed sum instructed by the hub: {points} points"),
    "next": Words("次の予定: {at}に{points}ポイント", "Next: {points} points on {at}"),
    "no_next": Words(
        "いまの明細からは、この先の予定はありません。", "From the transactions so far, nothing more will become due."
    ),
    "line": Words("{points}ポイント  {steps}", "{points} points  {steps}"),
    "pending": Words("計算 {at}", "pending {at}"),
    "credited": Words("入金 {at}", "credited {at}"),
    "posted": Words("記帳 {at}", "posted {at}"),
    "reported": Words("国へ報告 {at}", "reported {at}"),
    "refused": Words("国は記録しませんでした({reason})", "the hub did not record it ({reason})"),
    "yen": Words("{yen}円", "{yen} yen"),
}


def account_lines(explained: AccountExplained, language: str) -> Iterator[str]:
    """Yield the page's lines in ``ja`` or ``en``."""
    page = _Page(language)
    yield page.say("account", account=explained.account_id, as_of=page.minute(explained.as_of))
    if len(explained.accounts) > 1:
        yield page.say("cards", cards=" ".join(explained.accounts))
    yield page.say("rows", rows=f"{explained.rows:,}")
    if not explained.applications:
        yield page.say("none")
    for application in explained.applications:
        yield ""
        yield from page.application(application)


class _Page:
    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, key: str, **parts: object) -> str:
        return _TEXTS[key].in_language(self._language).format(**parts)

    def minute(self, instant: datetime) -> str:
        return minute_in(instant, self._language)

    def day(self, day: date) -> str:
        return date_in(day, self._language)

    def application(self, one: ApplicationExplained) -> Iterator[str]:
        yield self.say("application", id=one.application_id, incentive=self._incentive(one.incentive))
        if one.state in _STATES:
            yield f"  {_STATES[one.state].in_language(self._language)}"
        if one.premium is not None:
            yield from self._premium(one, one.premium)
        elif one.instructed is not None:
            yield f"  {self.say('fixed', points=f'{one.instructed:,}')}"
        if one.lines:
            yield f"  {self.say('lines')}"
            yield from (f"    {self._line(line)}" for line in one.lines)
        due = one.premium.due if one.premium else one.instructed or 0
        yield f"  {self.say('sum', due=f'{due:,}', posted=f'{one.posted:,}', now=f'{one.due_now:,}')}"
        if one.premium is not None and one.state is State.COUNTS:
            yield from (
                f"  {self.say('next', at=self.minute(change.at), points=f'{change.points:,}')}"
                for change in one.premium.next
            )
            if not one.premium.next:
                yield f"  {self.say('no_next')}"

    def _premium(self, one: ApplicationExplained, premium: PremiumExplained) -> Iterator[str]:
        kind = _KINDS[one.counts].in_language(self._language)
        starts, until = self.minute(premium.starts_at), self.day(premium.earning_until)
        applied = self.minute(one.applied_at)
        yield f"  {self.say('applied', applied=applied, starts=starts, kind=kind, until=until)}"
        figures = {
            "rate": premium.premium_rate,
            "cap": f"{premium.points_max:,}",
            "elsewhere": f"{premium.points_elsewhere:,}",
            "room": f"{premium.room:,}",
        }
        yield f"  {self.say('cap', **figures)}"
        if premium.uses:
            yield f"  {self.say('uses')}"
            yield from self._table([self._use(use, premium) for use in premium.uses])
        if premium.refunds:
            yield f"  {self.say('refunds')}"
            yield from self._table([self._refund(refund) for refund in premium.refunds])
        yield f"  {self.say('net', net=f'{premium.net_yen:,}', matured=f'{premium.matured_yen:,}')}"

    def _use(self, use: UseExplained, premium: PremiumExplained) -> list[str]:
        if use.reason is not None:
            words = _REASONS[use.reason].in_language(self._language)
            figures = {
                "minimum": f"{premium.minimum_yen:,}",
                "from_": self.day(premium.earning_from),
                "until": self.day(premium.earning_until),
            }
            said = words.format(**figures)
        else:
            parts = [self.say("counted")]
            if use.refunded_yen:
                parts.append(self.say("refunded", yen=f"{use.refunded_yen:,}", net=f"{use.net_yen:,}"))
            if use.matures_at is not None and use.net_yen:
                parts.append(self.say("matures", at=self.minute(use.matures_at)))
            said = ("、" if self._language.startswith("ja") else ", ").join(parts)
        kind = _KINDS[use.kind].in_language(self._language)
        return [use.transaction_id, self.minute(use.occurred_at), kind, self._yen(use.amount_yen), said]

    def _refund(self, refund: RefundExplained) -> list[str]:
        said = _REFUNDS[refund.state].in_language(self._language).format(of=refund.refunds)
        return [refund.transaction_id, self.minute(refund.occurred_at), self._yen(refund.amount_yen), said]

    def _line(self, line: LineExplained) -> str:
        steps = [self.say("pending", at=self.day(tokyo_day(line.pending_at)))]
        days = {
            "credited": line.credited_on,
            "posted": line.posted_at and tokyo_day(line.posted_at),
            "reported": line.reported_at and tokyo_day(line.reported_at),
        }
        steps += [self.say(step, at=self.day(day)) for step, day in days.items() if day is not None]
        if line.refused is not None:
            steps.append(self.say("refused", reason=line.refused))
        return self.say("line", points=f"{line.points:,}", steps=" → ".join(steps))

    def _yen(self, yen: int) -> str:
        return self.say("yen", yen=f"{yen:,}")

    def _incentive(self, incentive: IncentiveId) -> str:
        labels = [
            load_round(name).incentives[incentive].label
            for name in ROUND_IDS
            if incentive in load_round(name).incentives
        ]
        return labels[-1].in_language(self._language) if labels else incentive

    @staticmethod
    def _table(rows: list[list[str]]) -> Iterator[str]:
        columns = widths(rows)
        for row in rows:
            cells = [pad(text, width) for text, width in zip(row, columns, strict=True)]
            yield f"    {'  '.join(cells).rstrip()}"
